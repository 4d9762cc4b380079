"""The demonstration's KPIs: printed cells become bases, targets and actuals of the year whose column they stand in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from sosei.core.people.models import Organisation, Person
from sosei.planning.strategy.cell_periods import Column, ColumnKind, read_heading
from sosei.planning.strategy.cells import Absence, Basis, Cell, Place, read_cell
from sosei.planning.strategy.demonstration_tables import rows, source
from sosei.planning.strategy.models import BasicGoal, Kpi, KpiActual, Origin, PolicyPackage, Strategy
from sosei.planning.strategy.services.kpis import (
    Definition,
    Report,
    Target,
    define_kpi,
    record_actuals,
    set_targets,
)

NOT_YET = (Absence.UNDER_SURVEY, Absence.NOT_YET_PUBLISHED)
LATER = "campaign"
"""Table of `values.csv` that departments answer in the campaign, not loaded with the rest."""


@dataclass
class Cells:
    """What the tables print of one KPI."""

    base: tuple[int, Cell, str] | None = None
    targets: dict[int, Target] = field(default_factory=dict)
    actuals: list[tuple[int, Cell, dict[str, str]]] = field(default_factory=list)


def load_kpis(
    strategy: Strategy,
    key: str,
    *,
    places: Mapping[str, BasicGoal | PolicyPackage],
    departments: Mapping[str, Organisation],
    planner: Person,
) -> dict[str, Kpi]:
    """KPIs of a strategy with all that is printed of them; key -> KPI.

    Args:
        places: goals by number ("1"), packages by number ("2-3").

    Raises:
        CellError: a cell of the tables that cannot be read.
    """
    made: dict[str, Kpi] = {}
    reports: list[Report] = []
    for row in rows("kpis", strategy=key):
        cells = read_row(key, row)
        previous = _previous(strategy, row["continues"])
        definition = _definition(row, cells, departments, made.get(row["same_as"]), previous)
        kpi = define_kpi(
            place=places[row["package"] or row["goal"]], definition=definition, defined_by=planner
        )
        if cells.targets:
            set_targets(kpi=kpi, targets=cells.targets, set_by=planner)
        made[row["key"]] = kpi
        reports += _reports(kpi, cells)
    record_actuals(reports=reports, origin=Origin.IMPORTED, entered_by=planner)
    return made


def read_row(strategy: str, row: Mapping[str, str]) -> Cells:
    """Base, targets and actuals of a KPI, from its printed cells.

    Raises:
        CellError: a cell or heading that cannot be read.
    """
    found = Cells()
    for printed in rows("values", strategy=strategy, kpi=row["key"]):
        if printed["table"] == LATER:
            continue
        column, cell = read_printed(printed, row)
        if column.year is None:
            raise ValueError(f"the column {printed['column']!r} of {row['key']} names no year")
        if column.kind is ColumnKind.BASE:
            found.base = column.year, cell, printed["printed"]
        elif column.kind is ColumnKind.TARGET:
            found.targets[column.year] = Target(
                _value(cell), printed=printed["printed"], is_sample=printed["is_sample"] == "1"
            )
        else:
            found.actuals.append((column.year, cell, printed))
    found.actuals.sort(key=lambda one: one[0])
    return found


def read_printed(printed: Mapping[str, str], row: Mapping[str, str]) -> tuple[Column, Cell]:
    """Heading and cell of one line of `values.csv`, as the KPI of that row reads them."""
    place = Place(row=row["title"], column=printed["column"])
    basis = Basis.CENSUS if row["kind"] == Kpi.Kind.CENSUS else Basis(row["year_kind"])
    return (
        read_heading(printed["column"], place=place),
        read_cell(printed["printed"], basis=basis, unit=row["unit"], place=place),
    )


def _definition(
    row: Mapping[str, str],
    cells: Cells,
    departments: Mapping[str, Organisation],
    same: Kpi | None,
    previous: Kpi | None,
) -> Definition:
    year, base, printed = cells.base or (None, None, "")
    return Definition(
        title=row["title"],
        title_en=row["title_en"],
        text=row["text"],
        text_en=row["text_en"],
        unit=row["unit"],
        unit_en=row["unit_en"],
        decimals=int(row["decimals"]),
        direction=row["direction"],
        kind=row["kind"],
        year_kind=row["year_kind"],
        tolerance=Decimal(row["tolerance"]) if row["tolerance"] else None,
        base_value=base.value if base else None,
        base_year=year,
        base_period=base.words if base else "",
        base_printed=printed,
        department=departments[row["department"]] if row["department"] else None,
        source=source(row["source"])["title"],
        source_en=source(row["source"])["title_en"],
        same_indicator_as=same,
        continues=previous,
        position=int(row["position"]),
        is_sample=row["is_sample"] == "1",
    )


def _previous(strategy: Strategy, key: str) -> Kpi | None:
    """The KPI of the term before that this one continues; it has the same title."""
    if not key or strategy.previous is None:
        return None
    title = next(row["title"] for row in rows("kpis", key=key) if row["strategy"] == "iwaki-1")
    found: Kpi = Kpi.objects.get(strategy=strategy.previous, title=title)
    return found


def _reports(kpi: Kpi, cells: Cells) -> list[Report]:
    found = []
    seen = {cells.base[1].words} if cells.base else set()
    for year, cell, printed in cells.actuals:
        found.append(
            report_of(kpi, year, cell, printed, carried_forward=bool(cell.words) and cell.words in seen)
        )
        seen.add(cell.words)
    return found


def report_of(
    kpi: Kpi, year: int, cell: Cell, printed: Mapping[str, str], *, carried_forward: bool = False
) -> Report:
    """A printed cell as a value to record: the column's year is that of the report, its words the period."""
    period = cell.period
    return Report(
        kpi=kpi,
        reported_in=year,
        value=cell.value,
        availability=availability_of(cell),
        yearly_value=cell.yearly.value if cell.yearly else None,
        carried_forward=carried_forward and cell.value is not None,
        period=cell.words,
        period_starts_on=period.start if period else None,
        period_ends_on=period.end if period else None,
        printed=printed["printed"],
        source=source(printed["source"])["title"],
        explanation=printed["explanation"],
        is_sample=printed["is_sample"] == "1",
    )


def availability_of(cell: Cell) -> str:
    """Whether the cell has a value, or why not, in the words of the table of actuals."""
    if cell.absence is None:
        return str(KpiActual.Availability.VALUE)
    if cell.absence in NOT_YET:
        return str(KpiActual.Availability.NOT_YET_PUBLISHED)
    return str(KpiActual.Availability.NOT_AVAILABLE)


def _value(cell: Cell) -> Decimal:
    if cell.value is None:
        raise ValueError(f"a target needs a value, not {cell.mark_printed!r}")
    return cell.value
