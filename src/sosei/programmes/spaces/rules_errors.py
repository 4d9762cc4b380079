"""What the rules of spaces answer when something cannot be: a refusal (an answer) or an error (no question); no Django.

Both carry a code and figures. Sentences are made by whoever shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

Value = int | str | date | datetime | None


class ErrorCode(StrEnum):
    """Why a rule cannot take what it was given."""

    NAIVE_MOMENT = "naive_moment"
    SECONDS = "seconds"
    BACKWARDS = "backwards"
    OUT_OF_RANGE = "out_of_range"
    NOT_TOGETHER = "not_together"
    DUPLICATE = "duplicate"
    MISSING = "missing"
    CHEAPER_LATER = "cheaper_later"
    TOO_MANY = "too_many"
    EXHAUSTED = "exhausted"


class RulesError(ValueError):
    """A value that no rule can work with.

    Attributes:
        code: what is wrong.
        data: `place` (module.class.field), `value` (as given), `remedy` (what would be right, in figures or field
            names), and further figures.
    """

    def __init__(self, code: ErrorCode, *, place: str, value: object, remedy: str, **more: Value) -> None:
        self.code = code
        self.data: dict[str, object] = {"place": place, "value": value, "remedy": remedy, **more}
        super().__init__(f"{place}: {value!r} ({code}); needed: {remedy}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is no: why, and the figures for the sentence."""

    code: StrEnum
    data: Mapping[str, Value] = field(default_factory=dict)


def need_range(value: int, lowest: int, highest: int, *, place: str) -> None:
    """Whole number within two bounds, both allowed.

    Raises:
        RulesError: it is not.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise RulesError(
            ErrorCode.OUT_OF_RANGE,
            place=place,
            value=value,
            remedy=f"{lowest}..{highest}",
            lowest=lowest,
            highest=highest,
        )
