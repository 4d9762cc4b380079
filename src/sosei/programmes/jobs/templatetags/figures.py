"""Figures in templates: whole yen with commas."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.filter
def grouped(value: Any) -> str:
    """1094 as 1,094; a minus as a minus sign; nothing for nothing."""
    return "" if value is None else f"{int(value):,}".replace("-", "−")
