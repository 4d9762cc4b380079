"""What an employer has still to pay, which payslips no longer fit their days, and who in a town is late."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from sosei.core.people.models import Municipality
from sosei.engines.labour.spans import JST
from sosei.programmes.jobs.models import Contract, Correction, Employer, Payslip, PayslipLine, WorkDay
from sosei.programmes.jobs.services import pay
from sosei.programmes.jobs.services.pay_reading import PayableDay, Reading


@dataclass(frozen=True)
class Unpaid:
    """Days of a contract that are over and on no payslip.

    Attributes:
        pay_on: when the first of them falls due.
        readable: the conditions' words name that day; else it is the last one that the law allows.
        words: what the conditions say of it.
    """

    contract: Contract
    days: tuple[PayableDay, ...]
    pay_on: datetime.date
    readable: bool
    words: str
    is_cash: bool

    @property
    def first(self) -> datetime.date:
        """The first day."""
        return self.days[0].on

    @property
    def last(self) -> datetime.date:
        """The last day."""
        return self.days[-1].on

    @property
    def overdue(self) -> bool:
        """The pay day is over."""
        return self.pay_on < today()

    @property
    def disputed(self) -> int:
        """How many of the days are under dispute: paid as agreed all the same."""
        return sum(one.disputed for one in self.days)


@dataclass(frozen=True)
class Changed:
    """A payslip whose days count otherwise by now.

    Attributes:
        more: yen that the worker would get more; below zero for less; None where it cannot be computed.
    """

    payslip: Payslip
    more: int | None


def today() -> datetime.date:
    """The civil day in Japan."""
    return timezone.now().astimezone(JST).date()


def _unpaid_days() -> QuerySet[WorkDay]:
    """Days for which something may be owed, whose date is over and on no payslip that stands."""
    # The lines of a payslip name the first day of a date alone.
    listed = PayslipLine.objects.filter(
        payslip__contract=OuterRef("contract"), payslip__replaced_by__isnull=True
    ).annotate(on=TruncDate("day__period__startswith", tzinfo=JST))
    planned = WorkDay.objects.filter(contract=OuterRef("contract"), state=WorkDay.State.PLANNED).annotate(
        on=TruncDate("period__startswith", tzinfo=JST)
    )
    asked = Correction.objects.filter(day=OuterRef("pk")).exclude(state=Correction.State.REFUSED)
    owed = (
        Q(state=WorkDay.State.WORKED)
        | Q(cancellation__yen_owed__gt=0, period__endswith__lte=timezone.now())
        | (Q(state=WorkDay.State.ABSENT) & Exists(asked))
    )
    same = {"on": OuterRef("on")}
    rows: QuerySet[WorkDay] = (
        WorkDay.objects.filter(owed)
        .alias(on=TruncDate("period__startswith", tzinfo=JST))
        .filter(~Exists(listed.filter(**same)), ~Exists(planned.filter(**same)))
    )
    return rows


def unpaid_of(contracts: QuerySet[Contract], until: datetime.date | None = None) -> list[Unpaid]:
    """Contracts among these with days to pay, the earliest pay day first; a constant number of queries.

    Args:
        until: days after it are left out.
    """
    return read_unpaid(contracts, until)[0]


def read_unpaid(
    contracts: QuerySet[Contract], until: datetime.date | None = None
) -> tuple[list[Unpaid], Reading]:
    """`unpaid_of`, with what it was read from."""
    rows = list(
        contracts.filter(pk__in=_unpaid_days().values("contract")).select_related(
            "employer", "municipality", "posting__workplace"
        )
    )
    reading, now = Reading(rows), timezone.now()
    found = []
    for contract in rows:
        days = [one for one in reading.unpaid(contract, now) if until is None or one.on <= until]
        if days and reading.is_known(contract):
            found.append(_unpaid(reading, contract, days))
    found.sort(key=lambda one: (one.pay_on, one.contract.worker_kana, one.contract.pk))
    return found, reading


def _unpaid(reading: Reading, contract: Contract, days: Sequence[PayableDay]) -> Unpaid:
    dues = [reading.due(contract, one.on) for one in days]
    pay_on, readable = min(dues)
    return Unpaid(
        contract, tuple(days), pay_on, readable, reading.terms(contract)["pay_day"], reading.is_cash(contract)
    )


def changed_of(employer: Employer) -> list[Changed]:
    """Payslips that stand although a correction was answered after them and changes what they come to."""
    answered = (
        Correction.objects.filter(day__contract=OuterRef("contract"), answered_at__gt=OuterRef("issued_at"))
        .annotate(on=TruncDate("day__period__startswith", tzinfo=JST))
        .filter(on__range=(OuterRef("first_day"), OuterRef("last_day")))
    )
    rows = list(
        Payslip.objects.filter(Exists(answered), employer=employer, replaced_by__isnull=True)
        .select_related("contract__posting__workplace", "contract__employer")
        .prefetch_related("lines__day")
        .order_by("pay_on", "pk")
    )
    if not rows:
        return []
    reading = Reading(list({one.contract_id: one.contract for one in rows}.values()))
    found = []
    for payslip in rows:
        draft = pay.replacement_of(payslip, reading=reading)
        more = None if draft.slip is None else draft.slip.net - payslip.net
        if more != 0:
            found.append(Changed(payslip, more))
    return found


@dataclass(frozen=True)
class Late:
    """An employer of a town with days whose pay day is over and no payslip is out."""

    employer: Employer
    days: int
    persons: int
    since: datetime.date
    contracts: tuple[Unpaid, ...]


def late_in(town: Municipality) -> list[Late]:
    """Employers that are late, the longest first."""
    by_employer: dict[int, list[Unpaid]] = {}
    for one in unpaid_of(Contract.objects.filter(municipality=town)):
        if one.overdue:
            by_employer.setdefault(one.contract.employer_id, []).append(one)
    found = [
        Late(
            several[0].contract.employer,
            sum(len(one.days) for one in several),
            len({one.contract.person_id for one in several}),
            several[0].pay_on,
            tuple(several),
        )
        for several in by_employer.values()
    ]
    return sorted(found, key=lambda one: (one.since, one.employer.pk))


def employers_with_unpaid_days(town: Municipality) -> int:
    """How many employers have days without a payslip; one query."""
    return _unpaid_days().filter(municipality=town).order_by().values("employer").distinct().count()


def unpaid_days_of(employer: Employer) -> int:
    """How many of an employer's days are on no payslip; one query."""
    return _unpaid_days().filter(employer=employer).count()
