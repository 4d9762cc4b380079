"""From stored censuses and an assumption document to the rates a projection takes, with their fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from sosei import __version__
from sosei.engines.demography.errors import MissingRateError, Text
from sosei.engines.demography.fertility import child_woman_ratio, sex_ratio_0_4
from sosei.engines.demography.net_migration import residual_net_migration
from sosei.engines.demography.project import Projection, project
from sosei.engines.demography.scenario import Scenario, apply_scenario
from sosei.engines.demography.special import SpecialPopulation
from sosei.planning.population.assumptions import Assumptions
from sosei.planning.population.observations import Censuses
from sosei.planning.population.reference import national_tfr_paths, survivorship_table

WIDTH = 5


@dataclass(frozen=True)
class ProjectionInputs:
    """Everything one area's projections start from.

    Attributes:
        residents: people at the base year without special populations, dims (sex, age).
        rates: as `project()` and `apply_scenario()` take them, every step from the base year to `until`.
        references: period ("1995-2000") → observed net migration rates, dims (sex, age).
        bases: scenarios that another one may name as its base.
    """

    censuses: Censuses
    assumptions: Assumptions
    until: int
    residents: xr.DataArray
    special: tuple[SpecialPopulation, ...]
    rates: xr.Dataset
    references: dict[str, xr.DataArray]
    bases: Mapping[str, Scenario] = field(default_factory=dict)

    @property
    def base_year(self) -> int:
        """The year of the starting population."""
        return self.assumptions.base_year

    def apply(self, scenario: Scenario) -> xr.Dataset:
        """The rates under `scenario`.

        Raises:
            DemographyError: the scenario does not fit these inputs.
        """
        return apply_scenario(
            scenario,
            self.rates,
            base_year=self.base_year,
            width=WIDTH,
            references=self.references,
            bases=self.bases,
        )

    def project(self, scenario: Scenario) -> Projection:
        """The projection under `scenario`."""
        return project(
            self.residents,
            self.apply(scenario),
            until=self.until,
            closure="child_woman_ratio",
            base_year=self.base_year,
            special=self.special,
        )

    def fingerprint(self, scenario: Scenario) -> str:
        """SHA-256 over every input number, the scenario and the engine's version."""
        digest = hashlib.sha256(__version__.encode())
        for array in (self.residents, *(s.population for s in self.special), *self.references.values()):
            digest.update(np.ascontiguousarray(array.values, dtype=np.float64).tobytes())
        for name in sorted(str(n) for n in self.rates.data_vars):
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(self.rates[name].values, dtype=np.float64).tobytes())
        for stock in self.special:
            digest.update(f"{stock.name}{sorted(stock.remaining.items())}{stock.destination}".encode())
        digest.update(f"{self.base_year}-{self.until}".encode())
        for one in self._with_bases(scenario):
            digest.update(one.to_yaml().encode())
        return digest.hexdigest()

    def _with_bases(self, scenario: Scenario) -> list[Scenario]:
        chain = [scenario]
        while chain[-1].base in self.bases and len(chain) <= len(self.bases):
            chain.append(self.bases[chain[-1].base])
        return chain


