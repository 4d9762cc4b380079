"""Whether social insurance covers a contract, from what the employer and the worker told; the engine decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sosei.engines.labour.insurance import (
    Cover,
    Employment,
    InsuranceTrade,
    employment_insurance,
    social_insurance,
)
from sosei.engines.labour.insurance import Workplace as InsuredWorkplace
from sosei.engines.labour.spans import Span
from sosei.programmes.jobs.models import Employer, WorkDay
from sosei.programmes.jobs.services.pay_rows import DateSpan

FARMING = frozenset({Employer.Industry.FARMING, Employer.Industry.FORESTRY, Employer.Industry.FISHING})
OUTSIDE_SOCIAL_SCHEME = FARMING | {Employer.Industry.LIVESTOCK, Employer.Industry.TOURISM}
"""Trades in which an individual's business is outside health insurance and pension, however many work there."""
SMALL = 5


@dataclass(frozen=True)
class Insurances:
    """What social insurance says of a contract.

    Attributes:
        trade: for employment insurance, where it covers; None where it does not.
        employment_unsure: the labour office must be asked whether it covers.
        social: whether health insurance and pension cover: yes, no or to be asked.
    """

    trade: InsuranceTrade | None
    employment_unsure: bool
    social: Cover


def insurances_of(
    employer: Employer, days: Sequence[WorkDay], span: DateSpan, *, hourly: int, student: bool
) -> Insurances:
    """Which insurance covers a contract.

    Args:
        days: of the contract, those called off left out.
        span: its first and last day.
    """
    first, last = span
    trade = (
        InsuranceTrade.AGRICULTURE_FORESTRY_FISHERY
        if employer.industry in FARMING
        else InsuranceTrade.GENERAL
    )
    minutes = sum(
        Span.widened(day.period.lower, day.period.upper).minutes - day.break_minutes for day in days
    )
    length = (last - first).days + 1
    employment = Employment(
        weekly_minutes=minutes // max(1, -(-length // 7)),
        first_day=first,
        last_day=last,
        monthly_pay=minutes * hourly // 60 * 30 // max(30, length),
        daytime_student=student,
        seasonal=employer.industry in FARMING,
    )
    place = InsuredWorkplace(
        staff=employer.employees,
        trade=trade,
        individual_owner=employer.is_individual,
        in_social_scheme=_in_social_scheme(employer),
    )
    cover = employment_insurance(employment, place, last).cover
    covered = cover is Cover.YES or (cover is Cover.VOLUNTARY and employer.employment_insurance)
    return Insurances(
        trade=trade if covered else None,
        employment_unsure=cover is Cover.UNCONFIRMED,
        social=social_insurance(employment, place, last).cover,
    )


def _in_social_scheme(employer: Employer) -> bool:
    """A corporation always; an individual's business from five staff, but for the trades that stay outside."""
    if not employer.is_individual:
        return True
    return employer.employees >= SMALL and employer.industry not in OUTSIDE_SOCIAL_SCHEME
