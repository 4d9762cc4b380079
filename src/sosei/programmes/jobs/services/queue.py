"""The waiting list of a posting: who is next gets an offer with a time; near the start all who wait are told at once.

Functions that write, but `lapse_offers`, are called within a transaction that holds the posting's lock, outside the guard.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from sosei.core.people import tenancy
from sosei.core.records.services import write_entry
from sosei.programmes.jobs import letters_deals, locks
from sosei.programmes.jobs.models import Application, Lodging, Posting, Shift, WorkDay
from sosei.programmes.jobs.rules_applications import offer_ends, told_at_once
from sosei.programmes.jobs.services import places
from sosei.programmes.jobs.services.postings import reopen_when_freed

States = Application.State


def join(application: Application) -> None:
    """The application waits from now on, behind all who wait already."""
    application.state = States.WAITING
    application.queued_at = timezone.now()
    application.save(update_fields=["state", "queued_at"])
    write_entry(
        actor=None,
        verb="application.waiting",
        subject=application,
        person=application.person,
        municipality=application.municipality,
        data={"posting": application.posting.title},
    )
    letters_deals.tell(
        f"application.waiting:{application.pk}:{application.queued_at:%s}",
        "application.waiting",
        application.person,
        letters_deals.waiting(application, place_in_queue(application)),
        application,
    )


def place_in_queue(application: Application) -> int:
    """Which one in the queue, from 1; 0 for an application that does not wait."""
    if application.state != States.WAITING:
        return 0
    before = Application.objects.filter(posting=application.posting_id, state=States.WAITING).filter(
        Q(queued_at__lt=application.queued_at) | Q(queued_at=application.queued_at, pk__lt=application.pk)
    )
    with tenancy.unguarded():
        return int(before.count()) + 1


def places_in_queue(applications: Sequence[Application]) -> dict[int, int]:
    """Which one in the queue each of these is, in one query."""
    if not applications:
        return {}
    queues: dict[int, list[int]] = {}
    rows = Application.objects.filter(
        posting__in={one.posting_id for one in applications}, state=States.WAITING
    ).order_by("queued_at", "pk")
    with tenancy.unguarded():
        for posting, key in rows.values_list("posting_id", "pk"):
            queues.setdefault(posting, []).append(key)
    return {one.pk: queues[one.posting_id].index(one.pk) + 1 for one in applications}


def fill(posting: Posting) -> list[Application]:
    """Offers free places to who waits, in order: to the next whose wanted shifts are all free.

    Places, and beds, are kept for who has an offer; near the start nothing is kept and all who wait are told.
    """
    offered = _offer_in_order(posting, timezone.now())
    reopen_when_freed(posting)
    return offered


def _offer_in_order(posting: Posting, now: datetime) -> list[Application]:
    waiting = list(
        Application.objects.filter(posting=posting, state=States.WAITING)
        .select_related("person", "municipality", "group", "posting__employer", "employer")
        .order_by("queued_at", "pk")
    )
    if not waiting:
        return []
    free = {shift.pk: shift.free for shift in Shift.objects.filter(posting=posting, starts_at__gt=now)}
    if not any(count > 0 for count in free.values()):
        return []
    offered: list[Application] = []
    for unit in _units(waiting):
        shifts = places.wanted_shifts(unit[0])
        if not shifts or any(free.get(shift.pk, 0) < len(unit) for shift in shifts):
            continue
        if _busy(unit, shifts):
            continue
        start = shifts[0].starts_at
        held = not told_at_once(start, now)
        if held:
            try:
                places.take_all(shifts, beds_of(posting, unit), len(unit), _sleepers(unit))
            except (places.NoPlaceError, places.NoBedError):
                continue
            for shift in shifts:
                free[shift.pk] -= len(unit)
        for application in unit:
            _offer(application, offer_ends(start, now) if held else start, held=held)
        offered += unit
    return offered


def _units(waiting: Sequence[Application]) -> list[list[Application]]:
    """Friends together at the place of the first of them, everybody else alone."""
    first = {one.group_id: index for index, one in reversed(list(enumerate(waiting))) if one.group_id}
    keyed = sorted(enumerate(waiting), key=lambda each: (first.get(each[1].group_id, each[0]), each[0]))
    return [
        [one for _index, one in members]
        for _key, members in groupby(keyed, key=lambda each: first.get(each[1].group_id, each[0]))
    ]


def _sleepers(unit: Sequence[Application]) -> int:
    return sum(one.needs_lodging for one in unit)


def beds_of(posting: Posting, unit: Sequence[Application]) -> Lodging | None:
    """The lodging in which somebody of the unit needs a bed."""
    return posting.lodging if _sleepers(unit) else None


def _busy(unit: Sequence[Application], shifts: Sequence[Shift]) -> bool:
    """Somebody of the unit works elsewhere at one of these times: they wait on."""
    at_that_time = Q()
    for shift in shifts:
        at_that_time |= Q(period__overlap=(shift.starts_at, shift.ends_at))
    return WorkDay.objects.filter(
        at_that_time, person__in=[one.person_id for one in unit], state__in=("planned", "worked")
    ).exists()


def _offer(application: Application, until: datetime, *, held: bool) -> None:
    application.state = States.OFFERED
    application.offer_ends_at, application.holds_places = until, held
    application.decided_at = None
    application.save(update_fields=["state", "offer_ends_at", "holds_places", "decided_at"])
    write_entry(
        actor=None,
        verb="application.offered",
        subject=application,
        person=application.person,
        municipality=application.municipality,
        data={"posting": application.posting.title},
    )
    letters_deals.tell(
        f"application.offered:{application.pk}:{timezone.now().timestamp():.6f}",
        "application.offered",
        application.person,
        letters_deals.offered(application),
        application,
    )


def release(application: Application) -> None:
    """Places and beds that were kept for an offer are free again."""
    if not application.holds_places:
        return
    lodging = application.posting.lodging if application.needs_lodging else None
    places.give_back(places.wanted_shifts(application), lodging)
    application.holds_places = False


def send_back(posting: Posting) -> None:
    """Somebody was first: those told at the same time for whom nothing is left wait on, in their old order."""
    offers = Application.objects.filter(posting=posting, state=States.OFFERED, holds_places=False)
    for application in offers.select_related("person", "municipality", "posting", "employer").order_by("pk"):
        if all(shift.free > 0 for shift in places.wanted_shifts(application)):
            continue
        application.state = States.WAITING
        application.save(update_fields=["state"])
        letters_deals.tell(
            f"application.back:{application.pk}:{timezone.now().timestamp():.6f}",
            "application.waiting",
            application.person,
            letters_deals.back_in_queue(application),
            application,
        )


def end(application: Application, state: str, reason: str) -> None:
    """The application is over; what was kept for it is free."""
    release(application)
    application.state, application.decided_at, application.reason = state, timezone.now(), reason[:300]
    application.save(update_fields=["state", "decided_at", "reason", "holds_places"])


def end_group(application: Application) -> None:
    """Friends come all or none: when one does not, the others' applications are over, and they are told."""
    if application.group_id is None:
        return
    others = Application.objects.filter(
        group=application.group_id, state__in=(States.APPLIED, States.WAITING, States.OFFERED)
    ).exclude(pk=application.pk)
    for other in others.select_related("person", "municipality", "posting", "employer").order_by("pk"):
        with override(other.person.language):
            why = _("いっしょに申し込んだ人が来られなくなりました。一人で申し込み直すことができます。")
        end(other, States.LAPSED, why)
        write_entry(
            actor=None,
            verb="application.group_ended",
            subject=other,
            person=other.person,
            municipality=other.municipality,
            data={"posting": other.posting.title},
        )
        tell_end(other, why)


