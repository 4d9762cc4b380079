"""Background work of the strategy, done by `sosei worker`: departments that are late are reminded."""

from __future__ import annotations

from procrastinate.contrib.django import app

from sosei.planning.strategy.services import ask_links


# Hourly in office hours in Japan (08:10 to 17:10), so that a morning on which no worker ran is made up for.
@app.periodic(cron="10 23,0-8 * * *")
@app.task(name="strategy.remind_late_departments", queueing_lock="strategy.remind_late_departments")
def remind_late_departments(timestamp: int) -> int:
    """Reminds on the days after the due date; run twice it sends once."""
    return ask_links.remind_late()
