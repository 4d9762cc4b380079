"""What the rules of applying are asked with, over all employers and towns; and what an employer may know of who applies.

Called outside the guard of the web role: hours count wherever they were agreed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import roles
from sosei.core.people.models import BirthDate, Membership, Person
from sosei.engines.labour.spans import Shift as LabourShift
from sosei.programmes.jobs.contract_terms import employer_shift
from sosei.programmes.jobs.errors_deals import DealError
from sosei.programmes.jobs.kinds import LICENCE
from sosei.programmes.jobs.models import (
    Application,
    Contract,
    Licence,
    Posting,
    Restriction,
    Shift,
    WorkDay,
    WorkerProfile,
)
from sosei.programmes.jobs.rules_applications import (
    PersonFacts,
    PostingFacts,
    Reason,
    Wanted,
    labour_shift,
    reasons_against,
)
from sosei.programmes.jobs.services.postings import FILLED

AGE_CERTIFICATE = "age_certificate"
AROUND = timedelta(days=40)
"""Weeks and the month that a shift's hours are counted in lie within this of it."""
MOST_A_DAY = 30
"""Applications of one person within twenty-four hours, over all postings; each is told to an employer."""
MOST_A_POSTING = 5
"""Applications of one person to one posting, those taken back included."""
LATE_ORDER = 1_000_000
"""The contract asked for is later than all that stand: it bears the overtime (労基法38条1項)."""


def reasons_against_applying(
    *,
    posting: Posting,
    person: Person,
    shifts: Sequence[Shift],
    needs_lodging: bool = False,
    rank: int | None = None,
    but: Application | None = None,
    from_queue: bool = False,
) -> tuple[Reason, ...]:
    """Everything that stands against it now.

    Args:
        but: an application that is made already, and does not stand in its own way.
        from_queue: it was made in time; the posting may be closed by now, but the employer must still be approved.
    """
    now = timezone.now()
    wanted = [
        Wanted(shift.pk, employer_shift(posting, shift, LATE_ORDER), shift.called_off_at is not None)
        for shift in shifts
    ]
    facts = posting_facts(posting, now, from_queue=from_queue)
    return reasons_against(
        facts,
        wanted,
        person_facts(person, posting, shifts, but),
        now=now,
        needs_lodging=needs_lodging,
        rank=rank,
    )


def posting_facts(posting: Posting, now: datetime, *, from_queue: bool = False) -> PostingFacts:
    """What a posting asks; `from_queue` leaves out until when it takes applications."""
    series = (
        frozenset(
            posting.shifts.filter(starts_at__gt=now, called_off_at__isnull=True).values_list("pk", flat=True)
        )
        if posting.whole_series and not from_queue
        else frozenset()
    )
    of_round = None if from_queue else posting.round
    names = {slug: str(LICENCE[slug].name) if slug in LICENCE else slug for slug in posting.licences}
    return PostingFacts(
        accepts=posting.employer.is_approved if from_queue else accepts(posting),
        closes_at=None if from_queue else posting.closes_at,
        min_age=posting.min_age,
        hazardous=posting.is_hazardous,
        licences=names,
        whole_series=posting.whole_series and not from_queue,
        series=series,
        has_lodging=posting.lodging is not None and posting.lodging.closed_at is None,
        overtime_agreement_until=posting.employer.overtime_agreement_until,
        round_opens=None if of_round is None else of_round.opens_at,
        round_closes=None if of_round is None else of_round.closes_at,
        max_wishes=None if of_round is None else of_round.max_wishes,
    )


def accepts(posting: Posting) -> bool:
    """Published by an approved employer; or closed because it is full: one can wait until its shifts begin."""
    if not posting.employer.is_approved:
        return False
    if posting.is_open:
        return True
    full = not any(shift.free > 0 for shift in posting.shifts.filter(starts_at__gt=timezone.now()))
    return posting.state == Posting.State.CLOSED and posting.closed_because == FILLED and full


