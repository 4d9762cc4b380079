"""Forms of what follows a booking: another time, cancelling, waiting, answering, blocking, some words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.programmes.spaces.booking_times import clock_text
from sosei.programmes.spaces.forms_bookings import DayField
from sosei.programmes.spaces.rules_periods import DAY, Period, span_on
from sosei.programmes.spaces.rules_series import Every, Pattern


class _Keyed(forms.Form):
    """A form whose second sending is the first, and that names whom it is for."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    about = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, person: str = "", **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid4(), "about": person, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


class MessageForm(_Keyed):
    """Words to the other side."""

    text = forms.CharField(
        label=gettext_lazy("伝えること"), max_length=1000, widget=forms.Textarea(attrs={"rows": 5})
    )


class NoShowForm(forms.Form):
    """Nobody came: what is known."""

    reason = forms.CharField(label=gettext_lazy("分かったこと"), max_length=300)


class CancelForm(_Keyed):
    """Which dates, on whose side, why."""

    bookings = forms.TypedMultipleChoiceField(
        label=gettext_lazy("取り消す日"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("取り消す日を選んでください。")},
    )
    side = forms.ChoiceField(label=gettext_lazy("どちらの都合か"), widget=forms.RadioSelect)
    reason_code = forms.ChoiceField(label=gettext_lazy("理由"))
    reason = forms.CharField(
        label=gettext_lazy("くわしい理由"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        *args: Any,
        days: Iterable[tuple[int, str]],
        sides: Sequence[tuple[str, Any]],
        reasons: Mapping[str, Mapping[str, Any]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["bookings"].choices = list(days)
        self.reasons = reasons
        if len(sides) == 1:
            fields["side"].widget = forms.HiddenInput()
            fields["side"].initial = sides[0][0]
        fields["side"].choices = list(sides)
        groups = [(str(label), list(reasons[side].items())) for side, label in sides]
        fields["reason_code"].choices = [
            ("", _("選んでください")),
            *(groups[0][1] if len(groups) == 1 else groups),
        ]

    def clean(self) -> dict[str, Any]:
        """A reason belongs to its side."""
        given = super().clean() or {}
        side, code = given.get("side"), given.get("reason_code")
        if side and side != "guest" and not given.get("reason"):
            self.add_error("reason", _("理由を書いてください。使う人にそのまま伝わります。"))
        if side and code and code not in self.reasons[side]:
            self.add_error("reason_code", _("どちらの都合かに合う理由を選んでください。"))
        return given


class MoveForm(_Keyed):
    """Another time, of one date or of those that follow."""

    day = DayField(label=gettext_lazy("新しい日"))
    opens = forms.TypedChoiceField(label=gettext_lazy("始まり"), coerce=int)
    closes = forms.TypedChoiceField(label=gettext_lazy("終わり"), coerce=int)
    space = forms.TypedChoiceField(label=gettext_lazy("場所"), coerce=int)
    scope = forms.ChoiceField(label=gettext_lazy("どの日を変えるか"), widget=forms.RadioSelect)
    side = forms.ChoiceField(label=gettext_lazy("どちらの都合か"), widget=forms.RadioSelect)
    reason = forms.CharField(label=gettext_lazy("変える理由"), max_length=300, required=False)

    def __init__(
        self,
        *args: Any,
        starts: Iterable[int],
        ends: Iterable[int],
        spaces: Sequence[tuple[int, str]],
        in_series: bool,
        sides: Sequence[tuple[str, Any]],
        zone: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        fields: Any = self.fields
        fields["side"].choices = list(sides)
        fields["side"].initial = sides[0][0]
        if len(sides) == 1:
            fields["side"].widget = forms.HiddenInput()
            fields["side"].required = False
        fields["opens"].choices = [(minute, clock_text(minute)) for minute in starts]
        fields["closes"].choices = [(minute, clock_text(minute)) for minute in ends]
        fields["space"].choices = list(spaces)
        if len(spaces) == 1:
            fields["space"].widget = forms.HiddenInput()
            fields["space"].initial = spaces[0][0]
        fields["scope"].choices = [
            ("this", _("この日だけ")),
            ("following", _("この日と、あとの日全部（同じだけずらす）")),
            ("all", _("まだ始まっていない日全部（同じだけずらす）")),
        ]
        fields["scope"].initial = "this"
        if not in_series:
            fields["scope"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """The end comes after the beginning; who may move on one side alone has nothing to choose."""
        given = super().clean() or {}
        choices: Any = self.fields["side"]
        if len(choices.choices) == 1:
            given["side"] = choices.choices[0][0]
        opens, closes = given.get("opens"), given.get("closes")
        if opens is not None and closes is not None and closes <= opens:
            self.add_error("closes", _("終わりは、始まりより後の時刻を選んでください。"))
        elif given.get("day") and opens is not None and closes is not None and self.period() is None:
            self.add_error("opens", _("この日には、この時刻がありません。ほかの時刻を選んでください。"))
        return given

    def period(self) -> Period | None:
        """The time that is asked for."""
        given = self.cleaned_data
        return span_on(given["day"], given["opens"], given["closes"], self.zone)


class AnswerForm(forms.Form):
    """A word to who asked; needed where it is no."""

    reason = forms.CharField(
        label=gettext_lazy("使う人へのことば"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("ことわるときは、理由を書いてください。そのまま伝わります。"),
    )

    def clean(self) -> dict[str, Any]:
        """A no has a reason."""
        given = super().clean() or {}
        if self.data.get("answer") == "decline" and not given.get("reason"):
            self.add_error("reason", _("ことわる理由を書いてください。"))
        return given


class BlockForm(forms.Form):
    """A time that a host keeps for himself, once or every week."""

    space = forms.TypedChoiceField(label=gettext_lazy("場所"), coerce=int)
    day = DayField(label=gettext_lazy("日"))
    opens = forms.TypedChoiceField(label=gettext_lazy("始まり"), coerce=int, initial=540)
    closes = forms.TypedChoiceField(label=gettext_lazy("終わり"), coerce=int, initial=1020)
    every = forms.ChoiceField(label=gettext_lazy("くり返し"), initial="once")
    until = DayField(label=gettext_lazy("いつまで"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=120, help_text=gettext_lazy("使う人には見えません。")
    )

    def __init__(self, *args: Any, spaces: Iterable[tuple[int, str]], zone: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        fields: Any = self.fields
        fields["space"].choices = list(spaces)
        fields["opens"].choices = [(minute, clock_text(minute)) for minute in range(0, DAY, 30)]
        fields["closes"].choices = [(minute, clock_text(minute)) for minute in range(30, 2 * DAY + 1, 30)]
        fields["every"].choices = [
            ("once", _("くり返さない")),
            (Every.WEEK.value, _("毎週")),
            (Every.FORTNIGHT.value, _("2週ごと")),
        ]

    def clean(self) -> dict[str, Any]:
        """A series has an end, and the end comes after the beginning."""
        given = super().clean() or {}
        opens, closes = given.get("opens"), given.get("closes")
        if opens is not None and closes is not None and closes <= opens:
            self.add_error("closes", _("終わりは、始まりより後の時刻を選んでください。"))
        if given.get("every") != "once" and "until" not in self.errors:
            first, until = given.get("day"), given.get("until")
            if until is None:
                self.add_error("until", _("いつまでくり返すか、日を入れてください。"))
            elif first and not 0 <= (until - first).days <= 731:
                self.add_error("until", _("はじめの日から2年までの日を入れてください。"))
        return given

    def period(self) -> Period | None:
        """The first time."""
        given = self.cleaned_data
        return span_on(given["day"], given["opens"], given["closes"], self.zone)

    def pattern(self) -> Pattern | None:
        """How it repeats; None for once."""
        given = self.cleaned_data
        if given["every"] == "once":
            return None
        return Pattern(
            Every(given["every"]), given["opens"], given["closes"], first=given["day"], last=given["until"]
        )
