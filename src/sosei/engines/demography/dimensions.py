"""Names of the dimensions every array of the engine carries, and the age grid read from one of them.

All arrays at the engine's boundary are `xarray.DataArray` with dimensions among `area`, `scenario`, `year`,
`sex` and `age`. `sex` is labelled "male", "female". `age` is labelled by the first age of each group, evenly
spaced (width 1 or 5 or any other whole number of years); the last group is always open (90 means 90+).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from sosei.engines.demography.errors import ShapeError, Text

SEXES = ("male", "female")
MALE, FEMALE = SEXES
CHILDBEARING = (15, 50)
"""Women from 15 to 49: the denominator of the child-woman ratio."""


@dataclass(frozen=True)
class AgeGroups:
    """An evenly spaced age grid with an open last group.

    Attributes:
        width: years in a group, which is also the length of a projection step.
        open_age: first age of the open last group.
    """

    width: int
    open_age: int

    @property
    def starts(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """First age of each group, shape (groups,)."""
        return np.arange(0, self.open_age + 1, self.width)

    def label(self, age: int) -> str:
        """The group as offices print it: 0-4, 5-9, …, 90+ (single years: 0, 1, …, 100+)."""
        if age == self.open_age:
            return f"{age}+"
        return str(age) if self.width == 1 else f"{age}-{age + self.width - 1}"

    def labels(self) -> list[str]:
        """All group labels in order."""
        return [self.label(int(a)) for a in self.starts]

    @classmethod
    def of(cls, array: xr.DataArray | xr.Dataset, name: str = "population") -> AgeGroups:
        """Read the grid from an array's `age` coordinate.

        Raises:
            ShapeError: no `age` coordinate, not starting at 0, or not evenly spaced.
        """
        if "age" not in array.coords:
            raise ShapeError(
                name=name,
                problem=Text("no age coordinate", "年齢の座標がありません"),
                expected="age",
                got=list(array.dims),
            )
        starts = np.asarray(array["age"].values)
        if starts.size < 3 or starts[0] != 0 or len(set(np.diff(starts).tolist())) != 1:
            raise ShapeError(
                name=name,
                problem=Text(
                    "ages must start at 0 and be evenly spaced, with an open last group",
                    "年齢は0から同じ幅で並び、最後が開放階級でなければなりません",
                ),
                expected="0, 5, 10, …, 90",
                got=starts.tolist(),
            )
        return cls(width=int(starts[1] - starts[0]), open_age=int(starts[-1]))


def population_array(
    male: object, female: object, *, width: int = 5, open_age: int = 90, name: str = "population"
) -> xr.DataArray:
    """A population with dimensions (sex, age) from two sequences of persons, youngest first.

    Raises:
        ShapeError: a sequence does not have one value a group.
    """
    groups = AgeGroups(width, open_age)
    values = [np.asarray(male, dtype=float), np.asarray(female, dtype=float)]
    for sex, row in zip(SEXES, values, strict=True):
        if row.shape != groups.starts.shape:
            raise ShapeError(
                name=f"{name} ({sex})",
                problem=Text("wrong number of age groups", "年齢階級の数が違います"),
                expected=Text(
                    f"{groups.starts.size} values, {groups.label(0)} to {groups.label(open_age)}",
                    f"{groups.label(0)} から {groups.label(open_age)} まで {groups.starts.size} 個",
                ),
                got=row.shape,
            )
    return xr.DataArray(
        np.stack(values), dims=("sex", "age"), coords={"sex": list(SEXES), "age": groups.starts}, name=name
    )
