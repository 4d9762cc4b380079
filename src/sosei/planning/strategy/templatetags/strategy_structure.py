"""Filters of the strategy's pages: values with their unit, fiscal years, texts in the reader's language."""

from __future__ import annotations

from typing import Any

from django import template

from sosei.planning.strategy import numbers
from sosei.planning.strategy.models.common import in_language

register = template.Library()


@register.filter
def value_of(value: Any, kpi: Any) -> str:
    """A value of a KPI with its unit; empty where there is none."""
    return numbers.print_value(value, kpi)


@register.filter
def short_year(fiscal_year: int) -> str:
    """R1, H30; FY2019 in English."""
    return numbers.short_year(fiscal_year)


@register.filter
def local(row: Any, field: str) -> str:
    """A text of a row in the reader's language."""
    return in_language(row, field)


@register.filter
def thousands(value: int | None) -> str:
    """A whole number separated in threes; empty where there is none."""
    return "" if value is None else f"{value:,}"


@register.simple_tag
def hundredths(place: float, length: int) -> str:
    """A share in hundredths as a place on a line of that length."""
    return f"{place * length / 100:.1f}"
