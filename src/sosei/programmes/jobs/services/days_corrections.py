"""Corrections of a day's times: asked by the worker, answered by the employer with a reason; hours the employer adds."""

from __future__ import annotations

import datetime

import rules
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.programmes.jobs import letters_days, locks_days
from sosei.programmes.jobs.errors_days import DayError
from sosei.programmes.jobs.letters_deals import day_text
from sosei.programmes.jobs.models import Correction, WorkDay
from sosei.programmes.jobs.rules_days import ANSWER_WITHIN, Hours, covers, minute_down, minute_up
from sosei.programmes.jobs.services.versions import on_behalf_of

LONGEST = datetime.timedelta(hours=24)
BESIDE = datetime.timedelta(hours=12)
"""Asked times lie so near to the agreed ones."""


@transaction.atomic
def ask_correction(
    *,
    day: WorkDay,
    starts_at: datetime.datetime,
    ends_at: datetime.datetime,
    break_minutes: int,
    reason: str,
    actor: Person,
) -> Correction:
    """The worker asks that other times count; the agreed pay is not held back meanwhile.

    Raises:
        NotAllowedError: `actor` is neither the worker nor serves the worker.
        DayError: not over yet, no reason, times that cannot be, or one waits for its answer already.
    """
    if not rules.has_perm("jobs.add_correction", actor, day):
        raise NotAllowedError(_("時間の修正を求められるのは、本人と、本人に代わる市の担当者だけです。"))
    hours = _checked(day, starts_at, ends_at, break_minutes, reason)
    with tenancy.unguarded():
        held = locks_days.lock_day(day.pk)
        if held.state == WorkDay.State.CANCELLED:
            raise DayError(_("この日は取り消されています。"))
        if timezone.now() < held.period.lower:
            raise DayError(_("時間の修正は、仕事が始まってから求められます。"))
        made = _write(held, hours, Correction.State.ASKED, reason, actor)
        _note(made, held, "correction.asked", reason, actor)
        letters_days.tell_employer(
            f"correction.asked:{made.pk}", "correction.asked", letters_days.correction_asked(made, held), held
        )
        return made


def _checked(
    day: WorkDay, starts_at: datetime.datetime, ends_at: datetime.datetime, break_minutes: int, reason: str
) -> Hours:
    if not reason.strip():
        raise DayError(_("理由を書いてください。"), "reason")
    hours = Hours(minute_down(starts_at), minute_up(ends_at), break_minutes)
    if hours.ends_at <= hours.starts_at:
        raise DayError(_("終わりは、始まりより後にしてください。"), "end")
    if hours.ends_at - hours.starts_at > LONGEST:
        raise DayError(_("一日の仕事は24時間までです。終わりを直してください。"), "end")
    if hours.minutes < 0 or break_minutes < 0:
        raise DayError(_("休憩が、働いた時間より長くなっています。休憩を直してください。"), "break_minutes")
    if hours.starts_at > day.period.upper + BESIDE or hours.ends_at < day.period.lower - BESIDE:
        raise DayError(_("この日の仕事の時間から、はなれすぎています。時刻を直してください。"), "start")
    if hours.ends_at > minute_up(timezone.now()):
        raise DayError(_("終わりが、まだ来ていない時刻です。終わりを直してください。"), "end")
    return hours


def _write(day: WorkDay, hours: Hours, state: str, reason: str, actor: Person) -> Correction:
    now = timezone.now()
    settled = {} if state == Correction.State.ASKED else {"answered_at": now, "answered_by": actor}
    try:
        with transaction.atomic():
            made: Correction = Correction.objects.create(
                municipality=day.municipality,
                employer_id=day.employer_id,
                person_id=day.person_id,
                day=day,
                state=state,
                starts_at=hours.starts_at,
                ends_at=hours.ends_at,
                break_minutes=hours.break_minutes,
                reason=reason.strip()[:300],
                asked_at=now,
                asked_by=actor,
                **settled,
            )
    except IntegrityError as error:
        raise DayError(_("この日の修正は、もう求められています。雇用主の返事を待ってください。")) from error
    return made


