"""Forms of a strategy and its parts; each knows the service function that takes it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.design.fields import EraDateField
from sosei.core.people.models import Municipality, Person
from sosei.planning.strategy.models import (
    BasicGoal,
    Lineage,
    NationalFramework,
    PolicyPackage,
    PromotionModel,
    PromotionTag,
    Strategy,
)
from sosei.planning.strategy.services.structure import lineage, measures, parts, terms

SHORT = {"rows": "3"}


def one_line(label: Any, most: int = 200, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    """A box of one line."""
    return forms.CharField(label=label, max_length=most, required=required, help_text=help_text)


def lines(label: Any, help_text: Any = "") -> forms.CharField:
    """A box of several lines."""
    return forms.CharField(
        label=label, required=False, widget=forms.Textarea(attrs=SHORT), help_text=help_text
    )


def _year(label: Any, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "6"}),
        error_messages={"invalid": gettext_lazy("西暦4けたの数で書いてください。例：2025")},
    )


def reason_field(*, required: bool = True) -> forms.CharField:
    """Why; it stays in the records."""
    return forms.CharField(
        label=gettext_lazy("理由"),
        max_length=300,
        required=required,
        help_text=gettext_lazy("記録に残ります。例：議会での意見を受けて"),
    )


class ReasonForm(forms.Form):
    """A reason alone."""

    def __init__(self, data: Any = None, *, required: bool = True) -> None:
        super().__init__(data)
        self.fields["reason"] = reason_field(required=required)


class EndForm(forms.Form):
    """The day on which a measure ends, and why."""

    ended_on = EraDateField(label=gettext_lazy("終えた日"))
    reason = reason_field()


class StrategyForm(forms.Form):
    """A strategy as a whole."""

    title = one_line(gettext_lazy("名称"), required=True, help_text=gettext_lazy("例：第3期〇〇市総合戦略"))
    title_en = one_line(gettext_lazy("名称（英語）"))
    short_title = one_line(gettext_lazy("略称"), 60, help_text=gettext_lazy("例：第3期戦略"))
    short_title_en = one_line(gettext_lazy("略称（英語）"), 60)
    term = forms.IntegerField(
        label=gettext_lazy("第何期"), widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "4"})
    )
    first_fiscal_year = _year(gettext_lazy("最初の年度"), gettext_lazy("西暦4けた。例：2026"))
    last_fiscal_year = _year(gettext_lazy("最後の年度"))
    concept = one_line(gettext_lazy("コンセプト"))
    concept_en = one_line(gettext_lazy("コンセプト（英語）"))
    text = lines(gettext_lazy("説明"))
    text_en = lines(gettext_lazy("説明（英語）"))
    legal_basis = one_line(
        gettext_lazy("根拠"), 300, help_text=gettext_lazy("例：まち・ひと・しごと創生法 第10条")
    )
    legal_basis_en = one_line(gettext_lazy("根拠（英語）"), 300)
    framework = forms.ModelChoiceField(
        label=gettext_lazy("国の枠組み"),
        queryset=NationalFramework.objects.all(),
        required=False,
        empty_label=gettext_lazy("選ばない"),
    )
    source = one_line(gettext_lazy("出典"), 300)
    source_en = one_line(gettext_lazy("出典（英語）"), 300)

    def __init__(
        self, data: Any = None, *, held: Strategy | None = None, initial: dict[str, Any] | None = None
    ) -> None:
        names = list(self.base_fields)
        given = {name: getattr(held, name) for name in names} if held is not None else dict(initial or {})
        super().__init__(data, initial=given)
        if held is not None and held.published_at is not None:
            self.fields["reason"] = reason_field()

    def strategy_text(self) -> terms.StrategyText:
        """As the services take it."""
        given = {name: self.cleaned_data[name] for name in self.base_fields}
        return terms.StrategyText(**given)


class NextTermForm(StrategyForm):
    """The next term of an existing strategy."""

    with_measures = forms.BooleanField(
        label=gettext_lazy("施策と協力する団体も写す（終えた施策は写しません）"), required=False, initial=True
    )
    with_kpis = forms.BooleanField(
        label=gettext_lazy("KPIの定義も写す（基準値、目標値、実績値は写しません）"),
        required=False,
        initial=True,
    )

    def strategy_text(self) -> terms.StrategyText:
        """As the services take it."""
        given = {name: self.cleaned_data[name] for name in StrategyForm.base_fields}
        return terms.StrategyText(**given)


class PartForm(forms.Form):
    """Base of the forms of parts: built for the row above where one is added, for the row itself where it changes.

    Attributes:
        TEXT: what the services take; its fields that the form has are handed over.
    """

    TEXT: Any = parts.PartText

    def __init__(self, data: Any = None, *, strategy: Strategy, above: Any = None, part: Any = None) -> None:
        self.strategy, self.above, self.held = strategy, above, part
        initial = {name: getattr(part, name, None) for name in self.base_fields} if part is not None else {}
        super().__init__(data, initial={**initial, **self.first_values()})
        self.arrange()
        if strategy.published_at is not None:
            self.fields["reason"] = reason_field()

    def first_values(self) -> dict[str, Any]:
        """What stands in boxes that are not columns, or where the row is new."""
        return {}

    def arrange(self) -> None:
        """Fills the choices."""

    @property
    def reason(self) -> str:
        """The reason given."""
        return str(self.cleaned_data.get("reason", ""))

    def given(self) -> Any:
        """As the services take it."""
        names = self.TEXT.__dataclass_fields__
        return self.TEXT(**{name: value for name, value in self.cleaned_data.items() if name in names})

    def add(self, person: Person) -> Any:
        """Adds the part."""
        raise NotImplementedError

    def change(self, person: Person) -> Any:
        """Changes the part."""
        raise NotImplementedError


class TitledForm(PartForm):
    """A part with a title and a text."""

    title = one_line(gettext_lazy("名称"), required=True)
    title_en = one_line(gettext_lazy("名称（英語）"))
    text = lines(gettext_lazy("説明"))
    text_en = lines(gettext_lazy("説明（英語）"))


class _Numbered(TitledForm):
    number = forms.IntegerField(
        label=gettext_lazy("番号"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "4"}),
        help_text=gettext_lazy("空けておくと、最後の番号になります。"),
    )
    field_order = ("number",)

    def arrange(self) -> None:
        """A row that is there keeps a number."""
        self.fields["number"].required = self.held is not None


class GoalForm(_Numbered):
    """A basic goal."""

    def add(self, person: Person) -> Any:
        """Adds it."""
        number = self.cleaned_data["number"]
        return parts.add_goal(
            strategy=self.strategy, text=self.given(), number=number, added_by=person, reason=self.reason
        )

    def change(self, person: Person) -> Any:
        """Changes it."""
        number = self.cleaned_data["number"]
        return parts.change_goal(
            goal=self.held, text=self.given(), number=number, changed_by=person, reason=self.reason
        )


class PromotionModelForm(_Numbered):
    """A priority promotion model."""

    def add(self, person: Person) -> Any:
        """Adds it."""
        number = self.cleaned_data["number"]
        return parts.add_promotion_model(
            strategy=self.strategy, text=self.given(), number=number, added_by=person, reason=self.reason
        )

    def change(self, person: Person) -> Any:
        """Changes it."""
        number = self.cleaned_data["number"]
        return parts.change_promotion_model(
            model=self.held, text=self.given(), number=number, changed_by=person, reason=self.reason
        )


class TaggedForm(TitledForm):
    """A part that stands under promotion models."""

    PLACE = ""

    def arrange(self) -> None:
        """The strategy's promotion models, where it has any."""
        models = PromotionModel.objects.filter(strategy=self.strategy)
        if models:
            self.fields["models"] = forms.ModelMultipleChoiceField(
                label=_("重点推進モデル"),
                queryset=models,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                initial=self._held_models(),
            )

    def _held_models(self) -> list[int]:
        if self.held is None:
            return []
        tags = PromotionTag.objects.filter(**{self.PLACE: self.held})
        return list(tags.values_list("model", flat=True))

    def tag(self, part: Any, person: Person) -> Any:
        """The part stands under the chosen models; hands the part on."""
        if "models" in self.fields:
            chosen = list(self.cleaned_data["models"])
            measures.set_promotion_models(of=part, models=chosen, set_by=person, reason=self.reason)
        return part


