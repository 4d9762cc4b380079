"""What a scenario can change, one class a verb: read it from a file, write it back, apply it to rates.

Formulas (facts on the Cabinet Office's worksheets and guides for 地方人口ビジョン):

* TFR to a value: child-woman ratio' = child-woman ratio x TFR' / TFR of the base in the same year; with
  age-specific rates, every rate is scaled alike.
* Migration to a reference period: m(t) = m_base(t) + θ(t)(m_ref - m_base(t)), θ from 0 at the base year to 1.
* A further share r of a loss recovered: m' = m(1 - θ(t) r) where m < 0.
* Households: persons of the type's template x a year x years of the step, placed at the end of the step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.demography.dimensions import SEXES, AgeGroups
from sosei.engines.demography.errors import MissingRateError, Text
from sosei.engines.demography.household_types import HOUSEHOLD_TYPES
from sosei.engines.demography.scenario_problems import PERIOD, Reader
from sosei.engines.demography.working_rates import WorkingRates

Shape = Literal["linear", "step"]
SHAPES = ("linear", "step")
Array = npt.NDArray[np.float64]


class Override(Protocol):
    """What every verb offers."""

    key: ClassVar[str]

    def to_document(self) -> dict[str, Any]:
        """The settings as a file holds them."""
        ...

    def years_named(self) -> dict[str, int]:
        """Years the settings name, to be checked against the projection's steps."""
        ...

    def apply(self, rates: WorkingRates) -> None:
        """Change `rates`, the copy that `apply_scenario` made."""
        ...


@dataclass(frozen=True)
class Mask:
    """Sex and ages an override touches; None means all."""

    sex: str | None = None
    ages: tuple[tuple[int, int | None], ...] | None = None

    @classmethod
    def read(cls, reader: Reader, body: Mapping[str, Any], place: str) -> Mask:
        """Sex and ages from a file."""
        sex = body.get("sex")
        if sex is not None and sex not in SEXES:
            reader.unknown(f"{place}.sex", str(sex), SEXES)
            sex = None
        ages = reader.age_bands(body["ages"], f"{place}.ages") if body.get("ages") is not None else None
        return cls(sex, ages)

    def to_document(self) -> dict[str, Any]:
        """As a file holds it; nothing where everything is meant."""
        out: dict[str, Any] = {}
        if self.sex:
            out["sex"] = self.sex
        if self.ages is not None:
            out["ages"] = [f"{a}+" if b is None else f"{a}-{b}" for a, b in self.ages]
        return out

    def overlaps(self, other: Mask) -> bool:
        """Whether some sex and age is in both."""
        if self.sex and other.sex and self.sex != other.sex:
            return False
        if self.ages is None or other.ages is None:
            return True
        far = 10_000
        return any(
            a <= (d if d is not None else far) and c <= (b if b is not None else far)
            for a, b in self.ages
            for c, d in other.ages
        )

    def off_grid(self, groups: AgeGroups) -> list[tuple[str, str]]:
        """Bands that cut through an age group, each with the whole groups around it."""
        starts = groups.starts.tolist()
        found = []
        for first, last in self.ages or ():
            if first in starts and (last is None or last + 1 in starts):
                continue
            low = max(a for a in starts if a <= first)
            above = [a for a in starts if last is not None and a > last]
            around = f"{low}-{above[0] - 1}" if above else f"{low}+"
            found.append((f"{first}+" if last is None else f"{first}-{last}", around))
        return found

    def over(self, groups: AgeGroups) -> Array:
        """1 where the mask holds and 0 elsewhere, shape (sex, age); the ages named are whole groups (`off_grid`)."""
        ages = groups.starts
        chosen = np.ones(ages.size) if self.ages is None else np.zeros(ages.size)
        for first, last in self.ages or ():
            chosen[(ages >= first) & (ages <= (np.inf if last is None else last))] = 1.0
        sexes = np.array([1.0 if self.sex in (None, s) else 0.0 for s in SEXES])
        return sexes[:, None] * chosen[None, :]


def share_reached(years: npt.NDArray[Any], base_year: int, by: int, shape: Shape) -> Array:
    """θ by year: 0 at the base year, 1 from `by` on; linear between, or a step at `by`."""
    if shape == "step" or by <= base_year:
        return (years >= by).astype(float)
    return np.clip((years - base_year) / (by - base_year), 0.0, 1.0)


