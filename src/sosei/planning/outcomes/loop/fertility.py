"""Births and marriages of a KPI turned into a path of the total fertility rate: two methods, both assumptions.

* births: indirect standardisation. Births counted divided by the births that the projection expects of the same women
  give the factor by which fertility differs (Preston, Heuveline & Guillot 2001, ch. 2).
* marriages: nearly all children in Japan are born to married couples, and most of the fall in fertility follows from
  first marriages (岩澤美帆 2015). TFR moves with the marriage rate, by a share that is passed on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sosei.engines.demography.overrides import TfrPath

Method = Literal["births", "marriage"]
PASSED_ON = 0.9
"""Share of a change of the marriage rate that reaches fertility: of the fall from 2.01 to 1.38 about nine tenths."""
LOWEST, HIGHEST = 0.3, 6.0


@dataclass(frozen=True)
class Observed:
    """A KPI as the projection can use it.

    Attributes:
        method: births (a count a year) or marriage (a rate).
        values: year -> value, the year in which it was observed.
        base: the value that the projection's start stands for; used by "marriage" alone.
        passed_on: share of the change that reaches fertility; used by "marriage" alone.
    """

    method: Method
    values: Mapping[int, float]
    base: float | None = None
    passed_on: float = PASSED_ON


def factors(observed: Observed, expected_births: Mapping[int, float], base_year: int) -> dict[int, float]:
    """Year -> factor by which fertility differs from the projection's.

    Args:
        expected_births: year -> births that the projection expects in that year; used by "births" alone.
        base_year: observations of this year and earlier ones stand in the projection already.
    """
    found = {}
    for year, value in sorted(observed.values.items()):
        if year <= base_year:
            continue
        if observed.method == "births":
            if expected_births.get(year):
                found[year] = value / expected_births[year]
        elif observed.base:
            found[year] = 1.0 + observed.passed_on * (value / observed.base - 1.0)
    return found


def by_step(
    found: Mapping[int, float], base_tfr: Mapping[int, float], *, pace_years: int | None, width: int = 5
) -> dict[int, float]:
    """Step end -> factor: the mean of the years observed in it; later ones as before, or as the last years.

    Args:
        base_tfr: the steps' ends, with the projection's TFR in each.
        pace_years: years whose mean goes on after the last observation; None: what was observed does not go on.
    """
    if not found:
        return dict.fromkeys(base_tfr, 1.0)
    last = max(found)
    lasting = (
        1.0 if pace_years is None else float(np.mean([f for y, f in found.items() if y > last - pace_years]))
    )
    out = {}
    for end in base_tfr:
        within = [factor for year, factor in found.items() if end - width < year <= end]
        years_after = min(max(end - last, 0), width)
        observed_mean = float(np.mean(within)) if within else 1.0
        out[end] = (observed_mean * (width - years_after) + lasting * years_after) / width
    return out


def tfr_path(factors_by_step: Mapping[int, float], base_tfr: Mapping[int, float]) -> TfrPath | None:
    """The path as an override; None where nothing differs, so that the projection stays as it is bit for bit."""
    if all(factor == 1.0 for factor in factors_by_step.values()):
        return None
    points = {
        end: float(np.clip(base_tfr[end] * factor, LOWEST, HIGHEST))
        for end, factor in factors_by_step.items()
    }
    return TfrPath(points, shape="step")
