"""Safety notices: to everybody who works that day, at once; who is well, who needs help, who has not answered."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

import rules
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Municipality, Person
from sosei.core.records.services import write_entry
from sosei.engines.labour.spans import JST
from sosei.programmes.jobs import letters_days
from sosei.programmes.jobs.errors_days import DayError
from sosei.programmes.jobs.models import Employer, SafetyAnswer, SafetyNotice, WorkDay
from sosei.programmes.jobs.services.versions import on_behalf_of

AHEAD = datetime.timedelta(days=7)


def bounds_of(on: datetime.date) -> tuple[datetime.datetime, datetime.datetime]:
    """A civil day in Japan."""
    start = datetime.datetime.combine(on, datetime.time(), tzinfo=JST)
    return start, start + datetime.timedelta(days=1)


def days_on(municipality: int, employer: int | None, on: datetime.date) -> list[WorkDay]:
    """Whose work touches that day, a night shift's end included: planned or worked."""
    with tenancy.unguarded():
        rows = WorkDay.objects.filter(
            municipality=municipality,
            period__overlap=bounds_of(on),
            state__in=(WorkDay.State.PLANNED, WorkDay.State.WORKED),
        )
        if employer is not None:
            rows = rows.filter(employer=employer)
        return list(
            rows.select_related("person", "municipality", "employer", "contract__posting").order_by("pk")
        )


@transaction.atomic
def send_notice(
    *,
    municipality: Municipality,
    employer: Employer | None,
    kind: str,
    on: datetime.date,
    text: str,
    text_en: str,
    actor: Person,
) -> SafetyNotice:
    """Warns all who work that day for the employer; in the whole town where `employer` is None.

    Raises:
        NotAllowedError: `actor` runs neither the employer nor, for the whole town, its work.
        DayError: nothing written, a day that is over or too far away, or nobody works then.
    """
    notice = SafetyNotice(
        municipality=municipality,
        employer=employer,
        kind=kind,
        on=on,
        text=text.strip(),
        text_en=text_en.strip(),
        sent_at=timezone.now(),
        sent_by=actor,
    )
    asked = "jobs.add_safetynotice" if employer is not None else "jobs.decide_employer"
    if not rules.has_perm(asked, actor, notice):
        raise NotAllowedError(_("安全の知らせを送れるのは、その雇用主と、市の担当者だけです。"))
    if not notice.text:
        raise DayError(_("知らせの文を書いてください。"), "text")
    today = timezone.now().astimezone(JST).date()
    if not today <= on <= today + AHEAD:
        raise DayError(_("日は、今日から7日後までのどれかにしてください。"), "on")
    days = days_on(municipality.pk, None if employer is None else employer.pk, on)
    if not days:
        raise DayError(_("この日に働く人はいません。日を確かめてください。"), "on")
    with tenancy.unguarded():
        notice.save()
        _tell(notice, days)
        write_entry(
            actor=actor,
            verb="safety.sent",
            subject=notice,
            municipality=municipality,
            data={"on": on.isoformat(), "count": len({day.person_id for day in days})},
        )
    return notice


def _tell(notice: SafetyNotice, days: Iterable[WorkDay]) -> int:
    """Each day once; each person one message."""
    rows = [
        SafetyAnswer(
            municipality_id=day.municipality_id,
            employer_id=day.employer_id,
            person_id=day.person_id,
            notice=notice,
            day=day,
        )
        for day in days
    ]
    SafetyAnswer.objects.bulk_create(rows, ignore_conflicts=True)
    letter = letters_days.safety(notice)
    for person in {day.person_id: day.person for day in days}.values():
        letters_days.tell(f"safety:{notice.pk}:{person.pk}", "safety.notice", person, letter, notice)
    return len(rows)


@transaction.atomic
def answer_notice(*, notice: SafetyNotice, person: Person, answer: str, actor: Person) -> SafetyAnswer:
    """Somebody on site is well, or needs help; the last answer counts, and a call for help is told at once.

    Raises:
        NotAllowedError: `actor` is neither the person nor serves the person.
        DayError: no such answer, or the notice was not for this person.
    """
    if answer not in (SafetyAnswer.Answer.SAFE, SafetyAnswer.Answer.HELP):
        raise DayError(_("「だいじょうぶ」か「助けがいる」のどちらかを選んでください。"), "answer")
    with tenancy.unguarded():
        rows = list(
            SafetyAnswer.objects.filter(notice=notice, person=person)
            .select_related("day__contract__posting", "day__employer", "day__municipality", "day__person")
            .order_by("pk")
        )
    if not rows:
        raise DayError(_("この知らせは、あなたへのものではありません。"))
    if not all(rules.has_perm("jobs.change_safetyanswer", actor, row) for row in rows):
        raise NotAllowedError(_("返事ができるのは、本人と、本人に代わる市の担当者だけです。"))
    with tenancy.unguarded():
        now = timezone.now()
        SafetyAnswer.objects.filter(notice=notice, person=person).update(answer=answer, answered_at=now)
        write_entry(
            actor=actor,
            verb="safety.answered",
            subject=notice,
            person=person,
            municipality=notice.municipality,
            on_behalf_of=on_behalf_of(actor, person, rows[0].day),
        )
        if answer == SafetyAnswer.Answer.HELP:
            _call_for_help(notice, rows, now)
    rows[0].answer, rows[0].answered_at = answer, now
    return rows[0]


def _call_for_help(notice: SafetyNotice, rows: list[SafetyAnswer], now: datetime.datetime) -> None:
    for row in rows:
        letter = letters_days.needs_help(notice, row.day)
        key = f"safety.help:{row.pk}:{now.timestamp():.0f}"
        letters_days.tell_employer(key, "safety.help", letter, row.day)
        if notice.sent_by is not None and notice.employer_id is None:
            letters_days.tell(f"{key}:town", "safety.help", notice.sent_by, letter, row.day)


def tell_newcomers() -> int:
    """People who agreed to work on a day after its notice was sent are warned as well; run twice it tells each once."""
    told = 0
    for notice in SafetyNotice.objects.filter(on__gte=timezone.now().astimezone(JST).date()).order_by("pk"):
        known = set(notice.answers.values_list("day", flat=True))
        new = [
            day
            for day in days_on(notice.municipality_id, notice.employer_id, notice.on)
            if day.pk not in known
        ]
        if new:
            with transaction.atomic():
                told += _tell(notice, new)
    return told
