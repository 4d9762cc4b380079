"""Locks of a host: put on a door, tried, taken off; and the counter where a voucher is exchanged for a key."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.programmes.spaces import locks, locks_keys, outgoing, queue_keys
from sosei.programmes.spaces.errors_bookings import BookingError
from sosei.programmes.spaces.lock_drivers import LockError, driver_of
from sosei.programmes.spaces.models import DoorCode, Lock, LockUse, Space
from sosei.programmes.spaces.periods import period_of
from sosei.programmes.spaces.rules_keys import Code, Key, answer
from sosei.programmes.spaces.services.bookings import must_run_host
from sosei.programmes.spaces.services.keys import LIVE, end_codes

MOST_MINUTES = 120
LEAST_SECRET = 8


class KeyRefusedError(BookingError):
    """Something about a lock that cannot be done so."""


@dataclass(frozen=True)
class Tried:
    """What a lock answered.

    Attributes:
        codes: how many of our codes it holds.
    """

    answers: bool
    codes: int = 0
    problem: str = ""


def may_be_practice() -> bool:
    """Practice locks are for practice: nobody's door hangs on them."""
    return bool(settings.DEMONSTRATION)


@transaction.atomic
def add_lock(
    *,
    space: Space,
    name: str,
    driver: str,
    address: str = "",
    secret: str = "",
    paper_place: str = "",
    minutes_before: int = 10,
    minutes_after: int = 10,
    actor: Person,
) -> Lock:
    """Puts a lock on the door of a space; what is booked already gets its codes from the worker.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town.
        KeyRefusedError: something is missing, or the address cannot be asked.
    """
    must_run_host(actor, space)
    if not name.strip():
        raise KeyRefusedError(_("どのドアの鍵か分かる名前を書いてください。"), "name")
    if not (0 <= minutes_before <= MOST_MINUTES and 0 <= minutes_after <= MOST_MINUTES):
        raise KeyRefusedError(
            _("前と後の時間は、0分から%(most)s分までです。") % {"most": MOST_MINUTES}, "minutes_before"
        )
    if driver == Lock.Driver.SIMULATED:
        _must_be_reachable(address, secret)
    elif driver == Lock.Driver.PAPER:
        address = secret = ""
        if not paper_place.strip():
            raise KeyRefusedError(_("引きかえ券と鍵を交換する場所を書いてください。"), "paper_place")
    else:
        raise KeyRefusedError(_("鍵の種類「%(driver)s」はありません。") % {"driver": driver}, "driver")
    lock: Lock = Lock.objects.create(
        municipality_id=space.municipality_id,
        host_id=space.host_id,
        space=space,
        name=name.strip(),
        driver=driver,
        address=address.strip(),
        secret=secret,
        paper_place=paper_place.strip(),
        minutes_before=minutes_before,
        minutes_after=minutes_after,
    )
    _record("space_lock.added", lock, actor)
    with tenancy.unguarded():
        queue_keys.leave(queue_keys.FILL, lock_id=lock.pk)
    return lock


def _must_be_reachable(address: str, secret: str) -> None:
    if not may_be_practice():
        raise KeyRefusedError(_("練習用の鍵は、実演のサイトでだけ使えます。"), "driver")
    try:
        URLValidator(schemes=["http", "https"])(address.strip())
        outgoing.check(address.strip())
    except ValidationError as error:
        raise KeyRefusedError(
            _("https:// か http:// で始まるアドレスを書いてください。"), "address"
        ) from error
    except outgoing.OutgoingError as error:
        raise KeyRefusedError(str(error), "address") from error
    if len(secret) < LEAST_SECRET:
        raise KeyRefusedError(_("合言葉は%(least)s文字以上です。") % {"least": LEAST_SECRET}, "secret")


def try_lock(*, lock: Lock, actor: Person) -> Tried:
    """Asks a lock what it holds. Outside a transaction.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town.
    """
    must_run_host(actor, lock)
    driver = driver_of(lock)
    if not driver.keeps_codes:
        return Tried(True)
    try:
        found = driver.list_codes()
    except LockError as error:
        return Tried(False, problem=str(error))
    # A lock that did not answer for long may do so now: it is brought up to date at once.
    with tenancy.unguarded():
        queue_keys.leave(queue_keys.SYNC, lock_id=lock.pk)
    return Tried(True, len(found))


def end_lock(*, lock: Lock, actor: Person) -> Lock:
    """Takes a lock off; its codes end at once, and go from it as soon as it answers.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town.
    """
    must_run_host(actor, lock)
    with tenancy.unguarded():
        with transaction.atomic():
            held = locks_keys.lock_locks([lock.pk])[lock.pk]
            if held.ended_at is not None:
                return held
            held.ended_at = timezone.now()
            held.save(update_fields=["ended_at"])
            _record("space_lock.ended", held, actor)
            queue_keys.leave(queue_keys.SYNC, lock_id=lock.pk)
        _end_all(held)
        return held


def _end_all(lock: Lock) -> None:
    """Order by order: codes are written under the lock of their order, which comes before that of the door."""
    rows = DoorCode.objects.filter(lock=lock, state__in=LIVE).order_by("booking__order", "pk")
    for order_id in dict.fromkeys(rows.values_list("booking__order", flat=True)):
        with transaction.atomic():
            locks.lock_order(order_id)
            codes = DoorCode.objects.filter(lock=lock, state__in=LIVE, booking__order=order_id)
            end_codes(
                codes.select_related("lock", "booking__order", "booking__municipality", "booking__person"),
                timezone.now(),
            )


def _record(verb: str, lock: Lock, actor: Person) -> None:
    write_entry(
        actor=actor,
        verb=verb,
        subject=lock.space,
        municipality=lock.municipality,
        data={"lock": lock.name, "space": lock.space.name},
    )


# --- The counter -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Voucher:
    """What is known of a voucher at the counter; `why` where no key is to be given."""

    code: DoorCode | None
    why: Code | None


def find_voucher(*, lock: Lock, number: str, actor: Person) -> Voucher:
    """Checks the number of a voucher by the rules that locks obey.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town.
    """
    must_run_host(actor, lock)
    typed = "".join(each for each in number if each.isdigit())
    if not typed:
        # Codes of persons who were erased are empty.
        return Voucher(None, Code.WRONG)
    rows = DoorCode.objects.filter(lock=lock).select_related(
        "booking__order", "booking__space", "booking__municipality"
    )
    found = [
        one for one in rows.filter(code=typed).order_by("-period") if constant_time_compare(one.code, typed)
    ]
    keys = [Key(one.code, period_of(one.period), one.state == DoorCode.State.ENDED) for one in found]
    why = answer(typed, keys, [], timezone.now())
    now = timezone.now()
    good = [one for one in found if one.state in LIVE]
    current = next((one for one in good if one.period.lower <= now < one.period.upper), None)
    return Voucher(current or (good or found or [None])[0], why)


@transaction.atomic
def hand_over(*, lock: Lock, number: str, actor: Person) -> LockUse:
    """The counter gave the key for a voucher: it counts as a door that was opened.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town.
        KeyRefusedError: the voucher is not good now.
    """
    found = find_voucher(lock=lock, number=number, actor=actor)
    if found.code is None or found.why is not None:
        raise KeyRefusedError(_("この引きかえ券では、今は鍵をわたせません。"), "number")
    with tenancy.unguarded():
        use: LockUse = LockUse.objects.create(
            municipality_id=lock.municipality_id,
            host_id=lock.host_id,
            person_id=found.code.person_id,
            lock=lock,
            code=found.code,
            at=timezone.now(),
            opened=True,
            event=f"paper-{uuid4()}",
        )
    return use
