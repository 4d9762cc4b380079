"""A KPI as a plain table for a file: base, targets and every value, one a line."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sosei.planning.strategy.kpi_page import KpiPage
from sosei.planning.strategy.kpi_page_records import ShownValue, ShownYear


def table_rows(page: KpiPage) -> tuple[Sequence[str], list[list[Any]]]:
    """The KPI as a table of plain columns: one line a value."""
    headings = [
        "fiscal_year",
        "kind",
        "origin",
        "counts",
        "value",
        "yearly_value",
        "unit",
        "availability",
        "period",
        "period_starts_on",
        "period_ends_on",
        "carried_forward",
        "printed",
        "source",
        "explanation",
        "judgement",
        "progress",
        "pace",
        "overruled",
        "is_sample",
    ]
    kpi = page.kpi
    unit = kpi.local_unit
    lines: list[list[Any]] = []
    if kpi.base_value is not None:
        base = [kpi.base_year, "base", "", "", plain(kpi.base_value), "", unit, "value", kpi.base_period]
        lines.append([*base, "", "", "", kpi.base_printed, kpi.local_source, *[""] * 5, kpi.is_sample])
    for target in page.judged.targets:
        row = [target.fiscal_year, "target", "", "", plain(target.value), "", unit, "value"]
        lines.append([*row, *[""] * 4, target.printed, *[""] * 6, target.is_sample])
    for shown in reversed(page.rows):
        for value in shown.values:
            lines.append(_value_line(value, shown, unit))
    return headings, lines


def _value_line(value: ShownValue, shown: ShownYear, unit: str) -> list[Any]:
    candidate, row, judged = value.candidate, value.row, shown.judged
    counts = value.is_chosen and judged is not None
    return [
        shown.year,
        "actual",
        candidate.origin,
        value.is_chosen,
        plain(candidate.value),
        plain(row.yearly_value) if row is not None else "",
        unit,
        candidate.availability,
        row.period if row is not None else "",
        (row.period_starts_on or "") if row is not None else "",
        candidate.period_end or "",
        candidate.carried_forward,
        row.printed if row is not None else "",
        (row.source if row is not None else value.raised),
        row.explanation if row is not None else "",
        judged.label if counts and judged is not None else "",
        plain(judged.judgement.progress) if counts and judged is not None else "",
        plain(judged.judgement.pace) if counts and judged is not None else "",
        judged.overruled if counts and judged is not None else "",
        row.is_sample if row is not None else "",
    ]


def plain(value: Decimal | None) -> Any:
    """A number for a file: no separators and no needless zeros; empty where there is none."""
    return "" if value is None else Decimal(f"{value.normalize():f}")
