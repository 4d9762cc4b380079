"""The wage ledger of an employer (賃金台帳, 労基法108条, 労基則54条): one row a payslip, worker by worker."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass

from sosei.programmes.jobs.models import Employer, Payslip
from sosei.programmes.jobs.rules_pay import COMMUTING, TAX
from sosei.programmes.jobs.services.pay_rows import date_of


@dataclass(frozen=True)
class LedgerRow:
    """A payslip with the items of 労基則54条; minutes are those that were paid.

    Attributes:
        days: number of days worked.
        overtime, holiday, night: minutes with that premium.
        base: wage for all minutes; premiums stand beside it.
        absence: for days called off by the employer.
    """

    payslip: Payslip
    name: str
    days: int
    minutes: int
    overtime: int
    holiday: int
    night: int
    base: int
    premiums: int
    commuting: int
    absence: int
    insurance: int
    tax: int

    @property
    def pay_on(self) -> datetime.date:
        """The pay day."""
        return self.payslip.pay_on


PREMIUMS = frozenset({"overtime", "over_60", "night", "holiday"})


def ledger_of(employer: Employer, year: int) -> list[LedgerRow]:
    """Payslips that stand with a pay day in that year, by worker and day."""
    rows = (
        Payslip.objects.filter(employer=employer, pay_on__year=year, replaced_by__isnull=True)
        .select_related("contract")
        .prefetch_related("lines__day")
        .order_by("contract__worker_kana", "contract__worker_name", "person_id", "first_day", "pk")
    )
    return [_row(payslip) for payslip in rows]


def years_of(employer: Employer) -> list[int]:
    """Years with payslips, the latest first."""
    rows = Payslip.objects.filter(employer=employer, replaced_by__isnull=True).order_by()
    return sorted({day.year for day in rows.dates("pay_on", "year")}, reverse=True)


def _row(payslip: Payslip) -> LedgerRow:
    yen: dict[str, int] = defaultdict(int)
    minutes: dict[str, int] = defaultdict(int)
    days: set[datetime.date] = set()
    for line in payslip.lines.all():
        yen[line.code] += line.yen
        if line.unit == "minute" and line.quantity is not None:
            minutes[line.code] += int(line.quantity)
        if line.code == "base" and line.day is not None:
            days.add(date_of(line.day.period.lower))
    tax = sum(amount for code, amount in yen.items() if code.startswith(TAX))
    taken = sum(amount for amount in yen.values() if amount < 0)
    return LedgerRow(
        payslip=payslip,
        name=payslip.contract.worker_name,
        days=len(days),
        minutes=minutes["base"],
        overtime=minutes["overtime"],
        holiday=minutes["holiday"],
        night=minutes["night"],
        base=yen["base"],
        premiums=sum(yen[code] for code in PREMIUMS),
        commuting=yen[COMMUTING],
        absence=yen["absence"],
        insurance=tax - taken,
        tax=-tax,
    )
