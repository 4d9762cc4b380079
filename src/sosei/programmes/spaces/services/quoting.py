"""What an order would cost and bind to: prices, ladders with dates, ways to pay, and what stands against it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from sosei.programmes.spaces import availability
from sosei.programmes.spaces.as_rules import hours_of, ladder_as_json, ladder_of, zone_of
from sosei.programmes.spaces.errors_bookings import BookingError, Code
from sosei.programmes.spaces.models import Booking, Lottery, Order, Space, UsageTerms, UserGroup
from sosei.programmes.spaces.rules_errors import Refusal
from sosei.programmes.spaces.rules_hours import Hours, bookable
from sosei.programmes.spaces.rules_ladders import DatedStep, Ladder, steps_with_dates
from sosei.programmes.spaces.rules_periods import Period, day_of
from sosei.programmes.spaces.rules_series import Occurrence, Pattern, overlapping, plan
from sosei.programmes.spaces.services import payment_terms
from sosei.programmes.spaces.services.pricing import Extras, Line, Priced, Pricing


@dataclass(frozen=True)
class Wanted:
    """A space for a period, with extras as (key, how many)."""

    space: Space
    period: Period
    extras: Extras = ()


@dataclass(frozen=True)
class Part:
    """One of the times asked for: its price and ladder, or why it cannot be had."""

    wanted: Wanted
    refusal: Refusal | None
    yen: int = 0
    tax_percent: int = 10
    lines: tuple[Line, ...] = ()
    steps: tuple[DatedStep, ...] = ()
    priced: Priced | None = None
    ladder: Ladder | None = None


@dataclass(frozen=True)
class Quoted:
    """What an order would cost and bind to, reckoned for this moment.

    Attributes:
        needs_answer: the host answers first.
        ways: ways to pay that still fit.
        digest: changes when price, ladder or terms do; what the guest was shown is handed back by it.
    """

    parts: tuple[Part, ...]
    needs_answer: bool = False
    ways: tuple[str, ...] = ()
    terms: tuple[int, ...] = ()
    digest: str = field(default="", compare=False)

    @property
    def good(self) -> tuple[Part, ...]:
        """What can be had."""
        return tuple(part for part in self.parts if part.refusal is None)

    @property
    def clashes(self) -> tuple[Part, ...]:
        """What cannot."""
        return tuple(part for part in self.parts if part.refusal is not None)

    @property
    def yen(self) -> int:
        """The price of what can be had, tax included."""
        return sum(part.yen for part in self.good)


def quote(
    *,
    wanted: Sequence[Wanted],
    tier: str,
    group: UserGroup | None = None,
    now: datetime,
    by_staff: bool = False,
    heads: int = 1,
    waiting: int = 0,
    key: UUID | None = None,
    drawn: bool = False,
    ignoring: Sequence[Booking] = (),
    agreed: int | None = None,
) -> Quoted:
    """Prices, ladders and clashes of what somebody wants.

    Args:
        by_staff: house rules (notice, horizon, lengths) do not bind, and nobody has to answer.
        waiting: key of the entry of the waiting list for which places are held.
        key: of the order that is just being made: what is reserved for it is no clash.
        drawn: the place was won in the lottery: its notice and horizon are the lottery's, and nobody has to answer.
        ignoring: bookings that give way, since they are the ones that move.
        agreed: yen for which the host has offered the one time that is wanted; nobody has to answer any more.
    """
    ready = {
        space.pk: _Ready(
            space,
            [one.period for one in wanted if one.space.pk == space.pk],
            Pricing(space, tier, group, agreed),
            now,
            {"waiting": waiting, "key": key, "ignoring": ignoring},
            () if drawn else availability.undrawn_lotteries(space),
        )
        for space in {one.space.pk: one.space for one in wanted}.values()
    }
    parts = [ready[one.space.pk].part(one, by_staff=by_staff, heads=heads, drawn=drawn) for one in wanted]
    found = Quoted(
        parts=_once(parts),
        needs_answer=not (by_staff or drawn or agreed is not None)
        and any(one.space.way == Space.Way.REQUEST for one in wanted),
        terms=tuple(_terms(wanted[0].space, now)) if wanted else (),
    )
    zone = zone_of(wanted[0].space.municipality) if wanted else None
    ways = payment_terms.ways(found.good, found.yen, now) if zone else ()
    found = replace(found, ways=ways)
    return replace(found, digest=_digest(found))


class _Ready:
    """Everything about one space that its times have in common."""

    def __init__(
        self,
        space: Space,
        periods: Sequence[Period],
        pricing: Pricing,
        now: datetime,
        own: Mapping[str, Any],
        lotteries: Sequence[Lottery],
    ) -> None:
        self.space, self.pricing, self.now, self.lotteries = space, pricing, now, lotteries
        self.hours: Hours = hours_of(space, tier=pricing.tier)
        self.ladder = ladder_of(space.ladder)
        whole = Period(min(one.start for one in periods), max(one.end for one in periods))
        wide = whole.widened(self.hours.buffer_before, self.hours.buffer_after)
        self.busy = availability.busy(space, wide, now=now, **own)

    def part(self, wanted: Wanted, *, by_staff: bool, heads: int, drawn: bool) -> Part:
        refusal = self._refusal(wanted, by_staff, heads, drawn)
        if refusal is not None:
            return Part(wanted, refusal)
        priced = self.pricing.price(wanted.period, wanted.extras)
        if isinstance(priced, Refusal):
            return Part(wanted, priced)
        steps = steps_with_dates(self.ladder, wanted.period.start, self.now, priced.yen, self.hours.zone)
        return Part(wanted, None, priced.yen, priced.tax_percent, priced.lines, steps, priced, self.ladder)

    def _refusal(self, wanted: Wanted, by_staff: bool, heads: int, drawn: bool) -> Refusal | None:
        if self.space.state != Space.State.PUBLISHED:
            return Refusal(Code.NOT_PUBLISHED)
        if self.space.residents_only and self.pricing.tier != Order.Tier.RESIDENT:
            return Refusal(Code.RESIDENTS_ONLY)
        if heads > self.space.seats:
            return Refusal(Code.TOO_MANY_HEADS, {"seats": self.space.seats})
        day = day_of(wanted.period.start, self.hours.zone)
        for lottery in self.lotteries:
            if lottery.use_from <= day <= lottery.use_until:
                return Refusal(Code.BY_LOTTERY, {"draw": lottery.draw_at})
        return bookable(wanted.period, self.hours, now=self.now, busy=self.busy, by_staff=by_staff or drawn)


def _once(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The same time of the same space twice is a clash of its own."""
    seen: list[Part] = []
    found: list[Part] = []
    for part in parts:
        twice = part.refusal is None and any(
            other.wanted.space.pk == part.wanted.space.pk and other.wanted.period.overlaps(part.wanted.period)
            for other in seen
        )
        found.append(Part(part.wanted, Refusal(Code.TWICE)) if twice else part)
        if part.refusal is None and not twice:
            seen.append(part)
    return tuple(found)


