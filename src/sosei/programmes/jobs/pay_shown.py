"""Lines of a payslip in words: what, how much of it, at which rate, by which rule; by day."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from sosei.programmes.jobs.models import Payslip, PayslipLine
from sosei.programmes.jobs.rules_pay import Unit
from sosei.programmes.jobs.services.pay import Draft
from sosei.programmes.jobs.services.pay_rows import date_of, lines_of
from sosei.programmes.jobs.words_pay import LINES


@dataclass(frozen=True)
class ShownLine:
    """A line for people.

    Attributes:
        label: what for.
        how: quantity × rate, in words; "" where there is none.
        yen: below zero for what is taken off.
        basis: the rule.
    """

    code: str
    label: str
    how: str
    yen: int
    basis: str


@dataclass(frozen=True)
class ShownDay:
    """Lines of a day; of the whole payslip where `on` is None."""

    on: datetime.date | None
    lines: tuple[ShownLine, ...]

    @property
    def yen(self) -> int:
        """What they come to."""
        return sum(line.yen for line in self.lines)


def hours_text(minutes: int) -> str:
    """425 as 7時間05分."""
    told = {"hours": minutes // 60, "minutes": f"{minutes % 60:02d}"}
    return _("%(hours)s時間%(minutes)s分") % told


def yen_text(amount: Decimal | int) -> str:
    """1300.0000 as 1,300; 487.5 as 487.5."""
    text = f"{amount:,.4f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")


def how_text(unit: str, quantity: Decimal | None, rate: Decimal | None) -> str:
    """Quantity × rate."""
    if quantity is None:
        return ""
    if unit == Unit.MINUTE and rate is not None:
        told = {"hours": hours_text(int(quantity)), "rate": yen_text(rate)}
        return _("%(hours)s × 1時間%(rate)s円") % told
    if unit == Unit.DAY and rate is not None:
        return _("%(days)s日 × %(rate)s円") % {"days": int(quantity), "rate": yen_text(rate)}
    if rate is not None:
        share = f"{(rate * 1000).normalize():f}"
        return _("%(yen)s円 × 1000分の%(share)s") % {"yen": yen_text(quantity), "share": share}
    return _("表で見た額：%(yen)s円") % {"yen": yen_text(quantity)}


def label_of(code: str) -> str:
    """What a line is for."""
    return str(LINES[code])


def _shown(line: Any) -> ShownLine:
    how = how_text(line.unit, line.quantity, line.rate)
    return ShownLine(line.code, label_of(line.code), how, line.yen, line.basis)


def by_day(lines: Iterable[Any], dates: Mapping[int, datetime.date]) -> list[ShownDay]:
    """Lines in their order, gathered by day; those of the whole payslip last.

    Args:
        lines: of `rules_pay.Slip` or `PayslipLine`.
        dates: of days of work, by key.
    """
    found: dict[datetime.date | None, list[ShownLine]] = {}
    for line in lines:
        key = line.day_id if isinstance(line, PayslipLine) else line.day
        found.setdefault(None if key is None else dates[key], []).append(_shown(line))
    return [ShownDay(on, tuple(several)) for on, several in found.items()]


def of_payslip(payslip: Payslip) -> list[ShownDay]:
    """The lines of an issued payslip."""
    lines = lines_of(payslip)
    return by_day(lines, {line.day_id: date_of(line.day.period.lower) for line in lines if line.day})


def of_draft(draft: Draft) -> list[ShownDay]:
    """The lines of one that is not issued."""
    if draft.slip is None:
        return []
    return by_day(draft.slip.lines, {one.day.pk: one.on for one in draft.days})
