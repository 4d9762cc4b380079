"""Sends a payment through a transfer service instead of a file, and takes in what the service answers."""

from __future__ import annotations

from dataclasses import dataclass

import rules
from django.db import transaction
from django.utils.translation import gettext as _

from sosei.core.payments.bank_text import Account
from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.records.models import Entry
from sosei.core.records.services import write_entry
from sosei.programmes.jobs.errors_pay import PayError
from sosei.programmes.jobs.models import BankAccount, PayRun, PayRunLine
from sosei.programmes.jobs.payouts import Answer, Order, PayoutGateway, Told
from sosei.programmes.jobs.services import pay_runs


@dataclass(frozen=True)
class Sent:
    """What a service answered, in numbers of payslips."""

    paid: int
    waiting: int
    refused: int


def send_run(*, run: PayRun, gateway: PayoutGateway, actor: Person) -> Sent:
    """Asks the service to transfer what a payment holds; asked again, it says how the transfers stand.

    What is refused leaves the payment and its worker is told; when nothing waits any more the payment is paid. Not one
    transaction: the service is asked outside of any, and each answer is taken in by itself.

    Raises:
        NotAllowedError: `actor` does not run the employer.
        PayError: it is settled already, its file was taken for a bank, or the account of a transfer that was asked
            for is gone.
    """
    if not rules.has_perm("jobs.run_employer", actor, run):
        raise NotAllowedError(_("賃金の振込をあつかえるのは、この雇用主の担当者と、市の事業担当だけです。"))
    with transaction.atomic(), tenancy.unguarded():
        held = pay_runs.lock_open(run)
        if pay_runs.was(held, "pay_run.downloaded"):
            raise PayError(_("ファイルを取り出した振込は、サービスに頼めません。二重に払わないためです。"))
        lines = {
            f"{line.pk}": line for line in held.lines.filter(counts=True).select_related("run", "payslip")
        }
        accounts = BankAccount.objects.in_bulk({line.person_id for line in lines.values()})
        before = Entry.objects.about(run).filter(verb="pay_run.sent").count()
        if before and any(line.person_id not in accounts for line in lines.values()):
            # It was asked for with the account of that time and may be paid yet.
            raise PayError(_("口座が消された人の返事を待っています。振込サービスに直接確かめてください。"))
        write_entry(
            actor=actor,
            verb="pay_run.sent",
            subject=run,
            municipality=run.municipality,
            data={"count": len(lines), "yen": sum(line.yen for line in lines.values())},
        )
    orders = [
        Order(key, _account(accounts[line.person_id]), line.yen, before)
        for key, line in lines.items()
        if line.person_id in accounts
    ]
    gone = [
        Told(key, Answer.REFUSED, _("振込先の口座が消されています。"))
        for key, line in lines.items()
        if line.person_id not in accounts
    ]
    return _take_in(run, [*gateway.send(orders), *gone], lines, actor)


def _account(row: BankAccount) -> Account:
    return Account(**{name: getattr(row, name) for name in Account.__dataclass_fields__})


def _take_in(run: PayRun, answers: list[Told], lines: dict[str, PayRunLine], actor: Person) -> Sent:
    refused = [one for one in answers if one.answer is Answer.REFUSED]
    waiting = [one for one in answers if one.answer is Answer.WAITING]
    for one in refused:
        pay_runs.return_line(line=lines[one.key], reason=one.reason, actor=actor)
    paid = len(answers) - len(refused) - len(waiting)
    if not waiting and paid:
        pay_runs.mark_paid(run=run, actor=actor)
    elif not waiting:
        pay_runs.drop_run(run=run, reason=_("すべて断られたため"), actor=actor, by_service=True)
    return Sent(paid, len(waiting), len(refused))
