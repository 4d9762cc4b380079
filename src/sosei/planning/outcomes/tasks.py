"""Background work of outcomes, done by `sosei worker`; every task calls a service."""

from __future__ import annotations

from procrastinate.contrib.django import app

from sosei.planning.outcomes.services import totals


@app.periodic(cron="* * * * *")
@app.task(name="outcomes.fold_pending", queueing_lock="outcomes.fold_pending")
def fold_pending(timestamp: int) -> int:
    """Add what was recorded in the last minute to the sums of feeds; readers had it already. Rows folded."""
    return totals.fold_pending()


@app.periodic(cron="40 17 * * *")
@app.task(name="outcomes.check_sums", queueing_lock="outcomes.check_sums")
def check_sums(timestamp: int) -> int:
    """At night (02:40 in Japan) count every feed anew; how many said something else than their facts."""
    return len(totals.check_sums())