@dataclass(frozen=True)
class TfrPath:
    """TFR to one or more values by years, linear or stepwise between them, then held."""

    points: Mapping[int, float]
    shape: Shape = "linear"
    key: ClassVar[str] = "tfr"

    @classmethod
    def read(cls, reader: Reader, body: Mapping[str, Any], place: str) -> TfrPath | None:
        """From a file."""
        reader.known_keys(body, ("points", "shape"), place)
        points = body.get("points")
        if not isinstance(points, dict) or not points:
            reader.refuse(f"{place}.points", "needs {year: TFR}", "{年: 出生率} の形で書いてください")
            return None
        read: dict[int, float] = {}
        for year, value in points.items():
            checked_year = reader.checked_year(year, f"{place}.points")
            checked = reader.checked_number(value, 0.3, 6.0, f"{place}.points.{year}")
            if checked_year is not None and checked is not None:
                read[checked_year] = checked
        shape = reader.choice(body, "shape", SHAPES, "linear", place)
        return cls(dict(sorted(read.items())), shape) if len(read) == len(points) else None  # type: ignore[arg-type]

    def to_document(self) -> dict[str, Any]:
        """As a file holds it."""
        return {"points": dict(self.points), "shape": self.shape}

    def years_named(self) -> dict[str, int]:
        """Years of the points."""
        return {f"points.{y}": y for y in self.points}

    def target(self, rates: WorkingRates) -> xr.Variable:
        """TFR by year: from the base year's through the points, then held; stepwise: the base's until each point."""
        known = sorted(self.points)
        theta = share_reached(rates.years, rates.base_year, known[0], self.shape)
        if self.shape == "linear":
            before = rates["tfr_base_year"]
            after = np.interp(rates.years, known, [self.points[y] for y in known])
        else:
            before = rates["tfr"]
            last = np.clip(np.searchsorted(known, rates.years, side="right") - 1, 0, None)
            after = np.array([self.points[y] for y in known])[last]
        return before * rates.by_year(1.0 - theta) + rates.by_year(theta * after)

    def apply(self, rates: WorkingRates) -> None:
        """Scale the children by TFR' / TFR of the base, year by year (and area, where rates differ by area)."""
        base = rates["tfr"]
        target = self.target(rates)
        scaled = [name for name in ("child_woman_ratio", "fertility_rate") if name in rates]
        if not scaled:
            raise MissingRateError(
                name=Text("child_woman_ratio or fertility_rate", "子ども女性比・年齢別出生率"),
                year=int(rates.years[0]),
            )
        for name in scaled:
            rates[name] = rates[name] * (target / base)
        rates["tfr"] = target


@dataclass(frozen=True)
class MigrationToReference:
    """Net migration rates back to those of a reference period by a year."""

    period: str
    by: int
    shape: Shape = "linear"
    mask: Mask = Mask()
    key: ClassVar[str] = "migration_to_reference"

    @classmethod
    def read(cls, reader: Reader, body: Mapping[str, Any], place: str) -> MigrationToReference | None:
        """From a file."""
        reader.known_keys(body, ("period", "by", "shape", "sex", "ages"), place)
        period = str(body.get("period"))
        if not PERIOD.match(period):
            reader.refuse(
                f"{place}.period",
                f"{period!r} is not a period like 1995-2000",
                f"{period!r} は 1995-2000 の形ではありません",
            )
        by = reader.year(body, "by", place)
        shape = reader.choice(body, "shape", SHAPES, "linear", place)
        mask = Mask.read(reader, body, place)
        return cls(period, by, shape, mask) if by is not None else None  # type: ignore[arg-type]

    def to_document(self) -> dict[str, Any]:
        """As a file holds it."""
        return {"period": self.period, "by": self.by, "shape": self.shape, **self.mask.to_document()}

    def years_named(self) -> dict[str, int]:
        """The year by which it is reached."""
        return {"by": self.by}

    def apply(self, rates: WorkingRates) -> None:
        """m + θ(m_ref - m) on the mask."""
        base = rates["net_migration_rate"]
        theta = rates.by_year(share_reached(rates.years, rates.base_year, self.by, self.shape))
        weight = theta * rates.by_sex_and_age(self.mask.over(rates.groups))
        rates["net_migration_rate"] = base + weight * (rates.reference(self.period) - base)


