"""Rules of matching in plain Python: money that came in is compared with the payments that are awaited, with a score."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sosei.core.payments.bank_text import BankTextError, fold_bank_text
from sosei.engines.conventions.folding import fold_width


class Reason(StrEnum):
    """Why a transfer may be for a payment, or what does not fit."""

    NUMBER = "number"
    NAME = "name"
    NAME_PART = "name_part"
    AMOUNT = "amount"
    LESS = "less"
    MORE = "more"
    LATE = "late"
    SEVERAL = "several"


@dataclass(frozen=True)
class Awaited:
    """A payment that is to arrive by bank.

    Attributes:
        number: of the bill, its digits behind the town's code.
        names: the payer's, in kana or as typed.
        is_late: its time is over: what arrives is given back.
    """

    key: int
    yen: int
    number: str
    names: tuple[str, ...]
    is_late: bool = False


@dataclass(frozen=True)
class Candidate:
    """A payment that a transfer may be for.

    Attributes:
        score: 0 to 100.
        is_exact: number or name and the amount fit, and nothing else fits as well: only to be confirmed.
        difference: yen that came too much, below zero too little.
    """

    key: int
    score: int
    reasons: tuple[Reason, ...]
    difference: int
    is_exact: bool = False


_POINTS: Final[Mapping[Reason, int]] = {
    Reason.NUMBER: 55,
    Reason.NAME: 45,
    Reason.NAME_PART: 20,
    Reason.AMOUNT: 40,
}
ENOUGH: Final = 40
EXACT: Final = 85
SHORTEST_PART: Final = 3


def candidates(text: str, yen: int, awaited: Iterable[Awaited], *, most: int = 5) -> tuple[Candidate, ...]:
    """The payments that a transfer may be for, the likeliest first.

    Args:
        text: who transferred, and what stands beside it.
    """
    letters, digits = _letters(text), _digit_runs(text)
    found = [_compare(letters, digits, yen, one) for one in awaited]
    likely = sorted(
        (one for one in found if one.score >= ENOUGH),
        key=lambda one: (-one.score, abs(one.difference), one.key),
    )
    best = likely[0].score if likely else 0
    several = sum(one.score == best for one in likely) > 1
    return tuple(
        Candidate(
            one.key,
            one.score,
            (*one.reasons, *([Reason.SEVERAL] if several and one.score == best else [])),
            one.difference,
            one.score >= EXACT and one.score == best and not several and Reason.LATE not in one.reasons,
        )
        for one in likely[:most]
    )


def _compare(letters: str, digits: frozenset[str], yen: int, one: Awaited) -> Candidate:
    reasons: list[Reason] = []
    if one.number and one.number in digits:
        reasons.append(Reason.NUMBER)
    names = [name for name in (_letters(name) for name in one.names) if name]
    if letters in names:
        reasons.append(Reason.NAME)
    elif any(_shares(letters, name) for name in names):
        reasons.append(Reason.NAME_PART)
    score = sum(_POINTS[reason] for reason in reasons)
    difference = yen - one.yen
    if difference == 0:
        reasons.append(Reason.AMOUNT)
        score += _POINTS[Reason.AMOUNT]
    else:
        reasons.append(Reason.MORE if difference > 0 else Reason.LESS)
    if one.is_late:
        reasons.append(Reason.LATE)
        score -= 10
    return Candidate(one.key, max(0, min(100, score)), tuple(reasons), difference)


def _letters(text: str) -> str:
    """A name as a bank's file would hold it, without digits, spaces and signs; kanji as they are."""
    plain = re.sub(r"[0-9\s]", "", fold_width(text))
    try:
        folded = fold_bank_text(plain, letters=200) if plain else ""
    except BankTextError:
        folded = plain.upper()
    return re.sub(r"[-().,/･・\s]", "", folded)


def _shares(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= SHORTEST_PART and short in long


def _digit_runs(text: str) -> frozenset[str]:
    # A whole number of a bill begins with the code of the town, which is no number of a bill.
    parted = re.sub(r"[0-9]{5}-?([0-9]{7})", r" \1 ", fold_width(text))
    return frozenset(run.lstrip("0") for run in re.findall(r"[0-9]{4,}", parted))
