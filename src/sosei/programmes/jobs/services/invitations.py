"""Invitations to return: an employer asks those with whom it went well to come to another posting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import rules
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.programmes.jobs import letters_care, locks
from sosei.programmes.jobs.errors_care import CareError
from sosei.programmes.jobs.models import Application, Contract, Employer, Posting, ReturnInvitation, Review

LONGEST = 500


@dataclass(frozen=True)
class Candidate:
    """Somebody who worked well: the latest contract, and how it stands with a posting."""

    contract: Contract
    invited_at: datetime | None
    applied: bool


def candidates(employer: Employer, posting: Posting) -> list[Candidate]:
    """Those of whom both sides said yes the last time, each once, by name; called for who runs the employer."""
    with tenancy.unguarded():
        latest: dict[int, Contract] = {}
        for contract in _good_contracts(employer):
            latest.setdefault(contract.person_id, contract)
        invited = dict(ReturnInvitation.objects.filter(posting=posting).values_list("person", "sent_at"))
        applied = set(
            Application.objects.filter(
                posting=posting, person__in=list(latest), state__in=Application.LIVE
            ).values_list("person", flat=True)
        )
    found = [Candidate(one, invited.get(key), key in applied) for key, one in latest.items()]
    return sorted(
        found, key=lambda one: (one.contract.worker_kana or one.contract.worker_name, one.contract.pk)
    )


def _good_contracts(employer: Employer) -> list[Contract]:
    """Contracts that were good for both, where the last one was; of persons who are still here."""
    shown = Review.objects.shown().filter(contract=OuterRef("pk"))
    rows = (
        # By what is shown alone: who vanished from the list would be known to have written something.
        Contract.objects.filter(Exists(shown), employer=employer, state=Contract.State.FINISHED)
        .filter(person__is_active=True, person__erased_at__isnull=True)
        .exclude(worker_name="")
        .annotate(
            worker_good=Exists(shown.filter(side=Review.Side.WORKER, good=True)),
            employer_good=Exists(shown.filter(side=Review.Side.EMPLOYER, good=True)),
        )
        .order_by("-ended_at", "-pk")
    )
    last: dict[int, Contract] = {}
    for contract in rows:
        last.setdefault(contract.person_id, contract)
    return [one for one in last.values() if one.worker_good and one.employer_good]


@transaction.atomic
def invite_back(*, posting: Posting, contract: Contract, text: str, actor: Person) -> ReturnInvitation:
    """Asks somebody to come again, once a posting; whether it arrives is the person's own choice.

    Raises:
        NotAllowedError: `actor` does not run the employer.
        CareError: a posting that takes nobody, of another employer, too long, or somebody who cannot be invited.
    """
    made = ReturnInvitation(
        municipality_id=posting.municipality_id,
        employer_id=posting.employer_id,
        person_id=contract.person_id,
        posting=posting,
        text=text.strip(),
    )
    if contract.employer_id != posting.employer_id or not rules.has_perm(
        "jobs.add_returninvitation", actor, made
    ):
        raise NotAllowedError(_("招待できるのは、この雇用主の担当者だけです。"))
    if len(made.text) > LONGEST:
        raise CareError(_("ことばは%(most)s文字までにしてください。") % {"most": LONGEST}, "text")
    with tenancy.unguarded():
        held = locks.lock_posting(posting.pk)
        if not held.is_open:
            raise CareError(_("この求人は、いま募集していません。"))
        found = next(
            (one for one in candidates(held.employer, held) if one.contract.person_id == contract.person_id),
            None,
        )
        if found is None:
            raise CareError(_("招待できるのは、たがいに「また」と答えた人だけです。"))
        if found.applied:
            raise CareError(_("この人は、もうこの求人に申し込んでいます。"))
        if found.invited_at is not None:
            return ReturnInvitation.objects.get(posting=held, person=contract.person_id)  # type: ignore[no-any-return]
        made.posting, made.sent_at, made.sent_by = held, timezone.now(), actor
        made.save()
        write_entry(
            actor=actor,
            verb="invitation.returned",
            subject=made,
            person=made.person,
            municipality=held.municipality,
            data={"posting": held.title},
        )
        letters_care.tell_invited(made)
        return made