@dataclass(frozen=True)
class MigrationRecovery:
    """A further share of each net loss recovered; gains stay as they are."""

    share: float
    by: int
    shape: Shape = "linear"
    mask: Mask = Mask()
    key: ClassVar[str] = "migration_recovery"

    @classmethod
    def read(cls, reader: Reader, body: Mapping[str, Any], place: str) -> MigrationRecovery | None:
        """From a file."""
        reader.known_keys(body, ("share", "by", "shape", "sex", "ages"), place)
        share = reader.number(body, "share", 0.0, 1.0, place)
        by = reader.year(body, "by", place)
        shape = reader.choice(body, "shape", SHAPES, "linear", place)
        mask = Mask.read(reader, body, place)
        return cls(share, by, shape, mask) if share is not None and by is not None else None  # type: ignore[arg-type]

    def to_document(self) -> dict[str, Any]:
        """As a file holds it."""
        return {"share": self.share, "by": self.by, "shape": self.shape, **self.mask.to_document()}

    def years_named(self) -> dict[str, int]:
        """The year by which it is reached."""
        return {"by": self.by}

    def apply(self, rates: WorkingRates) -> None:
        """m(1 - θ r) where m is a loss, on the mask."""
        base = rates["net_migration_rate"]
        theta = rates.by_year(share_reached(rates.years, rates.base_year, self.by, self.shape))
        weight = theta * rates.by_sex_and_age(self.mask.over(rates.groups))
        rates["net_migration_rate"] = base * (1.0 - self.share * weight * (base < 0))


@dataclass(frozen=True)
class MigrationZero:
    """As many come as go, at every sex and age, in every step that ends after a year."""

    from_year: int | None = None
    key: ClassVar[str] = "migration_zero"

    @classmethod
    def read(cls, reader: Reader, body: Mapping[str, Any], place: str) -> MigrationZero | None:
        """From a file."""
        reader.known_keys(body, ("from",), place)
        before = len(reader.problems)
        start = reader.year(body, "from", place, required=False)
        return cls(start) if len(reader.problems) == before else None

    def to_document(self) -> dict[str, Any]:
        """As a file holds it."""
        return {} if self.from_year is None else {"from": self.from_year}

    def years_named(self) -> dict[str, int]:
        """The year from which it holds."""
        return {} if self.from_year is None else {"from": self.from_year}

    def apply(self, rates: WorkingRates) -> None:
        """Rates of the steps that begin in or after `from_year` become zero."""
        base = rates["net_migration_rate"]
        start = rates.base_year if self.from_year is None else self.from_year
        rates["net_migration_rate"] = base * rates.by_year((rates.years <= start).astype(float))


@dataclass(frozen=True)
class HouseholdArrivals:
    """So many households of a type a year come to live here and stay, beyond those the base already holds."""

    type: str
    per_year: float
    from_year: int | None = None
    until: int | None = None
    key: ClassVar[str] = "households"

    @classmethod
    def read(cls, reader: Reader, body: Mapping[str, Any], place: str) -> HouseholdArrivals | None:
        """From a file."""
        reader.known_keys(body, ("type", "per_year", "from", "until"), place)
        before = len(reader.problems)
        kind = str(body.get("type"))
        if kind not in HOUSEHOLD_TYPES:
            reader.unknown(f"{place}.type", kind, HOUSEHOLD_TYPES)
        number = reader.number(body, "per_year", 0.0, 100_000.0, place)
        start = reader.year(body, "from", place, required=False)
        until = reader.year(body, "until", place, required=False)
        if start is not None and until is not None and until <= start:
            reader.refuse(
                f"{place}.until", f"{until} is not after {start}", f"{until} が {start} より後ではありません"
            )
        if len(reader.problems) > before or number is None:
            return None
        return cls(kind, number, start, until)

    def to_document(self) -> dict[str, Any]:
        """As a file holds it."""
        out: dict[str, Any] = {"type": self.type, "per_year": self.per_year}
        if self.from_year is not None:
            out["from"] = self.from_year
        if self.until is not None:
            out["until"] = self.until
        return out

    def years_named(self) -> dict[str, int]:
        """First and last year."""
        named = {"from": self.from_year, "until": self.until}
        return {k: v for k, v in named.items() if v is not None}

    def apply(self, rates: WorkingRates) -> None:
        """Add the households' persons to the arrivals at the end of each step within the years."""
        start = rates.base_year if self.from_year is None else self.from_year
        end = int(rates.years[-1]) if self.until is None else self.until
        within = np.asarray((rates.years > start) & (rates.years <= end), dtype=np.float64)
        coming = rates.by_year(within * (self.per_year * rates.width))
        persons = rates.by_sex_and_age(HOUSEHOLD_TYPES[self.type].persons(rates.groups))
        arrivals = coming * persons
        rates["arrivals"] = rates["arrivals"] + arrivals if "arrivals" in rates else arrivals


OVERRIDES: dict[str, Any] = {
    kind.key: kind
    for kind in (TfrPath, MigrationToReference, MigrationRecovery, MigrationZero, HouseholdArrivals)
}
