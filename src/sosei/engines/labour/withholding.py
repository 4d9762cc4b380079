"""Withholding for day labour: column 丙 of the daily table, when it may be used, and what is withheld from a day.

No formula gives the amounts; each year's table is dated data of this package, and a year without one is refused.
Column 丙 is for pay reckoned by the day or hour and engagements of up to two months (所得税法185条1項3号).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from importlib import resources

from sosei.engines.labour.basis import Basis, Finding
from sosei.engines.labour.errors import RefusedWithholdingError, TermsError, UnknownTableError
from sosei.engines.labour.spans import last_day_of_months

HEI = Basis("所得税法", "185条1項3号")
TABLE_YEARS = (2026,)
"""Years whose table is in this package."""
COMMUTING_LIMIT_TRANSPORT = 150_000
"""Yen a month free of tax for public transport (所得税令20条の2); to be confirmed. Vehicles have limits by distance."""


class PaidBy(StrEnum):
    """What the wage is reckoned by."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


class WithholdingCode(StrEnum):
    """Why column 丙 may not be used."""

    OVER_TWO_MONTHS = "over_two_months"
    NOT_PAID_BY_DAY = "not_paid_by_day"


@dataclass(frozen=True, slots=True)
class Engagement:
    """One engagement of a worker by an employer, renewals that follow on taken together.

    Attributes:
        since: first day of the engagement.
        until: last day agreed.
        paid_by: what the wage is reckoned by.
    """

    since: date
    until: date
    paid_by: PaidBy = PaidBy.HOUR

    def __post_init__(self) -> None:
        if self.until < self.since:
            raise TermsError(
                place="engagement",
                value=f"{self.since} - {self.until}",
                reason_en="ends before it begins",
                reason_ja="は始まる前に終わります",
                remedy_en="Correct the days of the contract",
                remedy_ja="契約期間の日付を直してください",
            )


@dataclass(frozen=True, slots=True)
class Withholding:
    """What is withheld from one day's pay.

    Attributes:
        pay: all of the day's pay, commuting allowance within.
        tax_free_commuting: the part of it that is not taxed.
        social_insurance: taken off before the table is read.
        taxable: what the table was read with.
        tax: yen.
        basis: 所得税法185条1項3号.
    """

    pay: int
    tax_free_commuting: int
    social_insurance: int
    taxable: int
    tax: int
    basis: Basis = HEI


@lru_cache(maxsize=len(TABLE_YEARS))
def _table(year: int) -> tuple[int, int, tuple[int, ...]]:
    """First taxed yen, width of a step, and the amount for each step."""
    path = resources.files(__package__) / "tables" / f"withholding_hei_{year}.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [line.split(",") for line in lines if line and not line.startswith("#")]
    return int(rows[0][1]), int(rows[1][1]), tuple(int(tax) for row in rows[2:] for tax in row[1:])


def hei_tax(year: int, taxable: int) -> int:
    """Yen withheld by column 丙 (所得税法185条1項3号, 別表第三).

    Args:
        year: in which the pay falls due.
        taxable: the day's taxable pay less social insurance.

    Raises:
        UnknownTableError: no table of that year, or an amount that it does not reach.
        TermsError: an amount below zero.
    """
    if year not in TABLE_YEARS:
        raise UnknownTableError(
            table_en="day-labour withholding (丙欄)",
            table_ja="日額表丙欄",
            value=year,
            holds=", ".join(str(each) for each in TABLE_YEARS),
            remedy_en=f"Add the {year} table of the tax agency as tables/withholding_hei_{year}.csv",
            remedy_ja=f"国税庁の {year} 年分の表を tables/withholding_hei_{year}.csv として加えてください",
        )
    if taxable < 0:
        raise TermsError(
            place="taxable pay",
            value=taxable,
            reason_en="is below zero",
            reason_ja="は0円未満です",
            remedy_en="Check the commuting allowance and the insurance taken off",
            remedy_ja="差し引いた通勤手当と社会保険料を確かめてください",
        )
    first, step, taxes = _table(year)
    if taxable < first:
        return 0
    place = (taxable - first) // step
    if place >= len(taxes):
        raise UnknownTableError(
            table_en=f"day-labour withholding of {year} (丙欄)",
            table_ja=f"{year}年分の日額表丙欄",
            value=f"{taxable:,}",
            holds=f"0 - {first + step * len(taxes) - 1:,}",
            remedy_en="Read the amount from the tax agency's own table and enter it by hand",
            remedy_ja="国税庁の表から税額を読み、手で入力してください",
        )
    return taxes[place]


