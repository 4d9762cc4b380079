"""The town's figures of its spaces in a period: use and income, empty hours, what was called off, what was not found.

Everything is added up by the database over the bookings that begin in the period. Readers who do not see bookings get
no figure that rests on fewer than the smallest number shown, as in outcomes.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Case, Count, Q, Sum, When
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.models import Municipality
from sosei.planning.outcomes import suppression
from sosei.planning.outcomes.kinds import SMALLEST_SHOWN
from sosei.planning.outcomes.words_kinds import MANY_A_PERSON
from sosei.programmes.spaces import as_rules, rules_hours
from sosei.programmes.spaces.kinds import USES_BY_SLUG
from sosei.programmes.spaces.models import BookingCancellation, Installation, SearchMiss, Space
from sosei.programmes.spaces.rules_periods import midnight
from sosei.programmes.spaces.words_bookings import reason_label

DAY = datetime.timedelta(days=1)
MOST_DAYS = 366
MOST_SPACES = 100
"""Spaces of the table, those with the most bookings first."""
MOST_SEARCHES = 30
_SUMS = """
WITH begun AS (
    SELECT b.space_id, b.state, b.yen, o.purpose, o.heads, o.from_outside, o.remote_workers,
        extract(isodow FROM lower(b.period) AT TIME ZONE %(zone)s)::int AS weekday,
        extract(epoch FROM upper(b.period) - lower(b.period)) / 3600 AS hours
    FROM spaces_booking b
    JOIN spaces_order o ON o.id = b.order_id
    WHERE b.municipality_id = %(town)s
        AND b.period && tstzrange(%(first)s, %(last)s)
        AND lower(b.period) >= %(first)s
        AND b.state IN ('used', 'no_show', 'cancelled')
)
SELECT grouping(space_id, weekday, purpose), space_id, weekday, purpose,
    count(*) FILTER (WHERE state = 'used'),
    coalesce(sum(hours) FILTER (WHERE state = 'used'), 0),
    coalesce(sum(yen) FILTER (WHERE state IN ('used', 'no_show')), 0),
    coalesce(sum(heads) FILTER (WHERE state = 'used'), 0),
    coalesce(sum(from_outside) FILTER (WHERE state = 'used'), 0),
    coalesce(sum(remote_workers) FILTER (WHERE state = 'used'), 0),
    count(*) FILTER (WHERE state = 'no_show'),
    count(*) FILTER (WHERE state = 'cancelled')
