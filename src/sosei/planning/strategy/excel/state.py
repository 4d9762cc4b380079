"""The KPIs of a strategy with targets and the value of every year that counts: what a table shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sosei.planning.strategy.chosen_values import chosen_actuals
from sosei.planning.strategy.fed_values import FedValue, fed_values
from sosei.planning.strategy.models import Kpi, KpiActual, KpiTarget, Strategy


@dataclass(frozen=True)
class Held:
    """One KPI as a table shows it.

    Attributes:
        rows: fiscal year -> the row that counts.
        fed: fiscal year -> what facts give, for years without a row.
    """

    kpi: Kpi
    number: str
    target: KpiTarget | None
    rows: Mapping[int, KpiActual]
    fed: Mapping[int, FedValue]

    def value(self, year: int) -> Decimal | None:
        """The number that counts for a year."""
        row = self.rows.get(year)
        if row is not None:
            return row.value
        fed = self.fed.get(year)
        return fed.value if fed is not None else None


def held_by(strategy: Strategy) -> list[Held]:
    """Every KPI of a strategy in its order, in a fixed number of queries."""
    kpis = list(
        Kpi.objects.filter(strategy=strategy)
        .select_related("strategy__municipality", "department", "goal", "package", "measure__package")
        .order_by("position", "pk")
    )
    keys = [kpi.pk for kpi in kpis]
    fed = fed_values(keys)
    rows = chosen_actuals(keys, fed)
    # The last year's is the final target.
    targets = {
        target.kpi_id: target
        for target in KpiTarget.objects.filter(strategy=strategy).order_by("fiscal_year")
    }
    return [
        Held(kpi, number_of(kpi), targets.get(kpi.pk), rows.get(kpi.pk, {}), fed.get(kpi.pk, {}))
        for kpi in kpis
    ]


def number_of(kpi: Kpi) -> str:
    """The number of the goal, package or measure that a KPI hangs on, as printed."""
    if kpi.measure is not None:
        return str(kpi.measure.number or kpi.measure.package.number)
    parent = kpi.package or kpi.goal
    return str(parent.number) if parent is not None else ""
