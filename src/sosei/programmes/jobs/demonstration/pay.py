"""Wages of the demonstration: payslips of last season and one payment that went through, one payslip that waits."""

from __future__ import annotations

import datetime
from functools import partial

from django.utils import timezone

from sosei.core.payments.bank_file import Kind, Payer
from sosei.engines.labour.spans import JST
from sosei.programmes.jobs.demonstration.story import DAY, Story, Town
from sosei.programmes.jobs.models import BankAccount, Contract, Employer, PayRun, Payslip
from sosei.programmes.jobs.rules_pay import ByHand, Column
from sosei.programmes.jobs.services import pay, pay_lists, pay_runs
from sosei.programmes.jobs.services.pay_lists import Unpaid

IWAKI = "07204"
LAST_SEASON, TRANSFERRED = -347, -342
"""Days on which last season's payslips were issued, and on which the bank had transferred them."""
NO_TAX = ByHand(Column.HEI, 0)
"""Last season's tax table is not in the program: as the employer read it."""
WAITS = "sen-hanako"
"""Whose payslip of this season waits for its transfer."""
SATURDAY = 5
PAYER = Payer(
    code="0000000001",
    name="ﾐﾎﾝ",
    bank_code="0999",
    bank_name="ﾐﾎﾝ",
    branch_code="999",
    branch_name="ﾐﾎﾝ",
    type="1",
    number="0000001",
)
"""At a bank that does not exist."""


def plan_pay(town: Town, story: Story) -> None:
    """From the payslips of last season to the one that waits."""
    if town.code != IWAKI:
        return
    story.tell(town.at(LAST_SEASON, "10:00"), partial(_last_season, town))
    story.tell(town.at(TRANSFERRED, "10:00"), partial(_transferred, town))
    story.tell(town.now, partial(_this_season, town))


def _last_season(town: Town) -> None:
    rows = Contract.objects.filter(municipality=town.municipality, state=Contract.State.FINISHED)
    for one in pay_lists.unpaid_of(rows):
        _issue(town, one, NO_TAX)
    for key in town.employers:
        _transfer(town, key)


def _this_season(town: Town) -> None:
    for one in pay_lists.unpaid_of(Contract.objects.filter(pk=town.contract(WAITS).pk)):
        _issue(town, one, None)


def _issue(town: Town, one: Unpaid, by_hand: ByHand | None) -> None:
    pay.issue_payslip(
        contract=one.contract,
        days=[each.day for each in one.days],
        pay_on=one.pay_on,
        by_hand=by_hand,
        actor=town.acting(_key(town, one.contract.employer)),
    )


def _key(town: Town, employer: Employer) -> str:
    return next(key for key, one in town.employers.items() if one.pk == employer.pk)


def _transfer(town: Town, key: str) -> None:
    actor, employer = town.acting(key), town.employers[key]
    slips = Payslip.objects.filter(employer=employer, person__in=BankAccount.objects.values("person"))
    if not slips.exists():
        return
    pay_runs.make_run(
        employer=employer,
        payslips=slips,
        pay_on=_working_day(timezone.now().astimezone(JST).date() + DAY),
        payer=PAYER,
        kind=Kind.GENERAL,
        actor=actor,
    )


def _transferred(town: Town) -> None:
    for run in PayRun.objects.filter(municipality=town.municipality).select_related("employer"):
        pay_runs.mark_paid(run=run, actor=town.acting(_key(town, run.employer)))


def _working_day(day: datetime.date) -> datetime.date:
    return day if day.weekday() < SATURDAY else _working_day(day + DAY)
