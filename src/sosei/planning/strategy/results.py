"""The tables of results as a plan prints them: a KPI a line, its target, its base and a column for every year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from sosei.engines.conventions.eras import year_to_era
from sosei.planning.strategy.cells import write_cell
from sosei.planning.strategy.judging import YearValues, values_of
from sosei.planning.strategy.models import BasicGoal, Kpi, KpiTarget, PolicyPackage, Strategy
from sosei.planning.strategy.numbers import in_english, rounded
from sosei.planning.strategy.value_cells import printed_base, printed_cell, printed_target

LETTERS = {"明治": "M", "大正": "T", "昭和": "S", "平成": "H", "令和": "R"}


@dataclass(frozen=True)
class ResultLine:
    """A KPI and its cells, in the order of the columns."""

    kpi: Any
    cells: tuple[str, ...]


@dataclass(frozen=True)
class ResultTable:
    """The KPIs of one goal, or of one package under it."""

    heading: str
    columns: tuple[str, ...]
    lines: tuple[ResultLine, ...]


def results_of(strategy: Strategy, *, user: object) -> list[ResultTable]:
    """Every table of the strategy, as far as `user` sees its years."""
    kpis = list(Kpi.objects.visible_to(user).filter(strategy=strategy).select_related("measure"))
    targets: defaultdict[int, dict[int, KpiTarget]] = defaultdict(dict)
    for target in KpiTarget.objects.visible_to(user).filter(strategy=strategy):
        targets[target.kpi_id][target.fiscal_year] = target
    values = values_of(strategy, kpis, user=user)
    goals = list(BasicGoal.objects.visible_to(user).filter(strategy=strategy))
    packages = list(PolicyPackage.objects.visible_to(user).filter(strategy=strategy))
    tables = []
    for goal in goals:
        own = [kpi for kpi in kpis if kpi.goal_id == goal.pk]
        heading = _("基本目標%(number)s　%(title)s") % {"number": goal.number, "title": goal.local_title}
        tables += _table(heading, own, targets, values)
        for package in packages:
            if package.goal_id != goal.pk:
                continue
            under = [kpi for kpi in kpis if _package_of(kpi) == package.pk]
            title = f"{package.number}　{package.local_title}"
            tables += _table(title, under, targets, values)
    return tables


def _package_of(kpi: Kpi) -> int | None:
    return kpi.measure.package_id if kpi.measure is not None else kpi.package_id


def _table(
    heading: str,
    kpis: Iterable[Kpi],
    targets: Mapping[int, Mapping[int, KpiTarget]],
    values: Mapping[int, Mapping[int, YearValues]],
) -> list[ResultTable]:
    held = list(kpis)
    if not held:
        return []
    target_years = sorted({year for kpi in held for year in targets[kpi.pk]})
    finals = {max(targets[kpi.pk]) for kpi in held if targets[kpi.pk]}
    shown_targets = sorted(finals | set(target_years)) if len(target_years) > len(finals) else sorted(finals)
    bases = {kpi.base_year for kpi in held if kpi.base_value is not None and kpi.base_year is not None}
    years = sorted({year for kpi in held for year in values[kpi.pk]})
    columns = (
        *(target_heading(year) for year in reversed(shown_targets)),
        *(base_heading(year) for year in sorted(bases)),
        *(year_heading(year) for year in years),
    )
    lines = tuple(
        ResultLine(
            kpi,
            (
                *(_target(kpi, targets[kpi.pk].get(year)) for year in reversed(shown_targets)),
                *(printed_base(kpi) if kpi.base_year == year else "" for year in sorted(bases)),
                *(_actual(kpi, values[kpi.pk].get(year)) for year in years),
            ),
        )
        for kpi in held
    )
    return [ResultTable(heading, columns, lines)]


def _target(kpi: Kpi, target: KpiTarget | None) -> str:
    return "" if target is None else printed_target(kpi, target)


def _actual(kpi: Kpi, values: YearValues | None) -> str:
    if values is None or values.chosen is None:
        return ""
    if values.chosen.actual is not None:
        return printed_cell(kpi, values.chosen.actual)
    if values.chosen.value is None:
        return ""
    return write_cell(value=rounded(values.chosen.value, kpi.decimals), unit=kpi.unit)


def era_of(year: int) -> str:
    """H28, R1."""
    era, number = year_to_era(year)
    return f"{LETTERS.get(era, era)}{number}"


def target_heading(year: int) -> str:
    """2020(R2)目標値."""
    return f"Target {year}" if in_english() else f"{year}({era_of(year)})目標値"


def base_heading(year: int) -> str:
    """2015 (策定時)."""
    return f"{year} (start)" if in_english() else f"{year} (策定時)"


def year_heading(year: int) -> str:
    """2016 (H28)."""
    return f"{year} ({era_of(year)})"
