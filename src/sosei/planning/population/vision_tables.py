"""Tidy rows from censuses and projections: one function a table of the population vision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from sosei.engines.demography.indicators import (
    decline_stage,
    persons_75_and_over,
    support_ratio,
    three_age_groups,
    women_20_39,
)
from sosei.engines.demography.influence import influence, scenario_split
from sosei.engines.demography.overrides import TfrPath
from sosei.engines.demography.project import Projection
from sosei.engines.demography.scenario import Scenario
from sosei.planning.population.inputs import ProjectionInputs, observed_migration, observed_periods
from sosei.planning.population.models import VitalStatistic
from sosei.planning.population.observations import GROUPS, Censuses

Row = dict[str, Any]


def observed_total(censuses: Censuses) -> list[Row]:
    """Everyone, residents and special populations at each census."""
    rows = []
    for year, census in censuses.by_year.items():
        total = float(census.population.sum())
        special = sum(float(held[year].population.sum()) for held in censuses.groups.values() if year in held)
        rows.append({"year": year, "total": total, "residents": total - special, "special": special})
    return rows


def births_and_tfr(statistics: Iterable[VitalStatistic]) -> list[Row]:
    """Births and TFR by year, None where one of them is not there."""
    rows: dict[int, Row] = {}
    for one in statistics:
        if one.kind in (VitalStatistic.Kind.BIRTHS, VitalStatistic.Kind.TFR):
            row = rows.setdefault(one.year, {"year": one.year, "births": None, "tfr": None})
            row["births" if one.kind == VitalStatistic.Kind.BIRTHS else "tfr"] = float(one.value)
    return [rows[year] for year in sorted(rows)]


def net_migration(inputs: ProjectionInputs) -> list[Row]:
    """Residual net migrants and rates by interval, sex and age at the end (from 5-9 on)."""
    rows = []
    for first, last in observed_periods(inputs.censuses):
        data = observed_migration(inputs.censuses, inputs.assumptions, first, last)
        counts = data["counts"].transpose("sex", "age").values
        rates = data["rates"].transpose("sex", "age").values
        for i, sex in enumerate(("male", "female")):
            for j, age in enumerate(GROUPS.starts.tolist()):
                if np.isfinite(counts[i, j]):
                    rows.append(
                        {
                            "period": f"{first}-{last}",
                            "sex": sex,
                            "age_from": age,
                            "age_label": GROUPS.label(age),
                            "persons": float(counts[i, j]),
                            "rate": float(rates[i, j]) if np.isfinite(rates[i, j]) else None,
                        }
                    )
    return rows


def scenario_totals(name: str, projection: Projection) -> list[Row]:
    """Total, residents and special populations by year."""
    residents = projection.population.sum(("sex", "age"))
    total = projection.total()
    return [
        {
            "scenario": name,
            "year": int(year),
            "total": float(t),
            "residents": float(r),
            "special": float(t) - float(r),
        }
        for year, t, r in zip(total["year"].values, total.values, residents.values, strict=True)
    ]


def scenario_ages(name: str, projection: Projection) -> list[Row]:
    """Three age groups, 75+ and the share of 65+ by year."""
    everyone = projection.everyone
    three = three_age_groups(everyone).transpose("year", "age_group").values
    oldest = persons_75_and_over(everyone).values
    return [
        {
            "scenario": name,
            "year": int(year),
            "age_0_14": float(young),
            "age_15_64": float(working),
            "age_65_plus": float(old),
            "age_75_plus": float(oldest[i]),
            "share_65_plus": float(old / (young + working + old)),
        }
        for i, (year, (young, working, old)) in enumerate(zip(everyone["year"].values, three, strict=True))
    ]


def support_ratios(
    name: str, projection: Projection, published: Mapping[tuple[str, int], float]
) -> list[Row]:
    """Persons 15-64 per person of 75 and over, with the published ratio where there is one."""
    ratios = support_ratio(projection.everyone)
    return [
        {
            "scenario": name,
            "year": int(year),
            "ratio": float(value),
            "published": published.get((name, int(year))),
        }
        for year, value in zip(ratios["year"].values, ratios.values, strict=True)
    ]


def pyramid(name: str, everyone: xr.DataArray) -> list[Row]:
    """Persons by year, sex and age; dims (year, sex, age)."""
    values = everyone.transpose("year", "sex", "age").values
    return [
        {
            "scenario": name,
            "year": int(year),
            "sex": sex,
            "age_from": age,
            "age_label": GROUPS.label(age),
            "persons": float(values[i, j, k]),
        }
        for i, year in enumerate(everyone["year"].values)
        for j, sex in enumerate(("male", "female"))
        for k, age in enumerate(GROUPS.starts.tolist())
    ]


def observed_pyramid(censuses: Censuses, base_year: int) -> list[Row]:
    """Counted people before the base year, as scenario "observed"."""
    rows = []
    for year, census in censuses.by_year.items():
        if year < base_year:
            rows += pyramid("observed", census.population.expand_dims(year=[year]))
    return rows


def women(name: str, projection: Projection) -> list[Row]:
    """Women 20-39 by year and their index (base year = 100)."""
    series = women_20_39(projection.everyone)
    first = float(series.values[0])
    return [
        {
            "scenario": name,
            "year": int(year),
            "persons": float(v),
            "index": 100 * float(v) / first if first else None,
        }
        for year, v in zip(series["year"].values, series.values, strict=True)
    ]


def components(name: str, projection: Projection) -> list[Row]:
    """Births, deaths, net migration of the residents in the five years to each year."""
    births = projection.births.sum("sex").values
    deaths = projection.deaths.sum(("sex", "age")).values
    moves = projection.net_migration.sum(("sex", "age")).values
    return [
        {
            "scenario": name,
            "year": int(year),
            "births": float(births[i]),
            "deaths": float(deaths[i]),
            "net_migration": float(moves[i]),
            "natural": float(births[i] - deaths[i]),
        }
        for i, year in enumerate(projection.births["year"].values)
    ]


def decline_stages(name: str, projection: Projection, base_year: int) -> list[Row]:
    """Stage of population decline and the indices behind it."""
    data = decline_stage(projection.everyone, base_year)
    index = data["index"].transpose("year", "age_group")
    return [
        {
            "scenario": name,
            "year": int(year),
            "index_0_14": float(index.sel(year=year, age_group="0-14")),
            "index_15_64": float(index.sel(year=year, age_group="15-64")),
            "index_65_plus": float(index.sel(year=year, age_group="65+")),
            "stage": int(data["stage"].sel(year=year)),
        }
        for year in data["year"].values
    ]


def influences(projections: Mapping[str, Projection], reference_year: int) -> list[Row]:
    """Natural and social influence: ratio and rank in the reference year."""
    needed = [projections.get(n) for n in ("baseline", "simulation-1", "simulation-2")]
    if any(p is None for p in needed):
        return []
    data = influence(*(p.total() for p in needed if p is not None), reference_year=reference_year)
    return [
        {
            "kind": kind,
            "ratio": float(data[f"{kind}_ratio"]),
            "rank": int(data[f"{kind}_rank"]),
            "reference_year": reference_year,
        }
        for kind in ("natural", "social")
    ]


def split(inputs: ProjectionInputs, scenario: Scenario, baseline: Projection) -> list[Row]:
    """What separates `scenario` from the baseline: fertility, migration, and what only both together do."""

    def only(fertility: bool) -> xr.DataArray:
        kept = tuple(o for o in scenario.overrides if isinstance(o, TfrPath) is fertility)
        return inputs.project(Scenario(scenario.name, scenario.title, overrides=kept)).total()

    data = scenario_split(baseline.total(), only(True), only(False), inputs.project(scenario).total())
    return [
        {"year": int(y), **{str(k): float(data[k].sel(year=y)) for k in data.data_vars}}
        for y in data["year"].values
    ]


def vision_and_actual(
    censuses: Censuses,
    base_year: int,
    totals: Mapping[str, list[Row]],
    published: Mapping[tuple[str, int], float],
) -> list[Row]:
    """Censuses to the base year, later ones as hindsight, projections and published figures in one series table."""
    rows: list[Row] = []
    for year, census in censuses.by_year.items():
        series = "observed" if year <= base_year else "hindsight"
        rows.append({"series": series, "year": year, "total": float(census.population.sum())})
    for name in ("baseline", "prospect-1", "prospect-2"):
        rows += [{"series": name, "year": r["year"], "total": r["total"]} for r in totals.get(name, [])]
    rows += [{"series": f"published:{n}", "year": y, "total": v} for (n, y), v in sorted(published.items())]
    return rows
