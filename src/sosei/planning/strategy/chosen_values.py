"""Which of several values of a year counts, and the live row of each KPI and year that does."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sosei.planning.strategy.fed_values import FedValue
from sosei.planning.strategy.models import KpiActual, Origin, ValueChoice

Chosen = Mapping[int, Mapping[int, KpiActual]]
"""KPI -> fiscal year of the report -> row."""


ORIGINS = tuple(str(origin) for origin in Origin)


def origin_that_counts(valued: Mapping[str, bool], choice: str | None) -> str | None:
    """Which of several values of a year counts: what a person chose, else the first of ORIGINS that has a number.

    Args:
        valued: origins that say anything for the year -> whether that is a number.
        choice: the origin a person chose; one that says nothing any more is passed over.
    """
    if choice in valued:
        return choice
    told = [origin for origin in ORIGINS if origin in valued]
    return next((origin for origin in told if valued[origin]), next(iter(told), None))


def chosen_actuals(kpis: Collection[int], fed: Mapping[int, Mapping[int, FedValue]] | None = None) -> Chosen:
    """The rows that count; two queries. A year that a fed value fills has none.

    Args:
        fed: values that facts give; None where whoever asks knows none.
    """
    wanted: dict[tuple[int, int], str] = {
        (kpi, year): origin
        for kpi, year, origin in ValueChoice.objects.filter(kpi__in=kpis)
        .order_by("pk")
        .values_list("kpi_id", "reported_in", "origin")
    }
    rows: dict[tuple[int, int], dict[str, KpiActual]] = {}
    for row in KpiActual.objects.live().filter(kpi__in=kpis).order_by("reported_in", "pk"):
        rows.setdefault((row.kpi_id, row.reported_in), {})[row.origin] = row
    found: dict[int, dict[int, KpiActual]] = {}
    for (kpi, year), by_origin in rows.items():
        valued = {origin: row.value is not None for origin, row in by_origin.items()}
        if year in (fed or {}).get(kpi, {}):
            valued[Origin.FED] = True
        counts = origin_that_counts(valued, wanted.get((kpi, year)))
        if counts in by_origin:
            found.setdefault(kpi, {})[year] = by_origin[counts]
    return found
