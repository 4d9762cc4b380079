"""What templates of bookings say in words: yen, times, states."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext_lazy

from sosei.programmes.spaces import booking_times
from sosei.programmes.spaces.as_rules import zone_of

register = template.Library()

TAGS = {
    "held": "warning",
    "requested": "warning",
    "confirmed": "success",
    "declined": "neutral",
    "lapsed": "neutral",
    "cancelled": "neutral",
    "used": "info",
    "no_show": "error",
    "waiting": "info",
    "offered": "warning",
    "taken": "success",
    "left": "neutral",
}


@register.filter
def grouped(value: Any) -> str:
    """1094 as 1,094; a minus as a minus sign; nothing for nothing."""
    return "" if value is None else f"{int(value):,}".replace("-", "−")


WORDS = {
    "held": gettext_lazy("支払い待ち"),
    "requested": gettext_lazy("返事待ち"),
    "confirmed": gettext_lazy("予約ずみ"),
    "declined": gettext_lazy("ことわり"),
    "lapsed": gettext_lazy("期限切れ"),
    "cancelled": gettext_lazy("取り消しずみ"),
    "used": gettext_lazy("使用ずみ"),
    "no_show": gettext_lazy("来なかった"),
}


@register.filter
def state_words(state: str) -> Any:
    """The state of a booking in a word or two."""
    return WORDS[state]


@register.filter
def state_tag(state: str) -> str:
    """The kind of chip in which a state is shown."""
    return TAGS.get(state, "neutral")


@register.filter
def when(row: Any) -> str:
    """The time of a booking, block or waiting entry on the clock of its town."""
    return booking_times.when_text(row.period, zone_of(row.municipality))


@register.filter
def hours(row: Any) -> str:
    """The hours alone."""
    return booking_times.hours_text(row.period, zone_of(row.municipality))


@register.filter
def moment_of(value: Any, town: Any) -> str:
    """A moment on the clock of a town; nothing for nothing."""
    return booking_times.moment_text(value, zone_of(town)) if value else ""


@register.filter
def day_words(value: Any) -> str:
    """A civil day with its weekday."""
    return booking_times.day_text(value)


@register.filter
def clock(minutes: int) -> str:
    """Minutes after midnight as a time."""
    return booking_times.clock_text(minutes)
