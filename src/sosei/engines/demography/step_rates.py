"""A projection's rates checked once, whole, and handed out step by step as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.demography.dimensions import AgeGroups
from sosei.engines.demography.errors import InvalidValueError, ShapeError
from sosei.engines.demography.input_checks import (
    coordinates_of_first,
    require_present,
    require_within,
    require_years,
)

Closure = Literal["child_woman_ratio", "fertility_rate"]
MigrationTiming = Literal["end", "half"]
Array = npt.NDArray[np.float64]
INNER = ("sex", "age")


@dataclass
class StepRates:
    """The numbers of one step as plain arrays, shape (…, sex, age) unless said."""

    survivorship: Array
    rate: Array | None
    count: Array | None
    arrivals: Array
    child_woman_ratio: Array | None  # (…)
    fertility_rate: Array | None  # (…, age)
    sex_ratio: Array  # boys per girl, (…)


class RatesByStep:
    """The rates checked once and handed out a step at a time as plain arrays."""

    def __init__(
        self,
        rates: xr.Dataset,
        groups: AgeGroups,
        lead: tuple[str, ...],
        years: list[int],
        closure: Closure,
        timing: MigrationTiming,
    ) -> None:
        self.lead = lead
        self.years = years
        if closure not in ("child_woman_ratio", "fertility_rate"):
            raise ShapeError(
                name="closure", problem="unknown", expected="child_woman_ratio or fertility_rate", got=closure
            )
        if timing not in ("end", "half"):
            raise ShapeError(name="migration_timing", problem="unknown", expected="end or half", got=timing)
        if "net_migration_rate" in rates and "net_migration" in rates:
            raise ShapeError(
                name="rates",
                problem="two kinds of migration",
                expected="a rate or a count, not both",
                got="both",
            )
        self.survivorship = self._take(rates, "survivorship", groups)
        require_within(
            self.survivorship,
            (0.0, 1.0),
            "survivorship",
            rates["survivorship"].sel(year=years),
            ("year", *lead, *INNER),
            "a share between 0 and 1",
        )
        inside = closure == "child_woman_ratio"
        self.rate = self._take_migration(rates, "net_migration_rate", groups, inside)
        self.count = self._take_migration(rates, "net_migration", groups, inside)
        self.arrivals = self._take(rates, "arrivals", groups) if "arrivals" in rates else None
        self.ratio = self.fertility = None
        if inside:
            self.ratio = self._take(rates, "child_woman_ratio")
            self.sex_ratio = self._take(rates, "sex_ratio_0_4")
        else:
            self.fertility = self._take(rates, "fertility_rate", groups, dims=("age",))
            self.sex_ratio = self._take(rates, "sex_ratio_at_birth")

    def lead_shape(self, population: Array) -> tuple[int, ...]:
        """The leading shape that population and all rates broadcast to."""
        shapes = [population.shape[:-2], self.survivorship.shape[1:-2], self.sex_ratio.shape[1:]]
        for block, inner in (
            (self.rate, 2),
            (self.count, 2),
            (self.arrivals, 2),
            (self.ratio, 0),
            (self.fertility, 1),
        ):
            if block is not None:
                shapes.append(block.shape[1 : block.ndim - inner])
        return np.broadcast_shapes(*shapes)

    def step(self, year: int) -> StepRates:
        """The arrays of the step that ends in `year`."""
        i = self.years.index(year)

        def at(block: Array | None) -> Array | None:
            return None if block is None else block[i]

        return StepRates(
            survivorship=self.survivorship[i],
            rate=at(self.rate),
            count=at(self.count),
            arrivals=np.zeros(self.survivorship[i].shape[-2:]) if self.arrivals is None else self.arrivals[i],
            child_woman_ratio=at(self.ratio),
            fertility_rate=at(self.fertility),
            sex_ratio=self.sex_ratio[i],
        )

    def _take(
        self, rates: xr.Dataset, name: str, groups: AgeGroups | None = None, dims: tuple[str, ...] = INNER
    ) -> Array:
        """`rates[name]` for the needed years, dims (year, lead…, dims…), every value present."""
        inner = dims if groups is not None else ()
        block = require_years(rates, name, self.years, inner, groups)
        values = ordered_values(block, ("year", *self.lead, *inner))
        require_present(values, name, block, ("year", *self.lead, *inner))
        return values

    def _take_migration(self, rates: xr.Dataset, name: str, groups: AgeGroups, inside: bool) -> Array | None:
        """Net migration; under the child-woman ratio its first group must be empty."""
        if name not in rates:
            return None
        block = require_years(rates, name, self.years, INNER, groups)
        dims = ("year", *self.lead, *INNER)
        values = ordered_values(block, dims).copy()
        if inside:
            first = np.nan_to_num(values[..., 0], nan=0.0)
            if np.any(first != 0):
                where = coordinates_of_first(first != 0, block, dims[:-1])
                raise InvalidValueError(
                    name=f"{name} at age {groups.label(0)}",
                    value=float(first[first != 0][0]),
                    expected="empty under the closure child_woman_ratio (it is inside the ratio)",
                    remedy="set it to NaN, or use the closure fertility_rate.",
                    **where,
                )
            values[..., 0] = 0.0
        require_present(values, name, block, dims)
        return values


def ordered_values(array: xr.DataArray, dims: tuple[str, ...]) -> Array:
    """Values as float64 in the order `dims`, missing dimensions as length one."""
    missing = [d for d in dims if d not in array.dims]
    ordered = array.transpose(*(d for d in dims if d in array.dims))
    values = np.asarray(ordered.values, dtype=np.float64)
    for d in missing:
        values = np.expand_dims(values, dims.index(d))
    return values
