"""Names of the departments in charge: a published strategy names them, so everybody who sees it may read the names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sosei.core.people import tenancy
from sosei.core.people.models import Organisation


def department_names(keys: Iterable[int | None]) -> dict[int, str]:
    """Key -> name in the reader's language; the organisations themselves stay visible to the town's people only."""
    wanted = {key for key in keys if key is not None}
    if not wanted:
        return {}
    with tenancy.unguarded():
        return {row.pk: str(row) for row in Organisation.objects.filter(pk__in=wanted)}


def attach_department_names(rows: Iterable[Any]) -> None:
    """Sets `department_name` on rows with a `department_id`; "" where none is in charge."""
    held = list(rows)
    names = department_names(row.department_id for row in held)
    for row in held:
        row.department_name = names.get(row.department_id, "")


def name_departments(kpis: Iterable[Any]) -> None:
    """Sets `department_name` on KPIs read with their `department`; asks only where the reader may not see it."""
    held = list(kpis)
    for kpi in held:
        kpi.department_name = str(kpi.department or "")
    hidden = [kpi for kpi in held if kpi.department_id is not None and kpi.department is None]
    attach_department_names(hidden)
