"""Complaints and reports of harassment: received with a day to answer by, answered; the employer is told what was agreed."""

from __future__ import annotations

import datetime

import rules
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import roles, tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Membership, Municipality, Person
from sosei.core.records.models import Entry
from sosei.core.records.services import write_entry
from sosei.engines.labour.spans import JST
from sosei.programmes.jobs import letters_care, locks, locks_care
from sosei.programmes.jobs.errors_care import CareError
from sosei.programmes.jobs.models import Application, Complaint, Contract, Employer
from sosei.programmes.jobs.permissions import may_act_for
from sosei.programmes.jobs.rules_care import ComplaintKind, due_on

LONGEST = 4000
MOST_OPEN = 20
"""Complaints of one person in a town that wait at one time."""


@transaction.atomic
def file_complaint(
    *,
    municipality: Municipality,
    person: Person,
    kind: str,
    text: str,
    actor: Person,
    about: Employer | None = None,
    wish: str = "",
    may_be_named: bool = False,
) -> Complaint:
    """A worker's report, read by the town alone; staff may write it down for somebody on the phone.

    Raises:
        NotAllowedError: `actor` is neither the person nor serves the person.
        CareError: no words, too long, an employer of another town, or very many open ones.
    """
    made = Complaint(
        municipality=municipality,
        about=about,
        person=person,
        kind=ComplaintKind(kind),
        text=text.strip(),
        wish=wish.strip(),
        may_be_named=may_be_named and about is not None,
    )
    if not rules.has_perm("jobs.add_complaint", actor, made):
        raise NotAllowedError(_("相談を書けるのは、本人と、本人を手伝う市の担当者だけです。"))
    _must_be_writable(made)
    with tenancy.unguarded():
        locks.lock_persons([person.pk])
        waiting = Complaint.objects.filter(person=person, municipality=municipality)
        if waiting.exclude(state=Complaint.State.ANSWERED).count() >= MOST_OPEN:
            raise CareError(_("答えを待っている相談がたくさんあります。市役所に電話してください。"))
        made.reported_at = timezone.now()
        made.due_on = due_on(ComplaintKind(kind), made.reported_at.astimezone(JST).date())
        made.save()
        _note(made, "complaint.filed", actor, kind=made.kind)
        letters_care.tell_filed(made)
        return made


def _must_be_writable(complaint: Complaint) -> None:
    if not complaint.text:
        raise CareError(_("何があったか、書いてください。短くてもかまいません。"), "text")
    if len(complaint.text) > LONGEST or len(complaint.wish) > LONGEST:
        raise CareError(_("%(most)s文字までにしてください。") % {"most": LONGEST}, "text")
    if complaint.about is not None and complaint.about.municipality_id != complaint.municipality_id:
        raise CareError(_("この雇用主は、ほかの町の雇用主です。選び直してください。"), "place")


def _note(complaint: Complaint, verb: str, actor: Person, *, reason: str = "", **data: str) -> Entry:
    helped = verb in ("complaint.filed", "complaint.naming_changed") and actor.pk != complaint.person_id
    return write_entry(
        actor=actor,
        verb=verb,
        subject=complaint,
        person=complaint.person,
        municipality=None if _is_read_by_the_accused(complaint) else complaint.municipality,
        on_behalf_of=complaint.person if helped else None,
        reason=reason,
        data=data,
    )


def _is_read_by_the_accused(complaint: Complaint) -> bool:
    """Whether somebody acts for the employer and reads the town's records as well: then these are no place for it."""
    acting = Membership.objects.held().filter(role=roles.EMPLOYER, organisation=complaint.about_id)
    staff = Membership.objects.held().filter(
        municipality=complaint.municipality_id, role__in=sorted(roles.TOWN_STAFF)
    )
    return complaint.about_id is not None and staff.filter(person__in=acting.values("person")).exists()


@transaction.atomic
def allow_naming(*, complaint: Complaint, allowed: bool, actor: Person) -> Complaint:
    """The person lets the town speak to the employer in their name, or no longer.

    Raises:
        NotAllowedError: `actor` is neither the person nor serves the person.
        CareError: answered already, or about no employer.
    """
    if not may_act_for(actor, complaint):
        raise NotAllowedError(_("これを決められるのは、本人（と、本人を手伝う市の担当者）だけです。"))
    with tenancy.unguarded():
        held = _open(complaint)
        if held.about is None:
            raise CareError(_("この相談は、雇用主についてのものではありません。"))
        if held.may_be_named != allowed:
            held.may_be_named = allowed
            held.save(update_fields=["may_be_named"])
            _note(held, "complaint.naming_changed", actor)
        return held


def _open(complaint: Complaint) -> Complaint:
    held = locks_care.lock_complaint(complaint.pk)
    if held.state == Complaint.State.ANSWERED:
        raise CareError(_("この相談には、もう答えています。"))
    return held


