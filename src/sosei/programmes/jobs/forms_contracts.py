"""Forms of cancelling and of changing conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.design.templatetags.design import screen_time
from sosei.engines.labour.spans import JST
from sosei.programmes.jobs.models import Posting, WorkDay
from sosei.programmes.jobs.words_contracts import GROUNDS, LABELS, TOWN_GROUNDS, WORKER_GROUNDS


def day_label(day: WorkDay) -> str:
    """An agreed day in words."""
    start, end = screen_time(day.period.lower), screen_time(day.period.upper)
    return _("%(day)s（%(weekday)s）%(start)s～%(end)s") % {
        "day": date_format(start, "n/j"),
        "weekday": date_format(start, "D"),
        "start": f"{start:%H:%M}",
        "end": f"{end:%H:%M}",
    }


GROUNDS_OF: Mapping[str, Mapping[Any, Any]] = {
    "worker": WORKER_GROUNDS,
    "employer": GROUNDS,
    "town": TOWN_GROUNDS,
}


def _with_pay(label: str, paid: bool | None) -> str:
    if paid is None:
        return label
    told = {"ground": label}
    return _("%(ground)s — 賃金を払う") % told if paid else _("%(ground)s — 賃金は払わない") % told


class CancelForm(forms.Form):
    """Which days, on which ground."""

    days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("取り消す日"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("取り消す日を選んでください。")},
    )
    ground = forms.ChoiceField(label=gettext_lazy("事由"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self,
        *args: Any,
        side: str,
        days: Iterable[WorkDay],
        paid: Mapping[str, bool] | None = None,
        **kwargs: Any,
    ) -> None:
        """`paid`: for each ground, whether the first of the days would have to be paid."""
        super().__init__(*args, **kwargs)
        self.fields["days"].choices = [(day.pk, day_label(day)) for day in days]  # type: ignore[attr-defined]
        self.fields["ground"].choices = [  # type: ignore[attr-defined]
            (key.value, _with_pay(str(label), (paid or {}).get(key.value)))
            for key, label in GROUNDS_OF[side].items()
        ]
        if side == "worker":
            self.fields["reason"].required = False
            self.fields["reason"].help_text = _("書かなくてもかまいません。")
        else:
            self.fields["reason"].help_text = _("働く人にそのまま伝わります。")


class ChangeForm(forms.Form):
    """Conditions as they are, to be written over; the times of days that have not begun."""

    hourly_wage = forms.IntegerField(label=gettext_lazy("時給（円）"), min_value=1)
    commuting_yen = forms.IntegerField(label=gettext_lazy("1日の交通費（円）"), min_value=0)
    workplace = forms.CharField(label=gettext_lazy("働く場所"), max_length=80)
    workplace_address = forms.CharField(label=gettext_lazy("働く場所の住所"), max_length=200)
    duties = forms.CharField(
        label=gettext_lazy("仕事の内容"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    has_overtime = forms.BooleanField(label=gettext_lazy("所定の時間をこえる仕事がある"), required=False)
    pay_day = forms.CharField(label=gettext_lazy("賃金の支払日"), max_length=80)
    pay_method = forms.ChoiceField(
        label=gettext_lazy("賃金の支払いかた"), choices=Posting.PayMethod.choices, widget=forms.RadioSelect
    )
    meals = forms.CharField(label=LABELS["meals"], max_length=200, required=False)
    transport = forms.CharField(label=LABELS["transport"], max_length=200, required=False)
    belongings = forms.CharField(label=LABELS["belongings"], max_length=300, required=False)
    rain = forms.CharField(label=LABELS["rain"], max_length=300, required=False)
    reason = forms.CharField(
        label=gettext_lazy("変える理由"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("働く人にそのまま伝わります。"),
    )

    def __init__(
        self, *args: Any, terms: Mapping[str, Any], open_days: Iterable[WorkDay], **kwargs: Any
    ) -> None:
        self.terms = terms
        self.open = {day.shift_id for day in open_days}
        names = [name for name in type(self).base_fields if name in terms]
        super().__init__(*args, initial={name: terms[name] for name in names}, **kwargs)
        for index, day in enumerate(terms["days"]):
            if day["shift"] in self.open:
                self._add_day(index, day)
        self.fields["reason"] = self.fields.pop("reason")

    def _add_day(self, index: int, day: Mapping[str, Any]) -> None:
        start, end = datetime.fromisoformat(day["start"]), datetime.fromisoformat(day["end"])
        told = {"day": date_format(start, "n/j")}
        clock = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        self.fields[f"start_{index}"] = forms.TimeField(
            label=_("%(day)sの始まり") % told, initial=start.time(), widget=clock
        )
        self.fields[f"end_{index}"] = forms.TimeField(
            label=_("%(day)sの終わり") % told, initial=end.time(), widget=clock
        )
        self.fields[f"break_{index}"] = forms.IntegerField(
            label=_("%(day)sの休憩（分）") % told, initial=day["break_minutes"], min_value=0, max_value=600
        )

    def changed_terms(self) -> dict[str, Any]:
        """Conditions that are not as before."""
        given = self.cleaned_data
        names = [name for name in type(self).base_fields if name in self.terms]
        changed = {name: given[name] for name in names if given[name] != self.terms[name]}
        days = [self._day(index, day, given) for index, day in enumerate(self.terms["days"])]
        if days != self.terms["days"]:
            changed["days"] = days
        return changed

    def _day(self, index: int, day: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
        if f"start_{index}" not in given:
            return dict(day)
        first = datetime.fromisoformat(day["start"]).astimezone(JST)
        start = datetime.combine(first.date(), given[f"start_{index}"], tzinfo=JST)
        end = datetime.combine(first.date(), given[f"end_{index}"], tzinfo=JST)
        if end <= start:
            end = datetime.combine(next_day(first), given[f"end_{index}"], tzinfo=JST)
        return {
            **day,
            "start": start.isoformat(timespec="minutes"),
            "end": end.isoformat(timespec="minutes"),
            "break_minutes": given[f"break_{index}"],
        }


def next_day(moment: datetime) -> date:
    """The civil day after that of a moment."""
    return (moment + timedelta(days=1)).date()
