"""What a parser hands on: plain observations and vital statistics, each number with its place in the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sosei.engines.conventions.folding import fold_name
from sosei.engines.conventions.numerals import Numeral
from sosei.planning.population.importing.findings import Findings, Place
from sosei.planning.population.importing.rings import Ring

SEXES = ("male", "female")
SEX_NAMES = {"male": ("男", "men"), "female": ("女", "women"), "both": ("男女計", "both sexes")}

CENSUS_ENUMERATED = "census_enumerated"
CENSUS_DISTRIBUTED = "census_unknown_distributed"
REGISTER = "register"
OFFICIAL_PROJECTION = "official_projection"
KIND_NAMES = {
    CENSUS_ENUMERATED: ("国勢調査", "census"),
    CENSUS_DISTRIBUTED: ("国勢調査（不詳補完）", "census, unknown distributed"),
    REGISTER: ("住民基本台帳", "register"),
    OFFICIAL_PROJECTION: ("推計", "projection"),
}


@dataclass(frozen=True, slots=True)
class ParsedArea:
    """An area as a file names it: a 5-digit code, and for a district also its name and number within it."""

    code: str
    name: str
    district: str = ""
    district_number: str = ""

    @property
    def label(self) -> str:
        """For a sentence."""
        return f"{self.code} {self.name}{self.district and ' ' + self.district}"


class Cell(NamedTuple):
    """One number: an age group's, age unknown's (first None), or a stated total's (first None too).

    `column` is the header that it stands under; `item` numbers it in a JSON array.
    """

    first: int | None
    last: int | None
    value: Numeral
    line: int | None
    column: str = ""
    item: int | None = None

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.line, self.column, self.item)


@dataclass(slots=True)
class ParsedObservation:
    """One area on one day from one table, before anything of it is believed.

    Attributes:
        cells: by sex ("male", "female", and "both" where the file states it) every age cell read.
        unknown: by sex the cells for age unknown.
        totals: by sex the stated total of all ages.
        fractional: whether persons may have decimals (unknown ages distributed, projections).
        sum_tolerance: difference between men + women and the stated sum that is known of this source.
    """

    area: ParsedArea
    date: date
    kind: str
    place: Place
    cells: dict[str, list[Cell]] = field(default_factory=dict)
    unknown: dict[str, list[Cell]] = field(default_factory=dict)
    totals: dict[str, list[Cell]] = field(default_factory=dict)
    fractional: bool = False
    sum_tolerance: int = 0
    provisional: bool = False
    note: str = ""
    note_en: str = ""

    def add(self, sex: str, kind: str, cell: Cell) -> None:
        """File a cell under its sex, by the kind of its age label: "group", "unknown" or "total"."""
        shelf = self.cells if kind == "group" else self.unknown if kind == "unknown" else self.totals
        shelf.setdefault(sex, []).append(cell)

    def label(self, language: str) -> str:
        """For a sentence: area, date, kind."""
        kind = KIND_NAMES[self.kind][0 if language == "ja" else 1]
        return (
            f"{self.area.label} {self.date.isoformat()}（{kind}）"
            if language == "ja"
            else (f"{self.area.label}, {self.date.isoformat()} ({kind})")
        )


@dataclass(frozen=True, slots=True)
class ParsedVital:
    """One yearly figure."""

    area: ParsedArea
    year: int
    kind: str
    value: int | Decimal
    place: Place
    note: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class ParsedBoundary:
    """The outline of one area, in grid steps (`rings.STEP`)."""

    area: ParsedArea
    rings: list[Ring]


@dataclass
class ParsedFile:
    """Everything a parser read, and its findings so far."""

    observations: list[ParsedObservation] = field(default_factory=list)
    vitals: list[ParsedVital] = field(default_factory=list)
    boundaries: list[ParsedBoundary] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    source: str = ""
    source_en: str = ""
    source_url: str = ""
    lines: int = 0


def _silent(stage: str, done: int, total: int) -> None:
    """No progress shown."""


Progress = Callable[[str, int, int], None]
"""Called with a stage (read, check, store), how much is done, and of how much."""


@dataclass(frozen=True)
class Context:
    """What a parser may know besides the file: today's date, and the areas already in the database."""

    today: date
    known_areas: Mapping[str, str] = field(default_factory=dict)
    progress: Progress = _silent

    def codes_named(self, name: str) -> list[str]:
        """Codes of the known areas with a name, "いわき市" or "福島県 いわき市"."""
        wanted = fold_name(name)
        last = fold_name(name.split()[-1]) if name.split() else ""
        exact = [code for code, known in self.known_areas.items() if fold_name(known) in {wanted, last}]
        return sorted(exact)
