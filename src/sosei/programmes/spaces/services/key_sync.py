"""What is in the locks on the doors: brought to what it should be, again and again, and what they tell is written down.

Nothing is asked of a lock within a transaction. Who speaks to a lock is alone; before he is done he looks again whether
bookings changed meanwhile. What cannot be reached is told to the host, and a voucher stands in.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import override

from sosei.core.people import tenancy
from sosei.core.records.services import write_entry
from sosei.programmes.spaces import letters_keys, locks_keys
from sosei.programmes.spaces import words_problems as problems
from sosei.programmes.spaces.lock_drivers import PREFIX, Held, LockDriver, LockError, driver_of
from sosei.programmes.spaces.models import DoorCode, Lock, LockUse
from sosei.programmes.spaces.periods import period_of, range_of
from sosei.programmes.spaces.rules_periods import Period
from sosei.programmes.spaces.services import money
from sosei.programmes.spaces.services.keys import LIVE

log = logging.getLogger(__name__)
ROUNDS = 6
TOLD_AFTER = 3
"""So many failures in a row are told to the host: one may be a lock that was just being restarted."""


class LockBusyError(Exception):
    """Somebody else is speaking to the lock."""


def ref_of(code: DoorCode) -> str:
    """What a code is called in a lock."""
    return f"{PREFIX}{code.pk}"


def sync_lock(*, lock_id: int) -> bool:
    """Brings a lock to what it should hold and collects what it tells; False when it does not answer.

    Raises:
        LockBusyError: somebody else is doing it; what changed since he began may be left to do.
    """
    with tenancy.unguarded():
        lock = Lock.objects.select_related("municipality", "host", "space").get(pk=lock_id)
        driver = driver_of(lock)
        with locks_keys.speaking_to(lock_id) as alone:
            if not alone:
                raise LockBusyError(lock_id)
            try:
                with override("ja"):
                    _reconcile(lock, driver)
                    if driver.keeps_codes:
                        _collect(lock, driver)
            except LockError as error:
                _failed(lock, str(error))
                return False
        if driver.keeps_codes:
            Lock.objects.filter(pk=lock.pk).update(seen_at=timezone.now(), problem="", failures=0)
        return True


def _wanted(lock: Lock) -> dict[str, DoorCode]:
    """The codes that should stand in a lock now, as the bookings are at this moment."""
    rows = DoorCode.objects.filter(lock=lock, state__in=LIVE, period__endswith__gt=timezone.now())
    return {ref_of(code): code for code in rows}


def _reconcile(lock: Lock, driver: LockDriver) -> None:
    for _round in range(ROUNDS):
        there = {ref: valid for ref, valid in driver.list_codes().items() if ref.startswith(PREFIX)}
        wanted = _wanted(lock)
        if not driver.keeps_codes:
            there = {ref: period_of(code.period) for ref, code in wanted.items()}
        too_many = [ref for ref in there if ref not in wanted]
        missing = [ref for ref, code in wanted.items() if there.get(ref) != period_of(code.period)]
        _note(lock, wanted, there)
        if not too_many and not missing:
            return
        for ref in too_many:
            driver.remove_code(ref)
        for ref in missing:
            code = wanted[ref]
            driver.add_code(Held(ref, code.code, period_of(code.period)))
    raise LockError(str(problems.LOCK_FORGETS))


def _note(lock: Lock, wanted: Mapping[str, DoorCode], there: Mapping[str, Period]) -> None:
    """Writes down what was seen in the lock; a code that changed since it was read is left as it is."""
    now = timezone.now()
    for ref, code in wanted.items():
        valid = period_of(code.period)
        if code.state != DoorCode.State.SENT and there.get(ref) == valid:
            DoorCode.objects.filter(pk=code.pk, state__in=LIVE, period=range_of(valid)).update(
                state=DoorCode.State.SENT, sent_at=now, problem=""
            )
    ended = DoorCode.objects.filter(lock=lock, state=DoorCode.State.ENDED, removed_at__isnull=True)
    gone = [code.pk for code in ended if ref_of(code) not in there]
    if gone:
        ended.filter(pk__in=gone).update(removed_at=now)


def _failed(lock: Lock, problem: str) -> None:
    now = timezone.now()
    with transaction.atomic():
        Lock.objects.filter(pk=lock.pk).update(problem=problem[:300], failures=F("failures") + 1)
        lock.refresh_from_db(fields=["failures", "seen_at"])
        waiting = DoorCode.objects.filter(lock=lock, state__in=(DoorCode.State.MADE, DoorCode.State.FAILED))
        waiting.update(tries=F("tries") + 1, problem=problem[:300])
        if lock.failures < TOLD_AFTER:
            return
        waiting.filter(state=DoorCode.State.MADE).update(state=DoorCode.State.FAILED)
        if lock.failures == TOLD_AFTER and lock.ended_at is None:
            letters_keys.lock_failed(lock, problem, now)
            write_entry(
                actor=None,
                verb="space_lock.failed",
                subject=lock.space,
                municipality=lock.municipality,
                data={"lock": lock.name, "space": lock.space.name},
            )


def _collect(lock: Lock, driver: LockDriver) -> int:
    last = LockUse.objects.filter(lock=lock).exclude(event__startswith="paper").order_by("-pk").first()
    told = driver.read_uses(last.event if last is not None else "")
    keys = {int(use.ref.removeprefix(PREFIX)) for use in told if use.ref.removeprefix(PREFIX).isdigit()}
    codes = {f"{PREFIX}{one.pk}": one for one in DoorCode.objects.filter(lock=lock, pk__in=keys)}
    rows = []
    for use in told:
        code = codes.get(use.ref)
        rows.append(
            LockUse(
                municipality_id=lock.municipality_id,
                host_id=lock.host_id,
                person_id=code.person_id if code is not None else None,
                lock=lock,
                code=code,
                at=use.at,
                opened=use.opened,
                why=use.why,
                event=use.event,
            )
        )
    # A lock may tell the same twice.
    LockUse.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def locks_to_look_after() -> list[int]:
    """Locks that keep codes, and locks out of use in which codes may still stand."""
    used = Lock.objects.filter(ended_at__isnull=True)
    left = Lock.objects.filter(codes__state=DoorCode.State.ENDED, codes__removed_at__isnull=True)
    return sorted({*used.values_list("pk", flat=True), *left.values_list("pk", flat=True)})


def tell_codes(now: datetime) -> int:
    """Sends guests the codes of their next bookings, once each; how many letters."""
    from sosei.programmes.spaces.services.keys import visible_from

    with tenancy.unguarded():
        rows = DoorCode.objects.filter(
            state__in=(DoorCode.State.SENT, DoorCode.State.FAILED),
            told_at__isnull=True,
            period__endswith__gt=now,
        ).select_related(
            "booking__order__person",
            "booking__order__host",
            "booking__order__municipality",
            "booking__space",
            "booking__municipality",
        )
        by_booking: dict[int, list[DoorCode]] = {}
        for code in rows.order_by("booking", "lock"):
            if code.booking.state == "confirmed" and visible_from(code.booking) <= now:
                by_booking.setdefault(code.booking_id, []).append(code)
        return sum(_tell(found, now) for found in by_booking.values())


@transaction.atomic
def _tell(codes: list[DoorCode], now: datetime) -> int:
    """The letter of a booking, with all codes that open for it now."""
    booking = codes[0].booking
    if money.owes_for_move(booking):
        # The page says what is missing; the letter follows once it is paid.
        return 0
    live = DoorCode.objects.filter(booking=booking, state__in=LIVE).select_related("lock")
    letters_keys.door_codes(booking, list(live.order_by("lock__name", "pk")))
    DoorCode.objects.filter(pk__in=[one.pk for one in codes]).update(told_at=now)
    return 1
