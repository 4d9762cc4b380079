"""Postings as the list shows them: days, places, wage, beds, and how each fits the person who looks."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sosei.engines.labour.spans import JST
from sosei.engines.matching.retrieval import Weights
from sosei.programmes.jobs.kinds import WORK_KIND, names_of
from sosei.programmes.jobs.matching_pairs import Match
from sosei.programmes.jobs.models import Posting, Shift
from sosei.programmes.jobs.search_filters import upcoming
from sosei.programmes.jobs.search_reasons import percent, short_reason

DAYS_NAMED = 5


@dataclass(frozen=True)
class Result:
    """One posting of a list.

    Attributes:
        fit: 0 to 100; None where it does not fit or nobody is known.
        why: what speaks for it most, in a line.
        fitting: the days on which the person may come, in words.
    """

    posting: Posting
    shifts: Sequence[Shift]
    kind: str
    free: int
    fit: int | None
    why: str
    fitting: str

    @property
    def days_text(self) -> str:
        """First and last day."""
        days = [shift.starts_at.astimezone(JST).date() for shift in self.shifts]
        if not days:
            return ""
        if days[0] == days[-1]:
            return day_text(days[0])
        return _("%(first)s～%(last)s") % {"first": day_text(days[0]), "last": day_text(days[-1])}

    @property
    def times_text(self) -> str:
        """From when to when on the first day, and that others may differ."""
        spans = {
            (f"{s.starts_at.astimezone(JST):%H:%M}", f"{s.ends_at.astimezone(JST):%H:%M}")
            for s in self.shifts
        }
        if not spans:
            return ""
        first = min(spans)
        text = f"{first[0]}–{first[1]}"
        return text if len(spans) == 1 else _("%(times)sなど") % {"times": text}

    @property
    def day_count(self) -> int:
        """How many days of work are still to come."""
        return len({shift.starts_at.astimezone(JST).date() for shift in self.shifts})


Results: TypeAlias = "list[Result]"


def day_text(day: datetime.date) -> str:
    """A day as it is named in lists."""
    return _("%(day)s（%(weekday)s）") % {"day": date_format(day, "n/j"), "weekday": date_format(day, "D")}


def days_text(days: Sequence[datetime.date]) -> str:
    """Some days, the first ones named."""
    single = sorted(set(days))
    named = _("、").join(day_text(day) for day in single[:DAYS_NAMED])
    more = len(single) - DAYS_NAMED
    return _("%(days)s ほか%(more)s日") % {"days": named, "more": more} if more > 0 else named


def results_of(
    keys: Sequence[int], matches: Mapping[int, Match], weights: Weights, *, has_place: bool
) -> Results:
    """The postings of these keys in their order; two queries."""
    related = ("municipality", "employer", "workplace", "lodging", "crop")
    rows = {row.pk: row for row in Posting.objects.filter(pk__in=keys).select_related(*related)}
    shifts: dict[int, list[Shift]] = {}
    for shift in upcoming(timezone.now()).filter(posting__in=keys).order_by("starts_at", "pk"):
        shifts.setdefault(shift.posting_id, []).append(shift)
    return [
        _result(rows[key], shifts.get(key, []), matches.get(key), weights, has_place)
        for key in keys
        if key in rows
    ]


def _result(
    posting: Posting, shifts: list[Shift], match: Match | None, weights: Weights, has_place: bool
) -> Result:
    return Result(
        posting=posting,
        shifts=shifts,
        kind=names_of([posting.kind], WORK_KIND)[0],
        free=sum(shift.free for shift in shifts),
        fit=None if match is None else percent(match.best.fit),
        why="" if match is None else short_reason(match.best, weights, has_place=has_place),
        fitting="" if match is None or posting.whole_series else days_text(match.days),
    )
