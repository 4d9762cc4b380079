"""What the books of the demonstration hold beside payments: invoices, statements of each month, payouts, a deposit."""

from __future__ import annotations

import datetime
from functools import partial

from django.db.models import Sum

from sosei.core.payments.models import LedgerLine, Refund, TransferFile
from sosei.core.payments.services.deposits import settle
from sosei.core.payments.services.invoices import issue_invoice
from sosei.core.payments.services.payouts import due_statements, make_file, mark_sent
from sosei.core.payments.services.statements import close_month, month_end
from sosei.programmes.spaces.demonstration.bookings import VISITS, Visit, bill_of_visit
from sosei.programmes.spaces.demonstration.places import OPENED
from sosei.programmes.spaces.demonstration.story import DAY, Story, Town

SATURDAY = 5


def plan_months(town: Town, story: Story) -> None:
    """Invoices of those who pay afterwards, and each month that is over since hosts came."""
    for visit in VISITS:
        if visit.way == "invoice" and town.code in visit.towns:
            story.tell(town.at(-3, "10:00"), partial(_invoice, town, visit))
    last_day = month_end(town.day(OPENED))
    while last_day < town.day(0):
        closed = town.at(last_day + 3 * DAY, "05:00")
        if closed < town.now:
            close = partial(close_month, municipality=town.municipality, last_day=last_day, actor=None)
            story.tell(closed, close)
            _plan_payout(town, story, last_day)
        last_day = month_end(last_day + DAY)
    story.tell(town.at(-1, "16:00"), partial(_deposit, town))


def _plan_payout(town: Town, story: Story, last_day: datetime.date) -> None:
    """On the 20th, or the next day on which banks work; hosts whose day is to come wait for it."""
    pay_on = last_day + 20 * DAY
    while pay_on.weekday() >= SATURDAY:
        pay_on += DAY
    if town.at(pay_on, "12:00") < town.now:
        story.tell(town.at(pay_on - 4 * DAY, "11:00"), partial(_file, town, pay_on))
        story.tell(town.at(pay_on, "12:00"), partial(_sent, town, pay_on))


def _file(town: Town, pay_on: datetime.date) -> None:
    statements = due_statements(town.municipality)
    refunds = list(Refund.objects.filter(municipality=town.municipality).for_bank())
    if statements or refunds:
        make_file(
            municipality=town.municipality,
            statements=statements,
            refunds_due=refunds,
            pay_on=pay_on,
            actor=town.staff(),
        )


def _sent(town: Town, pay_on: datetime.date) -> None:
    for file in TransferFile.objects.filter(municipality=town.municipality, pay_on=pay_on, state="made"):
        mark_sent(file=file, on_date=pay_on, actor=town.staff())


def _invoice(town: Town, visit: Visit) -> None:
    bill = bill_of_visit(town, visit)
    if bill is not None:
        issue_invoice(bill=bill, recipient_name=bill.payer_name, actor=town.person(visit.guest))


def _deposit(town: Town) -> None:
    """What the gateway holds is transferred to the town's account."""
    lines = LedgerLine.objects.filter(municipality=town.municipality, account="clearing")
    held = lines.aggregate(yen=Sum("yen"))["yen"] or 0
    if held > 0:
        settle(
            municipality=town.municipality,
            gateway="embedded",
            key=f"mihon-{town.code}",
            yen=held,
            on_date=town.day(-1),
            actor=town.staff(),
        )
