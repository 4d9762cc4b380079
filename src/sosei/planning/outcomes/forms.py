"""Forms of facts: searching, entering, withdrawing, importing, setting up a feed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sosei.core.design.fields import EraDateField
from sosei.core.people.models import Municipality
from sosei.core.records.attachments.forms import AttachmentField
from sosei.core.records.attachments.types import CSV, TXT, XLSX
from sosei.engines.conventions.eras import format_era_year
from sosei.planning.outcomes import feeding, rules
from sosei.planning.outcomes.importing.mapping import Target
from sosei.planning.outcomes.importing.table import Table
from sosei.planning.outcomes.kinds import Attribute, Kind, kind_choices
from sosei.planning.outcomes.models import Fact, Feed
from sosei.planning.outcomes.services.recording import NewFact
from sosei.planning.strategy.models import Measure
from sosei.planning.strategy.numbers import in_english, print_year

ALL = ("", _("すべて"))
FEW_VALUES = 12
REASON = {"max_length": 300, "widget": forms.Textarea(attrs={"rows": 3})}


def measures_of(town: Municipality) -> QuerySet[Measure]:
    """The measures a fact of the town can belong to: those of the latest strategies, not ended."""
    found: QuerySet[Measure] = (
        Measure.objects.filter(strategy__municipality=town, ended_on__isnull=True)
        .select_related("strategy")
        .order_by("-strategy__first_fiscal_year", "position", "pk")
    )
    return found


class MeasureField(forms.ModelChoiceField):
    """One measure, or none, in groups by strategy."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("empty_label", _("施策なし"))
        super().__init__(Measure.objects.none(), label=_("施策"), required=False, **options)

    def offer(self, town: Municipality) -> None:
        """Fills the choices: one query."""
        self.queryset = measures_of(town)
        groups: dict[str, list[tuple[int, str]]] = {}
        for measure in self.queryset:
            label = f"{measure.number} {measure.local_title}".strip()
            groups.setdefault(measure.strategy.local_short_title, []).append((measure.pk, label))
        self.choices = [("", self.empty_label), *groups.items()]


class FactSearch(forms.Form):
    """Which facts are listed."""

    kind = forms.ChoiceField(label=_("種類"), required=False, choices=lambda: [ALL, *kind_choices()])
    fiscal_year = forms.TypedChoiceField(label=_("年度"), required=False, coerce=int, empty_value=None)
    origin = forms.ChoiceField(label=_("入り方"), required=False, choices=lambda: [ALL, *Fact.Origin.choices])
    withdrawn = forms.ChoiceField(
        label=_("取り消したかどうか"),
        required=False,
        choices=[("", _("取り消していないもの")), ("yes", _("取り消したもの")), ("all", _("すべて"))],
    )

    def __init__(self, data: Any, years: list[int]) -> None:
        super().__init__(data)
        self.fields["fiscal_year"].choices = [ALL, *((year, year_label(year)) for year in years)]  # type: ignore[attr-defined]

    def narrow(self, facts: Any) -> Any:
        """The facts the search asks for; without what cannot be read."""
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("kind"):
            facts = facts.filter(kind=asked["kind"])
        if asked.get("fiscal_year") is not None:
            facts = facts.filter(fiscal_year=asked["fiscal_year"])
        if asked.get("origin"):
            facts = facts.filter(origin=asked["origin"])
        facts = facts.filter(reverses__isnull=True)
        if asked.get("withdrawn") == "all":
            return facts
        return facts.filter(reversed_by__isnull=asked.get("withdrawn") != "yes")


def year_label(year: int) -> str:
    """A fiscal year as offices print it, with the western year; FY2024 in English."""
    if in_english():
        return print_year(year)
    return gettext("%(era)s度（%(year)s）") % {"era": format_era_year(year), "year": year}


