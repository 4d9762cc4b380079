"""Calendars of others and ours: what they have taken blocks a space here, late as it may come; ours is read by a secret.

A calendar that cannot be read changes nothing. What it has where a booking stands never touches the booking: the host is
told, and settles it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlparse

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.programmes.spaces import ical_reading, letters_keys, locks_keys, outgoing, queue_keys
from sosei.programmes.spaces import words_problems as problems
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.errors_bookings import BookingError
from sosei.programmes.spaces.models import Block, Booking, CalendarFeed, CalendarLink, Space
from sosei.programmes.spaces.periods import period_of
from sosei.programmes.spaces.rules_periods import Period
from sosei.programmes.spaces.services import blocks, placing
from sosei.programmes.spaces.services.bookings import must_run_host

MOST_FEEDS = 10
"""Calendars that one space takes in."""
TOLD_AFTER = timedelta(hours=6)
"""So long a calendar may not be read until the host is told."""
MEDIA = "text/calendar, text/plain;q=0.5"


class CalendarRefusedError(BookingError):
    """Something about a calendar that cannot be done so."""


# --- Ours ---------------------------------------------------------------------------------------------------------------


@transaction.atomic
def make_link(*, space: Space, actor: Person) -> CalendarLink:
    """A secret address for a space's calendar; the one before it leads nowhere from now on.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town.
    """
    must_run_host(actor, space)
    now = timezone.now()
    CalendarLink.objects.filter(space=space, ended_at__isnull=True).update(ended_at=now)
    link: CalendarLink = CalendarLink.objects.create(
        municipality_id=space.municipality_id,
        host_id=space.host_id,
        space=space,
        secret=secrets.token_urlsafe(24),
        made_at=now,
    )
    _record("space_calendar.linked", space, actor)
    return link


@transaction.atomic
def end_link(*, space: Space, actor: Person) -> None:
    """The secret address leads nowhere any more.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town.
    """
    must_run_host(actor, space)
    rows = CalendarLink.objects.filter(space=space, ended_at__isnull=True)
    if rows.update(ended_at=timezone.now()):
        _record("space_calendar.unlinked", space, actor)


def space_of_secret(secret: str) -> Space | None:
    """The space of a secret address; None where it leads nowhere."""
    with tenancy.unguarded():
        rows = CalendarLink.objects.filter(secret=secret, ended_at__isnull=True)
        link = rows.select_related("space__municipality").first()
        return link.space if link is not None else None


# --- Others ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_feed(*, space: Space, name: str, address: str, actor: Person) -> CalendarFeed:
    """Takes in another calendar; it is read in a moment, and then every quarter of an hour.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town.
        CalendarRefusedError: no name, an address that may not be asked, or too many.
    """
    must_run_host(actor, space)
    address = address.strip()
    if address.lower().startswith("webcal://"):
        address = f"https://{address[9:]}"
    if not name.strip():
        raise CalendarRefusedError(_("どのカレンダーか分かる名前を書いてください。"), "name")
    try:
        URLValidator(schemes=["http", "https"])(address)
        outgoing.check(address)
    except ValidationError as error:
        raise CalendarRefusedError(str(problems.OTHER_SCHEME), "address") from error
    except outgoing.OutgoingError as error:
        raise CalendarRefusedError(str(error), "address") from error
    live = CalendarFeed.objects.filter(space=space, ended_at__isnull=True)
    if live.count() >= MOST_FEEDS:
        raise CalendarRefusedError(
            _("1つの場所に取り込めるカレンダーは%(most)sつまでです。") % {"most": MOST_FEEDS}, "address"
        )
    if live.filter(address=address).exists():
        raise CalendarRefusedError(_("このカレンダーは、もう取り込んでいます。"), "address")
    feed: CalendarFeed = CalendarFeed.objects.create(
        municipality_id=space.municipality_id,
        host_id=space.host_id,
        space=space,
        name=name.strip(),
        address=address,
    )
    _record("space_feed.added", space, actor, feed=feed.name)
    with tenancy.unguarded():
        queue_keys.leave(queue_keys.READ, feed_id=feed.pk)
    return feed


def end_feed(*, feed: CalendarFeed, actor: Person) -> CalendarFeed:
    """Takes in no more; what it blocked from now on is free again.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town.
    """
    must_run_host(actor, feed)
    with tenancy.unguarded():
        with transaction.atomic():
            held = locks_keys.lock_feed(feed.pk)
            if held.ended_at is None:
                held.ended_at, held.clashes = timezone.now(), []
                held.save(update_fields=["ended_at", "clashes"])
                _record("space_feed.ended", held.space, actor, feed=held.name)
        for block in _standing_blocks(held, timezone.now()):
            blocks.unblock(block=block, actor=None)
        return held


def read_again(*, feed: CalendarFeed, actor: Person) -> None:
    """Asks the worker to read a calendar now.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town.
    """
    must_run_host(actor, feed)
    with tenancy.unguarded():
        queue_keys.leave(queue_keys.READ, feed_id=feed.pk)


def feeds_to_read() -> list[int]:
    """Calendars that are taken in."""
    rows = CalendarFeed.objects.filter(ended_at__isnull=True, space__state=Space.State.PUBLISHED)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def read_feed(*, feed_id: int) -> bool:
    """Reads a calendar and blocks what it has taken; False when it could not be read, and nothing was changed.

    The file is fetched outside any transaction.
    """
    with tenancy.unguarded(), locks_keys.reading(feed_id) as alone:
        feed = CalendarFeed.objects.select_related(
            "municipality", "host", "space__municipality", "space__host"
        ).get(pk=feed_id)
        if not alone or feed.ended_at is not None:
            return False
        now = timezone.now()
        try:
            with override("ja"):
                taken = _fetch(feed, now)
        except (outgoing.OutgoingError, ical_reading.CalendarError) as error:
            _not_read(feed, str(error), now)
            return False
        _apply(feed, taken, now)
        return True


def _fetch(feed: CalendarFeed, now: datetime) -> list[Period]:
    answer = outgoing.fetch(feed.address, headers={"Accept": MEDIA, "User-Agent": "Sosei"})
    if answer.status != 200:
        raise outgoing.OutgoingError(problems.CALENDAR_STATUS % {"status": answer.status})
    return ical_reading.taken_times(
        answer.body,
        zone=zone_of(feed.municipality),
        first=now,
        last=now + timedelta(days=feed.space.horizon_days + 1),
        own=site_name(),
    )


def site_name() -> str:
    """By what our own events are known when they come back."""
    return urlparse(settings.SITE_ADDRESS).hostname or "localhost"


def _not_read(feed: CalendarFeed, problem: str, now: datetime) -> None:
    with transaction.atomic():
        first = not feed.problem
        CalendarFeed.objects.filter(pk=feed.pk).update(tried_at=now, problem=problem[:300])
        long = feed.read_at is None or now - feed.read_at > TOLD_AFTER
        if long and not (first and feed.read_at is None):
            # One key for each time without reading: told once.
            letters_keys.calendar_failed(feed, problem)


def _standing_blocks(feed: CalendarFeed, now: datetime) -> list[Block]:
    rows = Block.objects.filter(feed=feed, ended_at__isnull=True, period__endswith__gt=now)
    return list(
        rows.select_related("space__municipality", "space__host", "municipality", "feed").order_by("pk")
    )


def _apply(feed: CalendarFeed, taken: Sequence[Period], now: datetime) -> None:
    """What went is freed first; then what is new is blocked, and what could not be blocked whole is tried again."""
    wanted = set(taken)
    standing = {period_of(one.period): one for one in _standing_blocks(feed, now)}
    for period, block in standing.items():
        if period not in wanted:
            blocks.unblock(block=block, actor=None)
    for period in taken:
        block = standing.get(period)
        if block is None:
            blocks.block(
                space=feed.space,
                period=period,
                reason=feed.name,
                actor=None,
                feed=feed,
                feed_uid=_uid(period),
            )
        elif _has_gap(block):
            # A booking that stood in its way is gone.
            with transaction.atomic():
                placing.close(blocks=[block])
    with transaction.atomic():
        held = locks_keys.lock_feed(feed.pk)
        if held.ended_at is None:
            _note(held, taken, now)
    if held.ended_at is not None:
        # Taken out while it was read.
        for block in _standing_blocks(held, now):
            blocks.unblock(block=block, actor=None)


def _uid(period: Period) -> str:
    return f"{period.start.isoformat()}/{period.end.isoformat()}"


def _has_gap(block: Block) -> bool:
    leaves = set(placing.leaves_of(block.space))
    whole = block.period.upper - block.period.lower
    rows = block.occupancies.values_list("space_id", "period")
    held: dict[int, timedelta] = {}
    for space, period in rows:
        held[space] = held.get(space, timedelta()) + (period.upper - period.lower)
    return any(held.get(leaf, timedelta()) < whole for leaf in leaves)


def _note(feed: CalendarFeed, taken: Sequence[Period], now: datetime) -> None:
    clashing = _clashing(feed, taken, now)
    known = {(row["booking"], row["start"]) for row in feed.clashes}
    rows = [
        {
            "booking": one.pk,
            "number": one.order.number,
            "start": one.period.lower.isoformat(),
            "end": one.period.upper.isoformat(),
        }
        for one in clashing
    ]
    new = [
        one for one, row in zip(clashing, rows, strict=True) if (row["booking"], row["start"]) not in known
    ]
    feed.read_at = feed.tried_at = now
    feed.problem, feed.clashes = "", rows
    feed.save(update_fields=["read_at", "tried_at", "problem", "clashes"])
    if new:
        key = "-".join(f"{one.pk}.{one.period.lower:%Y%m%d%H%M}" for one in new)[:120]
        letters_keys.calendar_clashes(feed, new, key)


def _clashing(feed: CalendarFeed, taken: Sequence[Period], now: datetime) -> list[Booking]:
    if not taken:
        return []
    rows = Booking.objects.filter(
        occupancies__space__in=placing.leaves_of(feed.space),
        state__in=("held", "confirmed"),
        period__overlap=(max(taken[0].start, now), taken[-1].end),
    ).select_related("order")
    found = {one.pk: one for one in rows.order_by("period", "pk")}
    return [one for one in found.values() if any(period_of(one.period).overlaps(each) for each in taken)]


def _record(verb: str, space: Space, actor: Person, **data: Any) -> None:
    write_entry(
        actor=actor,
        verb=verb,
        subject=space,
        municipality=space.municipality,
        data={"space": space.name, **data},
    )
