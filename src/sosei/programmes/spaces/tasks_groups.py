"""Background work of registered groups."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from sosei.programmes.spaces.services import groups


@app.periodic(cron="10 0 * * *")  # 9:10 in Japan
@app.task(name="spaces.warn_of_ending_groups", queueing_lock="spaces.warn_of_ending_groups")
def warn_of_ending_groups(timestamp: int) -> int:
    """Tells who represents a group whose registration runs out; run twice it tells nobody again."""
    return groups.warn_due(now=timezone.now())
