"""Forms of booking: the wish with its time, series and people; who books without an account; the last page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.people.phones import PhoneField
from sosei.programmes.spaces.booking_times import clock_text, day_from, near
from sosei.programmes.spaces.models import Extra, Order, Space, UserGroup
from sosei.programmes.spaces.rules_periods import Period, span_on
from sosei.programmes.spaces.rules_series import MOST, Every, Occurrence, Pattern, plan

MOST_EXTRAS = 10
"""So many of one extra can be taken."""
ONCE, LAST_WEEKDAY = "once", "last_weekday"
NTH = {
    1: gettext_lazy("第1"),
    2: gettext_lazy("第2"),
    3: gettext_lazy("第3"),
    4: gettext_lazy("第4"),
    5: gettext_lazy("第5"),
}


class DayInput(forms.DateInput):
    """The browser's own calendar; where there is none, 2026-12-01 is typed."""

    input_type = "date"

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__(attrs=dict(attrs or {}), format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day from the browser's calendar."""

    widget = DayInput

    def __init__(self, **options: Any) -> None:
        options.setdefault("error_messages", {}).setdefault(
            "invalid", gettext_lazy("日付は「2026-12-01」のように書いてください。")
        )
        super().__init__(**options)

    def to_python(self, value: Any) -> date | None:
        """The day; years that no calendar reaches are none.

        Raises:
            ValidationError: it cannot be read.
        """
        found: date | None = super().to_python(value)
        try:
            return found and near(found)
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


@dataclass(frozen=True)
class Asked:
    """What a form stands on.

    Attributes:
        space: the one whose page led here.
        rooms: others of the same hall that may be taken with it.
        starts, ends: minutes after midnight that can be chosen on the day.
        groups: of the person, registered with the town.
        tiers_matter: people of the town pay another price, may book earlier, or are the only ones who may.
        needs_guest: who it is for has no account here, or somebody else types.
        desk: host or staff book for somebody on the phone.
    """

    space: Space
    rooms: Sequence[Space]
    starts: Sequence[int]
    ends: Sequence[int]
    extras: Sequence[Extra]
    purposes: Sequence[tuple[str, Any]]
    groups: Sequence[UserGroup]
    needs_guest: bool
    tiers_matter: bool
    desk: bool = False


class BookForm(forms.Form):
    """A wish for one time or a series, of one room or several."""

    day = DayField(label=gettext_lazy("使う日"))
    opens = forms.TypedChoiceField(label=gettext_lazy("始まり"), coerce=int)
    closes = forms.TypedChoiceField(label=gettext_lazy("終わり"), coerce=int)
    rooms = forms.TypedMultipleChoiceField(
        label=gettext_lazy("いっしょに借りる部屋"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    every = forms.ChoiceField(
        label=gettext_lazy("くり返し"), widget=forms.RadioSelect, required=False, initial=ONCE
    )
    until = DayField(
        label=gettext_lazy("いつまでくり返すか"),
        required=False,
        help_text=gettext_lazy("この日をふくみます。"),
    )
    dates = forms.CharField(
        label=gettext_lazy("使う日（「日を自分で選ぶ」のとき）"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("1行に1日ずつ、または「、」で区切って書きます。例：2026-12-01、2026-12-09"),
    )
    skip_holidays = forms.BooleanField(label=gettext_lazy("祝日は使わない"), required=False)
    skip_clashes = forms.BooleanField(
        label=gettext_lazy("借りられない日をのぞいて、ほかの日だけ予約する"), required=False
    )
    heads = forms.IntegerField(label=gettext_lazy("使う人数"), min_value=1, max_value=100_000)
    purpose = forms.ChoiceField(label=gettext_lazy("使い道"))
    purpose_note = forms.CharField(
        label=gettext_lazy("使い道の説明"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("例：絵の教室、会議、誕生日の会"),
    )
    tier = forms.ChoiceField(
        label=gettext_lazy("どちらにあてはまりますか"), widget=forms.RadioSelect, choices=(), required=True
    )
    group = forms.ChoiceField(label=gettext_lazy("団体として使う"), required=False)
    from_outside = forms.IntegerField(
        label=gettext_lazy("市の外から来る人数"), min_value=0, max_value=100_000, required=False
    )
    remote_workers = forms.IntegerField(
        label=gettext_lazy("リモートワークをする人数"), min_value=0, max_value=100_000, required=False
    )
    note = forms.CharField(
        label=gettext_lazy("貸す人に伝えること"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, asked: Asked, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        fields: Any = self.fields
        fields["opens"].choices = [(minute, clock_text(minute)) for minute in asked.starts]
        fields["closes"].choices = [(minute, clock_text(minute)) for minute in asked.ends]
        fields["every"].choices = self._repeats()
        fields["purpose"].choices = [("", _("選んでください")), *asked.purposes]
        fields["tier"].choices = [
            (
                Order.Tier.RESIDENT.value,
                _("%(town)sに住む・勤める・通う人") % {"town": asked.space.municipality},
            ),
            (Order.Tier.OUTSIDE.value, _("そのほかの人")),
        ]
        if not asked.tiers_matter:
            fields["tier"].widget = forms.HiddenInput()
            fields["tier"].initial = Order.Tier.OUTSIDE.value
        fields["heads"].help_text = _("定員は%(seats)s人です。") % {"seats": asked.space.seats}
        if asked.rooms:
            fields["rooms"].choices = [(room.pk, _room_label(room)) for room in asked.rooms]
        else:
            del fields["rooms"]
        if asked.groups:
            fields["group"].choices = [
                ("", _("団体としては使わない")),
                *((str(group.pk), group.name) for group in asked.groups),
            ]
        else:
            del fields["group"]
        self._add_extras(asked.extras)
        if asked.needs_guest:
            self._add_guest(asked)

    def _repeats(self) -> list[tuple[str, str]]:
        first = self._first_day()
        weekday = date_format(first, "l") if first else ""
        return [
            (ONCE, _("くり返さない（1回だけ）")),
            (Every.WEEK.value, _("毎週（%(weekday)s）") % {"weekday": weekday} if weekday else _("毎週")),
            (
                Every.FORTNIGHT.value,
                _("2週ごと（%(weekday)s）") % {"weekday": weekday} if weekday else _("2週ごと"),
            ),
            (
                Every.NTH_WEEKDAY.value,
                _("毎月 %(nth)s%(weekday)s") % {"nth": NTH[_nth(first)], "weekday": weekday}
                if first
                else _("毎月 同じ週の同じ曜日"),
            ),
            (
                LAST_WEEKDAY,
                _("毎月 最後の%(weekday)s") % {"weekday": weekday} if weekday else _("毎月 最後の同じ曜日"),
            ),
            (Every.CHOSEN.value, _("日を自分で選ぶ")),
        ]

    def _first_day(self) -> date | None:
        given = self.data.get(self.add_prefix("day")) if self.is_bound else self.initial.get("day")
        try:
            return given if isinstance(given, date) else day_from(str(given or ""))
        except ValueError:
            return None

    def _add_extras(self, extras: Iterable[Extra]) -> None:
        for extra in extras:
            told = {"name": str(extra), "yen": f"{extra.yen:,}"}
            label = (
                _("%(name)s（1時間 %(yen)s円）") % told
                if extra.per == Extra.Per.HOUR
                else _("%(name)s（1回 %(yen)s円）") % told
            )
            self.fields[f"extra_{extra.pk}"] = forms.TypedChoiceField(
                label=label,
                coerce=int,
                empty_value=0,
                required=False,
                choices=[
                    (0, _("使わない")),
                    *((number, str(number)) for number in range(1, MOST_EXTRAS + 1)),
                ],
            )

    def _add_guest(self, asked: Asked) -> None:
        self.fields["guest_name"] = forms.CharField(
            label=_("使う人の名前"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
        )
        self.fields["guest_email"] = forms.EmailField(
            label=_("メール"),
            required=not asked.desk,
            widget=forms.EmailInput(attrs={"autocomplete": "email"}),
            help_text=_("予約の確認と、当日の案内を送ります。")
            if not asked.desk
            else _("メールか電話の、どちらかを書いてください。"),
        )
        self.fields["guest_phone"] = PhoneField(label=_("電話"), required=False)

    @property
    def extra_fields(self) -> list[forms.BoundField]:
        """The boxes of what can be added."""
        return [self[name] for name in self.fields if name.startswith("extra_")]

    @property
    def guest_fields(self) -> list[forms.BoundField]:
        """The boxes of who it is for."""
        return [self[name] for name in self.fields if name.startswith("guest_")]

    def clean_dates(self) -> list[date]:
        """The days that were written, in order.

        Raises:
            ValidationError: one that is none, or too many.
        """
        given = self.cleaned_data["dates"]
        texts = [text.strip() for text in given.replace("、", "\n").replace(",", "\n").splitlines()]
        found = set()
        for text in filter(None, texts):
            try:
                found.add(day_from(text.replace("/", "-")))
            except ValueError as error:
                raise ValidationError(
                    _("「%(text)s」という日はありません。「2026-12-01」のように書いてください。")
                    % {"text": text[:20]}
                ) from error
        if len(found) > MOST:
            raise ValidationError(_("一度に予約できるのは%(most)s日までです。") % {"most": MOST})
        return sorted(found)

    def clean(self) -> dict[str, Any]:
        """What fits together."""
        given = super().clean() or {}
        given["every"] = given.get("every") or ONCE
        opens, closes = given.get("opens"), given.get("closes")
        if opens is not None and closes is not None and closes <= opens:
            self.add_error("closes", _("終わりは、始まりより後の時刻を選んでください。"))
        if given["every"] not in (ONCE, Every.CHOSEN.value):
            first, until = given.get("day"), given.get("until")
            if until is None and "until" not in self.errors:
                self.add_error("until", _("いつまでくり返すか、日を入れてください。"))
            elif first and until and until < first:
                self.add_error(
                    "until", _("使う日（%(day)s）より後の日を入れてください。") % {"day": first.isoformat()}
                )
            elif first and until and (until - first).days > 731:
                self.add_error("until", _("くり返しは2年までです。"))
        reachable = given.get("guest_email") or given.get("guest_phone")
        if self.asked.desk and not reachable and not {"guest_email", "guest_phone"} & set(self.errors):
            self.add_error("guest_phone", _("メールか電話の、どちらかを書いてください。"))
        for name in ("from_outside", "remote_workers"):
            given[name] = given.get(name) or 0
            if given.get("heads") and given[name] > given["heads"]:
                self.add_error(
                    name, _("使う人数（%(heads)s人）より多くは書けません。") % {"heads": given["heads"]}
                )
        return given

    # --- What the services are handed -------------------------------------------------------------------------------

    def occurrences(self) -> list[Occurrence]:
        """Every date that is asked for, holidays left out where so wished; the form is clean."""
        given = self.cleaned_data
        zone = self._zone()
        if given["every"] == ONCE:
            return [Occurrence(given["day"], span_on(given["day"], given["opens"], given["closes"], zone))]
        return plan(self.pattern(), zone)

    def pattern(self) -> Pattern:
        """The series; the form is clean."""
        given = self.cleaned_data
        every, first = given["every"], given["day"]
        if every == Every.CHOSEN.value:
            chosen = tuple(sorted({first, *given["dates"]}))
            return Pattern(
                Every.CHOSEN,
                given["opens"],
                given["closes"],
                chosen=chosen,
                skip_holidays=given["skip_holidays"],
            )
        nth = -1 if every == LAST_WEEKDAY else _nth(first)
        return Pattern(
            Every.NTH_WEEKDAY if every == LAST_WEEKDAY else Every(every),
            given["opens"],
            given["closes"],
            first=first,
            last=given["until"],
            nth=nth if every in (LAST_WEEKDAY, Every.NTH_WEEKDAY.value) else None,
            skip_holidays=given["skip_holidays"],
        )

    def repeats(self) -> dict[str, Any] | None:
        """The series as it is kept with the order; None for a single time."""
        given = self.cleaned_data
        if given["every"] == ONCE:
            return None
        kept: dict[str, Any] = {"every": given["every"], "skip_holidays": given["skip_holidays"]}
        if given["every"] == Every.CHOSEN.value:
            kept["dates"] = [day.isoformat() for day in self.pattern().chosen]
        else:
            kept["until"] = given["until"].isoformat()
        return kept

    def spaces(self) -> list[Space]:
        """The space and the rooms taken with it."""
        chosen = set(self.cleaned_data.get("rooms") or ())
        return [self.asked.space, *(room for room in self.asked.rooms if room.pk in chosen)]

    def periods(self) -> list[Period]:
        """The times that are asked for."""
        return [one.period for one in self.occurrences() if one.period is not None and one.left_out is None]

    def extras(self) -> dict[int, int]:
        """How many of each extra, by its key."""
        given = self.cleaned_data
        counted = {extra.pk: given.get(f"extra_{extra.pk}") or 0 for extra in self.asked.extras}
        return {key: count for key, count in counted.items() if count}

    def chosen_group(self) -> UserGroup | None:
        """The group for which it is used."""
        key = self.cleaned_data.get("group")
        return next((group for group in self.asked.groups if str(group.pk) == key), None)

    def _zone(self) -> Any:
        from sosei.programmes.spaces.as_rules import zone_of

        return zone_of(self.asked.space.municipality)


def _nth(day: date | None) -> int:
    return (day.day - 1) // 7 + 1 if day else 1


def _room_label(room: Space) -> str:
    return _("%(name)s（%(seats)s人まで）") % {"name": str(room), "seats": room.seats}


OF_FORMS = 4
"""The version of the keys that pages draw. Those of a lottery's or an offer's order (5) anybody can reckon: whoever sent
one along with another booking would make or free that order's place."""


class LastPageForm(forms.Form):
    """The last page before the order: how to pay, and that the terms were read."""

    way_to_pay = forms.ChoiceField(label=gettext_lazy("支払いの方法"), widget=forms.RadioSelect)
    agreed = forms.BooleanField(label=gettext_lazy("上の内容と利用規約を読みました"))
    shown = forms.CharField(widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, ways: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["way_to_pay"].choices = ways  # type: ignore[attr-defined]
        if len(ways) == 1:
            self.fields["way_to_pay"].initial = ways[0][0]


class LookUpForm(forms.Form):
    """Number and mail of an order made without an account."""

    number = forms.CharField(
        label=gettext_lazy("予約番号"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 18}),
        help_text=gettext_lazy("予約のときに送ったメールに書いてあります。"),
    )
    contact = forms.CharField(
        label=gettext_lazy("予約のときに書いたメール"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
