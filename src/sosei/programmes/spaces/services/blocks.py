"""Times that a host keeps for himself, or that another calendar has taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.programmes.spaces import locks
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.errors_bookings import BookingError
from sosei.programmes.spaces.models import Block, CalendarFeed, Space
from sosei.programmes.spaces.periods import period_of, range_of
from sosei.programmes.spaces.rules_periods import Period
from sosei.programmes.spaces.rules_series import Pattern, plan
from sosei.programmes.spaces.services import placing, waiting
from sosei.programmes.spaces.services.steps import must_run_host


@dataclass(frozen=True)
class Blocked:
    """What became of it.

    Attributes:
        clashes: times that are booked already; they stay so, the rest is blocked.
    """

    blocks: tuple[Block, ...]
    clashes: tuple[Period, ...]


def block(
    *,
    space: Space,
    period: Period,
    reason: str,
    actor: Person | None,
    repeats: Pattern | None = None,
    feed: CalendarFeed | None = None,
    feed_uid: str = "",
) -> Blocked:
    """Keeps a time, or every time of a pattern, from being booked; what is booked stays booked and is told.

    Args:
        actor: None where another calendar says so.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town.
        BookingError: no reason.
    """
    if feed is None:
        must_run_host(actor, space)
    if not reason.strip():
        raise BookingError(_("何のために使えないかを書いてください。予約する人には見えません。"), "reason")
    periods = [period]
    if repeats is not None:
        found = plan(repeats, zone_of(space.municipality))
        periods = [one.period for one in found if one.period is not None and one.left_out is None]
    if not periods:
        return Blocked((), ())
    with tenancy.unguarded():
        if feed is not None:
            old = Block.objects.filter(feed=feed, feed_uid=feed_uid, ended_at__isnull=True).first()
            if old is not None and period_of(old.period) == period:
                return Blocked((old,), ())
            if old is not None:
                # Before, and not within: no place is taken after another was freed.
                unblock(block=old, actor=None)
        with transaction.atomic():
            return _block(space, periods, reason.strip(), actor, feed, feed_uid)


def _block(
    space: Space,
    periods: Sequence[Period],
    reason: str,
    actor: Person | None,
    feed: CalendarFeed | None,
    feed_uid: str,
) -> Blocked:
    now = timezone.now()
    blocks = [
        Block(
            municipality_id=space.municipality_id,
            host_id=space.host_id,
            space=space,
            period=range_of(each),
            reason=reason[:120],
            feed=feed,
            feed_uid=feed_uid,
            made_at=now,
            made_by=actor,
        )
        for each in periods
    ]
    Block.objects.bulk_create(blocks)
    clashes = placing.close(blocks=blocks)
    write_entry(
        actor=actor,
        verb="space_block.made",
        subject=space,
        municipality=space.municipality,
        reason=reason,
        data={"space": space.name, "times": len(blocks), "clashes": len(clashes)},
    )
    return Blocked(tuple(blocks), tuple(clashes))


@transaction.atomic
def unblock(*, block: Block, actor: Person | None) -> Block:
    """Can be booked again; whoever waits for it is offered it.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town, and no other calendar says so.
    """
    if block.feed_id is None:
        must_run_host(actor, block)
    with tenancy.unguarded():
        held = locks.lock_block(block.pk)
        if held.ended_at is not None:
            return held
        placing.free(blocks=[held.pk])
        held.ended_at = timezone.now()
        held.save(update_fields=["ended_at"])
        write_entry(
            actor=actor,
            verb="space_block.ended",
            subject=held.space,
            municipality=held.municipality,
            data={"space": held.space.name, "start": held.period.lower.isoformat(timespec="minutes")},
        )
        waiting.offer_freed(space=held.space, period=period_of(held.period))
        return held
