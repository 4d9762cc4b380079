"""A box for whole yen: 1,200,000, 120万, １２０万円 are the same amount."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sosei.engines.conventions.folding import fold_width

_TYPED = re.compile(r"(?P<number>[0-9]+(\.[0-9]+)?)(?P<unit>億|万|千)?円?")
_UNITS = {"億": 100_000_000, "万": 10_000, "千": 1_000, None: 1}
MOST = 10**14


class YenField(forms.Field):
    """Whole yen; shown separated in threes."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "size": "16"}))
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        """As it stands in the box."""
        return f"{value:,}" if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        """The amount.

        Raises:
            ValidationError: no amount of whole yen.
        """
        if value in self.empty_values:
            return None
        if isinstance(value, int):
            return value
        folded = re.sub(r"[,、\s¥]", "", fold_width(str(value)))
        found = _TYPED.fullmatch(folded)
        amount = Decimal(found["number"]) * _UNITS[found["unit"]] if found else Decimal(-1)
        if not found or amount != int(amount) or amount >= MOST:
            raise ValidationError(
                _(
                    "「%(value)s」は円の金額として読めません。「1,200,000」や「120万」のように書いてください。"
                ),
                code="invalid",
                params={"value": value},
            )
        return int(amount)
