"""Figures beside a posting: the wage floor on its days, the pay of a shift, what similar postings paid."""

from __future__ import annotations

import datetime
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from sosei.engines.conventions.prefectures import PREFECTURES, PREFECTURES_EN
from sosei.engines.labour.errors import LabourError
from sosei.engines.labour.minimum_wage import MinimumWage, minimum_wage_changes
from sosei.engines.labour.spans import JST, Exemption
from sosei.engines.labour.wages import Allowance, AllowanceKind, AllowancePer, WageTerms, planned_pay
from sosei.programmes.jobs.models import Posting, Shift
from sosei.programmes.jobs.posting_terms import planned_shift, trade_of

FEWEST_EMPLOYERS = 3
"""With fewer, the figures would tell what one of them pays."""
YEAR = datetime.timedelta(days=365)


@dataclass(frozen=True)
class Floor:
    """A minimum wage that is in force on some of the days, and how far the wage stands from it."""

    wage: MinimumWage
    above: int | None

    @property
    def prefecture(self) -> str:
        """The prefecture's name in the reader's language."""
        names = PREFECTURES_EN if (get_language() or "ja").startswith("en") else PREFECTURES
        return names[self.wage.prefecture_code]

    @property
    def short(self) -> int:
        """How many yen are missing; 0 where none are."""
        return max(0, -(self.above or 0))


@dataclass(frozen=True)
class ShiftPay:
    """What one shift pays by plan.

    Attributes:
        count: how many shifts pay the same at the same times.
        premium: yen of premiums in it.
        commuting: yen for the way in it.
    """

    shift: Shift
    count: int
    minutes: int
    total: int
    premium: int
    commuting: int


@dataclass(frozen=True)
class Similar:
    """Hourly wages of postings of the same kind."""

    postings: int
    employers: int
    median: int
    lowest: int
    highest: int


def floors_of(posting: Posting, shifts: Sequence[Shift]) -> tuple[list[Floor], str]:
    """The minimum wages on the days of the shifts (today, while there is none); or why they are not known."""
    if posting.workplace is None:
        return [], ""
    days = [shift.starts_at.astimezone(JST).date() for shift in shifts]
    days += [shift.ends_at.astimezone(JST).date() for shift in shifts]
    days = days or [timezone.now().astimezone(JST).date()]
    try:
        wages = minimum_wage_changes(posting.workplace.prefecture, min(days), max(days))
    except LabourError as error:
        return [], error.text("en" if (get_language() or "ja").startswith("en") else "ja")
    wage = posting.hourly_wage
    return [Floor(one, None if wage is None else wage - one.yen) for one in wages], ""


def pay_of(posting: Posting, shifts: Sequence[Shift], most: int = 6) -> list[ShiftPay]:
    """What the shifts pay, those of the same times together; [] while the wage or the times cannot be used."""
    wage = posting.hourly_wage
    if not wage:
        return []
    counted: dict[tuple[Any, ...], tuple[Shift, int]] = {}
    for shift in shifts:
        start, end = shift.starts_at.astimezone(JST), shift.ends_at.astimezone(JST)
        key = (start.time(), end - start, shift.break_minutes)
        counted[key] = (counted[key][0] if key in counted else shift, counted.get(key, (shift, 0))[1] + 1)
    pays = []
    for shift, count in list(counted.values())[:most]:
        try:
            pays.append(_pay(posting, shift, count, wage))
        except LabourError:
            continue  # told by the legal check
    return pays


def _pay(posting: Posting, shift: Shift, count: int, wage: int) -> ShiftPay:
    commuting = posting.commuting_yen
    allowances = (Allowance(AllowanceKind.COMMUTING, commuting, AllowancePer.DAY),) if commuting else ()
    planned = planned_shift(shift, posting)
    terms = WageTerms(wage, allowances, day_minutes=planned.worked_minutes)
    place, trade = posting.workplace, trade_of(posting.kind)
    if place is not None and place.exemption and trade is not None and trade.exempt:
        planned = replace(planned, exemption=Exemption(trade, place.exemption_reason))
    lines = planned_pay(planned, terms)
    way = sum(line.yen for line in lines if line.code.value.startswith("allowance"))
    base = sum(line.yen for line in lines if line.code.value == "base")
    total = sum(line.yen for line in lines)
    return ShiftPay(shift, count, planned.worked_minutes, total, total - base - way, way)


def similar_to(posting: Posting) -> Similar | None:
    """What postings of the same kind in the town paid in the last twelve months; None with fewer than three employers."""
    if not posting.kind:
        return None
    since = timezone.now() - YEAR
    rows = (
        Posting.objects.filter(
            municipality=posting.municipality_id,
            kind=posting.kind,
            published_at__gte=since,
            hourly_wage__isnull=False,
        )
        .exclude(pk=posting.pk)
        .order_by()
        .values_list("employer", "hourly_wage")
    )
    found = list(rows)
    employers = {employer for employer, _wage in found}
    if len(employers) < FEWEST_EMPLOYERS:
        return None
    wages = [wage for _employer, wage in found]
    return Similar(len(wages), len(employers), round(statistics.median(wages)), min(wages), max(wages))
