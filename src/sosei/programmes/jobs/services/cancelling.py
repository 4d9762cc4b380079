"""Agreed days called off by the worker, the employer or the town: grounds, what is owed, and what is free again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import rules
from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.design import civil_day
from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.engines.labour.cancellation import (
    EmployerReason,
    PaidDays,
    absence_pay,
    average_wage,
    employer_cancellation,
    worker_cancellation,
)
from sosei.programmes.jobs import contract_terms, letters_deals, locks
from sosei.programmes.jobs.errors_deals import DealError, TooLateError
from sosei.programmes.jobs.models import (
    Application,
    Cancellation,
    Contract,
    Payslip,
    PayslipLine,
    Shift,
    WorkDay,
)
from sosei.programmes.jobs.rules_contracts import (
    AS_EMPLOYER,
    LateCancellations,
    TownGround,
    WorkerGround,
    is_reserved,
    late_cancellations,
)
from sosei.programmes.jobs.services import places, queue
from sosei.programmes.jobs.services.versions import current_version, on_behalf_of
from sosei.programmes.jobs.words_contracts import ground_label

MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Owed:
    """What an employer owes for a day that it calls off.

    Attributes:
        yen: to be paid by the payday; 0 where the ground leaves nothing owed.
        scheduled: the day's agreed pay.
        floor: the least that the law lets be paid; 0 where nothing is owed.
        floor_known: the average wage could be computed.
        basis: the rule, as it is cited.
    """

    yen: int
    scheduled: int
    floor: int
    floor_known: bool
    basis: str


def owed_for(*, day: WorkDay, side: str, ground: str, at: datetime | None = None) -> Owed:
    """What a cancellation would cost the employer, shown before it is confirmed.

    Raises:
        DealError: a ground that this side has not.
    """
    now = _minute(at or timezone.now())
    terms = current_version(day.contract).terms
    scheduled = contract_terms.day_pay(terms, day_terms(day), commuting=False)
    if side == Cancellation.Side.WORKER:
        _must_be(WorkerGround, ground)
        return Owed(0, scheduled, 0, False, str(worker_cancellation(day.period.lower, now).basis))
    reason = EmployerReason(_must_be(EmployerReason, ground)) if side == "employer" else _of_town(ground)
    told = employer_cancellation(day.period.lower, now, reason)
    if not told.pay_due and is_reserved(reason, terms["cancellation_grounds"]):
        return Owed(0, scheduled, 0, False, str(told.basis))
    pay = absence_pay(scheduled, average=_average_wage(day))
    return Owed(pay.due, scheduled, pay.floor, pay.floor_known, str(pay.basis))


def _of_town(ground: str) -> EmployerReason:
    return AS_EMPLOYER[TownGround(_must_be(TownGround, ground))]


def _must_be(kind: Any, ground: str) -> str:
    if ground not in [one.value for one in kind]:
        raise DealError(
            _("取り消す事由「%(ground)s」はありません。一覧から選んでください。") % {"ground": ground},
            "ground",
        )
    return ground


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def day_terms(day: WorkDay) -> dict[str, Any]:
    """An agreed day as the conditions hold it."""
    return {
        "shift": day.shift_id,
        "start": day.period.lower.isoformat(timespec="minutes"),
        "end": day.period.upper.isoformat(timespec="minutes"),
        "break_minutes": day.break_minutes,
    }


def _average_wage(day: WorkDay) -> Any:
    """Of the last month at this employer (昭38労働省告示52号); None for somebody's first day there."""
    since = day.period.lower - MONTH
    slips = Payslip.objects.filter(
        person=day.person_id,
        employer=day.employer_id,
        last_day__gte=civil_day.day_of(since),
        replaced_by__isnull=True,
    )
    paid = PayslipLine.objects.filter(payslip__in=slips, yen__gt=0, day__isnull=False).aggregate(
        yen=Sum("yen"), days=Count("day", distinct=True)
    )
    return average_wage(own=PaidDays(paid["yen"] or 0, paid["days"] or 0))


