"""Measures against abuse: proposed by figures, decided by staff with a reason and an end, objected to, answered, lifted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import rules
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Municipality, Person
from sosei.core.records.models import Entry
from sosei.core.records.services import write_entry
from sosei.programmes.jobs import letters_care, locks, locks_care, locks_employers
from sosei.programmes.jobs.errors_care import CareError
from sosei.programmes.jobs.models import Cancellation, Contract, Employer, Restriction, WorkDay
from sosei.programmes.jobs.permissions import acts_for_employer, may_act_for, serves_work
from sosei.programmes.jobs.rules_care import (
    LONGEST,
    NO_SHOWS_COUNTED,
    SHORT_NOTICE,
    SHORT_NOTICE_COUNTED,
    Ground,
    MeasureKind,
    Proposal,
    flaw_of,
    propose_for_employer,
    propose_for_worker,
)
from sosei.programmes.jobs.rules_contracts import COUNTED, NOTICE, LateCancellations, late_cancellations
from sosei.programmes.jobs.words_care import FLAWS

MOST_WORDS = 2000


@dataclass(frozen=True)
class WorkerFigures:
    """What is counted of a worker in a town; no other town's days are in it.

    Attributes:
        newest: when the last of what is counted came to be known.
        measured: when the town last decided on a measure, lifted or not.
    """

    person_id: int
    late: LateCancellations
    no_shows: int
    newest: datetime | None
    measured: datetime | None

    @property
    def proposal(self) -> Proposal | None:
        """The most that these figures call for; None where nothing has happened since the last measure."""
        if not _is_new(self.newest, self.measured):
            return None
        return propose_for_worker(self.late, self.no_shows)


@dataclass(frozen=True)
class EmployerFigures:
    """What is counted of an employer.

    Attributes:
        newest: when the last of what is counted was.
        measured: when the town last decided on a measure, lifted or not.
    """

    employer: Employer
    short_notices: int
    newest: datetime | None
    measured: datetime | None

    @property
    def proposal(self) -> Proposal | None:
        """The most that these figures call for; None where nothing has happened since the last measure."""
        if not _is_new(self.newest, self.measured):
            return None
        return propose_for_employer(self.short_notices)


def _is_new(newest: datetime | None, measured: datetime | None) -> bool:
    """What a measure has answered already, or staff have lifted it for, is no ground for another."""
    return newest is not None and (measured is None or newest > measured)


# --- Figures ----------------------------------------------------------------------------------------------------------


def worker_figures(town: Municipality, persons: Iterable[int] | None = None) -> dict[int, WorkerFigures]:
    """By person: late cancellations and days without a word of the last thirty days in a town."""
    now = timezone.now()
    rows = Cancellation.objects.filter(
        municipality=town, side=Cancellation.Side.WORKER, at__gte=now - COUNTED
    )
    absent = _absent(town)
    keys = None if persons is None else list(persons)
    if keys is not None:
        rows, absent = rows.filter(person__in=keys), absent.filter(person__in=keys)
    notices: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for person, at, minutes in rows.values_list("person", "at", "minutes_before"):
        notices[person].append((at, minutes))
    missed = _no_shows(town, absent)
    found = {*notices, *missed, *(keys or [])}
    measured = _last_measures(town, "person", found)
    return {
        person: WorkerFigures(
            person,
            late_cancellations(notices[person], now),
            len(missed[person]),
            max([*_late(notices[person]), *missed[person]], default=None),
            measured.get(person),
        )
        for person in found
    }


def _late(notices: Iterable[tuple[datetime, int]]) -> list[datetime]:
    return [at for at, minutes in notices if timedelta(minutes=minutes) < NOTICE]


def _last_measures(town: Municipality, side: str, keys: Iterable[int]) -> dict[int, datetime]:
    rows = Restriction.objects.filter(municipality=town, **{f"{side}__in": list(keys)})
    return dict(rows.order_by("starts_at", "pk").values_list(side, "starts_at"))


def _absent(town: Municipality) -> QuerySet[WorkDay]:
    since = timezone.now() - NO_SHOWS_COUNTED
    days: QuerySet[WorkDay] = WorkDay.objects.filter(
        municipality=town, state=WorkDay.State.ABSENT, period__startswith__gte=since
    )
    return days


def _no_shows(town: Municipality, days: Iterable[WorkDay]) -> dict[int, list[datetime]]:
    """By person, when days were noted on which somebody did not come without a word.

    Who said so beforehand is no such case, whenever it was noted; of a day noted again the last note counts.
    """
    since = timezone.now() - NO_SHOWS_COUNTED
    entries = Entry.objects.filter(
        verb="day.absent",
        municipality=town,
        at__gte=since - timedelta(days=2),
        object_type=ContentType.objects.get_for_model(WorkDay),
    )
    noted = {
        key: (at, bool(data.get("told")))
        for key, at, data in entries.order_by("pk").values_list("object_id", "at", "data")
    }
    found: dict[int, list[datetime]] = defaultdict(list)
    for day in days:
        at, told = noted.get(str(day.pk), (None, False))
        if at is not None and not told and at >= day.period.lower:
            found[day.person_id].append(at)
    return found


def employer_figures(town: Municipality, employers: Iterable[int] | None = None) -> list[EmployerFigures]:
    """Shifts that employers called off within a day of the start and owe for; a shift counts once."""
    rows = Cancellation.objects.filter(
        municipality=town,
        side=Cancellation.Side.EMPLOYER,
        at__gte=timezone.now() - SHORT_NOTICE_COUNTED,
        minutes_before__lt=SHORT_NOTICE // timedelta(minutes=1),
        yen_owed__gt=0,
    )
    if employers is not None:
        rows = rows.filter(employer__in=list(employers))
    shifts: dict[int, set[int]] = defaultdict(set)
    newest: dict[int, datetime] = {}
    for employer, shift, at in rows.order_by("at").values_list("employer", "day__shift", "at"):
        shifts[employer].add(shift)
        newest[employer] = at
    found = Employer.objects.select_related("municipality", "organisation").in_bulk(
        list({*shifts, *(employers or [])})
    )
    measured = _last_measures(town, "employer", found)
    return [
        EmployerFigures(one, len(shifts[one.pk]), newest.get(one.pk), measured.get(one.pk))
        for one in found.values()
    ]


def proposals(town: Municipality) -> tuple[list[WorkerFigures], list[EmployerFigures]]:
    """For whom the figures call for a measure that is not in force yet; staff decide."""
    held = set(in_force(Restriction.objects.filter(municipality=town)).values_list("person", "employer"))
    workers = [
        one
        for one in worker_figures(town).values()
        if one.proposal is not None and (one.person_id, None) not in held
    ]
    employers = [
        one
        for one in employer_figures(town)
        if one.proposal is not None and (None, one.employer.pk) not in held
    ]
    workers.sort(key=lambda one: (-one.no_shows, -one.late.points, one.person_id))
    employers.sort(key=lambda one: (-one.short_notices, one.employer.pk))
    return workers, employers


def names_of(town: Municipality, persons: Iterable[int]) -> dict[int, str]:
    """How workers are called in their contracts with employers of a town; only those who have one."""
    rows = Contract.objects.filter(municipality=town, person__in=list(persons)).order_by("pk")
    return dict(rows.values_list("person", "worker_name"))


def in_force(rows: QuerySet[Restriction]) -> QuerySet[Restriction]:
    """Measures that hold now; a measure ends by itself."""
    now = timezone.now()
    kept: QuerySet[Restriction] = rows.filter(starts_at__lte=now, ends_at__gt=now, lifted_at__isnull=True)
    return kept


# --- Decisions --------------------------------------------------------------------------------------------------------


@transaction.atomic
def restrict(
    *,
    municipality: Municipality,
    kind: str,
    days: int,
    ground: str,
    reason: str,
    actor: Person,
    person: Person | None = None,
    employer: Employer | None = None,
) -> Restriction:
    """Staff decide on a measure from now on: of one side, with an end and a reason, no fine.

    Raises:
        NotAllowedError: `actor` is not programme staff of the town.
        CareError: neither or both sides, somebody unknown in the town, too long, more than the figures call for, no
            reason, or one of this kind is in force.
    """
    made = Restriction(municipality=municipality, person=person, employer=employer, kind=MeasureKind(kind))
    if not rules.has_perm("jobs.add_restriction", actor, made):
        raise NotAllowedError(_("利用の制限を決められるのは、町の仕事の担当者だけです。"))
    if not reason.strip():
        raise CareError(_("理由を書いてください。本人に伝わります。"), "reason")
    with tenancy.unguarded():
        figures = _figures_of(municipality, person, employer)
        proposal = figures.proposal
        flaw = flaw_of(MeasureKind(kind), days, Ground(ground), proposal, of_worker=person is not None)
        if flaw is not None:
            most = proposal.days if proposal and proposal.kind == kind else LONGEST[MeasureKind(kind)]
            raise CareError(str(FLAWS[flaw]) % {"most": most}, "days")
        same = Restriction.objects.filter(
            municipality=municipality, kind=kind, person=person, employer=employer
        )
        if in_force(same).exists():
            raise CareError(_("同じ制限が、いま続いています。先に取り消すか、終わるのを待ってください。"))
        now = timezone.now()
        made.starts_at, made.ends_at = now, now + timedelta(days=days)
        made.reason, made.made_by = reason.strip()[:300], actor
        made.save()
        _note(made, "restriction.made", actor, reason=made.reason, days=days, ground=ground)
        letters_care.tell_restricted(made)
        return made


def _figures_of(
    town: Municipality, person: Person | None, employer: Employer | None
) -> WorkerFigures | EmployerFigures:
    if person is not None and employer is None:
        locks.lock_persons([person.pk])
        if not names_of(town, [person.pk]):
            raise CareError(_("この人は、この町で働く契約をしたことがありません。"))
        return worker_figures(town, [person.pk])[person.pk]
    if employer is not None and person is None and employer.municipality_id == town.pk:
        locks_employers.lock_employer(employer.pk)
        return employer_figures(town, [employer.pk])[0]
    raise CareError(_("この町の働く人か雇用主の、どちらか一方を選んでください。"))


def _note(restriction: Restriction, verb: str, actor: Person, *, reason: str = "", **data: object) -> Entry:
    for_person = verb == "restriction.objected" and actor.pk != restriction.person_id
    return write_entry(
        actor=actor,
        verb=verb,
        subject=restriction,
        person=restriction.person,
        municipality=restriction.municipality,
        on_behalf_of=restriction.person if for_person else None,
        reason=reason,
        data={"kind": str(restriction.kind), **data},
    )


def _must_serve(restriction: Restriction, actor: Person) -> None:
    if not rules.has_perm("jobs.change_restriction", actor, restriction):
        raise NotAllowedError(_("利用の制限を決められるのは、町の仕事の担当者だけです。"))


@transaction.atomic
def lift(*, restriction: Restriction, reason: str, actor: Person) -> Restriction:
    """Staff end a measure before its time.

    Raises:
        NotAllowedError: `actor` is not programme staff of the town.
        CareError: no reason, or over already.
    """
    _must_serve(restriction, actor)
    if not reason.strip():
        raise CareError(_("取り消す理由を書いてください。本人に伝わります。"), "reason")
    with tenancy.unguarded():
        held = locks_care.lock_restriction(restriction.pk)
        now = timezone.now()
        if held.lifted_at is not None or held.ends_at <= now:
            raise CareError(_("この制限は、もう終わっています。"))
        held.lifted_at, held.lifted_reason = now, reason.strip()[:300]
        held.save(update_fields=["lifted_at", "lifted_reason"])
        _note(held, "restriction.lifted", actor, reason=held.lifted_reason)
        letters_care.tell_lifted(held)
        return held


@transaction.atomic
def object_to(*, restriction: Restriction, text: str, actor: Person) -> Restriction:
    """The person, or who acts for the employer, says why the measure is wrong; once.

    Raises:
        NotAllowedError: `actor` is not of that side.
        CareError: no words, too long, or an objection is there already.
    """
    if not may_object(restriction, actor):
        raise NotAllowedError(_("意見を書けるのは、制限を受けた本人か雇用主だけです。"))
    words = text.strip()
    if not words:
        raise CareError(_("意見を書いてください。"), "text")
    if len(words) > MOST_WORDS:
        raise CareError(_("%(most)s文字までにしてください。") % {"most": MOST_WORDS}, "text")
    with tenancy.unguarded():
        held = locks_care.lock_restriction(restriction.pk)
        if held.objection == words:
            return held
        if held.objection:
            raise CareError(_("意見は、もう届いています。返事を待ってください。"))
        held.objection = words
        held.save(update_fields=["objection"])
        _note(held, "restriction.objected", actor)
        letters_care.tell_staff_of_objection(held)
        return held


def may_object(restriction: Restriction, actor: Person) -> bool:
    """Of that side, or staff who write it down for somebody on the phone."""
    if restriction.person_id is not None:
        return may_act_for(actor, restriction)
    return acts_for_employer(actor, restriction) or serves_work(actor, restriction)


@transaction.atomic
def answer_objection(*, restriction: Restriction, answer: str, actor: Person) -> Entry:
    """Staff answer an objection; the measure stays unless it is lifted.

    Raises:
        NotAllowedError: `actor` is not programme staff of the town.
        CareError: no words, or no objection.
    """
    _must_serve(restriction, actor)
    if not answer.strip():
        raise CareError(_("返事を書いてください。本人に送られます。"), "answer")
    with tenancy.unguarded():
        held = locks_care.lock_restriction(restriction.pk)
        if not held.objection:
            raise CareError(_("意見は届いていません。"))
        entry = _note(held, "restriction.answered", actor, reason=answer.strip()[:MOST_WORDS])
        letters_care.tell_answered_objection(held, entry.reason, f"restriction.answered:{entry.pk}")
        return entry


def answers_to(restriction: Restriction) -> list[Entry]:
    """What staff answered; for a reader who was let in to the measure."""
    with tenancy.unguarded():
        return list(Entry.objects.about(restriction).filter(verb="restriction.answered").order_by("pk"))


def unanswered(municipality_id: int) -> int:
    """Objections of a town that staff have neither answered nor followed."""
    waiting = Restriction.objects.filter(municipality=municipality_id, lifted_at__isnull=True).exclude(
        objection=""
    )
    keys = {str(key) for key in waiting.values_list("pk", flat=True)}
    answered = Entry.objects.filter(
        verb="restriction.answered",
        object_type=ContentType.objects.get_for_model(Restriction),
        object_id__in=keys,
    )
    return len(keys - set(answered.values_list("object_id", flat=True)))
