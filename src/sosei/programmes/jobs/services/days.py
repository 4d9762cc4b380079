"""Days of work as they happen: punches, absences, and what counts for pay.

Corrections, safety notices, site codes and the closing of days stand in modules of their own.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import rules
from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sosei.core.design.templatetags.design import screen_time
from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.programmes.jobs import letters_days, locks, locks_days
from sosei.programmes.jobs.errors_days import DayError, PunchError
from sosei.programmes.jobs.letters_deals import day_text
from sosei.programmes.jobs.models import Punch, SiteCode, WorkDay
from sosei.programmes.jobs.permissions import acts_for_employer
from sosei.programmes.jobs.rules_days import (
    Claim,
    ClaimState,
    Counted,
    DayFacts,
    DayState,
    Hours,
    Rule,
    counted,
    may_be_absent,
    punch_refusal,
)
from sosei.programmes.jobs.services import cancelling, places
from sosei.programmes.jobs.services.days_corrections import answer_correction, ask_correction, grant_hours
from sosei.programmes.jobs.words_days import REFUSALS

__all__ = [
    "DayForPay",
    "answer_correction",
    "ask_correction",
    "day_for_pay",
    "days_for_pay",
    "facts_of",
    "grant_hours",
    "mark_absent",
    "record_punch",
    "take_back_absence",
    "worked_span",
    "worked_spans",
]


# --- What counts ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DayForPay:
    """A day as wages are computed from it.

    Attributes:
        day: the agreed day.
        starts_at, ends_at, break_minutes: what counts, whole minutes.
        scheduled_start, scheduled_end, scheduled_break: what was agreed.
        rules: why, each a key of words_days.RULES.
        disputed: a correction waits for its answer; no less than the agreed time counts so long, and more may follow.
        closed: the day is over and settled but for a dispute.
    """

    day: WorkDay
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    break_minutes: int
    scheduled_start: datetime.datetime
    scheduled_end: datetime.datetime
    scheduled_break: int
    rules: tuple[Rule, ...]
    disputed: bool
    closed: bool

    @property
    def minutes(self) -> int:
        """Minutes of work."""
        return Hours(self.starts_at, self.ends_at, self.break_minutes).minutes


def agreed_hours(day: WorkDay) -> Hours:
    """What was agreed for a day."""
    return Hours(day.period.lower, day.period.upper, day.break_minutes)


def facts_of(day: WorkDay) -> DayFacts:
    """All that is known of a day; asks the database unless `punches` and `corrections` are prefetched."""
    punches = {punch.kind: punch.at for punch in day.punches.all()}
    claims = sorted(day.corrections.all(), key=lambda one: (one.asked_at, one.pk))
    return DayFacts(
        agreed=agreed_hours(day),
        state=DayState(day.state),
        came=punches.get(Punch.Kind.IN),
        left=punches.get(Punch.Kind.OUT),
        claims=tuple(
            Claim(Hours(one.starts_at, one.ends_at, one.break_minutes), ClaimState(one.state))
            for one in claims
        ),
    )


def counted_of(day: WorkDay) -> Counted | None:
    """What counts of a day, and why."""
    return counted(facts_of(day))


def day_for_pay(day: WorkDay) -> DayForPay | None:
    """What counts of a day for pay; None for a day on which nobody worked, or of which nothing is known yet."""
    facts = facts_of(day)
    found = counted(facts)
    if found is None:
        return None
    return DayForPay(
        day=day,
        starts_at=found.hours.starts_at,
        ends_at=found.hours.ends_at,
        break_minutes=found.hours.break_minutes,
        scheduled_start=facts.agreed.starts_at,
        scheduled_end=facts.agreed.ends_at,
        scheduled_break=facts.agreed.break_minutes,
        rules=found.rules,
        disputed=found.disputed,
        closed=facts.state in (DayState.WORKED, DayState.ABSENT),
    )


def days_for_pay(days: Iterable[WorkDay]) -> list[DayForPay]:
    """What counts of each of these days, those that count for nothing left out; two queries for all."""
    given = list(days)
    prefetch_related_objects(given, "punches", "corrections")
    return [found for found in map(day_for_pay, given) if found is not None]


def worked_span(day: WorkDay) -> tuple[datetime.datetime, datetime.datetime, int] | None:
    """Start, end and minutes of break that count for pay; None where nobody worked, or nothing is known yet."""
    found = counted_of(day)
    if found is None:
        return None
    return found.hours.starts_at, found.hours.ends_at, found.hours.break_minutes


def worked_spans(
    days: Sequence[WorkDay],
) -> dict[int, tuple[datetime.datetime, datetime.datetime, int] | None]:
    """`worked_span` of many days by their keys; two queries for all."""
    prefetch_related_objects(list(days), "punches", "corrections")
    return {day.pk: worked_span(day) for day in days}


# --- Punches ----------------------------------------------------------------------------------------------------------


def record_punch(
    *, day: WorkDay, kind: str, way: str, at: datetime.datetime, token: UUID, actor: Person, secret: str = ""
) -> Punch:
    """Notes that somebody came or went; the same `token` again is the punch already there.

    Args:
        at: by the clock of the phone for `offline`, else the moment of the entry.
        token: made on the phone, or by the form; names this one punch.
        secret: of the code at the workplace, for `qr` and `offline`.

    Raises:
        NotAllowedError: `actor` is neither the worker nor acts for the employer or serves the town.
        PunchError: it cannot be true at that time, or another one stands already.
        DayError: the day was called off, the worker called absent, or the code is not that workplace's.
    """
    _must_punch(day, way, actor)
    try:
        with transaction.atomic(), tenancy.unguarded():
            held = locks_days.lock_day(day.pk)
            known = Punch.objects.filter(token=token).first()
            if known is not None:
                return _same(known, held, kind)
            if way in (Punch.Way.QR, Punch.Way.OFFLINE):
                _check_code(held, secret, at)
            _check_state(held)
            _check_time(held, kind, at)
            return _write_punch(held, kind, way, at, token, actor)
    except IntegrityError as error:
        # Another day's punch took this token in the same moment.
        raise PunchError(_("この記録は、もう別の日に使われています。もう一度読み取ってください。")) from error


def _must_punch(day: WorkDay, way: str, actor: Person) -> None:
    if way not in Punch.Way.values or not rules.has_perm("jobs.add_punch", actor, day):
        raise NotAllowedError(_("この日の時刻を記録できるのは、本人と雇用主、市の担当者だけです。"))
    by_employer = way == Punch.Way.EMPLOYER
    by_phone = way in (Punch.Way.QR, Punch.Way.OFFLINE)
    wrong = (
        (by_employer and not acts_for_employer(actor, day))
        or (by_phone and actor.pk != day.person_id)
        or (way == Punch.Way.STAFF and not rules.has_perm("jobs.decide_employer", actor, day))
    )
    if wrong:
        raise NotAllowedError(_("この方法では記録できません。自分の立場の画面から記録してください。"))


def _same(known: Punch, day: WorkDay, kind: str) -> Punch:
    if (known.day_id, known.kind) != (day.pk, kind):
        raise PunchError(_("この記録は、もう別の日に使われています。もう一度読み取ってください。"))
    return known


def _check_code(day: WorkDay, secret: str, at: datetime.datetime) -> None:
    code = SiteCode.objects.filter(secret=secret, workplace=day.contract.posting.workplace_id).first()
    if not secret or code is None or (code.ended_at is not None and code.ended_at <= at):
        raise DayError(
            _(
                "このQRコードは、この仕事の場所のものではないか、古いものです。現場のQRコードを読み取ってください。"
            )
        )


def _check_state(day: WorkDay) -> None:
    if day.state == WorkDay.State.CANCELLED:
        raise DayError(_("この日は取り消されています。雇用主に連絡してください。"))
    if day.state == WorkDay.State.ABSENT:
        raise DayError(
            _("この日は「来なかった」と記録されています。雇用主に話して、取り消してもらってください。")
        )


def _check_time(day: WorkDay, kind: str, at: datetime.datetime) -> None:
    held = {punch.kind: punch.at for punch in day.punches.all()}
    if kind in held:
        told = {"at": _clock(held[kind]), "kind": Punch.Kind(kind).label}
        raise PunchError(_("「%(kind)s」は、もう%(at)sに記録されています。") % told)
    code = punch_refusal(
        coming=kind == Punch.Kind.IN,
        at=at,
        now=timezone.now(),
        starts_at=day.period.lower,
        ends_at=day.period.upper,
        came=held.get(Punch.Kind.IN),
        left=held.get(Punch.Kind.OUT),
    )
    if code is None:
        return
    told = {
        "at": _clock(at),
        "start": _clock(day.period.lower),
        "end": _clock(day.period.upper),
        "came": _clock(held.get(Punch.Kind.IN)),
        "left": _clock(held.get(Punch.Kind.OUT)),
    }
    raise PunchError(REFUSALS[code] % told, code.value)


def _clock(at: datetime.datetime | None) -> str:
    return "" if at is None else date_format(screen_time(at), "n/j H:i")


def _write_punch(
    day: WorkDay, kind: str, way: str, at: datetime.datetime, token: UUID, actor: Person
) -> Punch:
    made: Punch = Punch.objects.create(
        municipality=day.municipality,
        employer_id=day.employer_id,
        person_id=day.person_id,
        day=day,
        kind=kind,
        way=way,
        at=at,
        received_at=timezone.now(),
        token=token,
        by=actor,
    )
    write_entry(
        actor=actor,
        verb="day.punched",
        subject=day,
        person=day.person,
        municipality=day.municipality,
        data={"day": day_text(day.period.lower), "kind": kind, "way": way},
    )
    return made


# --- Absences ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def mark_absent(*, day: WorkDay, actor: Person, reason: str, told: bool = False) -> WorkDay:
    """Notes that somebody did not come, or said that they will not; the place is offered to who waits at once.

    Nothing is taken from the worker for it: there are no fines.

    Args:
        told: the worker said so beforehand; then it can be noted before the start.

    Raises:
        NotAllowedError: `actor` does not run the employer.
        DayError: too early, no reason, there are punches, or the day is not planned any more.
    """
    if not rules.has_perm("jobs.run_employer", actor, day):
        raise NotAllowedError(_("来なかったことを記録できるのは、雇用主と市の担当者だけです。"))
    if not reason.strip():
        raise DayError(_("どうして来なかったとわかるのか、書いてください。本人にも伝わります。"), "reason")
    with tenancy.unguarded():
        locks.lock_posting(day.contract.posting_id)
        held = locks_days.lock_day(day.pk)
        if held.state != WorkDay.State.PLANNED:
            raise DayError(_("この日は、もう取り消されたか、終わっています。"))
        if held.punches.exists():
            raise DayError(_("来た・帰ったの記録があるので、「来なかった」にはできません。"))
        now, starts_at = timezone.now(), held.period.lower
        if not may_be_absent(now=now, starts_at=starts_at, told=told):
            raise DayError(
                _("始まりの24時間前から記録できます。")
                if told
                else _("始まりから30分たってから記録してください。まず電話をかけてみてください。")
            )
        held.state = WorkDay.State.ABSENT
        held.save(update_fields=["state"])
        _note_absence(held, "day.absent", reason, actor, posting=held.contract.posting.title, told=told)
        _tell_absent(held, reason.strip(), soon=now < starts_at)
        cancelling.free_day(day=held)
        return held


def _note_absence(day: WorkDay, verb: str, reason: str, actor: Person, **data: str | bool) -> None:
    write_entry(
        actor=actor,
        verb=verb,
        subject=day,
        person=day.person,
        municipality=day.municipality,
        reason=reason.strip(),
        data={"day": day_text(day.period.lower), **data},
    )


def _tell_absent(day: WorkDay, reason: str, *, soon: bool) -> None:
    key = f"day.absent:{day.pk}:{timezone.now().timestamp():.6f}"
    letters_days.tell(key, "day.absent", day.person, letters_days.absent(day, reason), day)
    if soon:
        letters_days.tell_employer(f"{key}:e", "day.absent", letters_days.absent_for_employer(day), day)


@transaction.atomic
def take_back_absence(*, day: WorkDay, actor: Person, reason: str) -> WorkDay:
    """Somebody called absent comes after all, or came: by the employer, by staff, and before the start by the worker.

    Raises:
        NotAllowedError: `actor` is none of them.
        DayError: not called absent, no reason, or the place is somebody else's by now.
    """
    by_employer = rules.has_perm("jobs.run_employer", actor, day)
    by_worker = rules.has_perm("jobs.add_application", actor, day) and timezone.now() < day.period.lower
    if not by_employer and not by_worker:
        raise NotAllowedError(_("雇用主か市の担当者に、取り消してもらってください。"))
    if not reason.strip():
        raise DayError(_("取り消す理由を書いてください。"), "reason")
    with tenancy.unguarded():
        locks.lock_persons([day.person_id])
        locks.lock_posting(day.contract.posting_id)
        held = locks_days.lock_day(day.pk)
        if held.state != WorkDay.State.ABSENT:
            raise DayError(_("この日は「来なかった」になっていません。"))
        _take_place(held)
        restore(held, WorkDay.State.PLANNED)
        _note_absence(held, "day.absence_taken_back", reason, actor)
        return held


def _take_place(day: WorkDay) -> None:
    try:
        places.take_all([day.shift], None)
    except places.NoPlaceError as error:
        # Once it has begun the worker is there, whoever else was found meanwhile.
        if timezone.now() < day.period.lower:
            raise DayError(_("場所は、もうほかの人に決まりました。")) from error


def restore(day: WorkDay, state: str) -> None:
    """A day called absent counts again.

    Raises:
        DayError: the worker has agreed to other work at that time.
    """
    try:
        with transaction.atomic():
            day.state = state
            day.save(update_fields=["state"])
    except IntegrityError as error:
        raise DayError(
            _("この人は、同じ時間に別の仕事が決まっています。市の担当者に連絡してください。")
        ) from error