@transaction.atomic
def cancel_day(*, day: WorkDay, side: str, ground: str, reason: str, actor: Person) -> Cancellation:
    """Calls off one agreed day; its place is offered to who waits.

    Raises:
        NotAllowedError: `actor` is not of that side.
        TooLateError: the day has begun.
        DealError: a ground that this side has not, no reason where one is needed, or not planned any more.
    """
    return _cancel([day], day.contract, side, ground, reason, actor)[0]


@transaction.atomic
def cancel_contract(
    *, contract: Contract, side: str, ground: str, reason: str, actor: Person
) -> list[Cancellation]:
    """Calls off every day of a contract that has not begun.

    Raises:
        As `cancel_day`; TooLateError where no such day is left.
    """
    days = list(
        contract.days.filter(state=WorkDay.State.PLANNED, period__startswith__gt=timezone.now())
        .select_related("contract", "shift")
        .order_by("period")
    )
    if not days:
        raise TooLateError(_("まだ始まっていない日がないため、取り消せません。"))
    return _cancel(days, contract, side, ground, reason, actor)


@transaction.atomic
def call_off_shift(*, shift: Shift, side: str, ground: str, reason: str, actor: Person) -> list[Cancellation]:
    """The whole shift does not take place: every agreed day of it is called off, and nobody can apply any more.

    Raises:
        As `cancel_day`.
    """
    _must_be_allowed(side, actor, shift)
    made: list[Cancellation] = []
    with tenancy.unguarded():
        locks.lock_posting(shift.posting_id)
        Shift.objects.filter(pk=shift.pk, called_off_at__isnull=True).update(called_off_at=timezone.now())
        days = WorkDay.objects.filter(shift=shift, state=WorkDay.State.PLANNED).select_related("contract")
        for day in days.order_by("pk"):
            made += _cancel([day], day.contract, side, ground, reason, actor)
        queue.take_back_offers(shift.posting, only=shift)
    return made


def _must_be_allowed(side: str, actor: Person, target: Any) -> None:
    asked = {
        Cancellation.Side.WORKER: "jobs.add_application",
        Cancellation.Side.EMPLOYER: "jobs.run_employer",
        Cancellation.Side.TOWN: "jobs.decide_employer",
    }
    if side not in asked:
        raise DealError(_("取り消す側は、働く人・雇用主・市のどれかです。"))
    if not rules.has_perm(asked[side], actor, target):
        raise NotAllowedError(_("この仕事を取り消せるのは、本人と雇用主、市の担当者だけです。"))


def _cancel(
    days: Sequence[WorkDay], contract: Contract, side: str, ground: str, reason: str, actor: Person
) -> list[Cancellation]:
    _must_be_allowed(side, actor, contract)
    if side != Cancellation.Side.WORKER and not reason.strip():
        raise DealError(_("取り消す理由を書いてください。相手にも伝わります。"), "reason")
    with tenancy.unguarded():
        locks.lock_persons([contract.person_id])
        posting = locks.lock_posting(contract.posting_id)
        held = locks.lock_contract(contract.pk)
        now = timezone.now()
        fresh = list(
            WorkDay.objects.filter(pk__in=[day.pk for day in days])
            .select_related("shift", "contract__posting__workplace", "contract__employer")
            .order_by("period")
        )
        made = [_cancel_one(day, side, ground, reason.strip(), actor, now) for day in fresh]
        _free(held, fresh)
        _tell(held, fresh, made, side, ground, reason.strip(), actor)
        close_without_days(held, side=side, reason=ground_label(ground), actor=actor)
        queue.fill(posting)
        return made


