"""How amounts are written in templates."""

from __future__ import annotations

from decimal import Decimal

from django import template

from sosei.core.payments import papers_shown
from sosei.core.payments.reasons import reason_words

register = template.Library()


@register.filter
def yen(value: int | None) -> str:
    """Whole yen in groups of three digits, without the word."""
    return f"{value or 0:,}"


@register.filter
def in_words(reason: str) -> str:
    """Why something was charged or given back, in the language of the page where it is a reason of the program."""
    return reason_words(reason)


@register.filter
def at_least_nothing(value: int) -> int:
    """An amount, or 0 where it is below: what is owed the other way is not transferred."""
    return max(value, 0)


@register.filter
def plain(value: Decimal) -> str:
    """A quantity or percentage without zeros behind the point that say nothing."""
    return f"{value.normalize():f}"


@register.filter
def quantity(line: object) -> str:
    """How much of it a line of a bill is about."""
    return papers_shown.quantity(line.quantity, line.unit)  # type: ignore[attr-defined]