class PackageForm(TaggedForm):
    """A policy package."""

    PLACE = "package"
    goal = forms.ModelChoiceField(
        label=gettext_lazy("基本目標"), queryset=BasicGoal.objects.none(), empty_label=None
    )
    number = one_line(
        gettext_lazy("番号"), 12, help_text=gettext_lazy("例：2-3。空けておくと、次の番号になります。")
    )
    field_order = ("goal", "number")

    def first_values(self) -> dict[str, Any]:
        """Under the goal from which one came."""
        return {"goal": self.above} if self.held is None else {}

    def arrange(self) -> None:
        """The goals of this strategy."""
        super().arrange()
        goals: Any = self.fields["goal"]
        goals.queryset = BasicGoal.objects.filter(strategy=self.strategy)
        goals.label_from_instance = numbered
        self.fields["number"].required = self.held is not None

    def add(self, person: Person) -> Any:
        """Adds it."""
        given = self.cleaned_data
        made = parts.add_package(
            goal=given["goal"],
            text=self.given(),
            number=given["number"],
            added_by=person,
            reason=self.reason,
        )
        return self.tag(made, person)

    def change(self, person: Person) -> Any:
        """Changes it."""
        given = self.cleaned_data
        changed = parts.change_package(
            package=self.held,
            goal=given["goal"],
            text=self.given(),
            number=given["number"],
            changed_by=person,
            reason=self.reason,
        )
        return self.tag(changed, person)


