"""All rules over a whole file; what passes comes out as rows ready to store.

The rules on one observation stand in `rules.py`. A rule that needs others to have held (sums need whole ages)
looks only at what is whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import sqrt

from sosei.engines.conventions.age_labels import Tiling
from sosei.engines.conventions.folding import fold_name
from sosei.planning.population.importing import rules
from sosei.planning.population.importing.findings import Findings, Place
from sosei.planning.population.importing.parsed import (
    SEXES,
    Cell,
    Context,
    ParsedArea,
    ParsedFile,
    ParsedObservation,
)

CellRow = tuple[str, int | None, int | None, int | Decimal]
"""Sex, first age, last age, persons."""

STORED = Decimal("0.0001")
"""Persons are stored to four decimals."""
OLD_AGE = 85
SWAP_DEVIATIONS = 3.0
"""Men aged 85 and over may outnumber women by at most so many times the square root of both together.

Over 1,741 municipalities at eight censuses and 1,682 at seven projected dates no true area exceeds 1.96, while
nine in ten exceed 3 when their sexes are swapped. (A ratio alone would refuse islands with three old men.)
"""


@dataclass(frozen=True)
class CheckedObservation:
    """An observation that met every rule."""

    area: ParsedArea
    date: date
    kind: str
    rows: tuple[CellRow, ...]
    provisional: bool
    note: str
    note_en: str

    @property
    def persons(self) -> int | Decimal:
        """All persons, age unknown included."""
        return sum((row[3] for row in self.rows), start=0)


def validate(parsed: ParsedFile, context: Context) -> list[CheckedObservation]:
    """Every observation through every rule. What is returned counts only if no problem was found."""
    findings = parsed.findings
    check_area_names(parsed, context, findings)
    check_observed_once(parsed.observations, findings)
    checked = []
    total = len(parsed.observations)
    for number, observation in enumerate(parsed.observations, 1):
        if number % 1000 == 0:
            context.progress("check", number, total)
        rules.check_date(observation, context, findings)
        passed = _check_figures(observation, findings)
        if passed is not None:
            checked.append((observation, passed))
    check_sexes_plausible(checked, findings)
    tell_unused_ages(checked, findings)
    tell_rounding(checked, findings)
    return [passed for _, passed in checked]


def _check_figures(observation: ParsedObservation, findings: Findings) -> CheckedObservation | None:
    """All rules on one observation's figures; None where it is refused or left out."""
    before = findings.problem_total
    if rules.is_unpublished(observation, findings):
        return None
    rules.remove_duplicates(observation, findings)
    if not rules.has_both_sexes(observation, findings):
        return None
    rules.resolve_marks(observation, findings)
    rules.check_values(observation, findings)
    tiling = rules.check_ages_whole(observation, findings)
    if findings.problem_total > before or tiling is None:
        return None
    chosen = {sex: _tile_cells(observation.cells[sex], tiling) for sex in SEXES}
    sums = {sex: rules.sum_of([*chosen[sex], *observation.unknown.get(sex, [])]) for sex in SEXES}
    if not rules.check_swapped(observation, sums, findings):
        for sex in SEXES:
            rules.check_age_sum(observation, sex, sums[sex], findings)
    rules.check_both_sexes(observation, chosen, sums, findings)
    if findings.problem_total > before:
        return None
    return CheckedObservation(
        observation.area,
        observation.date,
        observation.kind,
        tuple(_rows(observation, chosen)),
        observation.provisional,
        observation.note,
        observation.note_en,
    )


# Rules on the whole file


def check_area_names(parsed: ParsedFile, context: Context, findings: Findings) -> None:
    """A code whose name belongs to another known area of its prefecture is a mistaken code; else only a note."""
    seen: dict[str, tuple[str, Place]] = {}
    for observation in parsed.observations:
        seen.setdefault(observation.area.code, (observation.area.name, observation.place))
    for vital in parsed.vitals:
        seen.setdefault(vital.area.code, (vital.area.name, vital.place))
    for code, (name, place) in seen.items():
        known = context.known_areas.get(code)
        if not name or known is None or fold_name(known) == fold_name(name):
            continue
        right = [other for other in context.codes_named(name) if other[:2] == code[:2]]
        if right:
            findings.problem(
                "area_mismatch", place, code=code, known=known, name=name, right=", ".join(right)
            )
        else:
            findings.note("name_differs", place, code=code, name=name, known=known)


