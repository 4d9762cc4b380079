"""What is written by the search: that something was looked for and not found, counted, and nothing of who looked."""

from __future__ import annotations

import datetime

from django.db import connection

from sosei.core.people import tenancy
from sosei.core.people.models import Municipality
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.rules_periods import day_of
from sosei.programmes.spaces.search_wishes import Wishes

_COUNT = """
INSERT INTO spaces_searchmiss (
    municipality_id, "on", period, minutes, kind, use, seats, equipment, step_free, yen, why, times
) VALUES (
    %(town)s, %(on)s, tstzrange(%(start)s, %(end)s), %(minutes)s, %(kind)s, %(use)s, %(seats)s, %(equipment)s,
    %(step_free)s, %(yen)s, %(why)s, 1
)
ON CONFLICT ON CONSTRAINT space_search_miss_counted DO UPDATE SET times = spaces_searchmiss.times + 1
"""


def record_miss(*, municipality: Municipality, wishes: Wishes, why: str, now: datetime.datetime) -> None:
    """Counts a search without a result; one statement, so that two at once are two.

    Words and places are not kept: they could tell who looked.

    Args:
        why: the wish without which most would be left; "nothing" where none helps.
    """
    zone = zone_of(municipality)
    windows = wishes.windows(zone)
    with tenancy.unguarded(), connection.cursor() as cursor:
        cursor.execute(
            _COUNT.replace(
                "tstzrange(%(start)s, %(end)s)", "tstzrange(%(start)s, %(end)s)" if windows else "NULL"
            ),
            {
                "town": municipality.pk,
                "on": day_of(now, zone),
                "start": windows[0].start if windows else None,
                "end": windows[-1].end if windows else None,
                "minutes": wishes.length if windows else None,
                "kind": wishes.kind,
                "use": wishes.use,
                "seats": wishes.seats or None,
                "equipment": sorted(wishes.equipment),
                "step_free": wishes.step_free,
                "yen": wishes.yen,
                "why": why,
            },
        )
