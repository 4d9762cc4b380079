"""Columns that several tables of this room have in common."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Value
from django.utils.translation import gettext_lazy as _


def latitude(**options: Any) -> models.DecimalField[Any, Any]:
    """Degrees north, to a tenth of a metre."""
    return models.DecimalField(
        _("緯度"),
        max_digits=8,
        decimal_places=6,
        validators=[MinValueValidator(20), MaxValueValidator(46)],
        **options,
    )


def longitude(**options: Any) -> models.DecimalField[Any, Any]:
    """Degrees east, to a tenth of a metre."""
    return models.DecimalField(
        _("経度"),
        max_digits=9,
        decimal_places=6,
        validators=[MinValueValidator(122), MaxValueValidator(154)],
        **options,
    )


def same(column: str) -> Func:
    """A key as a range of its own, so that an exclusion constraint can compare it without an extension."""
    return Func(F(column), F(column), Value("[]"), function="int8range")


def who(label: Any, **options: Any) -> models.ForeignKey[Any, Any]:
    """Who did it; none where the program did."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        **options,
    )
