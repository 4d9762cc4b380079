"""What is to be reached: a measure of the population, and its value in one year or along a path of years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.demography.dimensions import FEMALE, SEXES, AgeGroups
from sosei.engines.demography.errors import InvalidValueError, ShapeError, Text

Array = npt.NDArray[np.float64]
PUPILS = (6, 15)
"""Ages of compulsory schooling (小学校・中学校), the second not included."""


@dataclass(frozen=True)
class Measure:
    """A sum over sexes and ages, or one such sum over another.

    Attributes:
        title: as a screen names it.
        counted: ages (first, the one after the last) that are summed; None has no end.
        sex: the sex that is summed, both where None.
        per: ages of the sum it is divided by, None where it is a number of persons.
    """

    title: Text
    counted: tuple[int, int | None]
    sex: str | None = None
    per: tuple[int, int | None] | None = None

    def weights(self, groups: AgeGroups) -> tuple[Array, Array | None]:
        """Weights of numerator and denominator, shape (sex, age).

        A group that an age cuts through counts with the share of its years inside, as if even within the group.

        Raises:
            ShapeError: an age cuts through the open group.
        """
        sexes = np.array([[1.0 if self.sex in (None, s) else 0.0] for s in SEXES])
        over = None if self.per is None else np.ones((2, 1)) * _shares(groups, self.per)
        return sexes * _shares(groups, self.counted), over


MEASURES = {
    "total": Measure(Text("total population", "総人口"), (0, None)),
    "support_ratio": Measure(
        Text("persons of 15-64 per person of 75 and over", "75歳以上1人に対する15～64歳の人数"),
        (15, 65),
        per=(75, None),
    ),
    "pupils": Measure(Text("pupils of 6-14", "児童・生徒（6～14歳）"), PUPILS),
    "women_20_39": Measure(Text("women of 20-39", "20～39歳女性"), (20, 40), sex=FEMALE),
}
"""Measures by name. Of five-year groups, pupils are 4/5 of the 5-9 and all of the 10-14."""


@dataclass(frozen=True)
class Target:
    """At least so much of a measure.

    Attributes:
        measure: a name of `MEASURES`.
        at: year → value, a number for all areas or an array by area; more than one year is a path.
    """

    measure: str
    at: Mapping[int, float | xr.DataArray]

    def __post_init__(self) -> None:
        if self.measure not in MEASURES:
            raise ShapeError(
                name=Text("target", "目標"),
                problem=Text("unknown measure", "知られていない指標です"),
                expected=sorted(MEASURES),
                got=self.measure,
                remedy=Text("use one of these names.", "このどれかを指定してください。"),
            )
        if not self.at:
            raise ShapeError(
                name=Text("target", "目標"),
                problem=Text("no year", "目標の年がありません"),
                expected=Text("{year: value}", "{年: 値}"),
                got="{}",
                remedy=Text("give at least one year.", "少なくとも1つの年を指定してください。"),
            )
        for year, value in self.at.items():
            values = np.asarray(value, dtype=float)
            if not np.all(np.isfinite(values) & (values > 0)):
                raise InvalidValueError(
                    name=Text("the target", "目標"),
                    value=float(values[~(np.isfinite(values) & (values > 0))].flat[0]),
                    expected=Text("a finite number above 0", "0より大きい有限の数"),
                    remedy=Text("give a target for every area.", "すべての地域に目標を与えてください。"),
                    year=year,
                )

    @property
    def years(self) -> list[int]:
        """Years in order."""
        return sorted(self.at)


def _shares(groups: AgeGroups, ages: tuple[int, int | None]) -> Array:
    """The share of each group's years within `ages`, shape (age,)."""
    first, end = ages
    starts = groups.starts.astype(float)
    after = np.append(starts[1:], np.inf)
    if first > groups.open_age or (end is not None and end > groups.open_age):
        raise ShapeError(
            name=Text("population", "人口"),
            problem=Text(
                f"ages {first}-{'' if end is None else end - 1} cut through the open group",
                f"{first}～{'' if end is None else end - 1}歳が開放階級の途中で切れます",
            ),
            expected=Text(f"an open group from {end or first}", f"{end or first}歳以上からの開放階級"),
            got=groups.label(groups.open_age),
        )
    inside = np.minimum(after, np.inf if end is None else end) - np.maximum(starts, first)
    with np.errstate(invalid="ignore"):
        share = np.clip(inside, 0.0, None) / (after - starts)
    # Of the open group all or nothing is inside.
    return np.where(np.isinf(after), 1.0 if end is None else 0.0, share)
