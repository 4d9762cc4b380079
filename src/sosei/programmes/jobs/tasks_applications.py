"""Background work of applications and contracts: offers that lapse, contracts that end."""

from __future__ import annotations

from procrastinate.contrib.django import app

from sosei.programmes.jobs.services import contracts, queue


@app.periodic(cron="* * * * *")
@app.task(name="jobs.lapse_offers", queueing_lock="jobs.lapse_offers")
def lapse_offers(timestamp: int) -> int:
    """Ends offers whose time is over and asks who is next; run twice it does each once."""
    return queue.lapse_offers()


@app.periodic(cron="40 17 * * *")
@app.task(name="jobs.finish_contracts", queueing_lock="jobs.finish_contracts")
def finish_contracts(timestamp: int) -> int:
    """Ends contracts whose days are over, at night in Japan; run twice it ends each once."""
    return contracts.finish_contracts()
