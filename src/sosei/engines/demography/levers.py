"""What can be turned to reach a target: one number a lever, and the overrides of a scenario it stands for.

A level is what a scenario file holds: a TFR, a share of the net loss recovered, households a year. Between its bounds
every rate that a lever changes lies on a straight line in the level (`RateLine`), because the scenario's own algebra
does; two applications of that algebra therefore give the rates at any level, for every area at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import xarray as xr

from sosei.engines.demography.dimensions import AgeGroups
from sosei.engines.demography.errors import InvalidValueError, Text
from sosei.engines.demography.overrides import (
    HouseholdArrivals,
    Mask,
    MigrationRecovery,
    Override,
    Shape,
    TfrPath,
)
from sosei.engines.demography.scenario import Scenario, apply_scenario, scenario_from_document

EVERYBODY = Mask()
CHANGED = ("child_woman_ratio", "fertility_rate", "net_migration_rate", "arrivals", "tfr")
"""Rates that a lever may change."""


class Lever(Protocol):
    """What every lever offers."""

    @property
    def low(self) -> float:
        """The least level that is looked at."""
        ...

    @property
    def high(self) -> float:
        """The greatest level that is looked at."""
        ...

    @property
    def whole(self) -> bool:
        """Whether only whole levels mean something."""
        ...

    @property
    def timed(self) -> bool:
        """Whether the lever names years of its own, so that it cannot take a level for each step."""
        ...

    def overrides(self, level: float, base_year: int) -> tuple[Override, ...]:
        """What a scenario file holds for this level."""
        ...


@dataclass(frozen=True)
class TfrLever:
    """The total fertility rate from the year `by` on (rising to it as `shape` says); without `by`, from the first step.

    The bounds are those of a scenario file.
    """

    by: int | None = None
    shape: Shape = "linear"
    low: float = 0.3
    high: float = 6.0
    whole: bool = False

    def __post_init__(self) -> None:
        require_order(self)

    @property
    def timed(self) -> bool:
        """Whether a year is named."""
        return self.by is not None

    def overrides(self, level: float, base_year: int) -> tuple[Override, ...]:
        """The TFR as a path with one point."""
        if self.by is None:
            return (TfrPath({base_year: level}, "step"),)
        return (TfrPath({self.by: level}, self.shape),)


@dataclass(frozen=True)
class RecoveryLever:
    """The share of each net loss that is recovered, on a sex and age mask: m·(1 - r) where m < 0."""

    by: int | None = None
    shape: Shape = "linear"
    mask: Mask = EVERYBODY
    low: float = 0.0
    high: float = 1.0
    whole: bool = False

    def __post_init__(self) -> None:
        require_order(self)

    @property
    def timed(self) -> bool:
        """Whether a year is named."""
        return self.by is not None

    def overrides(self, level: float, base_year: int) -> tuple[Override, ...]:
        """The share recovered."""
        if self.by is None:
            return (MigrationRecovery(level, base_year, "step", self.mask),)
        return (MigrationRecovery(level, self.by, self.shape, self.mask),)


@dataclass(frozen=True)
class HouseholdLever:
    """Households of a type a year, whole ones (`household_types`)."""

    type: str
    from_year: int | None = None
    until: int | None = None
    low: float = 0.0
    high: float = 100_000.0
    whole: bool = True

    def __post_init__(self) -> None:
        require_order(self)

    @property
    def timed(self) -> bool:
        """Whether a year is named."""
        return self.from_year is not None or self.until is not None

    def overrides(self, level: float, base_year: int) -> tuple[Override, ...]:
        """The households a year."""
        return (HouseholdArrivals(self.type, level, self.from_year, self.until),)


@dataclass(frozen=True)
class LeverMix:
    """Several levers turned together by one number from 0 to 1.

    Attributes:
        parts: each lever with its level at 0 and at 1; households are not made whole in a mix.
    """

    parts: Sequence[tuple[Lever, float, float]]
    low: float = 0.0
    high: float = 1.0
    whole: bool = False

    def __post_init__(self) -> None:
        require_order(self)

    @property
    def timed(self) -> bool:
        """Whether one of the levers names a year."""
        return any(lever.timed for lever, _none, _all in self.parts)

    def overrides(self, level: float, base_year: int) -> tuple[Override, ...]:
        """Every lever at its own level."""
        return tuple(
            override
            for lever, at_0, at_1 in self.parts
            for override in lever.overrides((1 - level) * at_0 + level * at_1, base_year)
        )


def require_order(lever: Lever) -> None:
    """Raise InvalidValueError where the lower bound is not below the upper, or is half a household."""
    for bound in (lever.low, lever.high):
        if lever.whole and not float(bound).is_integer():
            raise InvalidValueError(
                name=Text("a bound of a lever of whole numbers", "整数で動かす仮定の上限・下限"),
                value=bound,
                expected=Text("a whole number", "整数"),
                remedy=Text("round the bound.", "上限・下限を整数にしてください。"),
            )
    if lever.low < lever.high:
        return
    raise InvalidValueError(
        name=Text("the lever's lower bound", "動かす仮定の下限"),
        value=lever.low,
        expected=Text(f"below the upper bound {lever.high}", f"上限 {lever.high} より小さい値"),
        remedy=Text("give low < high.", "下限を上限より小さくしてください。"),
    )


def lever_scenario(name: str, overrides: Sequence[Override]) -> Scenario:
    """A scenario of these overrides, checked as a file would be.

    Raises:
        ScenarioError: a level outside what a file may hold, an unknown household type, two levers on one rate.
    """
    return scenario_from_document(
        {
            "name": name,
            "title": {"ja": name, "en": name},
            "overrides": [{o.key: o.to_document()} for o in overrides],
        }
    )


@dataclass(frozen=True)
class RateLine:
    """Rates along a lever: start + t·slope, t from 0 at the lower bound to 1 at the upper.

    Attributes:
        rates: at the lower bound, as `project` takes them.
        slope: what each changed rate gains from the lower bound to the upper.
        lever: whose line it is.
    """

    rates: xr.Dataset
    slope: Mapping[str, xr.Variable]
    lever: Lever

    @classmethod
    def of(cls, lever: Lever, rates: xr.Dataset, base_year: int) -> RateLine:
        """The line through the scenario's rates at the two bounds.

        Raises:
            ScenarioError: the lever does not fit these rates or a scenario file.
            MissingRateError: a rate it changes is not there.
        """
        ends = [
            apply_scenario(
                lever_scenario("lever", lever.overrides(level, base_year)),
                rates,
                base_year=base_year,
                width=AgeGroups.of(rates, "rates").width,
            )
            for level in (lever.low, lever.high)
        ]
        slope = {}
        for name in CHANGED:
            if name not in ends[1]:
                continue
            gained = ends[1].variables[name] - ends[0].variables[name]
            if np.any(np.nan_to_num(gained.values) != 0):
                slope[name] = gained
        return cls(ends[0], slope, lever)

    def up_to(self, year: int) -> RateLine:
        """The line of the steps that end by `year`."""
        kept = self.rates["year"].values <= year
        if kept.all():
            return self
        short = {
            name: gained.isel(year=kept) if "year" in gained.dims else gained
            for name, gained in self.slope.items()
        }
        return RateLine(self.rates.isel(year=kept), short, self.lever)

    def part(self, level: xr.Variable) -> xr.Variable:
        """t of a level."""
        return (level - self.lever.low) / (self.lever.high - self.lever.low)

    def at(self, level: xr.Variable) -> xr.Dataset:
        """Rates at a level that may differ by area (and scenario, year, …), its dims those of `level`."""
        return self.rates.assign(moved(self, self.part(level)))


def moved(line: RateLine, part: xr.Variable) -> dict[str, tuple[tuple[str, ...], object]]:
    """The changed rates at `part` of the way, the part's dimensions first."""
    found: dict[str, tuple[tuple[str, ...], object]] = {}
    for name, gained in line.slope.items():
        here = part * gained + line.rates.variables[name]
        found[name] = (tuple(str(d) for d in here.dims), here.values)
    return found


def first_year(population: xr.DataArray, rates: xr.Dataset, base_year: int | None) -> int:
    """The base year as `project` reads it; without one `project` refuses, whatever stands here."""
    if base_year is not None:
        return base_year
    if "year" in population.coords:
        return int(population["year"].item())
    return int(rates["year"].values[0]) - AgeGroups.of(rates, "rates").width
