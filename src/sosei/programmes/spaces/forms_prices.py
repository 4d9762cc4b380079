"""Forms of prices, extras, ladders, and of the question what a booking would cost."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from sosei.core.design.fields import EraDateField
from sosei.engines.conventions.folding import fold_width
from sosei.programmes.spaces.booking_times import FIRST_YEAR, LAST_YEAR
from sosei.programmes.spaces.models import Extra, Ladder, PriceItem, PriceList
from sosei.programmes.spaces.rules_ladders import Step
from sosei.programmes.spaces.week_texts import HoursTextError, clock, read_clock

BLANK_ROWS = 3
MOST_ROWS = 60
MOST_YEN = 10_000_000


class _ShortField(forms.Field):
    """A few letters that stand for a number."""

    def __init__(self, **options: Any) -> None:
        box = forms.TextInput({"size": 5, "maxlength": 8, "autocomplete": "off"})
        super().__init__(**{"widget": box, **options})


class ClockField(_ShortField):
    """A time of the day in minutes after midnight; 26:00 is two in the night."""

    def prepare_value(self, value: Any) -> Any:
        """Minutes are shown as a time."""
        return clock(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        """Minutes; None for nothing.

        Raises:
            ValidationError: no such time.
        """
        if isinstance(value, int):
            return value
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return read_clock(text)
        except HoursTextError as error:
            raise ValidationError(
                _("「%(text)s」は時刻として読めません。9:00 のように書いてください。") % {"text": text},
                code="clock",
            ) from error


class MonthDayField(_ShortField):
    """A day of the year as a number, 1231 for 31 December."""

    def prepare_value(self, value: Any) -> Any:
        """The number is shown as 12/31."""
        return f"{value // 100}/{value % 100}" if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        """The number; None for nothing.

        Raises:
            ValidationError: no day of the year.
        """
        if isinstance(value, int):
            return value
        text = str(value or "").strip()
        if not text:
            return None
        parts = fold_width(text).replace("月", "/").replace("日", "").replace("-", "/").split("/")
        try:
            month, day = (int(part) for part in parts)
            datetime.date(2000, month, day)
        except ValueError as error:
            raise ValidationError(
                _("「%(text)s」は日付として読めません。12/31 のように書いてください。") % {"text": text},
                code="day",
            ) from error
        return month * 100 + day


_BLANK = {"name": "", "minutes": None, "opens": 0, "closes": 1440}
"""What a line of a list has before anybody wrote in it."""


class PriceItemForm(forms.Form):
    """One line of a price list; a line without an amount does not count."""

    kind = forms.ChoiceField(label=_("種類"), choices=PriceItem.Kind, required=False)
    name = forms.CharField(label=_("名前"), max_length=60, required=False)
    tier = forms.ChoiceField(label=_("区分"), choices=PriceItem.Tier, required=False)
    days = forms.ChoiceField(label=_("曜日"), choices=PriceItem.Days, required=False)
    opens = ClockField(label=_("何時から"), required=False)
    closes = ClockField(label=_("何時まで"), required=False)
    minutes = forms.IntegerField(
        label=_("長さ（分）"),
        min_value=1,
        max_value=1440,
        required=False,
        widget=forms.NumberInput({"class": "short"}),
    )
    yen = forms.IntegerField(
        label=_("円（税込み）"),
        min_value=0,
        max_value=MOST_YEN,
        required=False,
        widget=forms.NumberInput({"class": "short"}),
    )
    season_from = MonthDayField(label=_("季節の始まり"), required=False)
    season_until = MonthDayField(label=_("季節の終わり"), required=False)

    def clean(self) -> dict[str, Any]:
        """A line with anything but the amount is asked for it."""
        given = super().clean() or {}
        # A blank line stands there with the whole day already.
        typed = any(given.get(name) not in (None, "", day) for name, day in _BLANK.items())
        if typed and given.get("yen") is None and not self.has_error("yen"):
            self.add_error("yen", _("金額を入れてください。無料のときは 0。消すときは、行を空にします。"))
        return given

    def item(self) -> dict[str, Any] | None:
        """As the service takes it; None for a line left empty."""
        given = self.cleaned_data
        if given.get("yen") is None:
            return None
        opens = given["opens"] or 0
        closes = given["closes"] if given["closes"] is not None else 1440
        return {
            "kind": given["kind"] or PriceItem.Kind.HOUR,
            "name": " ".join(given["name"].split()),
            "tier": given["tier"] or PriceItem.Tier.ALL,
            "days": given["days"] or PriceItem.Days.ALL,
            "opens": opens,
            "closes": closes if closes > opens else closes + 1440,
            "minutes": given["minutes"],
            "yen": given["yen"],
            "season_from": given["season_from"],
            "season_until": given["season_until"],
        }


class PriceListForm(forms.Form):
    """A list: its day, and its lines as numbered forms of their own."""

    valid_from = EraDateField(label=_("いつから"), help_text=_("この日の利用から、この料金になります。"))
    combine = forms.BooleanField(
        label=_("ちがう種類の料金を組み合わせて、いちばん安くする"),
        required=False,
        initial=True,
        help_text=_("例：午後の枠と1時間を合わせる。チェックがないと、1つの種類だけで計算します。"),
    )
    ordinance = forms.CharField(
        label=_("根拠の条例など"),
        max_length=120,
        required=False,
        help_text=_("公共施設では必要です。例：みほん市公民館条例 別表第1"),
    )

    def __init__(
        self, data: Any = None, *, held: PriceList | None = None, rows: int = 0, **options: Any
    ) -> None:
        super().__init__(data, **options)
        items = list(held.items.all()) if held is not None else []
        if held is not None:
            self.initial |= {
                "valid_from": held.valid_from,
                "combine": held.combine,
                "ordinance": held.ordinance,
            }
        count = min(MOST_ROWS, rows or len(items) + BLANK_ROWS)
        self.rows = [
            PriceItemForm(
                data,
                prefix=f"items_{number}",
                initial=_as_initial(items[number - 1]) if number <= len(items) else _BLANK,
                use_required_attribute=False,
            )
            for number in range(1, count + 1)
        ]

    def is_valid(self) -> bool:
        """The list and each of its lines."""
        lines = [row.is_valid() for row in self.rows]
        return super().is_valid() and all(lines)

    def items(self) -> list[dict[str, Any]]:
        """The lines that count."""
        return [item for row in self.rows if (item := row.item()) is not None]

    def blame(self, field: str, text: str) -> None:
        """Puts an error of the service beside what it is about: "items_3" is the third line that counts."""
        number = field.removeprefix("items_")
        counted = [row for row in self.rows if row.cleaned_data.get("yen") is not None] or self.rows
        if field.startswith("items_") and number.isdigit() and int(number) <= len(counted):
            counted[int(number) - 1].add_error("yen", text)
        self.add_error(field if field in self.fields else None, text)


def _as_initial(item: PriceItem) -> dict[str, Any]:
    names = (
        "kind",
        "name",
        "tier",
        "days",
        "opens",
        "closes",
        "minutes",
        "yen",
        "season_from",
        "season_until",
    )
    return {name: getattr(item, name) for name in names}


class NextListForm(forms.Form):
    """From which day another list shall hold."""

    valid_from = EraDateField(
        label=_("新しい料金が始まる日"), help_text=_("例：令和9年4月1日。それまでは今の料金のままです。")
    )


class ExtraForm(forms.Form):
    """Something that can be added to a booking."""

    name = forms.CharField(label=_("名前"), max_length=60, help_text=_("例：プロジェクター、暖房"))
    name_en = forms.CharField(label=_("名前（英語）"), max_length=60, required=False)
    per = forms.ChoiceField(label=_("単位"), choices=Extra.Per)
    yen = forms.IntegerField(label=_("料金（円・税込み）"), min_value=0, max_value=MOST_YEN)


class TryForm(forms.Form):
    """A booking that somebody might make."""

    try_day = EraDateField(
        label=_("日"),
        help_text="",
        min_value=datetime.date(FIRST_YEAR, 1, 1),
        max_value=datetime.date(LAST_YEAR, 12, 31),
    )
    try_from = ClockField(label=_("何時から"))
    try_until = ClockField(label=_("何時まで"))
    try_tier = forms.ChoiceField(label=_("区分"), choices=[("resident", _("市内")), ("outside", _("市外"))])


UNITS = (("days", _("日前まで")), ("hours", _("時間前まで")))
STEPS = 5


class LadderForm(forms.Form):
    """A ladder of one's own: up to five steps, and what is owed after them."""

    name = forms.CharField(label=_("名前"), max_length=80, help_text=_("例：1週間前まで無料"))
    name_en = forms.CharField(label=_("名前（英語）"), max_length=80, required=False)
    last_percent = forms.IntegerField(label=_("それより後（％）"), min_value=0, max_value=100, initial=100)
    free_hours = forms.IntegerField(
        label=_("予約してから無料で取り消せる時間"),
        min_value=0,
        max_value=744,
        initial=0,
        help_text=_("使い始める前だけです。ないときは 0。"),
    )
    free_needs_days = forms.IntegerField(
        label=_("無料で取り消せるのは、使う日の何日前までの予約か"),
        min_value=0,
        max_value=366,
        required=False,
        help_text=_("例：14。使う日が近い予約は、すぐに取り消しても無料になりません。決めないときは 0。"),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for number in range(1, STEPS + 1):
            self.fields[f"before_{number}"] = forms.IntegerField(
                label=_("いつまで"), min_value=0, max_value=8784, required=False
            )
            self.fields[f"unit_{number}"] = forms.ChoiceField(label=_("単位"), choices=UNITS, required=False)
            self.fields[f"percent_{number}"] = forms.IntegerField(
                label=_("かかる割合（％）"), min_value=0, max_value=100, required=False
            )

    def clean(self) -> dict[str, Any]:
        """Both boxes of a step, or neither."""
        given = super().clean() or {}
        for number in range(1, STEPS + 1):
            before, percent = given.get(f"before_{number}"), given.get(f"percent_{number}")
            if (before is None) != (percent is None):
                empty = f"before_{number}" if before is None else f"percent_{number}"
                if not self.has_error(empty):
                    self.add_error(empty, _("「いつまで」と「かかる割合」の両方を書いてください。"))
        return given

    def steps(self) -> list[Step]:
        """As the rules take them."""
        given = self.cleaned_data
        return [
            Step(given[f"percent_{number}"], **{given[f"unit_{number}"] or "days": given[f"before_{number}"]})
            for number in range(1, STEPS + 1)
            if given.get(f"before_{number}") is not None
        ]

    def rows(self) -> list[tuple[Any, Any, Any]]:
        """The boxes of each step."""
        return [
            (self[f"before_{number}"], self[f"unit_{number}"], self[f"percent_{number}"])
            for number in range(1, STEPS + 1)
        ]


class LadderChoice(forms.Form):
    """One of the ladders, each drawn beside its button."""

    ladder = forms.ModelChoiceField(
        label=_("取り消しの決まり"), queryset=Ladder.objects.none(), empty_label=None
    )

    def __init__(self, *arguments: Any, ladders: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["ladder"].queryset = ladders  # type: ignore[attr-defined]
