"""Work of the night: records that the law on employment keeps no longer lose the names of persons who were erased."""

from __future__ import annotations

from procrastinate.contrib.django import app

from sosei.programmes.jobs.personal_data_deals import forget_past_terms


@app.periodic(cron="50 18 * * *")  # 03:50 in Japan
@app.task(name="jobs.forget_past_terms", queueing_lock="jobs.forget_past_terms")
def forget_terms(timestamp: int) -> int:
    """Run twice it does nothing more."""
    return forget_past_terms()
