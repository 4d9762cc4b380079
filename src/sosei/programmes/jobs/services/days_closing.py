"""What the worker process does about days: reminds the evening before, asks for what was forgotten, closes what is over."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from sosei.core.records.services import write_entry
from sosei.engines.labour.spans import JST
from sosei.programmes.jobs import letters_days, locks, locks_days
from sosei.programmes.jobs.letters_deals import day_text
from sosei.programmes.jobs.models import Contract, Correction, Punch, WorkDay
from sosei.programmes.jobs.rules_days import ANSWER_WITHIN, ASKED_AFTER, CLOSED_AFTER
from sosei.programmes.jobs.services import contracts
from sosei.programmes.jobs.services.days_safety import bounds_of


def _days() -> QuerySet[WorkDay]:
    rows: QuerySet[WorkDay] = WorkDay.objects.filter(state=WorkDay.State.PLANNED)
    return rows.select_related("person", "municipality", "employer", "contract__posting__workplace")


def _punched(kind: str) -> Exists:
    return Exists(Punch.objects.filter(day=OuterRef("pk"), kind=kind))


def remind(now: datetime.datetime) -> int:
    """Tells everybody who works tomorrow, once; how many."""
    tomorrow = now.astimezone(JST).date() + datetime.timedelta(days=1)
    first, last = bounds_of(tomorrow)
    days = list(_days().filter(period__startswith__gte=first, period__startswith__lt=last).order_by("pk"))
    for day in days:
        with transaction.atomic():
            letter = letters_days.reminder(day)
            letters_days.tell(f"day.reminder:{day.pk}", "day.reminder", day.person, letter, day)
    return len(days)


def ask_forgotten(now: datetime.datetime) -> int:
    """Asks workers for a check-out that is missing, and both sides about days without any punch; once each."""
    over = _days().filter(period__endswith__lte=now - ASKED_AFTER)
    without_out = over.filter(_punched("in"), ~_punched("out"))
    without_any = over.filter(~_punched("in"), ~_punched("out"))
    for day in (asked := list(without_out.order_by("pk"))):
        with transaction.atomic():
            letter = letters_days.out_missing(day)
            letters_days.tell(f"day.out_missing:{day.pk}", "day.out_missing", day.person, letter, day)
    for day in (unknown := list(without_any.order_by("pk"))):
        with transaction.atomic():
            key = f"day.unknown:{day.pk}"
            letters_days.tell(key, "day.unknown", day.person, letters_days.unknown_for_worker(day), day)
            letters_days.tell_employer(key, "day.unknown", letters_days.unknown_for_employer(day), day)
    return len(asked) + len(unknown)


def close_ended(now: datetime.datetime) -> int:
    """Days that are over count as worked: at once with a check-out, half a day later without, after three days unpunched.

    Contracts whose last day is closed by it end.
    """
    over = _days().filter(period__endswith__lte=now)
    due = (
        over.filter(_punched("out"))
        | over.filter(_punched("in"), period__endswith__lte=now - CLOSED_AFTER)
        | over.filter(period__endswith__lte=now - ANSWER_WITHIN)
    )
    keys = list(due.order_by("pk").values_list("pk", "contract__posting"))
    closed = [key for key, posting in keys if _close(key, posting)]
    _finish(closed)
    return len(closed)


@transaction.atomic
def _close(key: int, posting: int) -> bool:
    locks.lock_posting(posting)
    day = locks_days.lock_day(key)
    if day.state != WorkDay.State.PLANNED:
        return False
    day.state = WorkDay.State.WORKED
    day.save(update_fields=["state"])
    write_entry(
        actor=None,
        verb="day.closed",
        subject=day,
        person=day.person,
        municipality=day.municipality,
        data={"day": day_text(day.period.lower), "posting": day.contract.posting.title},
    )
    return True


def _finish(days: Iterable[int]) -> None:
    """Contracts of these days that have none left; one that waits for the answer to a correction ends later."""
    asked = Correction.objects.filter(day__contract=OuterRef("pk"), state=Correction.State.ASKED)
    mine = Contract.objects.filter(state=Contract.State.ACTIVE, days__in=list(days)).distinct()
    for contract in mine.filter(~Exists(asked)).order_by("pk"):
        contracts.finish_contract(contract=contract)