def build_inputs(
    censuses: Censuses,
    assumptions: Assumptions,
    *,
    until: int,
    bases: Mapping[str, Scenario] | None = None,
) -> ProjectionInputs:
    """Rates of every step from the assumptions' base year to `until`.

    Raises:
        MissingObservationError: a census the assumptions name is not stored.
        MissingRateError: survivorship or the national fertility path do not reach `until`.
    """
    base = assumptions.base_year
    years = list(range(base + WIDTH, until + 1, WIDTH))
    everyone = censuses.population(base)
    stocks = _special(censuses, assumptions)
    residents = everyone - sum((s.population for s in stocks), start=xr.zeros_like(everyone))
    survivorship = _survivorship(assumptions, years)
    references = {
        f"{a}-{b}": observed_migration(censuses, assumptions, a, b)["rates"]
        for a, b in observed_periods(censuses)
    }
    wanted = [f"{a}-{b}" for a, b in assumptions.periods]
    for (a, b), name in zip(assumptions.periods, wanted, strict=True):
        if name not in references:
            censuses.population(a)
            censuses.population(b)
    migration = sum(references[n] for n in wanted) / len(wanted)
    tfr = _tfr_path(assumptions, years, censuses.area.code)
    ratio = float(child_woman_ratio(residents))
    rates = xr.Dataset(
        {
            "survivorship": survivorship,
            "net_migration_rate": migration.expand_dims(year=years).transpose("year", "sex", "age"),
            "tfr": ("year", tfr),
            "tfr_base_year": assumptions.tfr,
            "child_woman_ratio": ("year", ratio * tfr / assumptions.tfr),
            "sex_ratio_0_4": ("year", np.full(len(years), _boys_per_girl(censuses, assumptions))),
        },
        coords={"year": years},
    )
    return ProjectionInputs(censuses, assumptions, until, residents, stocks, rates, references, bases or {})


def observed_migration(censuses: Censuses, assumptions: Assumptions, first: int, last: int) -> xr.Dataset:
    """Residual net migration between two censuses, counts and rates by age at the end.

    Special populations are taken out of the end where they were counted apart; of the start only where they were
    counted at the end too, so that nobody is missing from one side.
    """
    start, end = censuses.population(first), censuses.population(last)
    for name in assumptions.without:
        held = censuses.groups.get(name, {})
        if last in held:
            end = end - _stock(censuses, assumptions, name, last)
            if first in held:
                start = start - _stock(censuses, assumptions, name, first)
    survivorship = survivorship_table(assumptions.survivorship).sel(year=last, drop=True)
    return residual_net_migration(start, end, survivorship)


def observed_periods(censuses: Censuses) -> list[tuple[int, int]]:
    """Pairs of stored censuses five years apart."""
    return [(y, y + WIDTH) for y in sorted(censuses.by_year) if y + WIDTH in censuses.by_year]


def _stock(censuses: Censuses, assumptions: Assumptions, name: str, year: int) -> xr.DataArray:
    """A special population as counted, or with the residents' ages where the assumptions say so."""
    stock = censuses.special(name, year)
    if assumptions.special.get(name, {}).get("ages") == "residents":
        others = censuses.population(year) - stock
        stock = others * (float(stock.sum()) / float(others.sum()))
    return stock


def _special(censuses: Censuses, assumptions: Assumptions) -> tuple[SpecialPopulation, ...]:
    return tuple(
        SpecialPopulation(
            name=name,
            population=_stock(censuses, assumptions, name, assumptions.base_year),
            remaining={int(y): float(s) for y, s in settings["remaining"].items()},
            destination=settings.get("destination", "away"),
        )
        for name, settings in assumptions.special.items()
    )


def _survivorship(assumptions: Assumptions, years: list[int]) -> xr.DataArray:
    table = survivorship_table(assumptions.survivorship)
    for year in years:
        if year not in table["year"].values:
            raise MissingRateError(name="survivorship", year=year)
    return table.sel(year=years)


def _tfr_path(assumptions: Assumptions, years: list[int], censuses_code: str) -> np.ndarray:
    path = national_tfr_paths()[assumptions.national_path]
    for year in (assumptions.base_year, *years):
        if year not in path:
            raise MissingRateError(
                name=Text(
                    f"national TFR on the path {assumptions.national_path}",
                    f"全国の合計特殊出生率（{assumptions.national_path}）",
                ),
                area=censuses_code,
                year=year,
            )
    return np.array([assumptions.tfr * path[y] / path[assumptions.base_year] for y in years])


def _boys_per_girl(censuses: Censuses, assumptions: Assumptions) -> float:
    return float(
        np.mean([float(sex_ratio_0_4(censuses.population(y))) for y in assumptions.sex_ratio_censuses])
    )