FROM begun
GROUP BY GROUPING SETS ((space_id), (weekday), (purpose), ())
"""
_BY_SPACE, _BY_WEEKDAY, _BY_PURPOSE, _ALL = 3, 5, 6, 7
"""What `grouping` says: a bit for each of the three that a row is not grouped by."""


@dataclass(frozen=True)
class Span:
    """Days of a place, both included."""

    first: datetime.date
    last: datetime.date
    town: Municipality

    @property
    def bounds(self) -> tuple[datetime.datetime, datetime.datetime]:
        """From the first midnight to the one after the last day."""
        zone = as_rules.zone_of(self.town)
        return midnight(self.first, zone), midnight(self.last + DAY, zone)


@dataclass(frozen=True)
class Use:
    """What came of bookings that began in a period.

    Attributes:
        yen: agreed for what was used and for what was not used though booked; without what a cancellation costs.
        heads, from_outside, remote_workers, no_show, cancelled: None where they are not shown.
    """

    used: int = 0
    hours: Decimal = Decimal(0)
    yen: int = 0
    heads: int | None = 0
    from_outside: int | None = 0
    remote_workers: int | None = 0
    no_show: int | None = 0
    cancelled: int | None = 0

    @property
    def rests_on(self) -> int:
        """Bookings behind it."""
        return self.used + (self.no_show or 0) + (self.cancelled or 0)

    def without_people(self) -> Use:
        """For readers who do not see bookings: how many people, and who did not come, could be told of few."""
        return replace(self, heads=None, from_outside=None, remote_workers=None, no_show=None, cancelled=None)

    def without_few_people(self) -> Use:
        """Without numbers of people that are too small to be shown."""
        told = {
            name: None
            for name in ("heads", "from_outside", "remote_workers")
            if 0 < (getattr(self, name) or 0) < MANY_A_PERSON
        }
        return replace(self, **told)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Row:
    """One line of a table.

    Attributes:
        use: None where it rests on too few bookings to be shown.
        bookable: hours that could be booked; None where that is not told.
    """

    name: str
    use: Use | None
    space: Space | None = None
    bookable: Decimal | None = None

    @property
    def empty(self) -> Decimal | None:
        """Bookable hours that nobody used."""
        if self.bookable is None or self.use is None:
            return None
        return max(self.bookable - self.use.hours, Decimal(0))


@dataclass(frozen=True)
class Tables:
    """Use in a period, three times parted."""

    total: Use | None
    spaces: Sequence[Row]
    weekdays: Sequence[Row]
    purposes: Sequence[Row]
    more_spaces: bool

    @property
    def bookable(self) -> Decimal:
        """Hours that could be booked of the spaces in the table."""
        return sum((row.bookable or Decimal(0) for row in self.spaces), Decimal(0))

    @property
    def empty(self) -> Decimal:
        """Of these, hours that nobody used."""
        return sum((row.empty or Decimal(0) for row in self.spaces), Decimal(0))


def use_of(span: Span, *, whole: bool) -> Tables:
    """Use and income of the town's spaces; four queries.

    Args:
        whole: the reader sees bookings, so that small numbers are no secret to him.
    """
    found: dict[int, dict[Any, Use]] = {which: {} for which in (_BY_SPACE, _BY_WEEKDAY, _BY_PURPOSE, _ALL)}
    for which, space, weekday, purpose, *figures in _sums(span):
        found[which][{_BY_SPACE: space, _BY_WEEKDAY: weekday, _BY_PURPOSE: purpose}.get(which)] = Use(
            *figures
        )
    spaces, more = _spaces(span, found[_BY_SPACE])
    weekdays = [(name, found[_BY_WEEKDAY].get(day, Use())) for day, name in enumerate(weekday_names(), 1)]
    purposes = sorted(
        ((purpose_name(slug), use) for slug, use in found[_BY_PURPOSE].items()),
        key=lambda one: (-one[1].used, one[0]),
    )
    hide = _nothing if whole else _small
    return Tables(
        total=_total(found[_ALL].get(None, Use()), whole=whole),
        spaces=_space_rows(span, hide([(space, found[_BY_SPACE].get(space.pk, Use())) for space in spaces])),
        weekdays=[Row(name, use) for name, use in hide(weekdays)],
        purposes=[Row(name, use) for name, use in hide(purposes)],
        more_spaces=more,
    )


def _sums(span: Span) -> list[tuple[Any, ...]]:
    first, last = span.bounds
    # Sums of the whole town: planners read them, who see no booking.
    with tenancy.unguarded(), connection.cursor() as cursor:
        cursor.execute(_SUMS, {"town": span.town.pk, "zone": span.town.zone, "first": first, "last": last})
        return cursor.fetchall()


def _spaces(span: Span, uses: dict[int, Use]) -> tuple[list[Space], bool]:
    """The spaces of the table, the most used first, then what else can be booked; and whether there are more."""
    used = sorted(uses, key=lambda key: (-uses[key].used, key))
    place = {key: number for number, key in enumerate(used)}
    rows = (
        Space.objects.filter(municipality=span.town)
        .filter(Q(pk__in=used[: MOST_SPACES + 1]) | Q(state=Space.State.PUBLISHED))
        .order_by(Case(When(pk__in=used, then=0), default=1), "pk")
        .select_related("host", "municipality")
        .prefetch_related("hours", "host__closures")
    )
    with tenancy.unguarded():
        found = list(rows[: MOST_SPACES + 1])
    found.sort(key=lambda space: (place.get(space.pk, len(used)), space.pk))
    return found[:MOST_SPACES], len(found) > MOST_SPACES


def _space_rows(span: Span, shown: Iterable[tuple[Space, Use | None]]) -> list[Row]:
    return [
        Row(str(space), use, space, bookable_hours(space, span) if space.is_published else None)
        for space, use in shown
    ]


def bookable_hours(space: Space, span: Span) -> Decimal:
    """Hours that can be booked on the days of a period, by the week that holds now, from its publication on."""
    published = space.published_at
    first = span.first
    if published is not None:
        first = max(first, published.astimezone(as_rules.zone_of(span.town)).date())
    if first > span.last:
        return Decimal(0)
    spans = rules_hours.open_spans(first, span.last, as_rules.hours_of(space))
    return Decimal(sum(period.minutes for _day, period in spans)) / 60


def _nothing(rows: Sequence[tuple[Any, Use]]) -> list[tuple[Any, Use | None]]:
    return list(rows)


def _small(rows: Sequence[tuple[Any, Use]]) -> list[tuple[Any, Use | None]]:
    """Without the rows that rest on few bookings, and as many more that none can be worked out from the sum."""
    counts = [[use.used + use.no_show + use.cancelled] for _name, use in rows]
    hidden = suppression.hide(counts, smallest=SMALLEST_SHOWN)
    return [
        (name, None if (place, 0) in hidden else use.without_people())
        for place, (name, use) in enumerate(rows)
    ]


def _total(use: Use, *, whole: bool) -> Use | None:
    if whole:
        return use
    return None if 0 < use.rests_on < SMALLEST_SHOWN else use.without_few_people()


# --- What was called off, not found, equipped -------------------------------------------------------------------------


@dataclass(frozen=True)
class CalledOff:
    """Cancellations of one side for one reason."""

    side: str
    reason: str
    count: int
    owed: int
    returned: int


def called_off(span: Span, user: Any) -> list[CalledOff]:
    """Why bookings of the period were called off, the most frequent reason first; one query."""
    rows = (
        BookingCancellation.objects.visible_to(user)
        .filter(
            municipality=span.town,
            booking__period__overlap=span.bounds,
            booking__period__startswith__gte=span.bounds[0],
        )
        .order_by()
        .values("side", "reason_code")
        .annotate(count=Count("pk"), owed=Sum("yen_owed"), returned=Sum("yen_returned"))
        .order_by("-count", "side", "reason_code")
    )
    sides = dict(BookingCancellation.Side.choices)
    return [
        CalledOff(
            str(sides[row["side"]]),
            reason_label(row["side"], row["reason_code"]),
            row["count"],
            row["owed"],
            row["returned"],
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Unmet:
    """Searches for the same use without a result."""

    use: str
    why: str
    times: int
    days: int


def unmet(span: Span, user: Any) -> list[Unmet]:
    """What people looked for and did not find, the most frequent first; nothing of who it was. One query."""
    rows = (
        SearchMiss.objects.visible_to(user)
        .filter(municipality=span.town, on__range=(span.first, span.last))
        .order_by()
        .values("use", "why")
        .annotate(sum=Sum("times"), days=Count("on", distinct=True))
        .order_by("-sum", "use", "why")[:MOST_SEARCHES]
    )
    return [Unmet(purpose_name(row["use"]), why_name(row["why"]), row["sum"], row["days"]) for row in rows]


def installed(span: Span, user: Any) -> int:
    """Spaces where ICT equipment was accepted in the period; one query."""
    first, last = span.bounds
    return (
        Installation.objects.visible_to(user)
        .filter(municipality=span.town, state="accepted", decided_at__gte=first, decided_at__lt=last)
        .count()
    )


# --- Words ------------------------------------------------------------------------------------------------------------


def weekday_names() -> list[str]:
    """Monday first."""
    return [_("月曜日"), _("火曜日"), _("水曜日"), _("木曜日"), _("金曜日"), _("土曜日"), _("日曜日")]


def purpose_name(slug: str) -> str:
    """A use in words; the bare slug where it is no longer offered."""
    if not slug:
        return _("使い道を決めていない")
    return str(USES_BY_SLUG[slug].name) if slug in USES_BY_SLUG else slug


def why_name(why: str) -> str:
    """The wish that stood in the way, in words."""
    names: dict[str, Callable[[], str]] = {
        "words": lambda: _("ことば"),
        "time": lambda: _("日時"),
        "kind": lambda: _("種類"),
        "use": lambda: _("使い道"),
        "seats": lambda: _("人数"),
        "equipment": lambda: _("設備"),
        "step_free": lambda: _("段差"),
        "yen": lambda: _("料金"),
        "near": lambda: _("場所までの距離"),
        "nothing": lambda: _("どれとも言えない"),
        "wish": lambda: _("「こんな場所がほしい」に書かれた"),
    }
    return names[why]() if why in names else why
