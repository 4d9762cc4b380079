"""Small worlds for the projection's tests: populations and rates that hypothesis draws, all admissible."""

from __future__ import annotations

import numpy as np
import xarray as xr
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sosei.engines.demography.dimensions import SEXES

BASE = 2015


def population(values: np.ndarray, width: int) -> xr.DataArray:
    """Persons, dims (sex, age)."""
    ages = np.arange(values.shape[-1]) * width
    return xr.DataArray(
        values, dims=("sex", "age"), coords={"sex": list(SEXES), "age": ages}, name="population"
    )


@st.composite
def worlds(
    draw: st.DrawFn, closure: str = "child_woman_ratio", migration: bool = True, outflow: float = 0.2
) -> tuple[xr.DataArray, xr.Dataset, int]:
    """A population, rates for one to four steps, and the last year."""
    # The child-woman ratio is of children 0-4: only five-year groups show them.
    width = 5 if closure == "child_woman_ratio" else draw(st.sampled_from([1, 5]))
    groups = draw(st.integers(60, 75)) if width == 1 else draw(st.integers(12, 20))
    steps = draw(st.integers(1, 4))
    people = draw(arrays(float, (2, groups), elements=st.floats(0, 1e5)))
    survivorship = draw(arrays(float, (steps, 2, groups), elements=st.floats(0.2, 1)))
    years = [BASE + width * (i + 1) for i in range(steps)]
    data: dict[str, object] = {"survivorship": (("year", "sex", "age"), survivorship)}
    if migration:
        rate = draw(arrays(float, (steps, 2, groups), elements=st.floats(-outflow, 0.5)))
        if closure == "child_woman_ratio":
            rate[..., 0] = np.nan
        data["net_migration_rate"] = (("year", "sex", "age"), rate)
    positive = st.floats(0.01, 0.4)
    if closure == "child_woman_ratio":
        data["child_woman_ratio"] = ("year", draw(arrays(float, steps, elements=positive)))
        data["sex_ratio_0_4"] = ("year", np.full(steps, 1.05))
    else:
        data["fertility_rate"] = (
            ("year", "age"),
            draw(arrays(float, (steps, groups), elements=positive)) * 0.1,
        )
        data["sex_ratio_at_birth"] = ("year", np.full(steps, 1.05))
    rates = xr.Dataset(data, coords={"year": years, "sex": list(SEXES), "age": np.arange(groups) * width})
    return population(people, width), rates, years[-1]
