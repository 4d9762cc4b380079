"""Payslips: issued for days that are over, never changed; a correction is a payslip that replaces another one."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import rules
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.engines.labour.errors import LabourError
from sosei.programmes.jobs import letters_pay, locks_pay
from sosei.programmes.jobs.errors_pay import PayError, refused
from sosei.programmes.jobs.models import Contract, Payslip, PayslipLine, WorkDay
from sosei.programmes.jobs.rules_pay import ByHand, Slip
from sosei.programmes.jobs.services.pay_reading import PayableDay, Reading
from sosei.programmes.jobs.services.pay_rows import date_of, lines_of

__all__ = ["Draft", "Reading", "draft_of", "issue_payslip", "replace_payslip", "replacement_of"]


@dataclass(frozen=True)
class Draft:
    """A payslip before it is issued.

    Attributes:
        days: that it pays.
        slip: its lines; None where the program refuses to compute it.
        refusal: why, with the remedy.
    """

    contract: Contract
    days: tuple[PayableDay, ...]
    pay_on: datetime.date
    slip: Slip | None
    refusal: PayError | None


def draft_of(
    reading: Reading,
    contract: Contract,
    days: Sequence[PayableDay],
    *,
    pay_on: datetime.date,
    by_hand: ByHand | None = None,
    instead_of: int | None = None,
) -> Draft:
    """The payslip as it would be issued, or why it cannot be."""
    if not reading.is_known(contract):
        gone = PayError(_("この契約の労働条件は、保存期間が終わって残っていません。計算はできません。"))
        return Draft(contract, tuple(days), pay_on, None, gone)
    try:
        slip = reading.slip(contract, days, pay_on=pay_on, by_hand=by_hand, instead_of=instead_of)
    except LabourError as error:
        return Draft(contract, tuple(days), pay_on, None, refused(error))
    return Draft(contract, tuple(days), pay_on, slip, None)


@transaction.atomic
def issue_payslip(
    *,
    contract: Contract,
    days: Iterable[WorkDay],
    pay_on: datetime.date,
    actor: Person,
    by_hand: ByHand | None = None,
) -> Payslip:
    """Issues the payslip of days that are over and tells the worker; days of one date go together.

    Args:
        pay_on: the day on which the pay falls due.
        by_hand: what was read from the official tables, where the program cannot.

    Raises:
        NotAllowedError: `actor` does not run the employer.
        PayError: a day is not over, not this contract's, or on a payslip already; nothing is chosen.
        TaxByHandError: the tax has to be given `by_hand`.
    """
    _must_run(contract, actor)
    with tenancy.unguarded():
        held = locks_pay.lock_contracts([contract.pk])[contract.pk]
        reading = Reading([held])
        chosen = _chosen(reading, held, {day.pk for day in days})
        made = _write(
            _computed(reading, held, chosen, pay_on, by_hand, None), actor=actor, reason="", replaces=None
        )
        _record(made, "payslip.issued", actor, "")
    return made


def _must_run(contract: Contract | Payslip, actor: Person) -> None:
    if not rules.has_perm("jobs.run_employer", actor, contract):
        raise NotAllowedError(_("給与明細を出せるのは、この雇用主の担当者と、市の事業担当だけです。"))


def _chosen(reading: Reading, contract: Contract, wanted: Collection[int]) -> list[PayableDay]:
    """The days to pay: those asked for, with all others of the same dates.

    Raises:
        PayError: one of them cannot be paid now.
    """
    if not wanted:
        raise PayError(_("支払う日を選んでください。"))
    own = {day.pk: day for day in reading.days_of(contract)}
    if foreign := set(wanted) - own.keys():
        raise PayError(
            _("勤務%(key)sは、この契約の日ではありません。選び直してください。") % {"key": min(foreign)}
        )
    now = timezone.now()
    payable = reading.payable(contract, now)
    paid, still_open = reading.paid_dates(contract), reading.open_dates(contract, now)
    dates = {date_of(own[key].period.lower) for key in wanted}
    for on in sorted(dates):
        told = {"name": contract.worker_name, "day": date_format(on, "DATE_FORMAT")}
        if on in paid:
            raise PayError(
                _(
                    "%(name)sさんの%(day)sは、もう給与明細に入っています。直すときは、その明細を直してください。"
                )
                % told
            )
        if on in still_open or not any(one.on == on for one in payable):
            raise PayError(
                _(
                    "%(name)sさんの%(day)sは、まだ終わっていないか、払うものがありません。来た・帰ったの記録を確かめてください。"
                )
                % told
            )
    return [one for one in payable if one.on in dates]


def _computed(
    reading: Reading,
    contract: Contract,
    days: Sequence[PayableDay],
    pay_on: datetime.date,
    by_hand: ByHand | None,
    instead_of: int | None,
) -> Draft:
    draft = draft_of(reading, contract, days, pay_on=pay_on, by_hand=by_hand, instead_of=instead_of)
    if draft.refusal is not None:
        raise draft.refusal
    return draft


def _write(draft: Draft, *, actor: Person, reason: str, replaces: Payslip | None) -> Payslip:
    """The rows of a payslip."""
    contract, slip = draft.contract, draft.slip
    assert slip is not None
    common = {
        "municipality": contract.municipality,
        "employer_id": contract.employer_id,
        "person_id": contract.person_id,
    }
    first = replaces.first_day if replaces and not draft.days else draft.days[0].on
    last = replaces.last_day if replaces and not draft.days else draft.days[-1].on
    made: Payslip = Payslip.objects.create(
        **common,
        contract=contract,
        replaces=replaces,
        first_day=first,
        last_day=last,
        pay_on=draft.pay_on,
        gross=slip.gross,
        deducted=slip.deducted,
        net=slip.net,
        reason=reason,
        issued_at=timezone.now(),
        issued_by=actor,
    )
    PayslipLine.objects.bulk_create(
        PayslipLine(
            **common,
            payslip=made,
            position=position,
            day_id=line.day,
            code=line.code,
            quantity=line.quantity,
            unit=line.unit,
            rate=line.rate,
            yen=line.yen,
            basis=line.basis,
        )
        for position, line in enumerate(slip.lines)
    )
    return made


def _record(payslip: Payslip, verb: str, actor: Person, reason: str) -> None:
    contract = payslip.contract
    write_entry(
        actor=actor,
        verb=verb,
        subject=payslip,
        person=contract.person,
        municipality=contract.municipality,
        reason=reason,
        data={"posting": contract.posting.title, "yen": payslip.net, "day": payslip.pay_on.isoformat()},
    )
    letters_pay.tell_issued(payslip)


# --- Corrections ------------------------------------------------------------------------------------------------------


def replacement_of(
    payslip: Payslip, *, by_hand: ByHand | None = None, reading: Reading | None = None
) -> Draft:
    """The payslip as its days stand now."""
    reading = reading or Reading([payslip.contract])
    contract = reading.contracts[payslip.contract_id]
    dates = {date_of(line.day.period.lower) for line in lines_of(payslip) if line.day is not None}
    days = [one for one in reading.payable(contract, timezone.now()) if one.on in dates]
    return draft_of(reading, contract, days, pay_on=payslip.pay_on, by_hand=by_hand, instead_of=payslip.pk)


@transaction.atomic
def replace_payslip(
    *, payslip: Payslip, reason: str, actor: Person, by_hand: ByHand | None = None
) -> Payslip:
    """Issues another payslip of the same days as they stand now; what was paid counts towards it.

    More is paid with the next file; less is never taken back by force (労基法24条1項).

    Raises:
        NotAllowedError: `actor` does not run the employer.
        PayError: no reason, or the payslip was replaced before.
        TaxByHandError: the tax has to be given `by_hand`.
    """
    _must_run(payslip, actor)
    if not reason.strip():
        raise PayError(_("直す理由を書いてください。働く人にも伝わります。"), "reason")
    with tenancy.unguarded():
        locks_pay.lock_contracts([payslip.contract_id])
        if Payslip.objects.filter(replaces=payslip).exists():
            raise PayError(_("この給与明細は、もう新しい明細に替わっています。新しいほうを直してください。"))
        draft = replacement_of(payslip, by_hand=by_hand)
        if draft.refusal is not None:
            raise draft.refusal
        made = _write(draft, actor=actor, reason=reason.strip(), replaces=payslip)
        _record(made, "payslip.replaced", actor, reason.strip())
    return made
