"""What a year's payslips come to, by worker and employer: the items of the withholding slip (源泉徴収票)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet

from sosei.core.people.models import Person
from sosei.engines.labour.withholding import COMMUTING_LIMIT_TRANSPORT
from sosei.programmes.jobs.models import Employer, Payslip
from sosei.programmes.jobs.rules_pay import COMMUTING, TAX, Column
from sosei.programmes.jobs.services.pay_rows import date_of

REPORT_FROM = 300_000
"""Up to this a leaver's pay report to the municipality may be left out (地方税法317条の6)."""


@dataclass
class YearSlip:
    """One worker's year at one employer; payslips count in the year of their pay day.

    Attributes:
        name: as the contracts have it.
        gross: all that was paid, before anything was taken off.
        tax_free: commuting allowance that is not taxed.
        insurance: social insurance taken off.
        tax: withheld.
        other: any other deduction.
        columns: of the tax table that were read by hand.
    """

    person_id: int
    employer: Employer
    name: str
    kana: str
    gross: int = 0
    tax_free: int = 0
    insurance: int = 0
    tax: int = 0
    days: int = 0
    first_day: datetime.date = datetime.date.max
    last_day: datetime.date = datetime.date.min
    columns: set[str] = field(default_factory=set)

    @property
    def paid(self) -> int:
        """支払金額: what is taxed, before deductions."""
        return self.gross - self.tax_free

    @property
    def net(self) -> int:
        """Paid out."""
        return self.gross - self.insurance - self.tax

    @property
    def report_needed(self) -> bool:
        """The pay report to the municipality cannot be left out."""
        return self.paid > REPORT_FROM


@dataclass(frozen=True)
class YearTotal:
    """All employers together."""

    gross: int
    tax_free: int
    paid: int
    insurance: int
    tax: int
    net: int


def years_of(person: Person) -> list[int]:
    """Years with payslips, the latest first."""
    rows = Payslip.objects.filter(person=person, replaced_by__isnull=True).order_by()
    return sorted({day.year for day in rows.dates("pay_on", "year")}, reverse=True)


def of_person(person: Person, year: int) -> list[YearSlip]:
    """A worker's year, employer by employer."""
    return _gathered(_slips(year).filter(person=person))


def of_employer(employer: Employer, year: int) -> list[YearSlip]:
    """An employer's year, worker by worker."""
    return _gathered(_slips(year).filter(employer=employer))


def _slips(year: int) -> QuerySet[Payslip]:
    rows: QuerySet[Payslip] = Payslip.objects.filter(pay_on__year=year, replaced_by__isnull=True)
    return rows.select_related("employer", "contract").prefetch_related("lines__day").order_by("pay_on", "pk")


def _gathered(payslips: Iterable[Payslip]) -> list[YearSlip]:
    found: dict[tuple[int, int], YearSlip] = {}
    commuting: dict[tuple[int, int], dict[tuple[int, int], int]] = defaultdict(lambda: defaultdict(int))
    dates: dict[tuple[int, int], set[datetime.date]] = defaultdict(set)
    for payslip in payslips:
        key = (payslip.person_id, payslip.employer_id)
        contract = payslip.contract
        slip = found.setdefault(
            key,
            YearSlip(payslip.person_id, payslip.employer, contract.worker_name, contract.worker_kana),
        )
        slip.name, slip.kana = contract.worker_name, contract.worker_kana
        slip.gross += payslip.gross
        slip.first_day = min(slip.first_day, payslip.first_day)
        slip.last_day = max(slip.last_day, payslip.last_day)
        for line in payslip.lines.all():
            on = payslip.last_day if line.day is None else date_of(line.day.period.lower)
            if line.code == "base":
                dates[key].add(on)
            if line.code == COMMUTING:
                commuting[key][(on.year, on.month)] += line.yen
            elif line.code.startswith(TAX):
                slip.tax -= line.yen
                if line.code != TAX:
                    slip.columns.add(line.code.removeprefix(f"{TAX}_"))
            elif line.yen < 0:
                slip.insurance -= line.yen
    for key, slip in found.items():
        slip.tax_free = sum(min(yen, COMMUTING_LIMIT_TRANSPORT) for yen in commuting[key].values())
        slip.days = len(dates[key])
    return sorted(found.values(), key=lambda one: (one.kana, one.name, one.employer.name))


def total_of(rows: Sequence[YearSlip]) -> YearTotal:
    """All rows together."""
    names = ("gross", "tax_free", "paid", "insurance", "tax", "net")
    return YearTotal(**{name: sum(getattr(row, name) for row in rows) for name in names})


def column_of(slip: YearSlip) -> list[Column]:
    """The columns of the tax tables that the year was withheld by."""
    return [Column(one) for one in sorted(slip.columns)] or [Column.HEI]
