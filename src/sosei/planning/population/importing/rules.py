"""The rules that one observation must meet, one a function.

Every rule reports to the file's findings and goes on, so that all problems of a file are told together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache

from sosei.engines.conventions.age_labels import Tiling, choose_tiling
from sosei.engines.conventions.numerals import Mark
from sosei.planning.population.importing.findings import Findings, Place
from sosei.planning.population.importing.parsed import (
    OFFICIAL_PROJECTION,
    SEX_NAMES,
    SEXES,
    Cell,
    Context,
    ParsedObservation,
)

FIRST_CENSUS = date(1920, 10, 1)
MOST_PERSONS = 10**9


def check_date(observation: ParsedObservation, context: Context, findings: Findings) -> None:
    """A count lies neither in the future nor before the first census."""
    day = observation.date
    if day < FIRST_CENSUS:
        findings.problem("early_date", observation.place, date=day)
    elif day > context.today and observation.kind != OFFICIAL_PROJECTION:
        findings.problem("future_date", observation.place, date=day, today=context.today)


def is_unpublished(observation: ParsedObservation, findings: Findings) -> bool:
    """No figure at all, or figures hidden in a district: left out, and told."""
    cells = [cell for sex in SEXES for cell in observation.cells.get(sex, [])]
    marks = [cell.value for cell in cells if isinstance(cell.value, Mark)]
    hidden = [mark for mark in marks if mark in (Mark.SUPPRESSED, Mark.NOT_AVAILABLE)]
    if not cells or (len(marks) < len(cells) and not (hidden and observation.area.district)):
        return False
    mark = (hidden or marks or [Mark.BLANK])[0]
    findings.note(
        "not_published",
        observation.place,
        what=observation.label("ja"),
        what_en=observation.label("en"),
        mark=mark.value or "空欄 / blank",
    )
    return True


def remove_duplicates(observation: ParsedObservation, findings: Findings) -> None:
    """Two rows for one sex and age: a problem that names both lines."""
    for shelf in (observation.cells, observation.unknown, observation.totals):
        for sex, cells in shelf.items():
            if len({(cell.first, cell.last) for cell in cells}) == len(cells):
                continue
            first: dict[tuple[int | None, int | None], Cell] = {}
            for cell in cells:
                key = (cell.first, cell.last)
                if key in first:
                    japanese, english = _age_text(cell, "ja"), _age_text(cell, "en")
                    report_duplicate(
                        findings,
                        cell.place,
                        first[key].place,
                        observation,
                        f" {SEX_NAMES[sex][0]} {japanese}",
                        f", {SEX_NAMES[sex][1]} {english}",
                    )
                else:
                    first[key] = cell
            cells[:] = first.values()


def has_both_sexes(observation: ParsedObservation, findings: Findings) -> bool:
    """Men and women are both there."""
    missing = [sex for sex in SEXES if not observation.cells.get(sex)]
    for sex in missing:
        findings.problem(
            "missing_sex",
            observation.place,
            what=observation.label("ja"),
            what_en=observation.label("en"),
            sex=SEX_NAMES[sex][0],
            sex_en=SEX_NAMES[sex][1],
        )
    return not missing


def resolve_marks(observation: ParsedObservation, findings: Findings) -> None:
    """A sign is no zero, unless the stated total proves that no one is meant; a blank age never is."""
    for sex in SEXES:
        cells, unknown = observation.cells.get(sex, []), observation.unknown.get(sex, [])
        marked = [cell for cell in (*cells, *unknown) if isinstance(cell.value, Mark)]
        if not marked:
            continue
        stated = stated_total(observation, sex)
        proven = stated is not None and stated == sum_of([*cells, *unknown])
        for shelf in (cells, unknown):
            for at, cell in enumerate(shelf):
                if isinstance(cell.value, Mark):
                    believed = cell.value is Mark.NO_FIGURE or (shelf is unknown and cell.value is Mark.BLANK)
                    shelf[at] = _resolve(observation, sex, cell, proven and believed, findings)


def _resolve(observation: ParsedObservation, sex: str, cell: Cell, proven: bool, findings: Findings) -> Cell:
    japanese = f"{observation.label('ja')} {SEX_NAMES[sex][0]} {_age_text(cell, 'ja')}"
    english = f"{SEX_NAMES[sex][1]} {_age_text(cell, 'en')} of {observation.label('en')}"
    if proven:
        findings.note("no_figure_is_zero", cell.place, what=japanese, what_en=english)
    elif cell.value is Mark.BLANK:
        findings.problem("blank_cell", cell.place, what=japanese, what_en=english)
    else:
        mark = cell.value.value if isinstance(cell.value, Mark) else cell.value
        findings.problem("hidden_cell", cell.place, what=japanese, what_en=english, mark=mark)
    return cell._replace(value=0)


def check_values(observation: ParsedObservation, findings: Findings) -> None:
    """Persons are neither negative, nor parts of a person, nor more than a nation holds."""
    for shelf in (observation.cells, observation.unknown):
        for cells in shelf.values():
            for cell in cells:
                value = cell.value
                if isinstance(value, Mark):
                    continue
                if value < 0:
                    findings.problem("negative", cell.place, value=value)
                elif value > MOST_PERSONS:
                    findings.problem("too_many", cell.place, value=value)
                elif not isinstance(value, int) and not observation.fractional:
                    findings.problem("not_whole", cell.place, value=value)


def check_ages_whole(observation: ParsedObservation, findings: Findings) -> Tiling | None:
    """Ages run from 0 to an open group without a gap, and alike for men and women."""
    tilings = {
        sex: _tiling(tuple((cell.first or 0, cell.last) for cell in observation.cells[sex])) for sex in SEXES
    }
    whole = True
    for sex in SEXES:
        tiling = tilings[sex]
        if tiling.missing_from is not None:
            whole = False
            last = tiling.starts[-1] if tiling.starts else None
            above = next((cell for cell in observation.cells[sex] if cell.first == last), observation)
            findings.problem(
                "missing_age",
                above.place,
                what=f"{observation.label('ja')} {SEX_NAMES[sex][0]}",
                what_en=f"{observation.label('en')}, {SEX_NAMES[sex][1]},",
                age=tiling.missing_from,
            )
    male, female = tilings["male"], tilings["female"]
    if whole and male != female:
        odd = min(set(male.starts) ^ set(female.starts))
        findings.problem(
            "ages_differ_by_sex",
            observation.place,
            what=observation.label("ja"),
            what_en=observation.label("en"),
            age=odd,
        )
        return None
    return male if whole else None


def check_swapped(observation: ParsedObservation, sums: dict[str, int | Decimal], findings: Findings) -> bool:
    """Ages add up to the other sex's stated total, both ways: the headers are swapped."""
    male, female = stated_total(observation, "male"), stated_total(observation, "female")
    if male is None or female is None or male == female:
        return False
    if sums["male"] != female or sums["female"] != male:
        return False
    findings.problem(
        "swapped_sexes",
        observation.place,
        what=observation.label("ja"),
        what_en=observation.label("en"),
        male=sums["male"],
        stated_male=male,
        stated_female=female,
    )
    return True


