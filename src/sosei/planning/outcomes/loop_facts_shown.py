"""Settled households by package and fiscal year, and the KPIs they feed, as far as who is asking may see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from sosei.planning.outcomes.kinds import kind_named
from sosei.planning.outcomes.loop.settled import fiscal_year
from sosei.planning.outcomes.loop_facts import FactsRead
from sosei.planning.outcomes.loop_state import Loop, shown_years
from sosei.planning.outcomes.services.public import Figure, KindTable
from sosei.planning.outcomes.words_facts import few, from_facts, too_few
from sosei.planning.population.wording import in_english, number
from sosei.planning.strategy.models import Kpi, PolicyPackage
from sosei.planning.strategy.permissions import can_see_part

Cells = Sequence[int | None]


@dataclass(frozen=True)
class PackageRow:
    """A package with its settled households by year, and the households a year that are its part of the gap.

    Attributes:
        package: None for households whose fact names no measure of the strategy.
        by_year: (fiscal year, households); None where the number is hidden.
    """

    package: PolicyPackage | None
    by_year: Sequence[tuple[int, int | None]]
    wanted: int | None


@dataclass(frozen=True)
class FedKpi:
    """A KPI that settled people feed, with its newest value of a year that may be seen and is over."""

    kpi: Kpi
    year: int
    text: str
    label: str


def package_rows(loop: Loop) -> list[PackageRow]:
    """The packages that share the gap or achieved something, in the strategy's order; then what names no measure."""
    years = shown_years(loop.today)
    found = _of_staff(loop.facts, years) if loop.may_see_small else _of_public(loop.facts.public, years)
    wanted = {share.package.pk: share.a_year for share in loop.shares}
    nothing: Cells = [0] * len(years)
    rows = [
        PackageRow(package, _by(years, found.get(package.pk, nothing)), wanted.get(package.pk))
        for package in loop.packages
        if package.pk in wanted or package.pk in found
    ]
    known = {package.pk for package in loop.packages}
    rest = [cells for key, cells in found.items() if key not in known]
    if rest:
        rows.append(PackageRow(None, _by(years, [_sum(column) for column in zip(*rest, strict=True)]), None))
    return rows


def _by(years: Sequence[int], cells: Cells) -> list[tuple[int, int | None]]:
    return list(zip(years, cells, strict=True))


def _sum(cells: Cells) -> int | None:
    return None if any(cell is None for cell in cells) else sum(cell or 0 for cell in cells)


def _of_staff(facts: FactsRead, years: Sequence[int]) -> dict[int | None, list[int | None]]:
    found: dict[int | None, list[int | None]] = {}
    for one in facts.by_package:
        if one.fiscal_year in years:
            found.setdefault(one.package, [0] * len(years))[years.index(one.fiscal_year)] = one.households
    return found


def _of_public(table: KindTable | None, years: Sequence[int]) -> dict[int | None, list[int | None]]:
    """Put together from the cells that the page of facts shows, so that the two pages give nothing away together."""
    if table is None:
        return {}
    by_package: dict[int | None, list[Cells]] = {}
    for row in table.rows:
        if not row.is_total or len(table.rows) == 1:
            package = row.measure.package_id if row.measure else None
            by_package.setdefault(package, []).append(_cells(table, row.figures, years))
    return {
        package: [_sum(column) for column in zip(*rows, strict=True)] for package, rows in by_package.items()
    }


def _cells(table: KindTable, figures: Sequence[Figure], years: Sequence[int]) -> list[int | None]:
    held: Mapping[int, Figure] = dict(zip(table.years, figures, strict=False))
    return [held[year].count if year in held else 0 for year in years]


def fed_kpis(loop: Loop, user: Any) -> list[FedKpi]:
    """The KPIs that settled people feed, each with its newest value that may be seen."""
    if loop.is_too_small_to_show:
        return []
    shown = []
    for fed in loop.facts.fed:
        kpi = fed.feed.kpi
        if not can_see_part(user, kpi):
            continue
        # The running year is not over, and would look like a fall.
        last = fiscal_year(loop.today) - 1
        if not loop.may_see_small:
            last = min(last, kpi.strategy.published_through or 0)
        kind, rule = kind_named(fed.feed.kind), fed.feed.rule
        years = [
            year
            for year, value in fed.values.items()
            if year <= last and (loop.may_see_small or not too_few(kind, rule, value.facts))
        ]
        if years:
            value = fed.values[max(years)]
            label = few(kind) if too_few(kind, rule, value.facts) else from_facts(kind, value.facts)
            space = " " if in_english() and kpi.local_unit else ""
            text = f"{number(float(value.value), kpi.decimals)}{space}{kpi.local_unit}"
            shown.append(FedKpi(kpi, max(years), text, str(label)))
    return shown


def household_title(name: str) -> str:
    """The engine's household types in words."""
    return {
        "couple_20s": _("20代の夫婦"),
        "family_30s": _("30代の夫婦と子ども1人"),
        "couple_60s": _("60代の夫婦"),
    }.get(name, name)