class FactForm(forms.Form):
    """A fact of one kind, typed."""

    key = forms.RegexField(r"^[0-9a-f-]{36}$", widget=forms.HiddenInput)
    on = EraDateField(label=_("日付"), help_text=_("起きた日です。"))
    count = forms.IntegerField(min_value=1, max_value=rules.MOST_COUNT, initial=1)
    amount = forms.DecimalField(min_value=0, max_digits=13, decimal_places=rules.AMOUNT_PLACES)
    place = forms.CharField(
        label=_("地区"),
        required=False,
        max_length=rules.LONGEST_PLACE,
        help_text=_("地区の名前だけ。番地や人の名前は書かないでください。"),
    )
    measure = MeasureField()
    reason = forms.CharField(
        label=_("もとにした資料"),
        required=False,
        max_length=300,
        help_text=_("記録に残ります。人の名前は書かないでください。例：移住相談台帳の6月分"),
    )

    def __init__(self, kind: Kind, town: Municipality, data: Any = None) -> None:
        super().__init__(data, initial={"key": str(uuid.uuid4())})
        self.kind = kind
        self.fields["count"].label = gettext("数（%(unit)s）") % {"unit": kind.unit}
        if kind.has_amount:
            amount = self.fields["amount"]
            amount.label = gettext("%(title)s（%(unit)s）") % {
                "title": kind.amount_title,
                "unit": kind.amount_unit,
            }
        else:
            del self.fields["amount"]
        for attribute in kind.attributes:
            self.fields[attribute.name] = forms.ChoiceField(
                label=attribute.title,
                required=attribute.required,
                choices=[
                    ("", _("選んでください") if attribute.required else _("わからない・なし")),
                    *_values(attribute),
                ],
            )
        measure = self.fields["measure"]
        assert isinstance(measure, MeasureField)
        measure.offer(town)
        self.order_fields(
            ["key", "on", "count", "amount", *(each.name for each in kind.attributes), "place", "measure"]
        )

    def fact(self) -> NewFact:
        """As the service takes it."""
        given = self.cleaned_data
        names = [each.name for each in self.kind.attributes]
        amount: Decimal | None = given.get("amount")
        return NewFact(
            on=given["on"],
            object_key=given["key"],
            count=given["count"],
            amount=amount,
            attributes={name: given[name] for name in names if given[name]},
            place=given["place"].strip(),
            measure=given["measure"],
        )


def _values(attribute: Attribute) -> list[tuple[str, Any]]:
    return list(attribute.values.items())


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label=_("理由"), **REASON)  # type: ignore[arg-type]

    def __init__(self, data: Any = None, help_text: str = "") -> None:
        super().__init__(data)
        self.fields["reason"].help_text = help_text


class ImportForm(forms.Form):
    """A file of another system."""

    kind = forms.ChoiceField(label=_("実績の種類"), choices=kind_choices)
    system = forms.CharField(
        label=_("もとの台帳・システムの名前"),
        max_length=40,
        help_text=_("いつも同じ名前にしてください。同じ番号の行を、同じ実績と見分けます。例：移住相談台帳"),
    )
    measure = MeasureField()
    file = AttachmentField(
        label=_("ファイル"),
        allowed=(XLSX, CSV, TXT),
        multiple=False,
        help_text=_("ExcelかCSV。1行に1件。名前や住所の列は、あっても読みません。"),
    )

    def __init__(self, town: Municipality, data: Any = None, files: Any = None, initial: Any = None) -> None:
        super().__init__(data, files, initial=initial)
        measure = self.fields["measure"]
        assert isinstance(measure, MeasureField)
        measure.offer(town)


class MappingForm(forms.Form):
    """Which column is what."""

    def __init__(
        self, table: Table, targets: list[Target], data: Any = None, initial: Mapping[str, int] | None = None
    ) -> None:
        super().__init__(data, initial=dict(initial or {}), prefix="column")
        columns = [(number, column) for number, column in enumerate(table.columns)]
        for target in targets:
            self.fields[target.name] = forms.TypedChoiceField(
                label=target.title,
                required=target.required,
                coerce=int,
                empty_value=None,
                choices=[("", _("この列はない")), *columns],
            )

    def clean(self) -> dict[str, Any]:
        """No column is two things."""
        cleaned = super().clean() or {}
        seen: dict[int, str] = {}
        for name, index in list(cleaned.items()):
            if index is not None and index in seen:
                first = self.fields[seen[index]].label
                self.add_error(
                    name, gettext("「%(first)s」と同じ列です。別の列を選んでください。") % {"first": first}
                )
            elif index is not None:
                seen[index] = name
        return cleaned

    def columns(self) -> dict[str, int]:
        """Target -> index of its column."""
        return {name: index for name, index in self.cleaned_data.items() if index is not None}


