"""Background work of the population vision, done by `sosei worker`; every task calls a service."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from sosei.planning.population.models import Area

logger = logging.getLogger(__name__)
HORIZON = 2060


@app.task(name="population.refresh_projections", lock="population")
def refresh_projections(codes: list[str]) -> dict[str, int]:
    """Store projections of every area named that has assumptions; runs already stored are left as they are.

    An area whose figures do not suffice is logged with the reason and does not stop the others. Returns the number
    of runs by area code, for the worker's log.
    """
    # Here: the engine loads xarray and pandas, which most commands never need.
    from sosei.engines.demography.errors import DemographyError
    from sosei.planning.population import services

    done = {}
    for area in Area.objects.filter(code__in=codes, assumption_sets__isnull=False).distinct():
        try:
            runs = services.run_all_projections(area=area, until=HORIZON, run_by="sosei worker")
        except DemographyError as error:
            logger.warning("%s: %s", area, error.text("ja"))
            continue
        done[area.code] = len(runs)
    return done