def _terms(space: Space, now: datetime) -> list[int]:
    rows = UsageTerms.objects.filter(
        Q(host=space.host_id) | Q(host__isnull=True), municipality=space.municipality_id, valid_from__lte=now
    )
    newest: dict[int | None, int] = {}
    for key, host in rows.order_by("-number").values_list("pk", "host"):
        newest.setdefault(host, key)
    return [newest[host] for host in (space.host_id, None) if host in newest]


def _digest(quoted: Quoted) -> str:
    told = {
        "parts": [
            [
                part.wanted.space.pk,
                part.wanted.period.start.isoformat(),
                part.wanted.period.end.isoformat(),
                part.yen,
                part.tax_percent,
                ladder_as_json(part.ladder) if part.ladder else None,
            ]
            for part in quoted.good
        ],
        "terms": quoted.terms,
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]


def series(
    *,
    space: Space,
    pattern: Pattern,
    tier: str,
    now: datetime,
    extras: Extras = (),
    skip: Iterable[Any] = (),
    by_staff: bool = False,
) -> list[Occurrence]:
    """Every date of a series with its time, and what stands against it.

    Raises:
        BookingError: dates of the series overlap each other.
    """
    bare = plan(pattern, zone_of(space.municipality), skip=frozenset(skip))
    if overlapping(bare):
        raise BookingError(_("くり返しの回どうしが重なっています。1回の長さを短くしてください。"))
    good = [one for one in bare if one.period is not None and one.left_out is None]
    if not good:
        return bare
    wanted = [Wanted(space, one.period, tuple(extras)) for one in good if one.period is not None]
    refusals = [part.refusal for part in quote(wanted=wanted, tier=tier, now=now, by_staff=by_staff).parts]
    clash = dict(zip([one.day for one in good], refusals, strict=True))
    return [replace(one, clash=clash.get(one.day)) for one in bare]


def wanted_of(occurrences: Iterable[Occurrence], space: Space, extras: Extras = ()) -> list[Wanted]:
    """The dates of a series that can be booked."""
    return [
        Wanted(space, one.period, extras) for one in occurrences if one.is_good and one.period is not None
    ]
