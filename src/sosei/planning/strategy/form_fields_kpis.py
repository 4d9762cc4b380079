"""Boxes that forms of KPIs share: numbers as people type them, and fiscal years."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from sosei.planning.strategy.errors_kpis import ActualError
from sosei.planning.strategy.numbers import print_number, print_year, read_number


class NumberField(forms.CharField):
    """A number as people type it, with the unit behind it where they like."""

    def __init__(self, *, unit: str = "", decimals: int = 6, **options: Any) -> None:
        options.setdefault("max_length", 40)
        super().__init__(**options)
        self.unit = unit
        self.decimals = decimals
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})

    def clean(self, value: Any) -> Any:
        """A decimal; None where the box is empty and may be."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_number(text, what=str(self.label), unit=self.unit, decimals=self.decimals)
        except ActualError as error:
            raise forms.ValidationError(str(error)) from error


class YearField(forms.TypedChoiceField):
    """A fiscal year out of some."""

    def __init__(self, **options: Any) -> None:
        super().__init__(coerce=int, empty_value=None, **options)

    def offer(self, years: Sequence[int], none: str | None = None) -> None:
        """Which years there are."""
        offered = [(str(year), print_year(year)) for year in years]
        self.choices = ([("", none)] if none is not None else []) + offered  # type: ignore[assignment]


def plain_number(value: Decimal | None, decimals: int) -> str:
    """A number to be changed in a box; empty where there is none."""
    return "" if value is None else print_number(value, decimals)
