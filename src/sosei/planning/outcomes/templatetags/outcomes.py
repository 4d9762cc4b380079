"""How figures, fiscal years and numbers of other lists are written on the pages of facts."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from sosei.planning.outcomes.feeding import plain
from sosei.planning.outcomes.forms import year_label

register = template.Library()
LONG_KEY = "line-"


@register.filter
def whole(value: Decimal | int) -> str:
    """A figure with its thousands apart and no zeros behind the point."""
    return f"{plain(Decimal(value)):,f}"


@register.filter
def fiscal_year(year: int) -> str:
    """令和6年度（2024）."""
    return year_label(year)


@register.filter
def key_shown(key: str) -> str:
    """The number in the other list; a line that had none says so."""
    return _("（番号なし）") if key.startswith(LONG_KEY) else key