class StepForm(TitledForm):
    """A step in which the plan was made."""

    TEXT = parts.StepText
    title = one_line(gettext_lazy("したこと"), required=True, help_text=gettext_lazy("例：庁内ヒアリング"))
    title_en = one_line(gettext_lazy("したこと（英語）"))
    text = lines(gettext_lazy("内容"))
    text_en = lines(gettext_lazy("内容（英語）"))
    period = one_line(gettext_lazy("時期"), 60, help_text=gettext_lazy("例：令和7年5月～9月"))
    period_en = one_line(gettext_lazy("時期（英語）"), 60)
    starts_on = EraDateField(label=gettext_lazy("始まり"), required=False)
    ends_on = EraDateField(label=gettext_lazy("終わり"), required=False)
    source = one_line(gettext_lazy("出典"), 300)
    field_order = ("title", "title_en", "period", "period_en", "starts_on", "ends_on")

    def add(self, person: Person) -> Any:
        """Notes the step."""
        return parts.add_formation_step(
            strategy=self.strategy, text=self.given(), added_by=person, reason=self.reason
        )

    def change(self, person: Person) -> Any:
        """Changes the step."""
        return parts.change_formation_step(
            step=self.held, text=self.given(), changed_by=person, reason=self.reason
        )


class LineageForm(PartForm):
    """What became of a package of the term before."""

    TEXT = lineage.LineageText
    kind = forms.ChoiceField(
        label=gettext_lazy("種類"), choices=Lineage.Kind.choices, widget=forms.RadioSelect
    )
    earlier = forms.ModelChoiceField(
        label=gettext_lazy("前の期の政策パッケージ"),
        queryset=PolicyPackage.objects.none(),
        required=False,
        empty_label=gettext_lazy("なし（新規）"),
    )
    later = forms.ModelChoiceField(
        label=gettext_lazy("この期の政策パッケージ"),
        queryset=PolicyPackage.objects.none(),
        required=False,
        empty_label=gettext_lazy("なし（終了）"),
    )
    note = one_line(gettext_lazy("説明"), 300)
    note_en = one_line(gettext_lazy("説明（英語）"), 300)

    def arrange(self) -> None:
        """The packages of both terms."""
        for name, strategy in (("earlier", self.strategy.previous_id), ("later", self.strategy.pk)):
            found = PolicyPackage.objects.filter(strategy=strategy)
            self.fields[name].queryset = found  # type: ignore[attr-defined]
            self.fields[name].label_from_instance = numbered  # type: ignore[attr-defined]

    def add(self, person: Person) -> Any:
        """Notes the link."""
        return lineage.add_lineage(
            strategy=self.strategy, text=self.given(), added_by=person, reason=self.reason
        )

    def change(self, person: Person) -> Any:
        """Changes the link."""
        return lineage.change_lineage(
            link=self.held, text=self.given(), changed_by=person, reason=self.reason
        )


def numbered(part: Any) -> str:
    """Number and title."""
    return f"{part.number} {part.local_title}".strip()


def next_term_values(previous: Strategy) -> dict[str, Any]:
    """What the form of the next term begins with."""
    years = previous.last_fiscal_year - previous.first_fiscal_year
    first = previous.last_fiscal_year + 1
    copied = ("concept", "concept_en", "legal_basis", "legal_basis_en")
    return {
        "term": previous.term + 1,
        "first_fiscal_year": first,
        "last_fiscal_year": first + years,
        "with_measures": True,
        "with_kpis": True,
        **{name: getattr(previous, name) for name in copied},
    }


def first_term_values(municipality: Municipality, fiscal_year: int) -> dict[str, Any]:
    """What the form of a town's first strategy in Sosei begins with."""
    return {
        "term": 1,
        "first_fiscal_year": fiscal_year + 1,
        "last_fiscal_year": fiscal_year + 5,
        "title": _("%(town)s総合戦略") % {"town": municipality.name},
        "legal_basis": _("まち・ひと・しごと創生法 第10条"),
    }
