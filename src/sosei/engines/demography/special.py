"""Special populations: a stock kept apart that ages and dies by itself and leaves or comes home on a schedule.

Evacuees of a nuclear accident, students in halls, people in institutions: counted in the census, but not following
the residents' migration. They appear in the totals only (cf. group quarters in bayesPop; static populations of the
UK ONS subnational projections; 富岡町復興計画 2013 for a schedule by year).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.demography.dimensions import AgeGroups
from sosei.engines.demography.errors import InvalidValueError, ShapeError
from sosei.engines.demography.input_checks import sex_first

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SpecialPopulation:
    """A stock apart.

    Attributes:
        name: what it is called in the results.
        population: persons at the base year, dims (sex, age), and area where there are several.
        remaining: year → share of the survivors of the original stock who are still here at that year's end.
            Between the years given the share falls linearly; after the last it stays. 1 at the base year.
        destination: where leavers go: "away" (out of the area) or "residents" (they join the residents at the
            end of the step, and count as net migration there).
        static: True for a stock that is renewed and keeps its size and ages (students' halls): it neither ages
            nor dies, and `remaining` scales it.
    """

    name: str
    population: xr.DataArray
    remaining: Mapping[int, float]
    destination: Literal["away", "residents"] = "away"
    static: bool = False

    def __post_init__(self) -> None:
        if not self.remaining:
            raise ShapeError(
                name=self.name, problem="empty schedule", expected="year → share still here", got="nothing"
            )
        for year, share in self.remaining.items():
            if not 0 <= share <= 1:
                raise InvalidValueError(
                    name=f"{self.name}: share remaining",
                    value=share,
                    expected="a share between 0 and 1",
                    remedy="write 0.6 for 60 per cent.",
                    year=year,
                )
        shares = [self.remaining[y] for y in sorted(self.remaining)]
        if not self.static and any(later > earlier for earlier, later in itertools.pairwise(shares)):
            raise InvalidValueError(
                name=f"{self.name}: share remaining",
                value=shares,
                expected="a share that never rises (people who left do not come back by themselves)",
                remedy="add those who return as arrivals, or mark the stock as static.",
                year=max(self.remaining),
            )
        if bool((self.population < 0).any()) or bool(self.population.isnull().any()):
            raise InvalidValueError(
                name=self.name,
                value=float(self.population.min()),
                expected="a count of persons, 0 or more, at every sex and age",
                remedy="fill or correct the stock's table.",
            )

    def share_remaining(self, year: int) -> float:
        """Share of the original stock's survivors still here at `year`."""
        years = sorted(self.remaining)
        return float(np.interp(year, years, [self.remaining[y] for y in years]))

    def starting_array(self, lead: tuple[str, ...], shape: tuple[int, ...]) -> Array:
        """The stock as (lead…, sex, age), broadcast to the residents' shape."""
        ordered = sex_first(self.population, self.name)
        dims = [d for d in (*lead, "sex", "age") if d in ordered.dims]
        values = np.asarray(ordered.transpose(*dims).values, dtype=np.float64)
        for axis, dim in enumerate((*lead, "sex", "age")):
            if dim not in ordered.dims:
                values = np.expand_dims(values, axis)
        if values.shape[-1] != shape[-1]:
            raise ShapeError(
                name=self.name,
                problem="age groups differ from the residents'",
                expected=f"{shape[-1]} groups",
                got=f"{values.shape[-1]} groups",
            )
        return np.array(np.broadcast_to(values, shape))


def advance_special(
    special: SpecialPopulation, stock: Array, year: int, survivorship: Array, groups: AgeGroups
) -> tuple[Array, Array]:
    """One step of a stock that ends in `year`: those still here, and those who join the residents."""
    before, after = special.share_remaining(year - groups.width), special.share_remaining(year)
    kept_share = after / before if before > 0 else 0.0
    if special.static:
        survivors = stock
    else:
        survivors = np.zeros_like(stock)
        survivors[..., 1:] = stock[..., :-1]
        survivors[..., -1] += stock[..., -1]
        survivors = survivors * survivorship
    kept = survivors * kept_share
    joining = survivors - kept if special.destination == "residents" else np.zeros_like(stock)
    return kept, joining
