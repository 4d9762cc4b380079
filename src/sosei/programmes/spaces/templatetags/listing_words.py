"""Filters of the pages of hosts and listings."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import get_language

register = template.Library()


@register.filter
def in_language(row: Any, column: str) -> str:
    """A column in the reader's language, where it was written in it; else as it was written first."""
    english = getattr(row, f"{column}_en") if (get_language() or "ja").startswith("en") else ""
    return str(english or getattr(row, column))