class FeedForm(forms.Form):
    """How facts of a kind make a KPI's value."""

    aggregation = forms.ChoiceField(
        label=_("まとめ方"), choices=Feed.Aggregation.choices, widget=forms.RadioSelect, initial="sum"
    )
    field = forms.ChoiceField(
        label=_("使う値"), choices=Feed.Field.choices, widget=forms.RadioSelect, initial="count"
    )
    period = forms.ChoiceField(
        label=_("期間"), choices=Feed.Period.choices, widget=forms.RadioSelect, initial="fiscal"
    )
    since = forms.IntegerField(
        label=_("累計を始める年度"),
        required=False,
        help_text=_("西暦で。期間が「累計」のときだけ使います。例：2020"),
    )
    distinct = forms.ChoiceField(
        label=_("何の種類を数えるか"),
        required=False,
        help_text=_("まとめ方が「何種類あるか」のときだけ使います。"),
    )
    measure = MeasureField(
        empty_label=_("すべての施策"), help_text=_("選ぶと、その施策の実績だけを数えます。")
    )
    reason = forms.CharField(
        label=_("このように計算する理由"),
        help_text=_("記録に残ります。例：移住の窓口を通った世帯だけを数える定義のため"),
        **REASON,  # type: ignore[arg-type]
    )

    def __init__(
        self,
        kind: Kind,
        town: Municipality,
        data: Any = None,
        initial: Any = None,
        *,
        previewing: bool = False,
    ) -> None:
        super().__init__(data, initial=initial)
        self.kind = kind
        if previewing:
            self.fields["reason"].required = False
        if not kind.has_amount:
            del self.fields["field"]
        else:
            self.fields["field"].choices = [  # type: ignore[attr-defined]
                ("count", gettext("数（%(unit)s）") % {"unit": kind.unit}),
                ("amount", f"{kind.amount_title}"),
            ]
        self.fields["distinct"].choices = [  # type: ignore[attr-defined]
            ("", _("使わない")),
            *((each.name, each.title) for each in kind.attributes),
            (feeding.PLACE, _("地区")),
        ]
        for prefix, text in (("only", _("%(title)s：数えるもの")), ("within", _("%(title)s：割合の全体"))):
            for each in kind.attributes:
                self.fields[f"{prefix}_{each.name}"] = forms.MultipleChoiceField(
                    label=text % {"title": each.title},
                    required=False,
                    choices=_values(each),
                    widget=forms.CheckboxSelectMultiple
                    if len(each.values) <= FEW_VALUES
                    else forms.SelectMultiple(attrs={"size": 8}),
                )
        measure = self.fields["measure"]
        assert isinstance(measure, MeasureField)
        measure.offer(town)

    def bound(self, prefix: str) -> list[forms.BoundField]:
        """The boxes of a filter."""
        return [self[f"{prefix}_{each.name}"] for each in self.kind.attributes]

    @property
    def only(self) -> list[forms.BoundField]:
        """What is counted."""
        return self.bound("only")

    @property
    def within(self) -> list[forms.BoundField]:
        """Of what a share is taken."""
        return self.bound("within")

    def rule(self) -> feeding.Rule:
        """As the service takes it."""
        given = self.cleaned_data
        measure = given["measure"]
        return feeding.Rule(
            kind=self.kind.name,
            aggregation=given["aggregation"],
            field=given.get("field") or feeding.Field.COUNT,
            period=given["period"],
            filter=self._filter("only"),
            within=self._filter("within"),
            measure=measure.pk if measure is not None else None,
            distinct=given["distinct"],
            since=given["since"],
        )

    def _filter(self, prefix: str) -> dict[str, list[str]]:
        named = {each.name: self.cleaned_data.get(f"{prefix}_{each.name}") for each in self.kind.attributes}
        return {name: values for name, values in named.items() if values}


def initial_of(feed: Feed) -> dict[str, Any]:
    """A feed as its form shows it."""
    return {
        "aggregation": feed.aggregation,
        "field": feed.field,
        "period": feed.period,
        "since": feed.since,
        "distinct": feed.distinct,
        "measure": feed.measure_id,
        **{f"only_{name}": values for name, values in feed.filter.items()},
        **{f"within_{name}": values for name, values in feed.within.items()},
    }