def _must_serve(complaint: Complaint, actor: Person) -> None:
    if not rules.has_perm("jobs.change_complaint", actor, complaint):
        raise NotAllowedError(_("相談に答えられるのは、町の仕事の担当者だけです。"))


@transaction.atomic
def start_complaint(*, complaint: Complaint, actor: Person) -> Complaint:
    """Staff take a complaint up.

    Raises:
        NotAllowedError: `actor` is not programme staff of the town.
        CareError: answered already.
    """
    _must_serve(complaint, actor)
    with tenancy.unguarded():
        held = _open(complaint)
        if held.state == Complaint.State.WORKING and held.handled_by_id == actor.pk:
            return held
        held.state, held.handled_by = Complaint.State.WORKING, actor
        held.save(update_fields=["state", "handled_by"])
        _note(held, "complaint.started", actor)
        return held


@transaction.atomic
def answer_complaint(*, complaint: Complaint, answer: str, actor: Person) -> Complaint:
    """The answer, sent to the person.

    Raises:
        NotAllowedError: `actor` is not programme staff of the town.
        CareError: no words, or answered already.
    """
    _must_serve(complaint, actor)
    if not answer.strip():
        raise CareError(_("答えを書いてください。本人に送られます。"), "answer")
    with tenancy.unguarded():
        held = _open(complaint)
        held.state, held.handled_by = Complaint.State.ANSWERED, actor
        held.answer, held.answered_at = answer.strip(), timezone.now()
        held.save(update_fields=["state", "handled_by", "answer", "answered_at"])
        _note(held, "complaint.answered", actor)
        letters_care.tell_answered(held)
        return held


@transaction.atomic
def tell_employer(*, complaint: Complaint, text: str, agreed: bool, actor: Person) -> Complaint:
    """Tells the employer the words on which staff and the person agreed, and nothing else of the complaint.

    Args:
        agreed: the person has seen these very words and agreed that they are sent.

    Raises:
        NotAllowedError: `actor` is not programme staff of the town.
        CareError: the person does not want to be named, did not agree to the words, no words, or no employer.
    """
    _must_serve(complaint, actor)
    with tenancy.unguarded():
        held = _open(complaint)
        if held.about is None:
            raise CareError(_("この相談は、雇用主についてのものではありません。"))
        if not held.may_be_named:
            raise CareError(_("本人は、雇用主に名前を伝えることを望んでいません。本人に確かめてください。"))
        if not agreed:
            raise CareError(_("伝える文を、先に本人と確かめてください。"), "agreed")
        if not text.strip():
            raise CareError(_("雇用主に伝える文を書いてください。"), "text")
        entry = _note(held, "complaint.employer_told", actor, reason=text.strip())
        letters_care.tell_employer(held, text.strip(), f"complaint.employer_told:{entry.pk}")
        return held


# --- Reads ------------------------------------------------------------------------------------------------------------


def told_to_employer(complaint: Complaint) -> list[Entry]:
    """What the employer was told, and when."""
    rows = Entry.objects.about(complaint).filter(verb="complaint.employer_told")
    return list(rows.select_related("actor").order_by("pk"))


def queue_of(rows: QuerySet[Complaint], *, answered: bool) -> QuerySet[Complaint]:
    """What waits by its day, or what is answered, the latest first."""
    done = Complaint.State.ANSWERED
    kept = rows.filter(state=done) if answered else rows.exclude(state=done)
    found: QuerySet[Complaint] = kept.order_by("-answered_at" if answered else "due_on", "pk")
    return found


def is_overdue(complaint: Complaint, today: datetime.date) -> bool:
    """The day is over and there is no answer."""
    return complaint.state != Complaint.State.ANSWERED and complaint.due_on < today


def overdue(municipality_id: int) -> int:
    """How many of a town have no answer although the day is over."""
    today = timezone.now().astimezone(JST).date()
    rows = Complaint.objects.filter(municipality=municipality_id, due_on__lt=today)
    return int(rows.exclude(state=Complaint.State.ANSWERED).count())


def employers_known_to(person: Person) -> list[Employer]:
    """Where somebody applied or worked: whom a complaint may be about; the latest first."""
    with tenancy.unguarded():
        keys: dict[int, None] = {}
        for model in (Contract, Application):
            rows = model.objects.filter(person=person).order_by("-pk").values_list("employer_id", flat=True)
            keys.update(dict.fromkeys(rows[:100]))
        found = Employer.objects.select_related("municipality", "organisation").in_bulk(list(keys))
        return [found[key] for key in keys]


def towns_of_person(person: Person) -> list[Municipality]:
    """Towns that somebody can ask: where one holds a role or has applied or worked."""
    with tenancy.unguarded():
        held = Membership.objects.held().filter(person=person, municipality__isnull=False)
        applied = Application.objects.filter(person=person)
        rows = Municipality.objects.filter(
            Q(pk__in=held.values("municipality")) | Q(pk__in=applied.values("municipality"))
        )
        return list(rows.order_by("code"))
