"""Forms of measures and of what hangs on them: partners, budgets, actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from sosei.core.design.fields import EraDateField
from sosei.core.people.models import Organisation, Person
from sosei.planning.strategy.forms_structure import (
    PartForm,
    TaggedForm,
    TitledForm,
    lines,
    numbered,
    one_line,
)
from sosei.planning.strategy.models import GrantProgramme, Measure, PolicyPackage
from sosei.planning.strategy.numbers import print_year
from sosei.planning.strategy.services.structure import measures
from sosei.planning.strategy.yen_field import YenField


class MeasureForm(TaggedForm):
    """A measure with its logic model."""

    PLACE = "measure"
    TEXT = measures.MeasureText
    package = forms.ModelChoiceField(
        label=gettext_lazy("政策パッケージ"), queryset=PolicyPackage.objects.none(), empty_label=None
    )
    number = one_line(gettext_lazy("番号"), 16)
    department = forms.ModelChoiceField(
        label=gettext_lazy("担当の部署"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=gettext_lazy("まだ決めていない"),
    )
    input = lines(
        gettext_lazy("投入（インプット）"), gettext_lazy("使うお金、人、場所。例：相談員2人、年800万円")
    )
    input_en = lines(gettext_lazy("投入（英語）"))
    activity = lines(
        gettext_lazy("活動（アクティビティ）"), gettext_lazy("すること。例：移住の相談会を年6回ひらく")
    )
    activity_en = lines(gettext_lazy("活動（英語）"))
    output = lines(gettext_lazy("産出（アウトプット）"), gettext_lazy("した結果の量。例：相談 年160件"))
    output_en = lines(gettext_lazy("産出（英語）"))
    outcome = lines(
        gettext_lazy("成果（アウトカム）"), gettext_lazy("人や地域がどう変わるか。例：40世帯が移り住む")
    )
    outcome_en = lines(gettext_lazy("成果（英語）"))
    component = forms.ChoiceField(
        label=gettext_lazy("人口のどこに効くか"),
        required=False,
        choices=[("", gettext_lazy("まだ決めていない")), *Measure.Component.choices],
    )
    field_order = ("package", "number", "title", "title_en", "text", "text_en", "department")

    def first_values(self) -> dict[str, Any]:
        """In the package from which one came."""
        return {"package": self.above} if self.held is None else {}

    def arrange(self) -> None:
        """The packages of this strategy, and the departments of the town (one that closed since stays chosen)."""
        super().arrange()
        packages: Any = self.fields["package"]
        packages.queryset = PolicyPackage.objects.filter(strategy=self.strategy)
        packages.label_from_instance = numbered
        departments = Organisation.objects.of(self.strategy.municipality).filter(
            kind=Organisation.Kind.DEPARTMENT
        )
        if self.held is not None and self.held.department_id is not None:
            departments = departments | Organisation.objects.filter(pk=self.held.department_id)
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]

    def add(self, person: Person) -> Any:
        """Adds it."""
        package = self.cleaned_data["package"]
        made = measures.add_measure(package=package, text=self.given(), added_by=person, reason=self.reason)
        return self.tag(made, person)

    def change(self, person: Person) -> Any:
        """Changes it."""
        changed = measures.change_measure(
            measure=self.held,
            package=self.cleaned_data["package"],
            text=self.given(),
            changed_by=person,
            reason=self.reason,
        )
        return self.tag(changed, person)


class PartnerForm(PartForm):
    """A partner of a measure."""

    TEXT = measures.PartnerText
    name = one_line(gettext_lazy("団体の名称"), 120, required=True)
    name_en = one_line(gettext_lazy("団体の名称（英語）"), 120)
    part = one_line(
        gettext_lazy("この施策での役割"),
        required=True,
        help_text=gettext_lazy("例：移住した人の相談を受ける"),
    )
    part_en = one_line(gettext_lazy("役割（英語）"))

    def add(self, person: Person) -> Any:
        """Names the partner."""
        return measures.add_partner(
            measure=self.above, text=self.given(), added_by=person, reason=self.reason
        )

    def change(self, person: Person) -> Any:
        """Changes the partner."""
        return measures.change_partner(
            partner=self.held, text=self.given(), changed_by=person, reason=self.reason
        )


class BudgetForm(PartForm):
    """The budget of a measure in a fiscal year."""

    TEXT = measures.BudgetText
    fiscal_year = forms.TypedChoiceField(label=gettext_lazy("年度"), coerce=int)
    amount_yen = YenField(label=gettext_lazy("予算（円）"))
    grant = forms.ModelChoiceField(
        label=gettext_lazy("交付金"),
        queryset=GrantProgramme.objects.all(),
        required=False,
        empty_label=gettext_lazy("使わない"),
    )
    grant_yen = YenField(label=gettext_lazy("うち交付金（円）"), required=False)
    spent_yen = YenField(
        label=gettext_lazy("決算（円）"), required=False, help_text=gettext_lazy("決まってから書きます。")
    )
    note = one_line(gettext_lazy("備考"), 300)

    def arrange(self) -> None:
        """The years of the term, and one that is there already."""
        years = set(self.strategy.fiscal_years)
        if self.held is not None:
            years.add(self.held.fiscal_year)
        choices = [(year, print_year(year)) for year in sorted(years)]
        self.fields["fiscal_year"].choices = choices  # type: ignore[attr-defined]

    def given(self) -> measures.BudgetText:
        """As the services take it; no amount of a grant is none."""
        values = {name: self.cleaned_data[name] for name in measures.BudgetText.__dataclass_fields__}
        return measures.BudgetText(**{**values, "grant_yen": values["grant_yen"] or 0})

    def add(self, person: Person) -> Any:
        """Notes the budget."""
        return measures.add_budget(measure=self.above, text=self.given(), added_by=person, reason=self.reason)

    def change(self, person: Person) -> Any:
        """Changes the budget."""
        return measures.change_budget(
            budget=self.held, text=self.given(), changed_by=person, reason=self.reason
        )


class ActionForm(TitledForm):
    """A dated action of a measure."""

    TEXT = measures.ActionText
    starts_on = EraDateField(label=gettext_lazy("始める日"), required=False)
    ends_on = EraDateField(label=gettext_lazy("終える日"), required=False)
    done_on = EraDateField(label=gettext_lazy("終わった日"), required=False)

    def add(self, person: Person) -> Any:
        """Adds it."""
        return measures.add_action(measure=self.above, text=self.given(), added_by=person, reason=self.reason)

    def change(self, person: Person) -> Any:
        """Changes it."""
        return measures.change_action(
            action=self.held, text=self.given(), changed_by=person, reason=self.reason
        )
