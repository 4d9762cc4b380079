"""A posting and a worker that were looked at together: how well they fit, day by day and as a whole."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from sosei.engines.matching.retrieval import Components

EPOCH = datetime.date(1970, 1, 1)


@dataclass(frozen=True)
class Pair:
    """One row of a posting with one worker.

    Attributes:
        row: id of the row, see `matching_columns`.
        start_day: number of its first day.
        points: the weighed sum by which results are ordered.
        fit: the same from 0 to 1000.
        distance: metres; means nothing where the worker told no place.
    """

    row: int
    posting: int
    worker: int
    start_day: int
    points: int
    fit: int
    distance: int
    parts: Components


@dataclass(frozen=True)
class Match:
    """A posting with a worker over all of its rows that fit.

    Attributes:
        best: the row that fits best.
        days: the first days of the rows that fit, in order.
    """

    best: Pair
    days: tuple[datetime.date, ...]


def day_of(number: int) -> datetime.date:
    """The date of a day's number."""
    return EPOCH + datetime.timedelta(days=number)


def number_of(day: datetime.date) -> int:
    """The number of a date."""
    return (day - EPOCH).days


def by_posting(pairs: Iterable[Pair]) -> dict[int, Match]:
    """The pairs of one worker put together, in the order in which they came."""
    return _together(pairs, "posting")


def by_worker(pairs: Iterable[Pair]) -> dict[int, Match]:
    """The pairs of one posting put together, in the order in which they came."""
    return _together(pairs, "worker")


def _together(pairs: Iterable[Pair], side: str) -> dict[int, Match]:
    grouped: dict[int, list[Pair]] = {}
    for pair in pairs:
        grouped.setdefault(getattr(pair, side), []).append(pair)
    return {
        key: Match(group[0], tuple(day_of(one.start_day) for one in sorted(group, key=lambda x: x.start_day)))
        for key, group in grouped.items()
    }
