"""How a value of a KPI stands in a table: as printed in the document, or as the reader's language writes it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from sosei.planning.strategy.cells import CellError, write_cell
from sosei.planning.strategy.models import Kpi, KpiActual
from sosei.planning.strategy.numbers import in_english, print_value, rounded


def cell_of(kpi: Kpi, row: KpiActual) -> str:
    """Value, the year's own part and the reference period in one cell: 55件 (9件/H30)."""
    if row.value is None:
        words = str(row.get_availability_display())
        return _("%(words)s (%(period)s)") % {"words": words, "period": row.period} if row.period else words
    return _in_brackets(print_value(row.value, kpi), print_value(row.yearly_value, kpi), row.period)


def printed_cell(kpi: Kpi, row: KpiActual) -> str:
    """As the document prints it; a value that nobody printed is written in the same manner, in Japanese."""
    if row.printed:
        return row.printed
    if row.value is None:
        return str(row.get_availability_display())
    try:
        return write_cell(
            value=rounded(row.value, kpi.decimals),
            unit=kpi.unit,
            words=row.period,
            yearly=None if row.yearly_value is None else rounded(row.yearly_value, kpi.decimals),
        )
    except CellError:
        # A year's own value without a period: the reader's own way says what there is.
        return cell_of(kpi, row)


def base_cell(kpi: Any) -> str:
    """The base value with what it refers to; empty where there is none."""
    if kpi.base_value is None:
        return ""
    return _in_brackets(print_value(kpi.base_value, kpi), "", kpi.base_period)


def printed_base(kpi: Any) -> str:
    """The base as the document prints it."""
    if kpi.base_printed or kpi.base_value is None:
        return str(kpi.base_printed)
    return write_cell(value=rounded(kpi.base_value, kpi.decimals), unit=kpi.unit, words=kpi.base_period)


def printed_target(kpi: Any, target: Any) -> str:
    """A target as the document prints it."""
    return str(target.printed) or write_cell(value=rounded(target.value, kpi.decimals), unit=kpi.unit)


def _in_brackets(value: str, yearly: str, period: str) -> str:
    if yearly and not period:
        return f"{value} ({_('うちこの年 %(value)s') % {'value': yearly}})"
    inner = f"{yearly}/{period}" if yearly else period
    if not inner:
        return value
    return f"{value} ({inner})" if not in_english() else f"{value} ({inner.replace('/', ', ')})"
