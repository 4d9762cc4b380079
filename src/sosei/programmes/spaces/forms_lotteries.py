"""Forms of lotteries: announcing one, entering with ranked wishes, calling one off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.programmes.spaces.booking_times import clock_text
from sosei.programmes.spaces.forms_bookings import DayField
from sosei.programmes.spaces.kinds import USES
from sosei.programmes.spaces.models import Lottery, Space, UserGroup
from sosei.programmes.spaces.rules_periods import Period, at_minute, span_on
from sosei.programmes.spaces.services.lotteries import MOST_ENTRIES, Plan, Wish

HALF_HOURS = range(0, 1441, 30)
MOST_ROWS = 5
"""Wishes that one sending of the form takes."""


class AnnounceForm(forms.Form):
    """A lottery: rooms, days of use, and the moments until the winners have decided."""

    title = forms.CharField(
        label=gettext_lazy("名前"), max_length=80, help_text=gettext_lazy("例：4月分の会議室の抽選")
    )
    title_en = forms.CharField(label=gettext_lazy("名前（英語）"), max_length=80, required=False)
    spaces = forms.TypedMultipleChoiceField(
        label=gettext_lazy("抽選する場所"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    use_from = DayField(label=gettext_lazy("使う期間の始まり"))
    use_until = DayField(label=gettext_lazy("使う期間の終わり"))
    enter_from = DayField(
        label=gettext_lazy("申し込みの始まり"), help_text=gettext_lazy("この日の0時から受け付けます。")
    )
    enter_until = DayField(
        label=gettext_lazy("申し込みの終わり"), help_text=gettext_lazy("この日の24時まで受け付けます。")
    )
    draw_on = DayField(label=gettext_lazy("抽選の日"))
    draw_minute = forms.TypedChoiceField(label=gettext_lazy("抽選の時刻"), coerce=int, initial=600)
    confirm_until = DayField(
        label=gettext_lazy("当たった人が決める期限"), help_text=gettext_lazy("この日の24時までです。")
    )
    residents_first = forms.BooleanField(
        label=gettext_lazy("市内の人を先に抽選する"), required=False, initial=True
    )
    max_entries = forms.IntegerField(
        label=gettext_lazy("1人が申し込める数"), min_value=1, max_value=MOST_ENTRIES, initial=5
    )

    def __init__(self, *args: Any, spaces: Sequence[Space], zone: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.known = {space.pk: space for space in spaces}
        fields: Any = self.fields
        fields["spaces"].choices = [(space.pk, str(space)) for space in spaces]
        fields["draw_minute"].choices = [(minute, clock_text(minute)) for minute in range(0, 1440, 30)]

    def chosen(self) -> list[Space]:
        """The rooms."""
        return [self.known[key] for key in self.cleaned_data["spaces"]]

    def plan(self) -> Plan:
        """As the service takes it."""
        given = self.cleaned_data

        def at(name: str, minute: int) -> datetime:
            return at_minute(given[name], minute, self.zone)

        return Plan(
            title=given["title"],
            title_en=given["title_en"],
            use_from=given["use_from"],
            use_until=given["use_until"],
            enter_from=at("enter_from", 0),
            enter_until=at("enter_until", 1440),
            draw_at=at("draw_on", given["draw_minute"]),
            confirm_until=at("confirm_until", 1440),
            residents_first=given["residents_first"],
            max_entries=given["max_entries"],
        )


class EnterForm(forms.Form):
    """What somebody wishes for, most wanted first; only the first row is needed."""

    tier = forms.ChoiceField(label=gettext_lazy("どちらにあてはまりますか"), widget=forms.RadioSelect)
    group = forms.ChoiceField(label=gettext_lazy("団体として申し込む"), required=False)
    purpose = forms.ChoiceField(label=gettext_lazy("使い道"))
    heads = forms.IntegerField(label=gettext_lazy("使う人数"), min_value=1, max_value=100_000)

    def __init__(
        self,
        *args: Any,
        lottery: Lottery,
        spaces: Sequence[Space],
        groups: Sequence[UserGroup],
        rows: int,
        zone: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lottery, self.zone, self.rows = lottery, zone, min(rows, MOST_ROWS)
        self.known = {space.pk: space for space in spaces}
        self.groups = {str(group.pk): group for group in groups}
        fields: Any = self.fields
        fields["tier"].choices = [
            ("resident", _("%(town)sに住む・勤める・通う人") % {"town": lottery.municipality}),
            ("outside", _("そのほかの人")),
        ]
        fields["purpose"].choices = [("", _("選んでください")), *((use.slug, use.name) for use in USES)]
        if groups:
            fields["group"].choices = [
                ("", _("団体としては申し込まない")),
                *((key, group.name) for key, group in self.groups.items()),
            ]
        else:
            del fields["group"]
        rooms = [(space.pk, str(space)) for space in spaces]
        for number in range(1, self.rows + 1):
            self._add_row(number, rooms)

    def _add_row(self, number: int, rooms: Sequence[tuple[int, str]]) -> None:
        first = number == 1
        told = {"number": number}
        days = {"min": self.lottery.use_from.isoformat(), "max": self.lottery.use_until.isoformat()}
        blank = (
            [] if first and len(rooms) == 1 else [("", _("選ばない") if not first else _("選んでください"))]
        )
        self.fields[f"space_{number}"] = forms.TypedChoiceField(
            label=_("第%(number)s希望の場所") % told,
            coerce=int,
            required=first,
            empty_value=None,
            choices=[*blank, *rooms],
        )
        self.fields[f"day_{number}"] = DayField(label=_("第%(number)s希望の日") % told, required=first)
        self.fields[f"day_{number}"].widget.attrs.update(days)
        for name, label, initial, minutes in (
            ("opens", _("第%(number)s希望の始まり"), 540, HALF_HOURS[:-1]),
            ("closes", _("第%(number)s希望の終わり"), 720, HALF_HOURS[1:]),
        ):
            self.fields[f"{name}_{number}"] = forms.TypedChoiceField(
                label=label % told,
                coerce=int,
                required=first,
                initial=initial,
                choices=[(minute, clock_text(minute)) for minute in minutes],
            )

    def wish_rows(self) -> list[tuple[int, list[Any]]]:
        """The boxes of each wish, for the page."""
        names = ("space", "day", "opens", "closes")
        return [(number, [self[f"{name}_{number}"] for name in names]) for number in range(1, self.rows + 1)]

    def about_rows(self) -> list[Any]:
        """The boxes that all wishes have in common."""
        return [self[name] for name in ("tier", "group", "purpose", "heads") if name in self.fields]

    def clean(self) -> dict[str, Any]:
        """Each wish is whole, and ends after it begins."""
        given = super().clean() or {}
        for number in range(1, self.rows + 1):
            space, day = given.get(f"space_{number}"), given.get(f"day_{number}")
            if not space and not day:
                continue
            for name, value, text in (
                ("space", space, _("場所を選んでください。")),
                ("day", day, _("日を入れてください。")),
            ):
                if not value and f"{name}_{number}" not in self.errors:
                    self.add_error(f"{name}_{number}", text)
            if self._period(number) is None and not self.errors:
                self.add_error(f"closes_{number}", _("終わりは、始まりより後の時刻を選んでください。"))
        return given

    def _period(self, number: int) -> Period | None:
        given = self.cleaned_data
        day, opens, closes = (given.get(f"{name}_{number}") for name in ("day", "opens", "closes"))
        if not day or opens in (None, "") or closes in (None, "") or closes <= opens:
            return None
        return span_on(day, opens, closes, self.zone)

    def wishes(self) -> list[Wish]:
        """As the service takes them."""
        found = []
        for number in range(1, self.rows + 1):
            key, period = self.cleaned_data.get(f"space_{number}"), self._period(number)
            if key and period is not None:
                found.append(Wish(self.known[key], period))
        return found

    def chosen_group(self) -> UserGroup | None:
        """The group, where one is chosen."""
        return self.groups.get(self.cleaned_data.get("group", ""))


class CallOffForm(forms.Form):
    """Why there will be no draw."""

    reason = forms.CharField(
        label=gettext_lazy("取りやめる理由"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("申し込んだ人に、そのまま伝わります。"),
    )