def person_facts(
    person: Person, posting: Posting, shifts: Sequence[Shift], but: Application | None = None
) -> PersonFacts:
    """What is known of who applies."""
    now = timezone.now()
    birth = BirthDate.objects.filter(person=person).first()
    checked = Licence.objects.filter(person=person, state=Licence.State.CHECKED)
    licences = dict(checked.values_list("kind", "expires_on"))
    profile = WorkerProfile.objects.filter(person=person).first()
    # What one town decided is no other town's to know or to carry out.
    in_force = Restriction.objects.filter(
        person=person,
        municipality=posting.municipality_id,
        starts_at__lte=now,
        ends_at__gt=now,
        lifted_at__isnull=True,
    )
    ends: dict[str, datetime] = {}
    for kind, end in in_force.values_list("kind", "ends_at"):
        ends[kind] = max(end, ends.get(kind, end))
    live = Application.objects.filter(person=person, state__in=("applied", "waiting", "offered")).exclude(
        pk=None if but is None else but.pk
    )
    if but is not None and posting.round_id is not None:
        # Of the wishes of a round one comes true: the others are no jobs beside it.
        live = live.exclude(posting__round=posting.round_id)
    contracts = Contract.objects.filter(person=person, state=Contract.State.ACTIVE)
    return PersonFacts(
        birth=None if birth is None else birth.date,
        has_age_certificate=AGE_CERTIFICATE in licences,
        licences=licences,
        booked=booked_shifts(person, shifts),
        other_weekly_minutes=profile.other_weekly_minutes if profile is not None else 0,
        paused_until=ends.get(Restriction.Kind.PAUSE),
        one_job_until=ends.get(Restriction.Kind.ONE_JOB),
        live_jobs=live.count() + contracts.count(),
        taken_ranks=frozenset(_taken_ranks(posting, person, but)),
    )


def _taken_ranks(posting: Posting, person: Person, but: Application | None) -> list[int]:
    if posting.round_id is None:
        return []
    others = Application.objects.filter(
        posting__round=posting.round_id, person=person, state__in=Application.LIVE, rank__isnull=False
    ).exclude(pk=None if but is None else but.pk)
    return list(others.values_list("rank", flat=True))


def booked_shifts(person: Person, around: Sequence[Shift]) -> tuple[LabourShift, ...]:
    """Every agreed day of a person near these shifts, at all employers, in the order of the contracts."""
    if not around:
        return ()
    first = min(shift.starts_at for shift in around) - AROUND
    last = max(shift.ends_at for shift in around) + AROUND
    days = (
        WorkDay.objects.filter(
            person=person,
            state__in=(WorkDay.State.PLANNED, WorkDay.State.WORKED),
            period__overlap=(first, last),
        )
        .select_related("contract__posting__workplace", "employer")
        .order_by("period")
    )
    return tuple(as_labour_shift(day) for day in days)


def as_labour_shift(day: WorkDay) -> LabourShift:
    """An agreed day as the law's rules take it."""
    place = day.contract.posting.workplace
    return labour_shift(
        f"day:{day.pk}",
        str(day.employer_id),
        day.period.lower,
        day.period.upper,
        day.break_minutes,
        order=day.contract_id,
        exemption=place.exemption,
        exemption_reason=place.exemption_reason,
        small_special=day.employer.is_small_special,
    )


def shown_of(person: Person, posting: Posting) -> dict[str, Any]:
    """Columns of an application: what the employer may know, no date of birth, no address."""
    profile = WorkerProfile.objects.filter(person=person).first()
    skills = list(profile.skills) if profile is not None else []
    checked = list(
        Licence.objects.filter(person=person, state=Licence.State.CHECKED)
        .exclude(kind=AGE_CERTIFICATE)
        .values_list("kind", flat=True)
    )
    useful = [slug for slug in posting.skills if slug in skills]
    return {
        "shown_name": person.full_name,
        "shown_kana": person.full_kana,
        "shown_about": profile.about if profile is not None else "",
        "shown_skills": {"skills": skills, "licences": checked},
        "fit": round(100 * len(useful) / len(posting.skills)) if posting.skills else None,
    }


def demand_few(person: Person, posting: Posting) -> None:
    """Nobody keeps an employer busy with applications, or agrees on work with himself.

    Raises:
        DealError: too many applications, or the person acts for the employer.
    """
    acts = Membership.objects.held().filter(
        person=person, role=roles.EMPLOYER, organisation=posting.employer_id
    )
    if acts.exists():
        raise DealError(_("自分が担当している雇用主の求人には申し込めません。"))
    made = Application.objects.filter(person=person)
    if made.filter(posting=posting).count() >= MOST_A_POSTING:
        raise DealError(
            _("同じ求人に申し込めるのは%(most)s回までです。役場の担当者に相談してください。")
            % {"most": MOST_A_POSTING}
        )
    if made.filter(applied_at__gt=timezone.now() - timedelta(days=1)).count() >= MOST_A_DAY:
        raise DealError(
            _("1日に申し込めるのは%(most)s件までです。明日、もう一度申し込んでください。")
            % {"most": MOST_A_DAY}
        )
