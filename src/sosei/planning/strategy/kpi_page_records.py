"""The lines and cells that the page of a KPI shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sosei.planning.strategy.judgement.monitoring import Mark
from sosei.planning.strategy.judging import Candidate, JudgedYear
from sosei.planning.strategy.models import KpiActual
from sosei.planning.strategy.numbers import print_share, print_year


@dataclass(frozen=True)
class ShownValue:
    """One of the values that stand side by side for a year.

    Attributes:
        text: value with the year's own part and its reference period.
        facts_url: the list of facts behind it, for those who may see it.
        raised: what it came from in words, "from 94 settlements".
    """

    candidate: Candidate
    text: str
    is_chosen: bool
    facts_url: str = ""

    @property
    def row(self) -> KpiActual | None:
        """The row of the table; None for a fed value."""
        return self.candidate.actual

    @property
    def raised(self) -> str:
        """What a fed value came from."""
        return str(self.candidate.fed.label) if self.candidate.fed is not None else ""


@dataclass(frozen=True)
class ShownYear:
    """One line of the table of values."""

    year: int
    target: str
    planned: str
    values: tuple[ShownValue, ...]
    judged: JudgedYear | None
    is_base: bool
    may_record: bool

    @property
    def year_text(self) -> str:
        """The fiscal year in words."""
        return print_year(self.year)

    @property
    def only_base(self) -> bool:
        """Nothing but the base stands there, so there is nothing to judge."""
        return self.is_base and not self.values

    @property
    def has_notes(self) -> bool:
        """Whether a row of the table stands behind the year."""
        return any(value.row is not None for value in self.values)

    @property
    def has_actions(self) -> bool:
        """Whether the reader can do something there."""
        return self.may_record or self.has_notes

    @property
    def disagree(self) -> bool:
        """Whether the values of the year differ."""
        return self.judged is not None and self.judged.values.disagree

    @property
    def choice(self) -> Any:
        """The person's decision on which counts; None where the usual order holds."""
        return self.judged.values.choice if self.judged is not None else None

    @property
    def progress(self) -> str:
        """The share of the whole way; empty where there is none."""
        share = self.judged.judgement.progress if self.judged is not None else None
        return "" if share is None else print_share(share)


@dataclass(frozen=True)
class Correction:
    """What a later row replaced."""

    old: KpiActual
    new: KpiActual
    old_text: str
    new_text: str

    @property
    def year_text(self) -> str:
        """The fiscal year in words."""
        return print_year(self.new.reported_in)


@dataclass(frozen=True)
class ShownMark:
    """An aspect of how well the KPI is kept, in words."""

    mark: Mark
    aspect: str
    grade: str
    tone: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class Column:
    """A column of a table as `design/table.html` draws it."""

    heading: str
    is_number: bool


@dataclass(frozen=True)
class TableCell:
    """A cell of it."""

    text: str
    is_number: bool = False


@dataclass(frozen=True)
class Table:
    """Columns and lines of cells."""

    columns: Sequence[Column]
    cells: Sequence[Sequence[TableCell]]
