"""Forms of a KPI's values: one year's value, a correction, a choice among several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.planning.strategy.answer_reading import basis_of
from sosei.planning.strategy.cell_periods import CellError, Place, read_period
from sosei.planning.strategy.form_fields_kpis import NumberField, plain_number
from sosei.planning.strategy.models import Kpi, KpiActual
from sosei.planning.strategy.numbers import print_value, print_year
from sosei.planning.strategy.words_cells import explain

Availability = KpiActual.Availability
CARRIED = "carried"


class ActualForm(forms.Form):
    """The value of a year: a number, an older one carried forward, or why there is none."""

    state = forms.ChoiceField(label=gettext_lazy("実績値の有無"), widget=forms.RadioSelect)
    value = NumberField(label=gettext_lazy("実績値"), required=False)
    yearly_value = NumberField(
        label=gettext_lazy("その年の値"),
        required=False,
        help_text=gettext_lazy("累計のうち、この年の分だけ。"),
    )
    carried_from = forms.TypedChoiceField(
        label=gettext_lazy("据え置く値"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=gettext_lazy("「前の値を据え置く」のときだけ選びます。"),
    )
    period = forms.CharField(
        label=gettext_lazy("値の時点・期間"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("報告する年度と違うときに書きます。例：H30、R5.3.31現在、R2国勢調査"),
    )
    source = forms.CharField(
        label=gettext_lazy("この値の出典"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("KPIの出典と違うときに書きます。"),
    )
    explanation = forms.CharField(
        label=gettext_lazy("要因"),
        required=False,
        help_text=gettext_lazy("なぜこの値になったか。公表されます。"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(
        self,
        kpi: Kpi,
        year: int,
        earlier: Mapping[int, KpiActual],
        data: Any = None,
        held: KpiActual | None = None,
    ) -> None:
        super().__init__(data, initial=_initial(kpi, held, earlier))
        self.kpi, self.year, self.earlier = kpi, year, earlier
        fields: Any = self.fields
        states = [(Availability.VALUE.value, _("値がある"))]
        if earlier:
            states.append((CARRIED, _("新しい値がなく、前の値を据え置く")))
        states += [
            (Availability.NOT_YET_PUBLISHED.value, _("まだ公表されていない")),
            (Availability.NOT_AVAILABLE.value, _("値がない（調査がなかったなど）")),
        ]
        fields["state"].choices = states
        for name in ("value", "yearly_value"):
            fields[name].unit, fields[name].decimals = kpi.unit, kpi.decimals
        if kpi.unit:
            fields["value"].label = _("実績値（%(unit)s）") % {"unit": kpi.local_unit}
        if kpi.kind != Kpi.Kind.CUMULATIVE:
            del self.fields["yearly_value"]
        if earlier:
            fields["carried_from"].choices = [("", "—")] + [
                (str(at), f"{print_year(at)}：{print_value(row.value, kpi)}")
                for at, row in sorted(earlier.items(), reverse=True)
            ]
        else:
            del self.fields["carried_from"]

    def clean(self) -> dict[str, Any]:
        """What was given agrees with itself."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        state = given.get("state")
        if state == CARRIED and given.get("carried_from") is None and "carried_from" not in self.errors:
            self.add_error("carried_from", _("据え置く値を、前の年度から選んでください。"))
        if state == Availability.VALUE and given.get("value") is None and "value" not in self.errors:
            self.add_error("value", _("%(year)sの値を書いてください。") % {"year": print_year(self.year)})
        if state not in (Availability.VALUE, CARRIED, None) and given.get("value") is not None:
            self.add_error(
                "value",
                _("値を書いたときは「値がある」を選んでください。値がないときは、ここを空にしてください。"),
            )
        return given

    def clean_period(self) -> str:
        """The words, if they name a period."""
        words = str(self.cleaned_data["period"]).strip()
        self.span: tuple[date, date] | None = None
        if words:
            try:
                read = read_period(words, basis=basis_of(self.kpi), place=Place())
            except CellError as error:
                raise forms.ValidationError(" ".join(explain(error))) from error
            self.span = (read.start, read.end)
        return words

    def columns(self) -> dict[str, Any]:
        """As the services take them."""
        given = self.cleaned_data
        common = {"source": given["source"], "explanation": given["explanation"]}
        if given["state"] == CARRIED:
            row = self.earlier[given["carried_from"]]
            return {
                **common,
                "source": given["source"] or row.source,
                "value": row.value,
                "carried_forward": True,
                "period": given["period"] or row.period or print_year(row.reported_in),
                "period_starts_on": self.span[0] if self.span else row.period_starts_on,
                "period_ends_on": self.span[1] if self.span else row.period_ends_on,
            }
        starts, ends = self.span or (None, None)
        if given["state"] == Availability.VALUE and self.span is None:
            # Nothing said: the value is about the very year in which it is reported, as this KPI counts years.
            read = (
                read_period(f"{self.year}", basis=basis_of(self.kpi), place=Place())
                if _countable(self.kpi, self.year)
                else None
            )
            starts, ends = (read.start, read.end) if read is not None else (None, None)
        return {
            **common,
            "availability": given["state"],
            "value": given["value"],
            "yearly_value": given.get("yearly_value"),
            "period": given["period"],
            "period_starts_on": starts,
            "period_ends_on": ends,
        }


def _countable(kpi: Kpi, year: int) -> bool:
    """A bare year says when a census was only in the years that had one."""
    return kpi.kind != Kpi.Kind.CENSUS or year % 5 == 0


def _initial(kpi: Kpi, held: KpiActual | None, earlier: Mapping[int, KpiActual]) -> dict[str, Any]:
    if held is None:
        return {"state": Availability.VALUE.value}
    same = [
        year
        for year, row in earlier.items()
        if row.value == held.value and row.period_ends_on == held.period_ends_on
    ]
    carried = held.carried_forward and bool(same)
    return {
        "state": CARRIED if carried else held.availability,
        "carried_from": min(same) if carried else "",
        "value": "" if carried else plain_number(held.value, kpi.decimals),
        "yearly_value": plain_number(held.yearly_value, kpi.decimals),
        "period": held.period,
        "source": held.source,
        "explanation": held.explanation,
    }


class CorrectForm(ActualForm):
    """A correction, with its reason."""

    reason = forms.CharField(
        label=gettext_lazy("直す理由"),
        max_length=300,
        help_text=gettext_lazy("前の値は消えません。理由といっしょに残り、公表されます。"),
    )


class ChooseForm(forms.Form):
    """Which of the values of a year counts."""

    origin = forms.ChoiceField(label=gettext_lazy("使う値"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=300,
        help_text=gettext_lazy("なぜこの値が正しいか。公表されます。"),
    )

    def __init__(self, choices: Sequence[tuple[str, str]], data: Any = None, held: str = "") -> None:
        super().__init__(data, initial={"origin": held})
        self.fields["origin"].choices = choices  # type: ignore[attr-defined]
