"""The rates a scenario is changing: named arrays without labels, so that each override costs microseconds.

Labels are checked once, when the copy is made; arithmetic is by dimension name (`xarray.Variable`), and the labels
come back with `dataset()`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.demography.dimensions import SEXES, AgeGroups
from sosei.engines.demography.errors import MissingRateError, ShapeError, Text
from sosei.engines.demography.input_checks import aligned, named, sex_first

Array = npt.NDArray[np.float64]


class WorkingRates:
    """A copy of a rates dataset that overrides change variable by variable.

    Attributes:
        years: end of each step, shape (year,).
        groups: the age grid.
        base_year: year of the starting population.
    """

    def __init__(self, rates: xr.Dataset, base_year: int, references: Mapping[str, xr.DataArray]) -> None:
        self._rates = rates if rates["sex"].values.tolist() == list(SEXES) else rates.sel(sex=list(SEXES))
        self._references = references
        self._changed: dict[str, xr.Variable] = {}
        self.years: npt.NDArray[np.int64] = np.asarray(self._rates["year"].values)
        self.groups = AgeGroups.of(self._rates, "rates")
        self.base_year = base_year

    @property
    def width(self) -> int:
        """Years a step."""
        return self.groups.width

    def __contains__(self, name: str) -> bool:
        return name in self._changed or name in self._rates

    def __getitem__(self, name: str) -> xr.Variable:
        """The variable as changed so far.

        Raises:
            MissingRateError: the base does not hold it.
        """
        if name in self._changed:
            return self._changed[name]
        if name not in self._rates:
            raise MissingRateError(name=named(name), year=int(self.years[0]))
        return self._rates.variables[name]

    def __setitem__(self, name: str, value: xr.Variable) -> None:
        order = [d for d in self._rates.dims if d in value.dims]
        self._changed[name] = value.transpose(*order, missing_dims="ignore")

    def reference(self, period: str) -> xr.Variable:
        """Net migration rates of a reference period, on the same sexes and ages.

        Raises:
            ShapeError: its ages are not those of the rates.
        """
        block = sex_first(self._references[period], f"net migration rates of {period}")
        others = tuple(str(d) for d in block.dims if d not in ("sex", "age"))
        block = aligned(block, self._rates, others, f"net migration rates of {period}")
        if block["age"].values.tolist() != self.groups.starts.tolist():
            raise ShapeError(
                name=f"net migration rates of {period}",
                problem=Text("age groups differ from the rates'", "年齢階級が率と違います"),
                expected=self.groups.labels(),
                got=block["age"].values.tolist(),
            )
        return block.variable

    def by_year(self, values: Array) -> xr.Variable:
        """One number a step."""
        return xr.Variable(("year",), values)

    def by_sex_and_age(self, values: Array) -> xr.Variable:
        """One number a sex and age group."""
        return xr.Variable(("sex", "age"), values)

    def dataset(self) -> xr.Dataset:
        """The rates with what was changed, labels and all."""
        return self._rates.assign({name: (v.dims, v.values) for name, v in self._changed.items()})
