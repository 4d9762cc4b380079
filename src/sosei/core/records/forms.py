"""Forms of records: the search of entries, and the reason for sending again."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sosei.core.records.querysets.entries import EntryQuerySet
from sosei.core.records.verbs import all_verbs, verb_named

YEARS = range(1900, 3000)
"""Of which entries may be asked for."""


def _verb_choices() -> list[tuple[str, str]]:
    known = sorted(((verb.name, str(verb.title)) for verb in all_verbs()), key=lambda pair: pair[1])
    return [("", gettext("すべて")), *known]


class EntrySearch(forms.Form):
    """Who, what, from when, until when; each may be left out."""

    who = forms.CharField(label=_("人の名前・カナ・メール"), required=False, max_length=120)
    verb = forms.ChoiceField(label=_("したこと"), required=False, choices=_verb_choices)
    since = forms.DateField(
        label=_("この日から"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=_("この日まで"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        """The days in order."""
        cleaned = super().clean() or {}
        for name in ("since", "until"):
            day = cleaned.get(name)
            # The day after the last one a computer knows is none.
            if day is not None and day.year not in YEARS:
                message = gettext(
                    "%(day)s は調べられません。%(first)s年から%(last)s年までの日にしてください。"
                )
                told = {"day": day, "first": YEARS[0], "last": YEARS[-1]}
                self.add_error(name, message % told)
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            message = gettext(
                "「この日まで」（%(until)s）は「この日から」（%(since)s）より後の日にしてください。"
            )
            self.add_error("until", message % {"until": until, "since": since})
        return cleaned

    def narrow(self, entries: EntryQuerySet) -> EntryQuerySet:
        """The entries that the search asks for; none where the search cannot be read."""
        if not self.is_valid():
            return entries.none()
        asked = self.cleaned_data
        found = entries.between(_start(asked["since"]), _start(asked["until"], days=1))
        if asked["verb"]:
            found = found.filter(verb=verb_named(asked["verb"]).name)
        return found.naming(asked["who"]) if asked["who"].strip() else found


def _start(day: Any, days: int = 0) -> datetime | None:
    """The moment a day of the place begins, or the day that many later."""
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=days), time(), ZoneInfo(settings.SCREEN_TIME_ZONE))


class SendAgainForm(forms.Form):
    """Why a message is sent once more."""

    reason = forms.CharField(
        label=_("もう一度送る理由"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("記録に残ります。例：本人に電話で確かめ、メールサーバーの故障だったため"),
        error_messages={"required": _("もう一度送る理由を書いてください。")},
    )
