"""The only row locks of KPIs."""

from __future__ import annotations

from sosei.planning.strategy.models import Kpi


def lock_kpi(key: int) -> Kpi:
    """One KPI, locked: who changes its targets does so alone.

    Raises:
        Kpi.DoesNotExist: no such KPI.
    """
    found: Kpi = Kpi.objects.select_for_update().get(pk=key)
    return found