def _cancel_one(
    day: WorkDay, side: str, ground: str, reason: str, actor: Person, now: datetime
) -> Cancellation:
    if day.state != WorkDay.State.PLANNED:
        raise DealError(_("この日は、もう取り消されたか、終わっています。"))
    if now >= day.period.lower:
        raise TooLateError(_("仕事が始まったあとは、取り消せません。雇用主か市の担当者に連絡してください。"))
    owed = owed_for(day=day, side=side, ground=ground, at=now)
    day.state = WorkDay.State.CANCELLED
    day.save(update_fields=["state"])
    made: Cancellation = Cancellation.objects.create(
        municipality=day.municipality,
        employer_id=day.employer_id,
        person_id=day.person_id,
        contract_id=day.contract_id,
        day=day,
        side=side,
        ground=ground,
        reason=reason,
        minutes_before=int((day.period.lower - now) // timedelta(minutes=1)),
        yen_owed=owed.yen,
        basis=owed.basis,
        at=now,
        by=actor,
    )
    write_entry(
        actor=actor,
        verb="contract.day_cancelled",
        subject=day.contract,
        person=day.person,
        municipality=day.municipality,
        on_behalf_of=on_behalf_of(actor, day.person, day.contract) if side == "worker" else None,
        reason=reason,
        data={
            "posting": day.contract.posting.title,
            "day": letters_deals.day_text(day.period.lower),
            "ground": ground,
            "yen": owed.yen,
        },
    )
    return made


def _free(contract: Contract, days: Sequence[WorkDay]) -> None:
    """Places of these days and the beds that the days which are left do not need."""
    kept = Shift.objects.filter(days__contract=contract, days__state__in=("planned", "worked")).distinct()
    places.give_back([day.shift for day in days], contract.lodging, list(kept))


def free_day(*, day: WorkDay) -> None:
    """Frees the place of a day on which somebody does not come, and offers it to who waits; called by `days`.

    Within a transaction, after the day's state was written.
    """
    with tenancy.unguarded():
        posting = locks.lock_posting(day.shift.posting_id)
        places.give_back([day.shift], None)
        queue.fill(posting)


def close_without_days(contract: Contract, *, side: str, reason: str, actor: Person | None) -> bool:
    """A contract none of whose days was worked or will be is cancelled, and its application over."""
    if contract.state != Contract.State.ACTIVE or contract.days.exclude(state="cancelled").exists():
        return False
    now = timezone.now()
    contract.state, contract.ended_at = Contract.State.CANCELLED, now
    contract.save(update_fields=["state", "ended_at"])
    states = Application.State
    Application.objects.filter(pk=contract.application_id).update(
        state=states.WITHDRAWN if side == "worker" else states.REFUSED, decided_at=now, reason=reason[:300]
    )
    write_entry(
        actor=actor,
        verb="contract.cancelled",
        subject=contract,
        person=contract.person,
        municipality=contract.municipality,
        data={"posting": contract.posting.title},
    )
    return True


def _tell(
    contract: Contract,
    days: list[WorkDay],
    made: list[Cancellation],
    side: str,
    ground: str,
    reason: str,
    actor: Person,
) -> None:
    key = f"contract.cancelled:{made[0].pk}"
    told = {"yen": sum(one.yen_owed for one in made), "ground": ground, "reason": reason}
    if side != Cancellation.Side.EMPLOYER:
        # Why a worker does not come is the worker's own affair.
        why = {"ground": "", "reason": ""} if side == Cancellation.Side.WORKER else {}
        letter = letters_deals.cancelled(contract, days, **{**told, **why}, to_worker=False)
        letters_deals.tell_employer(key, "contract.cancelled", letter, contract)
    if actor.pk != contract.person_id:
        letter = letters_deals.cancelled(contract, days, **told, to_worker=True)
        letters_deals.tell(f"{key}:worker", "contract.cancelled", contract.person, letter, contract)


def late_of(person: Person) -> LateCancellations:
    """A worker's late cancellations of the last thirty days, and the most that staff may decide after them."""
    rows = Cancellation.objects.filter(person=person, side=Cancellation.Side.WORKER)
    return late_cancellations(rows.values_list("at", "minutes_before"), timezone.now())


def is_late(day: WorkDay) -> bool:
    """So near the start that a cancellation counts."""
    return bool(worker_cancellation(day.period.lower, _minute(timezone.now())).measure_allowed)