def check_age_sum(observation: ParsedObservation, sex: str, got: int | Decimal, findings: Findings) -> None:
    """Ages of one sex add up to its stated total, exactly."""
    stated = stated_total(observation, sex)
    if stated is not None and stated != got:
        findings.problem(
            "age_sum",
            observation.totals[sex][0].place,
            what=f"{observation.label('ja')} {SEX_NAMES[sex][0]}",
            what_en=f"{observation.label('en')}, {SEX_NAMES[sex][1]},",
            got=got,
            stated=stated,
            difference=f"{got - stated:+}",
        )


def check_both_sexes(
    observation: ParsedObservation,
    chosen: dict[str, list[Cell]],
    sums: dict[str, int | Decimal],
    findings: Findings,
) -> None:
    """Men and women add up to what the table states for both, in all and in every age group."""
    by_age: dict[tuple[int | None, int | None], int | Decimal] = defaultdict(int)
    for sex in SEXES:
        for cell in (*chosen[sex], *observation.unknown.get(sex, [])):
            by_age[cell.first, cell.last] += value_of(cell)
    for cell in (*observation.cells.get("both", []), *observation.unknown.get("both", [])):
        if (cell.first, cell.last) in by_age and not isinstance(cell.value, Mark):
            _compare_both(observation, cell, by_age[cell.first, cell.last], findings, of_age=True)
    for cell in observation.totals.get("both", []):
        if not isinstance(cell.value, Mark):
            _compare_both(observation, cell, sums["male"] + sums["female"], findings, of_age=False)


def _compare_both(
    observation: ParsedObservation, cell: Cell, got: int | Decimal, findings: Findings, *, of_age: bool
) -> None:
    stated = value_of(cell)
    difference = got - stated
    if difference == 0:
        return
    what, what_en = observation.label("ja"), observation.label("en")
    if of_age:
        what, what_en = f"{what} {_age_text(cell, 'ja')}", f"{what_en}, ages {_age_text(cell, 'en')}"
    if -observation.sum_tolerance <= difference <= observation.sum_tolerance:
        findings.note("sum_tolerated", cell.place, what=what, what_en=what_en, difference=f"{difference:+}")
        return
    findings.problem(
        "sex_sum",
        cell.place,
        what=what,
        what_en=what_en,
        got=got,
        stated=stated,
        difference=f"{difference:+}",
    )


@lru_cache(maxsize=256)
def _tiling(groups: tuple[tuple[int, int | None], ...]) -> Tiling:
    return choose_tiling(groups)


def stated_total(observation: ParsedObservation, sex: str) -> int | Decimal | None:
    totals = observation.totals.get(sex)
    if not totals or isinstance(totals[0].value, Mark):
        return None
    return totals[0].value


def value_of(cell: Cell) -> int | Decimal:
    return 0 if isinstance(cell.value, Mark) else cell.value


def sum_of(cells: Iterable[Cell]) -> int | Decimal:
    return sum((value_of(cell) for cell in cells), start=0)


def _age_text(cell: Cell, language: str) -> str:
    if cell.first is None:
        return "計・年齢不詳" if language == "ja" else "total or age unknown"
    if cell.last is None:
        return f"{cell.first}歳以上" if language == "ja" else f"{cell.first}+"
    span = str(cell.first) if cell.first == cell.last else f"{cell.first}-{cell.last}"
    return f"{span}歳" if language == "ja" else span


def report_duplicate(
    findings: Findings, place: Place, first: Place, observation: ParsedObservation, tail: str, tail_en: str
) -> None:
    findings.problem(
        "duplicate_row",
        place,
        what=observation.label("ja") + tail,
        what_en=observation.label("en") + tail_en,
        first_line=first.text("ja") or "別の行",
        first_line_en=first.text("en") or "another row",
    )
