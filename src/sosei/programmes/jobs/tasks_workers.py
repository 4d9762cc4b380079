"""Background work of workers' licences: those that expire soon are told of."""

from __future__ import annotations

from procrastinate.contrib.django import app

from sosei.core.design import civil_day
from sosei.programmes.jobs.services import licences


@app.periodic(cron="10 22 * * *")  # 07:10 in Japan
@app.task(name="jobs.warn_of_expiring_licences", queueing_lock="jobs.warn_of_expiring_licences")
def warn_of_expiring_licences(timestamp: int) -> int:
    """Tells each worker once; run twice it tells nobody again."""
    return licences.warn_of_expiry(on=civil_day.today())
