"""The words for everything that must not become a number that lies."""

from __future__ import annotations

from enum import StrEnum


class Word(StrEnum):
    """Why a judgement is not the plain one. Several may hold; the first in this order is shown.

    The words before `KEPT` leave the year without any rating but their own; the others qualify a rating.
    """

    NOT_BEGUN = "not_begun"
    """The year lies ahead."""
    CENSUS_NOT_OUT = "census_not_out"
    """A census was or will be taken, and its result isn't published."""
    NOT_YET_PUBLISHED = "not_yet_published"
    """The statistic of this period isn't published."""
    NOT_AVAILABLE = "not_available"
    """The value cannot be had: the survey wasn't held, the source ended."""
    VALUE_DUE = "value_due"
    """The year is still running, so no value can be there."""
    VALUE_MISSING = "value_missing"
    """The year is over, and nobody has reported a value."""
    NO_TARGET = "no_target"
    """Nothing to measure by."""
    PERIOD_RUNNING = "period_running"
    """The value's reference period isn't over: it will still grow."""
    BASE_YEAR = "base_year"
    """The year of the base or before it: nothing was due yet."""
    NO_TOLERANCE = "no_tolerance"
    """To be kept, but nobody said how near is near enough."""
    STAGE_BY_PERSON = "stage_by_person"
    """The rule leaves the stage to a person."""
    KEPT = "kept"
    """To be kept: met or not met, there is no share of the way."""
    TARGET_EQUALS_BASE = "target_equals_base"
    """There is no way between base and target: met or not met only."""
    PASSED_AT_BASE = "passed_at_base"
    """The base was already beyond the target: met or not met only."""
    NO_BASE = "no_base"
    """No base value (or no base year, for a schedule): met or not met only."""
    BASE_ZERO = "base_zero"
    """A change relative to a base of zero is no number: met or not met only."""
    RATIO_REFUSED = "ratio_refused"
    """Actual ÷ target would mislead: lower is better, or the base isn't near zero, or the target isn't positive."""
    NOTHING_DUE = "nothing_due"
    """The path asks for no gain by this year: only whether it is kept to can be said."""
    CARRIED_FORWARD = "carried_forward"
    """An older value stands in this year's report; the judgement is that of the year it was new in."""


WITHOUT_RATING = frozenset(
    {
        Word.NOT_BEGUN,
        Word.CENSUS_NOT_OUT,
        Word.NOT_YET_PUBLISHED,
        Word.NOT_AVAILABLE,
        Word.VALUE_DUE,
        Word.VALUE_MISSING,
        Word.NO_TARGET,
        Word.PERIOD_RUNNING,
        Word.BASE_YEAR,
        Word.NO_TOLERANCE,
        Word.STAGE_BY_PERSON,
    }
)
ORDER = {word: place for place, word in enumerate(Word)}
