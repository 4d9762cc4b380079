"""The one error of the retrieval engine: a code, the field, the value and the row, for the caller to put in words."""

from __future__ import annotations

from enum import StrEnum


class ErrorCode(StrEnum):
    """What is wrong with a value that was handed in."""

    MISSING_COLUMN = "missing_column"
    LENGTH = "length"
    RANGE = "range"
    NOT_A_WHOLE_NUMBER = "not_a_whole_number"
    PERIOD = "period"
    EDGE_NOT_WORKED = "edge_not_worked"
    BIRTH = "birth"
    DUPLICATE_ID = "duplicate_id"
    OFFSETS = "offsets"
    NO_WEIGHT = "no_weight"


class RetrievalError(ValueError):
    """A value that cannot be searched with. `str(error)` is English, for notebooks and logs.

    `code`, `field`, `value`, `row` (the id of the posting or worker, where there is one) and `remedy` say it in data.
    """

    def __init__(
        self, code: ErrorCode, field: str, value: object, *, row: int | None = None, remedy: str
    ) -> None:
        self.code, self.field, self.value, self.row, self.remedy = code, field, value, row, remedy
        place = "" if row is None else f" of row {row}"
        super().__init__(f"{field}{place} is {value!r} ({code.value}). Remedy: {remedy}")
