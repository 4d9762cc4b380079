"""Background work of the population vision, done by `sosei worker`; every task calls a service."""

from __future__ import annotations

from procrastinate.contrib.django import app

from sosei.planning.population import services
from sosei.planning.population.models import Area

HORIZON = 2060


@app.task(name="population.refresh_projections", lock="population")
def refresh_projections(codes: list[str]) -> dict[str, int]:
    """Store projections of every area named that has assumptions; runs already stored are left as they are.

    Returns the number of runs by area code, for the worker's log.
    """
    return {
        area.code: len(services.run_all_projections(area=area, until=HORIZON, run_by="sosei worker"))
        for area in Area.objects.filter(code__in=codes, assumption_sets__isnull=False).distinct()
    }