def _note(correction: Correction, day: WorkDay, verb: str, reason: str, actor: Person) -> None:
    behalf = on_behalf_of(actor, day.person, day) if verb == "correction.asked" else None
    write_entry(
        actor=actor,
        verb=verb,
        subject=correction,
        person=day.person,
        municipality=day.municipality,
        on_behalf_of=behalf,
        reason=reason.strip(),
        data={"day": day_text(day.period.lower)},
    )


@transaction.atomic
def answer_correction(*, correction: Correction, accepted: bool, reason: str, actor: Person) -> Correction:
    """The employer's answer, with its reason.

    Raises:
        NotAllowedError: `actor` does not run the employer.
        DayError: no reason, or answered already.
    """
    from sosei.programmes.jobs.services.days import restore

    if not rules.has_perm("jobs.change_correction", actor, correction):
        raise NotAllowedError(_("時間の修正に返事ができるのは、雇用主と市の担当者だけです。"))
    if not reason.strip():
        raise DayError(_("返事の理由を書いてください。本人に伝わります。"), "reason")
    with tenancy.unguarded():
        day = locks_days.lock_day(correction.day_id)
        held = locks_days.lock_correction(correction.pk)
        if held.state != Correction.State.ASKED:
            raise DayError(_("この修正には、もう返事がされています。"))
        held.state = Correction.State.ACCEPTED if accepted else Correction.State.REFUSED
        held.answer, held.answered_at, held.answered_by = reason.strip()[:300], timezone.now(), actor
        held.save(update_fields=["state", "answer", "answered_at", "answered_by"])
        over = day.period.upper <= timezone.now()
        if accepted and (day.state == WorkDay.State.ABSENT or (day.state == WorkDay.State.PLANNED and over)):
            restore(day, WorkDay.State.WORKED)
        _note(held, day, "correction.accepted" if accepted else "correction.refused", reason, actor)
        letters_days.tell(
            f"correction.answered:{held.pk}",
            "correction.answered",
            day.person,
            letters_days.correction_answered(held, day),
            day,
        )
        return held


@transaction.atomic
def grant_hours(
    *,
    day: WorkDay,
    starts_at: datetime.datetime,
    ends_at: datetime.datetime,
    break_minutes: int,
    reason: str,
    actor: Person,
) -> Correction:
    """The employer lets more count than the punches say, an early start for example; never less.

    Raises:
        NotAllowedError: `actor` does not run the employer.
        DayError: less than what counts now, no reason, times that cannot be, or a correction waits for its answer.
    """
    from sosei.programmes.jobs.services.days import counted_of

    if not rules.has_perm("jobs.run_employer", actor, day):
        raise NotAllowedError(_("時間を足せるのは、雇用主と市の担当者だけです。"))
    hours = _checked(day, starts_at, ends_at, break_minutes, reason)
    with tenancy.unguarded():
        held = locks_days.lock_day(day.pk)
        if held.corrections.filter(state=Correction.State.ASKED).exists():
            raise DayError(_("本人が求めた修正があります。先に、それに返事をしてください。"))
        now_counted = counted_of(held)
        if now_counted is None:
            raise DayError(_("来た・帰ったの記録がありません。先に、時刻を入力してください。"))
        if not covers(hours, now_counted.hours):
            raise DayError(
                _("いま数えている時間より短くはできません。まちがいがあるときは、本人と話してください。"),
                "start",
            )
        made = _write(held, hours, Correction.State.ACCEPTED, reason, actor)
        _note(made, held, "day.hours_granted", reason, actor)
        return made


def overdue(municipality_id: int) -> QuerySet[Correction]:
    """Corrections of a town that nobody answered in time."""
    rows: QuerySet[Correction] = Correction.objects.filter(
        municipality=municipality_id,
        state=Correction.State.ASKED,
        asked_at__lt=timezone.now() - ANSWER_WITHIN,
    )
    return rows
