"""Natural and social influence (自然増減・社会増減の影響度) and what separates two scenarios.

Natural influence is simulation 1 ÷ baseline, social influence simulation 2 ÷ simulation 1, both totals in a
reference year; each ratio is also ranked 1 to 5. Baseline: pattern 1 (社人研準拠). Simulation 1: the same
with fertility rising to replacement. Simulation 2: simulation 1 with net migration 0.
Source: まち・ひと・しごと創生本部 / 内閣府, 地方人口ビジョンの策定のための手引き and its 参考資料 (reference
year 2040 in the first edition, 2045 in that of 2019). Reference year and thresholds are arguments, because
editions differ.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from sosei.engines.demography.estimate_checks import (
    InputShapeError,
    InputValueError,
    Text,
    require,
    require_aligned,
    require_dims,
    require_present,
)

NATURAL_THRESHOLDS = (1.00, 1.05, 1.10, 1.15)
"""Lower bounds, inclusive, of ranks 2, 3, 4 and 5 of the natural influence."""
SOCIAL_THRESHOLDS = (1.00, 1.10, 1.20, 1.30)
"""Lower bounds, inclusive, of ranks 2, 3, 4 and 5 of the social influence."""


def influence(
    baseline: xr.DataArray,
    simulation_1: xr.DataArray,
    simulation_2: xr.DataArray,
    *,
    reference_year: int,
    natural_thresholds: Sequence[float] = NATURAL_THRESHOLDS,
    social_thresholds: Sequence[float] = SOCIAL_THRESHOLDS,
) -> xr.Dataset:
    """Ratio and rank of the natural and the social influence in the reference year.

    Args:
        baseline, simulation_1, simulation_2: total persons, dimensions (…, year).
        reference_year: the year compared.
        natural_thresholds, social_thresholds: ascending lower bounds (inclusive) of rank 2 and up.

    Returns:
        Dataset `natural_ratio`, `natural_rank`, `social_ratio`, `social_rank` with the leading dimensions;
        `attrs` keep year and thresholds.

    Raises:
        InputShapeError: no such year, or labels differ.
        InputMissingError, InputValueError: an absent total, one of 0 or less, or thresholds that do not
            ascend.
    """
    totals = [
        _in_year(total, reference_year, name)
        for total, name in (
            (baseline, "baseline"),
            (simulation_1, "simulation_1"),
            (simulation_2, "simulation_2"),
        )
    ]
    for other, name in ((totals[1], "simulation_1"), (totals[2], "simulation_2")):
        require_aligned(other, totals[0], name=name)
    natural, social = totals[1] / totals[0], totals[2] / totals[1]
    return xr.Dataset(
        {
            "natural_ratio": natural,
            "natural_rank": rank(natural, natural_thresholds),
            "social_ratio": social,
            "social_rank": rank(social, social_thresholds),
        },
        attrs={
            "reference_year": reference_year,
            "natural_thresholds": list(natural_thresholds),
            "social_thresholds": list(social_thresholds),
        },
    )


def rank(ratio: xr.DataArray, thresholds: Sequence[float]) -> xr.DataArray:
    """1 below the first threshold, one more at each threshold reached (lower bounds inclusive).

    Raises:
        InputValueError: thresholds that do not ascend.
    """
    bounds = np.asarray(thresholds, dtype=float)
    if bool((np.diff(bounds) <= 0).any()):
        raise InputValueError(
            name=Text("thresholds", "しきい値"),
            value=list(thresholds),
            expected=Text("ascending", "昇順"),
            remedy=Text("give each rank's lower bound in order", "各段階の下限を小さい順に並べてください。"),
        )
    return ratio.copy(data=np.searchsorted(bounds, ratio.values, side="right") + 1)


def scenario_split(
    base: xr.DataArray, fertility_only: xr.DataArray, migration_only: xr.DataArray, both: xr.DataArray
) -> xr.Dataset:
    """Split the gap between two scenarios into fertility, migration and what the two do only together.

    Args:
        base: totals of the one scenario, any dimensions.
        fertility_only: `base` with only the fertility of the other scenario.
        migration_only: `base` with only the migration of the other scenario.
        both: totals of the other scenario.

    Returns:
        Dataset in persons: `natural` = fertility_only − base, `social` = migration_only − base,
        `interaction`, the rest (children of the migrants under the other fertility), and `total` =
        both − base, the sum of the three.

    Raises:
        InputShapeError: dimensions or labels differ.
        InputMissingError: an absent total.
    """
    corners = {
        "base": base,
        "fertility_only": fertility_only,
        "migration_only": migration_only,
        "both": both,
    }
    for name, corner in corners.items():
        require_dims(corner, [str(d) for d in base.dims], name=name)
        require_dims(base, [str(d) for d in corner.dims], name="base")
        require_aligned(corner, base, name=name)
        require_present(corner, name=Text(f"the total of {name}", f"{name} の総人口"))
    total = both - base
    natural, social = fertility_only - base, migration_only - base
    return xr.Dataset(
        {"natural": natural, "social": social, "interaction": total - natural - social, "total": total}
    )


def _in_year(total: xr.DataArray, year: int, name: str) -> xr.DataArray:
    require_dims(total, ["year"], name=name)
    if year not in total["year"].values:
        raise InputShapeError(
            name=name,
            problem=Text("the reference year is not among the years", "基準とする年が系列にありません"),
            expected=str(year),
            got=total["year"].values.tolist(),
        )
    chosen = total.sel(year=year, drop=True)
    text = Text(f"the total of {name}", f"{name} の総人口")
    require_present(chosen, name=text)
    require(chosen, chosen > 0, name=text, expected=Text("more than 0", "0より大きい値"))
    return chosen
