"""When equipment has paid for itself, and whether what was measured on the spot is what was needed; no Django."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sosei.programmes.spaces.rules_errors import ErrorCode, Refusal, RulesError, need_range
from sosei.programmes.spaces.rules_ict_figures import Figure, Mark, Need, Step, Unit, up_to

MOST_YEN = 1_000_000_000_000
LEAST_SAMPLES = 3
"""Measurements that an acceptance rests on [design]."""


class Code(StrEnum):
    """Why it never pays, or why a measurement is not accepted."""

    NEVER_PAYS = "never_pays"
    TOO_FEW_SAMPLES = "too_few_samples"
    DOWN_TOO_SLOW = "down_too_slow"
    UP_TOO_SLOW = "up_too_slow"
    PING_TOO_LONG = "ping_too_long"


@dataclass(frozen=True)
class Payback:
    """Months until a proposal has paid for itself.

    Attributes:
        months: None when it never does; `why` then says so, with the figures.
        steps: won income, what is left of it, months.
    """

    months: int | None
    steps: tuple[Step, ...]
    why: Refusal | None = None


def won_income(searches: int, share_percent: int, yen: int, kept_percent: int = 100) -> Step:
    """Income a month from searches that found nothing and would have: searches * share * yen * what is kept.

    Args:
        searches: unmet ones in a month.
        share_percent: of those, how many would have booked.
        yen: of an average booking.
        kept_percent: what fees leave to the host.

    Raises:
        RulesError: figures out of range.
    """
    need_range(searches, 0, MOST_YEN, place="searches")
    need_range(share_percent, 0, 100, place="share_percent")
    need_range(yen, 0, MOST_YEN, place="yen")
    need_range(kept_percent, 0, 100, place="kept_percent")
    return Step(
        "won_income",
        "searches * share/100 * yen * kept/100",
        (
            Figure("searches", searches, Unit.SEARCHES, Mark.H),
            Figure("share", share_percent, Unit.PERCENT, Mark.DESIGN),
            Figure("yen", yen, Unit.YEN, Mark.H),
            Figure("kept", kept_percent, Unit.PERCENT, Mark.H),
        ),
        searches * share_percent * yen * kept_percent // 10_000,
        Unit.YEN_A_MONTH,
        Mark.DESIGN,
    )


def payback(first_yen: int, monthly_yen: int, income: Step) -> Payback:
    """Months until first cost is earned back: ceil(first / (income - running)).

    Raises:
        RulesError: a cost below nothing.
    """
    need_range(first_yen, 0, MOST_YEN, place="first_yen")
    need_range(monthly_yen, 0, MOST_YEN, place="monthly_yen")
    left = Step(
        "net_income",
        "income - running",
        (
            Figure("income", income.value, Unit.YEN_A_MONTH, income.mark),
            Figure("running", monthly_yen, Unit.YEN_A_MONTH, Mark.H),
        ),
        income.value - monthly_yen,
        Unit.YEN_A_MONTH,
        income.mark,
    )
    if left.value <= 0:
        data = {"first": first_yen, "running": monthly_yen, "income": income.value}
        return Payback(None, (income, left), Refusal(Code.NEVER_PAYS, data))
    months = up_to(first_yen, left.value)
    last = Step(
        "payback",
        "ceil(first / net)",
        (
            Figure("first", first_yen, Unit.YEN, Mark.H),
            Figure("net", left.value, Unit.YEN_A_MONTH, left.mark),
        ),
        months,
        Unit.MONTHS,
        left.mark,
    )
    return Payback(months, (income, left, last))


# --- Measured acceptance ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement on the spot."""

    at: datetime
    down_kbps: int
    up_kbps: int
    ping_ms: int


@dataclass(frozen=True)
class Acceptance:
    """What was measured: medians (of an even number the poorer one), as the listing shows them, and what falls short."""

    down_kbps: int
    up_kbps: int
    ping_ms: int
    flaws: tuple[Refusal, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing falls short."""
        return not self.flaws


def accept(samples: Sequence[Sample], needs: Mapping[Need, int]) -> Acceptance:
    """Hold measurements against what was needed.

    Raises:
        RulesError: nothing was measured.
    """
    if not samples:
        raise RulesError(ErrorCode.MISSING, place="samples", value="", remedy=f"{LEAST_SAMPLES}..")
    lower, upper = (len(samples) - 1) // 2, len(samples) // 2
    down = sorted(sample.down_kbps for sample in samples)[lower]
    up = sorted(sample.up_kbps for sample in samples)[lower]
    ping = sorted(sample.ping_ms for sample in samples)[upper]
    flaws: list[Refusal] = []
    if len(samples) < LEAST_SAMPLES:
        flaws.append(Refusal(Code.TOO_FEW_SAMPLES, {"samples": len(samples), "least": LEAST_SAMPLES}))
    if down < needs[Need.DOWN]:
        flaws.append(Refusal(Code.DOWN_TOO_SLOW, {"measured": down, "needed": needs[Need.DOWN]}))
    if up < needs[Need.UP]:
        flaws.append(Refusal(Code.UP_TOO_SLOW, {"measured": up, "needed": needs[Need.UP]}))
    if ping > needs[Need.PING]:
        flaws.append(Refusal(Code.PING_TOO_LONG, {"measured": ping, "needed": needs[Need.PING]}))
    return Acceptance(down, up, ping, tuple(flaws))