def tell_end(application: Application, why: str) -> None:
    """Tells the worker that the application is over."""
    letters_deals.tell(
        f"application.ended:{application.pk}",
        "application.ended",
        application.person,
        letters_deals.ended(application, why),
        application,
    )


def take_back_offers(posting: Posting, *, only: Shift) -> None:
    """A shift is called off: applications that are not decided no longer ask for it, and end without any other."""
    live = Application.objects.filter(
        posting=posting,
        wanted__shift=only,
        state__in=(States.APPLIED, States.WAITING, States.OFFERED),
    )
    for application in live.select_related("person", "municipality", "posting", "employer").order_by("pk"):
        shifts = places.wanted_shifts(application)
        rest = [shift for shift in shifts if shift.pk != only.pk]
        if application.holds_places:
            lodging = posting.lodging if application.needs_lodging else None
            places.give_back([only], lodging, rest)
        application.wanted.filter(shift=only).delete()
        if not rest:
            with override(application.person.language):
                why = _("申し込んだ日の仕事が取りやめになりました。")
            application.holds_places = False
            end(application, States.LAPSED, why)
            tell_end(application, why)


def lapse_offers() -> int:
    """Ends offers that nobody answered and waits that came to nothing, and asks who is next; run twice it does it once."""
    now = timezone.now()
    over = Q(state=States.OFFERED, offer_ends_at__lte=now) | Q(
        state__in=(States.WAITING, States.APPLIED), wanted__shift__starts_at__lte=now
    )
    rows = Application.objects.filter(over).distinct().values_list("pk", "posting_id")
    return sum(_lapse(key, posting) for key, posting in sorted(rows, key=lambda row: (row[1], row[0])))


@transaction.atomic
def _lapse(key: int, posting_id: int) -> bool:
    now = timezone.now()
    with tenancy.unguarded():
        posting = locks.lock_posting(posting_id)
        held = locks.lock_application(key)
        begun = held.wanted.filter(shift__starts_at__lte=now).exists()
        late = held.state == States.OFFERED and held.offer_ends_at is not None and held.offer_ends_at <= now
        if not late and not (begun and held.state in (States.WAITING, States.APPLIED)):
            return False
        with override(held.person.language):
            why = _("返事の期限が過ぎました。") if late else _("場所が空かないまま、仕事が始まりました。")
        end(held, States.LAPSED, why)
        write_entry(
            actor=None,
            verb="application.lapsed",
            subject=held,
            person=held.person,
            municipality=held.municipality,
            data={"posting": posting.title},
        )
        tell_end(held, why)
        end_group(held)
        fill(posting)
        return True
