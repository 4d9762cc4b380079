"""Ranges of the database and periods of the rules, one as the other."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from sosei.programmes.spaces.rules_periods import Period


def period_of(stored: Any) -> Period:
    """A stored range as the rules take it.

    Raises:
        RulesError: it has seconds, or no end.
    """
    return Period(stored.lower, stored.upper)


def range_of(period: Period) -> Any:
    """A period as it is stored."""
    return DateTimeTZRange(period.start, period.end, "[)")
