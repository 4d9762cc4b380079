"""What wages are computed from, read for many contracts of one employer at once: days, conditions, earlier payslips.

Read outside the guard: hours of all employers count together (労基法38条). Who asks must run the employer.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sosei.core.people import tenancy
from sosei.engines.labour.basis import Basis
from sosei.engines.labour.wages import PayCode, PayLine
from sosei.engines.labour.withholding import Engagement
from sosei.engines.labour.working_time import Segment
from sosei.programmes.jobs.models import Contract, PayslipLine, Posting, WorkDay
from sosei.programmes.jobs.rules_pay import (
    COMMUTING,
    TAX,
    ByHand,
    EarlierPay,
    Ground,
    PaidDay,
    Slip,
    engagement_since,
    latest_due,
    make_slip,
)
from sosei.programmes.jobs.rules_pay_day import due_day
from sosei.programmes.jobs.services.days import DayForPay, days_for_pay
from sosei.programmes.jobs.services.pay_insurance import Insurances, insurances_of
from sosei.programmes.jobs.services.pay_rows import (
    DateSpan,
    conditions,
    contract_spans,
    date_of,
    days_around,
    standing_lines,
    students,
)
from sosei.programmes.jobs.services.pay_shifts import minimum_on, segments_of


@dataclass(frozen=True)
class PayableDay:
    """A day that is over and for which something is owed.

    Attributes:
        day: the day of work.
        on: its date.
        counted: what counts; None for a day called off.
        owed: yen for being called off.
    """

    day: WorkDay
    on: datetime.date
    counted: DayForPay | None
    owed: int

    @property
    def disputed(self) -> bool:
        """Paid as agreed for now; more may follow."""
        return self.counted is not None and self.counted.disputed

    @property
    def shorter(self) -> bool:
        """Fewer minutes than were agreed."""
        if self.counted is None:
            return False
        agreed = self.counted.scheduled_end - self.counted.scheduled_start
        return self.counted.minutes < agreed // datetime.timedelta(minutes=1) - self.counted.scheduled_break


class Reading:
    """All that the wages of some contracts of one employer stand on."""

    def __init__(self, contracts: Sequence[Contract]) -> None:
        self.contracts = {one.pk: one for one in contracts}
        self._days: list[WorkDay] = []
        self._versions: dict[int, list[tuple[datetime.datetime, dict[str, Any]]]] = {}
        if not contracts:
            return
        with tenancy.unguarded():
            self._versions = conditions(self.contracts)
            self._days = days_around(contracts)
            self._counted = {one.day.pk: one for one in days_for_pay(self._days)}
            self._lines = standing_lines(contracts)

    # --- Days ---------------------------------------------------------------------------------------------------

    def days_of(self, contract: Contract) -> list[WorkDay]:
        """All days of a contract, in order."""
        return [day for day in self._days if day.contract_id == contract.pk]

    def payable(self, contract: Contract, now: datetime.datetime) -> list[PayableDay]:
        """Days for which something is owed by now, paid or not."""
        found = (self._payable(day, now) for day in self.days_of(contract))
        return [one for one in found if one is not None]

    def _payable(self, day: WorkDay, now: datetime.datetime) -> PayableDay | None:
        on = date_of(day.period.lower)
        counted = self._counted.get(day.pk)
        if counted is not None:
            return PayableDay(day, on, counted, 0) if counted.closed and counted.minutes else None
        if day.state == WorkDay.State.CANCELLED and day.period.upper <= now:
            cancellation = getattr(day, "cancellation", None)
            if cancellation is not None and cancellation.yen_owed:
                return PayableDay(day, on, None, cancellation.yen_owed)
        return None

    def paid_dates(self, contract: Contract) -> frozenset[datetime.date]:
        """Dates that stand on a payslip of the contract by now."""
        return frozenset(
            date_of(line.day.period.lower)
            for line in self._lines
            if line.payslip.contract_id == contract.pk and line.day is not None
        )

    def open_dates(self, contract: Contract, now: datetime.datetime) -> frozenset[datetime.date]:
        """Dates on which a day of the contract is not settled yet: a payslip pays all days of a date at once."""
        return frozenset(date_of(day.period.lower) for day in self.days_of(contract) if _is_open(day, now))

    def unpaid(self, contract: Contract, now: datetime.datetime) -> list[PayableDay]:
        """Days for which something is owed, whose date is over and on no payslip."""
        known = self.paid_dates(contract) | self.open_dates(contract, now)
        return [one for one in self.payable(contract, now) if one.on not in known]

    def is_known(self, contract: Contract) -> bool:
        """Whether its days and conditions are still there; they are emptied some years after the last payment."""
        versions = self._versions.get(contract.pk)
        return bool(versions and versions[-1][1] and self.days_of(contract))

    def terms(self, contract: Contract, at: datetime.datetime | None = None) -> dict[str, Any]:
        """The conditions in force now, or those to which both sides had agreed by that moment."""
        versions = self._versions[contract.pk]
        if at is None:
            return versions[-1][1]
        known = [terms for agreed_at, terms in versions if agreed_at <= at]
        return known[-1] if known else versions[0][1]

    def due(self, contract: Contract, on: datetime.date) -> tuple[datetime.date, bool]:
        """When the pay of a date falls due, and whether the conditions' words could be read."""
        terms = self.terms(contract)
        read = due_day(terms["pay_day"], terms["pay_closing"], on)
        return (latest_due(on), False) if read is None else (read, True)

    def is_cash(self, contract: Contract) -> bool:
        """Paid by hand."""
        return bool(self.terms(contract)["pay_method"] == Posting.PayMethod.CASH)

    # --- Wages --------------------------------------------------------------------------------------------------

    def slip(
        self,
        contract: Contract,
        days: Sequence[PayableDay],
        *,
        pay_on: datetime.date,
        by_hand: ByHand | None = None,
        instead_of: int | None = None,
    ) -> Slip:
        """The payslip of these days.

        Args:
            instead_of: the payslip that it replaces, whose lines then do not count as earlier ones.

        Raises:
            RefusedWithholdingError, UnknownTableError: the tax must be read by hand; `by_hand` says how much it is.
            PayslipError: more taken off than was earned.
        """
        ground = Ground(
            paid_on=pay_on,
            engagement=self._engagement(contract),
            trade=self.insurances(contract).trade,
            earlier=self._earlier(contract, instead_of),
            commuting_used=self._commuting(contract, instead_of),
            by_hand=by_hand,
        )
        return make_slip(self._paid_days(contract, days), ground)

    def _paid_days(self, contract: Contract, days: Sequence[PayableDay]) -> list[PaidDay]:
        by_date: dict[datetime.date, list[PayableDay]] = defaultdict(list)
        for one in days:
            by_date[one.on].append(one)
        made = []
        for on, several in sorted(by_date.items()):
            terms = self.terms(contract, several[0].day.period.lower)
            agreed = int(terms["hourly_wage"])
            hourly = max(agreed, minimum_on(contract, on) or 0)
            segments = [part for one in several for part in self._segments.get(one.day.pk, ())]
            owed = [
                PayLine(PayCode.ABSENCE, one.owed, basis_of(one.day.cancellation.basis))
                for one in several
                if one.owed
            ]
            made.append(
                PaidDay(
                    several[0].day.pk,
                    on,
                    tuple(segments),
                    tuple(owed),
                    hourly,
                    terms["commuting_yen"],
                    raised=hourly > agreed,
                )
            )
        return made

    @cached_property
    def _segments(self) -> dict[int, list[Segment]]:
        return segments_of(self._days, self._counted)

    @cached_property
    def _persons(self) -> tuple[dict[tuple[int, int], dict[int, DateSpan]], frozenset[int]]:
        """Spans of all contracts, and who is a student; asked for where wages are computed."""
        contracts = list(self.contracts.values())
        with tenancy.unguarded():
            return contract_spans(contracts), students(contracts)

    # --- Tax and insurance --------------------------------------------------------------------------------------

    def _engagement(self, contract: Contract) -> Engagement:
        spans = self._persons[0][(contract.person_id, contract.employer_id)]
        first, last = spans[contract.pk]
        since = engagement_since(list(spans.values()), last)
        return Engagement(min(since, first), last)

    def insurances(self, contract: Contract) -> Insurances:
        """Which social insurance covers the contract."""
        spans, at_school = self._persons
        return insurances_of(
            contract.employer,
            [day for day in self.days_of(contract) if day.state != WorkDay.State.CANCELLED],
            spans[(contract.person_id, contract.employer_id)][contract.pk],
            hourly=int(self.terms(contract)["hourly_wage"]),
            student=contract.person_id in at_school,
        )

    def _other_lines(self, contract: Contract, instead_of: int | None) -> Iterable[PayslipLine]:
        return (
            line
            for line in self._lines
            if (line.person_id, line.employer_id) == (contract.person_id, contract.employer_id)
            and line.day is not None
            and line.payslip_id != instead_of
        )

    def _earlier(self, contract: Contract, instead_of: int | None) -> Mapping[datetime.date, EarlierPay]:
        sums: dict[datetime.date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for line in self._other_lines(contract, instead_of):
            part = sums[date_of(line.day.period.lower)]
            if line.yen > 0:
                part["pay"] += line.yen
            if line.code == COMMUTING:
                part["commuting"] += line.yen
            elif line.code == TAX:
                part["tax"] -= line.yen
            elif line.yen < 0:
                part["insurance"] -= line.yen
        return {on: EarlierPay(**parts) for on, parts in sums.items()}

    def _commuting(self, contract: Contract, instead_of: int | None) -> Mapping[tuple[int, int], int]:
        used: dict[tuple[int, int], int] = defaultdict(int)
        for line in self._other_lines(contract, instead_of):
            if line.code == COMMUTING:
                on = date_of(line.day.period.lower)
                used[(on.year, on.month)] += line.yen
        return used


def _is_open(day: WorkDay, now: datetime.datetime) -> bool:
    if day.state == WorkDay.State.CANCELLED and day.period.upper > now:
        cancellation = getattr(day, "cancellation", None)
        return cancellation is not None and bool(cancellation.yen_owed)
    return bool(day.state == WorkDay.State.PLANNED)


def basis_of(text: str) -> Basis:
    """A rule kept as it was cited; its certainty was shown when it was decided."""
    return Basis(text, "")
