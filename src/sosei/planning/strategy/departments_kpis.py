"""Names of the departments of KPIs without a question more than needed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sosei.planning.strategy.departments import attach_department_names


def name_departments(kpis: Iterable[Any]) -> None:
    """Sets `department_name` on KPIs read with their `department`; asks only where the reader may not see it."""
    held = list(kpis)
    for kpi in held:
        kpi.department_name = str(kpi.department or "")
    hidden = [kpi for kpi in held if kpi.department_id is not None and kpi.department is None]
    attach_department_names(hidden)
