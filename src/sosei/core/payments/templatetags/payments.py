"""How amounts are written in templates."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def yen(value: int | None) -> str:
    """Whole yen in groups of three digits, without the word."""
    return f"{value or 0:,}"
