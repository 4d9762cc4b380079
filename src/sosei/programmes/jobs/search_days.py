"""Today as the search counts: the day in Japan."""

from __future__ import annotations

import datetime

from django.utils import timezone

from sosei.engines.labour.spans import JST
from sosei.programmes.jobs.matching_pairs import number_of


def today() -> datetime.date:
    """The day in Japan."""
    return timezone.now().astimezone(JST).date()


def today_number() -> int:
    """Its number."""
    return number_of(today())