def check_observed_once(observations: Iterable[ParsedObservation], findings: Findings) -> None:
    """No area may be counted twice on one day in one file."""
    first: dict[tuple[str, str, date, str], ParsedObservation] = {}
    for observation in observations:
        area = observation.area
        key = (area.code, fold_name(area.district), observation.date, observation.kind)
        if key in first:
            rules.report_duplicate(findings, observation.place, first[key].place, observation, "", "")
        else:
            first[key] = observation


def check_sexes_plausible(
    checked: list[tuple[ParsedObservation, CheckedObservation]], findings: Findings
) -> None:
    """Far more old men than women, beyond chance: the headers for the sexes are swapped.

    Looked at by area and day, and by area over all days (districts, where a home for the aged may stand, only
    so); an area is reported once.
    """
    old: dict[tuple[str, str], list[int | Decimal]] = defaultdict(lambda: [0, 0])
    first: dict[tuple[str, str], ParsedObservation] = {}
    for observation, passed in checked:
        days = ["all"] if observation.area.district else [str(observation.date), "all"]
        for day in days:
            key = (observation.area.code, day)
            first.setdefault(key, observation)
            for side, sex in enumerate(SEXES):
                old[key][side] += _old_persons(passed.rows, sex)
    told: set[str] = set()
    for key, (men, women) in sorted(old.items()):
        if key[0] in told or float(men - women) <= SWAP_DEVIATIONS * sqrt(float(men + women)):
            continue
        told.add(key[0])
        observation = first[key]
        findings.problem(
            "implausible_sexes",
            observation.place,
            what=observation.label("ja"),
            what_en=observation.label("en"),
            men=men,
            women=women,
        )


def tell_unused_ages(checked: list[tuple[ParsedObservation, CheckedObservation]], findings: Findings) -> None:
    """Groups that overlap those taken (65歳以上 beside five-year groups) are left out, and told once a file."""
    unused: dict[tuple[int | None, int | None], Place] = {}
    for observation, passed in checked:
        taken = {(row[1], row[2]) for row in passed.rows}
        for sex in SEXES:
            for cell in observation.cells[sex]:
                if (cell.first, cell.last) not in taken:
                    unused.setdefault((cell.first, cell.last), cell.place)
    if unused:
        labels = ", ".join(f"{first}-{'' if last is None else last}" for first, last in list(unused)[:12])
        findings.note("ages_not_used", next(iter(unused.values())), labels=labels)


def tell_rounding(checked: list[tuple[ParsedObservation, CheckedObservation]], findings: Findings) -> None:
    """Decimals beyond those stored are rounded, and told once a file."""
    for observation, _ in checked:
        if not observation.fractional:
            continue
        for cell in (cell for sex in SEXES for cell in observation.cells[sex]):
            value = rules.value_of(cell)
            if isinstance(value, Decimal) and value != value.quantize(STORED):
                findings.note("rounded", cell.place, value=value)
                return


def _tile_cells(cells: list[Cell], tiling: Tiling) -> list[Cell]:
    """The cells of the chosen set of groups, in order."""
    ends = [start - 1 for start in tiling.starts[1:]]
    by_group = {(cell.first, cell.last): cell for cell in cells}
    return [by_group[group] for group in zip(tiling.starts, [*ends, None], strict=True)]


def _rows(observation: ParsedObservation, chosen: dict[str, list[Cell]]) -> Iterable[CellRow]:
    for sex in SEXES:
        for cell in chosen[sex]:
            yield sex, cell.first, cell.last, _stored_value(cell)
        for cell in observation.unknown.get(sex, []):
            yield sex, None, None, _stored_value(cell)


def _stored_value(cell: Cell) -> int | Decimal:
    value = rules.value_of(cell)
    return value if isinstance(value, int) else value.quantize(STORED)


def _old_persons(rows: Iterable[CellRow], sex: str) -> int | Decimal:
    return sum((row[3] for row in rows if row[0] == sex and (row[1] or 0) >= OLD_AGE), start=0)
