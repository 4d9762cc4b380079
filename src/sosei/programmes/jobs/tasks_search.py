"""Background work of the search: new postings told of, and old changes of the feed dropped."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app


@app.periodic(cron="*/15 22-23,0-11 * * *")  # 07:00 to 20:45 in Japan
@app.task(name="jobs.tell_new_postings", queueing_lock="jobs.tell_new_postings")
def tell_new_postings(timestamp: int) -> int:
    """Tells each person of new postings once a day; run twice it tells nobody again."""
    # Here: the engine loads numba and scipy, which most processes never need.
    from sosei.programmes.jobs.services import search

    return search.tell_new_postings(timezone.now())


@app.periodic(cron="25 17 * * *")
@app.task(name="jobs.prune_matching_changes", queueing_lock="jobs.prune_matching_changes")
def prune_matching_changes(timestamp: int) -> int:
    """Drops changes older than a night, at night in Japan."""
    from sosei.programmes.jobs import matching_arrays

    return matching_arrays.prune()
