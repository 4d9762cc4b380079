"""Contracts: made in one transaction with all that belongs to them, handed over on paper, finished.

Cancelling and changing stand in modules of their own and are called from here as well.
"""

from __future__ import annotations

from datetime import timedelta

import rules
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.engines.labour.spans import JST
from sosei.programmes.jobs import contract_terms, letters_deals, locks
from sosei.programmes.jobs.errors_deals import DealError, NoLongerFreeError
from sosei.programmes.jobs.models import (
    Application,
    Contract,
    WorkDay,
    WorkerProfile,
)
from sosei.programmes.jobs.services import places
from sosei.programmes.jobs.services.cancelling import (
    call_off_shift,
    cancel_contract,
    cancel_day,
    close_without_days,
    free_day,
    owed_for,
)
from sosei.programmes.jobs.services.changing import decide_version, propose_version
from sosei.programmes.jobs.services.versions import (
    current_version,
    on_behalf_of,
    write_consent,
    write_version,
)

__all__ = [
    "call_off_shift",
    "cancel_contract",
    "cancel_day",
    "close_without_days",
    "current_version",
    "decide_version",
    "finish_contract",
    "finish_contracts",
    "free_day",
    "hand_over_paper",
    "make_contract",
    "owed_for",
    "propose_version",
]


def make_contract(*, application: Application, actor: Person | None, side: str) -> Contract:
    """The contract that an application asks for, with its days, beds, notice, consents, entries and messages.

    Called by who accepts, within a transaction that holds the locks of person and posting, outside the guard.

    Args:
        side: whose step makes it, "worker" or "employer"; the other side had agreed before. Staff act for either.

    Raises:
        NoPlaceError, NoBedError: something is full; nothing is taken.
        NoLongerFreeError: the person has agreed to other work at one of these times.
    """
    now = timezone.now()
    posting, person = application.posting, application.person
    shifts = places.wanted_shifts(application)
    lodging = posting.lodging if application.needs_lodging else None
    profile = WorkerProfile.objects.filter(person=person).first()
    with transaction.atomic():
        if not application.holds_places:
            places.take_all(shifts, lodging)
        contract = Contract.objects.create(
            municipality=application.municipality,
            employer=posting.employer,
            posting=posting,
            person=person,
            application=application,
            lodging=lodging,
            worker_name=application.shown_name,
            worker_kana=application.shown_kana,
            worker_phone=person.phone or "",
            is_electronic=profile is not None and not profile.wants_paper,
            made_at=now,
        )
        WorkDay.objects.bulk_create(
            [
                WorkDay(
                    municipality=application.municipality,
                    employer=posting.employer,
                    person=person,
                    contract=contract,
                    shift=shift,
                    period=(shift.starts_at, shift.ends_at),
                    break_minutes=shift.break_minutes,
                )
                for shift in shifts
            ],
            # An exclusion that is not waited for: the day that somebody else holds is left out, and counted.
            ignore_conflicts=True,
        )
        if WorkDay.objects.filter(contract=contract).count() != len(shifts):
            raise NoLongerFreeError(
                _("同じ時間に別の仕事が決まっている日があるため、契約を作れません。日を選び直してください。")
            )
        terms = contract_terms.build(
            posting=posting,
            shifts=shifts,
            worker=application.shown_name,
            lodging=lodging,
            made_on=now.astimezone(JST).date(),
        )
        version = write_version(contract, terms, number=1, reason="", made_by=actor)
        write_consent(version, "worker", agreed=True, by=_worker_side(application, actor, side))
        write_consent(version, "employer", agreed=True, by=_employer_side(application, actor, side))
        application.state = Application.State.CONTRACTED
        application.decided_at = now
        application.holds_places = False
        application.save(update_fields=["state", "decided_at", "holds_places"])
        write_entry(
            actor=actor,
            verb="contract.made",
            subject=contract,
            person=person,
            municipality=contract.municipality,
            on_behalf_of=on_behalf_of(actor, person, application) if side == "worker" else None,
            data={"posting": posting.title, "days": len(shifts)},
        )
    letters_deals.tell(
        f"contract.made:{contract.pk}",
        "contract.made",
        person,
        letters_deals.made(contract, shifts),
        contract,
    )
    letters_deals.tell_employer(
        f"contract.made.employer:{contract.pk}",
        "contract.made",
        letters_deals.made_for_employer(contract, shifts),
        contract,
    )
    return contract


def _worker_side(application: Application, actor: Person | None, side: str) -> Person | None:
    # Where the employer decided, the worker had agreed by applying.
    if side == "worker" and actor is not None and rules.has_perm("jobs.add_application", actor, application):
        return actor
    return application.entered_by or application.person


def _employer_side(application: Application, actor: Person | None, side: str) -> Person | None:
    # Where the worker's application decides, the employer had agreed by publishing.
    if side == "employer" and actor is not None and rules.has_perm("jobs.run_employer", actor, application):
        return actor
    return application.posting.created_by


@transaction.atomic
def hand_over_paper(*, contract: Contract, actor: Person) -> Contract:
    """Records that the notice now in force was handed over on paper.

    Raises:
        NotAllowedError: `actor` does not act for the employer.
        DealError: the worker chose electronic delivery.
    """
    if not rules.has_perm("jobs.run_employer", actor, contract):
        raise NotAllowedError(_("この雇用主の担当者だけが記録できます。"))
    with tenancy.unguarded():
        held = locks.lock_contract(contract.pk)
        if held.is_electronic:
            raise DealError(_("この人は、労働条件通知書を電子で受け取ることを選んでいます。紙は要りません。"))
        version = current_version(held)
        if held.paper_version == version.number:
            return held
        held.paper_version, held.paper_handed_at = version.number, timezone.now()
        held.save(update_fields=["paper_version", "paper_handed_at"])
        write_entry(
            actor=actor,
            verb="contract.paper_handed",
            subject=held,
            person=held.person,
            municipality=held.municipality,
            data={"posting": held.posting.title, "number": version.number},
        )
        return held


@transaction.atomic
def finish_contract(*, contract: Contract) -> bool:
    """Ends a contract whose days are all over and settled; False where it is not so far, or has ended.

    Days that are still planned although they are over wait for the answer of `days`: worked, or not come.
    """
    with tenancy.unguarded():
        held = locks.lock_contract(contract.pk)
        if held.state != Contract.State.ACTIVE:
            return False
        states = list(held.days.values_list("state", "period"))
        now = timezone.now()
        if any(state == "planned" or (state == "worked" and period.upper > now) for state, period in states):
            return False
        held.state, held.ended_at = Contract.State.FINISHED, now
        held.save(update_fields=["state", "ended_at"])
        write_entry(
            actor=None,
            verb="contract.finished",
            subject=held,
            person=held.person,
            municipality=held.municipality,
            data={"posting": held.posting.title},
        )
        if any(state == "worked" for state, _period in states):
            from sosei.programmes.jobs import facts

            facts.record_finished_contract(held)
        return True


def finish_contracts() -> int:
    """Ends all contracts whose days are over; run twice it ends each once."""
    over = (
        Contract.objects.filter(state=Contract.State.ACTIVE)
        .exclude(
            days__state__in=("planned", "worked"),
            days__period__endswith__gt=timezone.now() - timedelta(hours=1),
        )
        # Hours that are still asked about would change what a finished contract has told.
        .exclude(days__corrections__state="asked")
    )
    return sum(finish_contract(contract=contract) for contract in over.order_by("pk"))