def hei_findings(engagement: Engagement, worked_on: date) -> tuple[Finding, ...]:
    """Why column 丙 may not be used for work on a day; empty when it may (所得税法185条1項3号).

    An engagement agreed for more than two months is outside from its first day; one that goes on past two months
    is outside from the day after.

    Raises:
        TermsError: a day before the engagement.
    """
    if worked_on < engagement.since:
        raise TermsError(
            place="day worked",
            value=worked_on.isoformat(),
            reason_en=f"is before the engagement began ({engagement.since})",
            reason_ja=f"は雇い入れの日（{engagement.since}）より前です",
            remedy_en="Correct the day or the engagement",
            remedy_ja="働いた日か雇い入れの日を直してください",
        )
    found: list[Finding] = []
    last = last_day_of_months(engagement.since, 2)
    if max(engagement.until, worked_on) > last:
        values = {
            "since": engagement.since,
            "until": engagement.until,
            "worked_on": worked_on,
            "last_day": last,
        }
        found.append(Finding(WithholdingCode.OVER_TWO_MONTHS, HEI, values))
    if engagement.paid_by is PaidBy.MONTH:
        found.append(Finding(WithholdingCode.NOT_PAID_BY_DAY, HEI, {"paid_by": engagement.paid_by.value}))
    return tuple(found)


def withhold(
    *,
    pay: int,
    commuting: int,
    commuting_limit: int,
    social_insurance: int,
    worked_on: date,
    paid_on: date,
    engagement: Engagement,
) -> Withholding:
    """What is withheld from one day's pay by column 丙 (所得税法185条1項3号).

    Args:
        pay: the day's pay, commuting allowance within.
        commuting: commuting allowance of the day.
        commuting_limit: what of this month's tax-free commuting limit is still open (所得税法9条1項5号); the caller
            knows the month's other days.
        social_insurance: employment insurance, health and pension taken off this pay.
        worked_on: the day worked.
        paid_on: the day the pay falls due; its year chooses the table.
        engagement: for the two-month rule.

    Raises:
        RefusedWithholdingError: column 甲 or 乙 is needed; `values["findings"]` says why.
        UnknownTableError: as for `hei_tax`.
        TermsError: an amount below zero, or more allowance than pay.
    """
    if min(pay, commuting, commuting_limit, social_insurance) < 0 or commuting > pay:
        raise TermsError(
            place="day's pay",
            value=f"{pay}, {commuting}, {commuting_limit}, {social_insurance}",
            reason_en="holds an amount below zero, or more commuting allowance than pay",
            reason_ja="に0円未満の額があるか、通勤手当が支給額を超えています",
            remedy_en="Give the whole pay, and of it the commuting allowance",
            remedy_ja="支給額の全部と、そのうちの通勤手当を渡してください",
        )
    refused = hei_findings(engagement, worked_on)
    if refused:
        codes = ", ".join(finding.code.value for finding in refused)
        raise RefusedWithholdingError(value=worked_on.isoformat(), codes=codes, findings=refused)
    free = min(commuting, commuting_limit)
    taxable = max(0, pay - free - social_insurance)
    return Withholding(pay, free, social_insurance, taxable, hei_tax(paid_on.year, taxable))
