"""Forms of the days: times of a punch, of a correction, an absence, an answer, a safety notice."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.design.templatetags.design import screen_time
from sosei.engines.labour.spans import JST
from sosei.programmes.jobs.models import Employer, Punch, SafetyNotice, WorkDay
from sosei.programmes.jobs.rules_days import Hours
from sosei.programmes.jobs.words_days import SAFETY_TEXTS


def clock() -> forms.TimeInput:
    """A box for a time of day."""
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


def _reason(label: Any, text: Any = "", **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=300, widget=forms.Textarea(attrs={"rows": 2}), help_text=text, **options
    )


def moment_on(day: WorkDay, time: datetime.time) -> datetime.datetime:
    """A time of day as a moment of a shift, on the next date where the shift goes over midnight.

    Of the dates it may have, the one nearest to the agreed time.
    """
    start, end = day.period.lower.astimezone(JST), day.period.upper.astimezone(JST)
    dates = {start.date() + datetime.timedelta(days=n) for n in (-1, 0, 1)} | {end.date()}
    found = [datetime.datetime.combine(date, time, tzinfo=JST) for date in sorted(dates)]
    return min(found, key=lambda at: max(start - at, at - end, datetime.timedelta(0)))


class HoursForm(forms.Form):
    """From when to when somebody worked, the break, and why."""

    start = forms.TimeField(label=gettext_lazy("始まった時刻"), widget=clock())
    end = forms.TimeField(label=gettext_lazy("終わった時刻"), widget=clock())
    break_minutes = forms.IntegerField(label=gettext_lazy("休憩（分）"), min_value=0, max_value=600)
    reason = _reason(gettext_lazy("理由"))

    def __init__(self, *args: Any, day: WorkDay, hours: Hours, help_text: str = "", **kwargs: Any) -> None:
        self.day = day
        super().__init__(
            *args,
            initial={
                "start": screen_time(hours.starts_at).time(),
                "end": screen_time(hours.ends_at).time(),
                "break_minutes": hours.break_minutes,
            },
            **kwargs,
        )
        self.fields["reason"].help_text = help_text

    def hours(self) -> dict[str, Any]:
        """The arguments of the services."""
        given = self.cleaned_data
        return {
            "starts_at": moment_on(self.day, given["start"]),
            "ends_at": moment_on(self.day, given["end"]),
            "break_minutes": given["break_minutes"],
            "reason": given["reason"],
        }


class PunchForm(forms.Form):
    """A time entered for somebody whose phone does not work."""

    kind = forms.ChoiceField(
        label=gettext_lazy("どちら"), choices=Punch.Kind.choices, widget=forms.RadioSelect
    )
    time = forms.TimeField(label=gettext_lazy("時刻"), widget=clock())
    token = forms.UUIDField(widget=forms.HiddenInput)


class AbsentForm(forms.Form):
    """Somebody did not come, or said that they will not."""

    told = forms.ChoiceField(
        label=gettext_lazy("どうしてわかりましたか"),
        choices=[
            ("yes", gettext_lazy("本人から、来られないと連絡があった")),
            ("no", gettext_lazy("連絡がなく、来なかった（始まりから30分たった後）")),
        ],
        widget=forms.RadioSelect,
    )
    reason = _reason(
        gettext_lazy("くわしく"), gettext_lazy("電話をした時刻など。本人にもそのまま伝わります。")
    )


class ReasonForm(forms.Form):
    """Why."""

    reason = _reason(gettext_lazy("理由"))


class AnswerForm(forms.Form):
    """The employer's answer to a correction."""

    answer = forms.ChoiceField(
        label=gettext_lazy("返事"),
        choices=[("accept", gettext_lazy("認める")), ("refuse", gettext_lazy("認めません"))],
        widget=forms.RadioSelect,
    )
    reason = _reason(gettext_lazy("返事の理由"), gettext_lazy("働く人にそのまま伝わります。"))


class NoticeForm(forms.Form):
    """A safety notice; the texts begin with plain ones for its kind."""

    kind = forms.ChoiceField(
        label=gettext_lazy("種類"), choices=SafetyNotice.Kind.choices, widget=forms.HiddenInput
    )
    on = forms.ChoiceField(label=gettext_lazy("いつ働く人に送りますか"))
    employer = forms.ModelChoiceField(
        label=gettext_lazy("どこで働く人に送りますか"),
        queryset=Employer.objects.none(),
        required=False,
        empty_label=gettext_lazy("町のすべての雇用主"),
    )
    text = forms.CharField(label=gettext_lazy("知らせ"), widget=forms.Textarea(attrs={"rows": 6}))
    text_en = forms.CharField(
        label=gettext_lazy("知らせ（英語）"),
        widget=forms.Textarea(attrs={"rows": 6, "lang": "en"}),
        required=False,
    )

    def __init__(self, *args: Any, kind: str, employers: Any = None, **kwargs: Any) -> None:
        """`employers`: for staff, whom they can choose; None on an employer's own page."""
        japanese, english = SAFETY_TEXTS[kind]
        initial = {"kind": kind, "text": japanese, "text_en": english}
        super().__init__(*args, initial={**initial, **kwargs.pop("initial", {})}, **kwargs)
        today = timezone.now().astimezone(JST).date()
        names = [_("今日"), _("明日")]
        self.fields["on"].choices = [  # type: ignore[attr-defined]
            ((today + datetime.timedelta(days=n)).isoformat(), _day_name(today, n, names)) for n in range(8)
        ]
        if employers is None:
            del self.fields["employer"]
        else:
            self.fields["employer"].queryset = employers  # type: ignore[attr-defined]

    def clean_on(self) -> datetime.date:
        """The day itself."""
        return datetime.date.fromisoformat(self.cleaned_data["on"])


def _day_name(today: datetime.date, ahead: int, names: list[str]) -> str:
    text = date_format(today + datetime.timedelta(days=ahead), "n/j（D）")
    return f"{names[ahead]} {text}" if ahead < len(names) else text
