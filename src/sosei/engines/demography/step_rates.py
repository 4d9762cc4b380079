"""A projection's rates checked once, whole, and handed out step by step as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.demography.dimensions import CHILDBEARING, AgeGroups
from sosei.engines.demography.errors import InvalidValueError, ShapeError, Text
from sosei.engines.demography.input_checks import (
    A_COUNT,
    A_RATE,
    A_SHARE,
    COUNT,
    LARGEST,
    coordinates_of_first,
    named,
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
        *,
        look: bool = True,
    ) -> None:
        """Takes the rates of `years`; with `look` every value is looked at, else only labels and shapes are."""
        self.lead = lead
        self.years = years
        self.timing = timing
        self.look = look
        if closure not in ("child_woman_ratio", "fertility_rate"):
            raise _unknown("closure", "child_woman_ratio or fertility_rate", closure)
        if timing not in ("end", "half"):
            raise _unknown("migration_timing", "end or half", timing)
        if "net_migration_rate" in rates and "net_migration" in rates:
            raise ShapeError(
                name="rates",
                problem=Text("two kinds of migration", "移動が率と人数の両方で与えられています"),
                expected=Text("a rate or a count, not both", "率か人数のどちらか一方"),
                got="net_migration_rate, net_migration",
                remedy=Text("remove one of the two.", "一方を除いてください。"),
            )
        inside = closure == "child_woman_ratio"
        if inside:
            _require_five_year_groups(groups)
        self.survivorship = self._take(rates, "survivorship", groups, bounds=(0.0, 1.0), expected=A_SHARE)
        if inside and look:
            self._require_newborn_survive(rates)
        self.rate = self._take_migration(rates, "net_migration_rate", groups, inside)
        self.count = self._take_migration(rates, "net_migration", groups, inside)
        self.arrivals = (
            self._take(rates, "arrivals", groups, bounds=COUNT, expected=A_COUNT)
            if "arrivals" in rates
            else None
        )
        self.ratio = self.fertility = None
        if inside:
            self.ratio = self._take(rates, "child_woman_ratio", bounds=COUNT)
            self.sex_ratio = self._take(rates, "sex_ratio_0_4", bounds=COUNT)
        else:
            self.fertility = self._take(rates, "fertility_rate", groups, dims=("age",), bounds=COUNT)
            self.sex_ratio = self._take(rates, "sex_ratio_at_birth", bounds=COUNT)

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
        self,
        rates: xr.Dataset,
        name: str,
        groups: AgeGroups | None = None,
        dims: tuple[str, ...] = INNER,
        *,
        bounds: tuple[float, float],
        expected: Text = A_RATE,
    ) -> Array:
        """`rates[name]` for the needed years, dims (year, lead…, dims…), every value present and within bounds."""
        inner = dims if groups is not None else ()
        block = require_years(rates, name, self.years, inner, groups)
        values = ordered_values(block, ("year", *self.lead, *inner))
        if not self.look:
            return values
        require_present(values, name, block, ("year", *self.lead, *inner))
        require_within(values, bounds, name, block, ("year", *self.lead, *inner), expected)
        return values

    def _require_newborn_survive(self, rates: xr.Dataset) -> None:
        """Births are the children divided by the survivorship from birth, which may not be 0."""
        dims = ("year", *self.lead, "sex")
        block = rates["survivorship"].sel(year=self.years).isel(age=0)
        smallest = float(np.finfo(np.float64).tiny)
        above_zero = Text(
            "more than 0 at birth, because births are computed with it", "出生からの値は0より大きい数"
        )
        require_within(
            self.survivorship[..., 0], (smallest, LARGEST), "survivorship", block, dims, above_zero
        )

    def _take_migration(self, rates: xr.Dataset, name: str, groups: AgeGroups, inside: bool) -> Array | None:
        """Net migration; under the child-woman ratio its first group must be empty."""
        if name not in rates:
            return None
        block = require_years(rates, name, self.years, INNER, groups)
        dims = ("year", *self.lead, *INNER)
        values = ordered_values(block, dims)
        if not self.look:
            return values
        values = values.copy()
        if inside:
            first = np.nan_to_num(values[..., 0], nan=0.0)
            if np.any(first != 0):
                where = coordinates_of_first(first != 0, block, dims[:-1])
                raise InvalidValueError(
                    name=Text(f"{name} at age {groups.label(0)}", f"{groups.label(0)}歳の{named(name).ja}"),
                    value=float(first[first != 0][0]),
                    expected=Text(
                        "empty under the closure child_woman_ratio (it is inside the ratio)",
                        "空（子ども女性比の方式では、比の中に含まれる）",
                    ),
                    remedy=Text(
                        "set it to NaN, or use the closure fertility_rate.",
                        "NaN にするか、fertility_rate の方式を使ってください。",
                    ),
                    **where,
                )
            values[..., 0] = 0.0
        require_present(values, name, block, dims)
        return values


def _unknown(name: str, expected: str, got: object) -> ShapeError:
    return ShapeError(
        name=name,
        problem=Text("unknown", "知られていない名前です"),
        expected=expected,
        got=got,
        remedy=Text("use one of these names.", "このどれかを指定してください。"),
    )


def _require_five_year_groups(groups: AgeGroups) -> None:
    """The ratio is of children 0-4 to women 15-49: other groups would take other children for them."""
    if groups.width == 5 and groups.open_age >= CHILDBEARING[1]:
        return
    raise ShapeError(
        name=Text("closure child_woman_ratio", "子ども女性比の方式"),
        problem=Text(
            "the ratio is of children 0-4 to women 15-49, which these age groups do not show",
            "0～4歳の子どもと15～49歳の女性の比なので、この年齢階級では使えません",
        ),
        expected=Text("five-year groups, the open one from 50 or above", "5歳階級（開放階級は50歳以上から）"),
        got=f"{groups.label(0)}, …, {groups.label(groups.open_age)}",
        remedy=Text(
            "use five-year groups, or the closure fertility_rate.",
            "5歳階級にするか、fertility_rate の方式を使ってください。",
        ),
    )


def ordered_values(array: xr.DataArray, dims: tuple[str, ...]) -> Array:
    """Values as float64 in the order `dims`, missing dimensions as length one."""
    missing = [d for d in dims if d not in array.dims]
    ordered = array.transpose(*(d for d in dims if d in array.dims))
    values = np.asarray(ordered.values, dtype=np.float64)
    for d in missing:
        values = np.expand_dims(values, dims.index(d))
    return values
