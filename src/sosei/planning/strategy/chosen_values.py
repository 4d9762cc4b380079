"""The one live row of each KPI and year that counts among those that people or files brought."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sosei.planning.strategy.fed_values import FedValue
from sosei.planning.strategy.models import KpiActual, Origin, ValueChoice

Chosen = Mapping[int, Mapping[int, KpiActual]]
"""KPI -> fiscal year of the report -> row."""


def chosen_actuals(kpis: Collection[int], fed: Mapping[int, Mapping[int, FedValue]] | None = None) -> Chosen:
    """What was chosen by a person, else typed before imported; two queries.

    Args:
        fed: values that facts give; where a person chose one of them, no row counts for that year.
    """
    wanted: dict[tuple[int, int], str] = {
        (kpi, year): origin
        for kpi, year, origin in ValueChoice.objects.filter(kpi__in=kpis)
        .order_by("pk")
        .values_list("kpi_id", "reported_in", "origin")
    }
    order = list(Origin.values)
    found: dict[int, dict[int, KpiActual]] = {}
    for row in KpiActual.objects.live().filter(kpi__in=kpis).order_by("reported_in", "pk"):
        held = found.setdefault(row.kpi_id, {}).get(row.reported_in)
        choice = wanted.get((row.kpi_id, row.reported_in))

        def rank(one: KpiActual, choice: str | None = choice) -> tuple[bool, int]:
            return one.origin != choice, order.index(one.origin)

        by_facts = choice == Origin.FED and row.reported_in in (fed or {}).get(row.kpi_id, {})
        if not by_facts and (held is None or rank(row) < rank(held)):
            found[row.kpi_id][row.reported_in] = row
    return found
