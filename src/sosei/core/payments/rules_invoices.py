"""Rules of invoices, receipts and their tax in plain Python (適格請求書等保存方式).

A qualified invoice names its issuer with the registration number, the recipient, the day and the things, the sums for each
rate with the tax, and marks what is under the reduced rate (消費税法57条の4第1項). A simplified one names no recipient
(第2項), a return invoice tells what was given back (第3項). Tax is rounded once for each rate of a paper, here down
(消費税法施行令70条の10).

Who issues: the supplier; or for him a mediator under his own name and number, where both are registered and the supplier
told him so beforehand (媒介者交付特例, 施行令70条の12). What a town is paid for the use of its rooms is taxed as any supply
of its general account, which may be registered too (消費税法60条); a rate of 0 on a line is the town's own decision.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sosei.engines.conventions.corporate_number import read_corporate_number
from sosei.engines.conventions.errors import CorporateNumberError
from sosei.engines.conventions.folding import fold_width
from sosei.engines.conventions.tax import RateTotal, tax_within, totals_by_rate

REDUCED = 8
"""The rate whose lines carry a mark."""


class Issuer(StrEnum):
    """In whose name a paper is."""

    HOST = "host"
    TOWN = "town"
    PLATFORM = "platform"


class Shape(StrEnum):
    """What a paper is under the invoice system."""

    QUALIFIED = "qualified"
    SIMPLIFIED = "simplified"
    RETURN = "return"
    PLAIN = "plain"
    PLAIN_RETURN = "plain_return"


class RegistrationCode(StrEnum):
    """What is wrong with a registration number."""

    NOT_THIRTEEN = "not_thirteen"
    CHECK_DIGIT = "check_digit"


class RegistrationError(ValueError):
    """No registration number.

    Attributes:
        code: what is wrong.
        value: what was typed.
    """

    def __init__(self, code: RegistrationCode, value: str) -> None:
        super().__init__(f"{code.value}: {value!r}")
        self.code = code
        self.value = value


@dataclass(frozen=True)
class Party:
    """Somebody in whose name papers are.

    Attributes:
        number: T and thirteen digits; empty for who is not registered.
        mediated_from: the day from which the platform issues for this host; None where he did not ask for it.
    """

    issuer: Issuer
    name: str
    address: str = ""
    number: str = ""
    mediated_from: date | None = None


@dataclass(frozen=True)
class Issuing:
    """Who issues a paper, and whether for somebody else."""

    party: Party
    is_mediated: bool = False


@dataclass(frozen=True)
class PaperLine:
    """One line of a paper; its amount contains the tax."""

    text: str
    yen: int
    tax_percent: int
    text_en: str = ""
    quantity: Decimal = Decimal(1)
    unit: str = ""
    unit_yen: int = 0
    on_date: date | None = None
    charge: int | None = None


@dataclass(frozen=True)
class Billed:
    """A charge of a bill, as far as papers need it."""

    key: int
    yen: int
    on_date: date
    lines: Sequence[PaperLine] = field(default_factory=tuple)


@dataclass(frozen=True)
class Wanted:
    """Charges that no paper tells yet, by the paper that has to tell them."""

    invoice: tuple[Billed, ...]
    returned: tuple[Billed, ...]


def read_registration_number(text: str, *, is_corporation: bool) -> str:
    """T and thirteen digits, typed in either width, with hyphens or without; empty for nothing.

    A corporation's digits are its corporate number and hold a check digit. Those of a sole proprietor are a number of
    their own, whose rule is not known here: only their length is looked at.

    Raises:
        RegistrationError: another length, or a check digit that is wrong.
    """
    folded = re.sub(r"[\s-]", "", fold_width(text)).upper()
    if not folded:
        return ""
    digits = folded.removeprefix("T")
    if not re.fullmatch(r"[0-9]{13}", digits):
        raise RegistrationError(RegistrationCode.NOT_THIRTEEN, text.strip())
    if is_corporation:
        try:
            read_corporate_number(digits)
        except CorporateNumberError as error:
            raise RegistrationError(RegistrationCode.CHECK_DIGIT, f"T{digits}") from error
    return f"T{digits}"


def who_issues(*, host: Party | None, town: Party, platform: Party, on: date) -> Issuing:
    """In whose name the paper for a supply of that day is.

    Args:
        host: who is owed; None for the town itself.
        on: the day of the supply.
    """
    if host is None:
        return Issuing(town)
    told = host.mediated_from is not None and host.mediated_from <= on
    if told and host.number and platform.number:
        return Issuing(platform, is_mediated=True)
    return Issuing(host)


def shape_of(*, number: str, recipient: str, is_return: bool) -> Shape:
    """What a paper is, and so what stands above it."""
    if is_return:
        return Shape.RETURN if number else Shape.PLAIN_RETURN
    if not number:
        return Shape.PLAIN
    return Shape.QUALIFIED if recipient else Shape.SIMPLIFIED


def totals_of(lines: Iterable[PaperLine]) -> tuple[RateTotal, ...]:
    """The sums of a paper by rate, the tax rounded down once for each."""
    return totals_by_rate((line.yen, line.tax_percent) for line in lines)


def not_told_yet(charges: Iterable[Billed], *, told: Iterable[int]) -> Wanted:
    """Which charges go into the next invoice, and which into a return invoice.

    What was reduced before the first invoice stands in it; after one, each reduction is a return.

    Args:
        told: keys of the charges that stand on a paper.
    """
    known = frozenset(told)
    new = [one for one in charges if one.key not in known]
    if not known:
        return Wanted(tuple(new), ())
    return Wanted(tuple(one for one in new if one.yen >= 0), tuple(one for one in new if one.yen < 0))


def share_by_rate(totals: Sequence[RateTotal], yen: int) -> tuple[RateTotal, ...]:
    """Part of a bill by its rates, in proportion: whole yen that add up to `yen`, what is left over to the largest rests.

    The whole bill comes out as it is.

    Raises:
        ValueError: a bill of nothing, or below nothing in a rate, cannot be shared.
    """
    whole = sum(one.yen for one in totals)
    if whole <= 0 or any(one.yen < 0 for one in totals):
        raise ValueError(f"{whole} yen cannot be shared by rate")
    shares = {one.percent: divmod(yen * one.yen, whole) for one in totals}
    left = yen - sum(share for share, _rest in shares.values())
    first = sorted(shares, key=lambda percent: (-shares[percent][1], -percent))[:left]
    given = {percent: share + (percent in first) for percent, (share, _rest) in shares.items()}
    return tuple(
        RateTotal(percent, amount, tax_within(amount, percent))
        for percent, amount in sorted(given.items(), reverse=True)
        if amount
    )
