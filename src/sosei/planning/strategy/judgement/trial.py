"""Tries a rule on past values before it is adopted: what each year would have said, beside what it says now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sosei.planning.strategy.judgement.judge import Judgement, judge
from sosei.planning.strategy.judgement.records import KpiFacts
from sosei.planning.strategy.judgement.rules import RuleDefinition, Tone

_TONES = {Tone.POOR: 0, Tone.FAIR: 1, Tone.GOOD: 2}


class Shift(StrEnum):
    """How the tone changes. Labels of two rules differ in wording anyway; the tone is what readers take away."""

    SAME = "same"
    BETTER = "better"
    WORSE = "worse"
    RATED = "rated"
    """No rating before, one now."""
    UNRATED = "unrated"
    """A rating before, none now."""


@dataclass(frozen=True)
class TrialCell:
    """One year of one KPI under both rules."""

    year: int
    before: Judgement
    after: Judgement
    shift: Shift

    @property
    def changed(self) -> bool:
        """Whether readers would be told something else."""
        return self.shift is not Shift.SAME


@dataclass(frozen=True)
class TrialRow:
    """One KPI under both rules."""

    key: Hashable
    cells: tuple[TrialCell, ...]


@dataclass(frozen=True)
class Trial:
    """All KPIs under both rules.

    Attributes:
        shifts: how many cells shift in which way; those that say the same are among them.
        before, after: label -> how many years of KPIs bear it; unrated ones aren't counted.
    """

    years: tuple[int, ...]
    rows: tuple[TrialRow, ...]
    shifts: Counter[Shift]
    before: Counter[str]
    after: Counter[str]

    @property
    def judged(self) -> int:
        """How many years of KPIs were looked at."""
        return sum(self.shifts.values())

    @property
    def changed(self) -> int:
        """How many of them would say something else."""
        return self.judged - self.shifts[Shift.SAME]


def try_on_past(
    rule: RuleDefinition,
    old_rule: RuleDefinition,
    kpis: Iterable[tuple[Hashable, KpiFacts]],
    years: Sequence[int],
    *,
    today: date | None = None,
) -> Trial:
    """Both rules over the same values."""
    rows, shifts = [], Counter[Shift]()
    before, after = Counter[str](), Counter[str]()
    for key, facts in kpis:
        cells = []
        for year in years:
            old, new = judge(old_rule, facts, year, today=today), judge(rule, facts, year, today=today)
            cells.append(TrialCell(year, old, new, _shift(old, new)))
            shifts[cells[-1].shift] += 1
            if old.rated:
                before[old.label.ja] += 1
            if new.rated:
                after[new.label.ja] += 1
        rows.append(TrialRow(key, tuple(cells)))
    return Trial(tuple(years), tuple(rows), shifts, before, after)


def _shift(old: Judgement, new: Judgement) -> Shift:
    was, would = _TONES.get(old.tone), _TONES.get(new.tone)
    if was == would:
        return Shift.SAME
    if was is None:
        return Shift.RATED
    if would is None:
        return Shift.UNRATED
    return Shift.BETTER if would > was else Shift.WORSE
