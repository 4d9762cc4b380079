"""Persons whose age the census does not know (年齢不詳), distributed over the known ages in proportion.

Method: proration within each sex (United Nations, Manual II: Methods of Appraisal of Quality of Basic Data
for Population Estimates, 1955). The Statistics Bureau's own tables (不詳補完値, from 2015) use more
characteristics; where they exist, prefer them.
"""

from __future__ import annotations

import xarray as xr

from sosei.engines.demography.estimate_checks import (
    Text,
    require,
    require_aligned,
    require_counts,
    require_dims,
)


def distribute_unknown_age(population: xr.DataArray, unknown: xr.DataArray) -> xr.DataArray:
    """Spread persons of unknown age over the known ages of the same area, year and sex.

    Each known age x becomes P(x) · (1 + unknown / Σ P): the total of every sex (and area, year, …) is kept.

    Args:
        population: persons of known age, dimensions (…, age); give it by sex where the source has sexes.
        unknown: persons of unknown age, the same dimensions without age.

    Returns:
        Persons (floats) with the dimensions of `population`; cells with no unknown persons are unchanged.

    Raises:
        InputShapeError: no age dimension, `unknown` has one, or labels differ.
        InputMissingError: a cell is not a number.
        InputValueError: a negative count, or unknown persons where no age is known.
    """
    require_dims(population, ["age"], name="population")
    require_dims(unknown, [str(d) for d in population.dims if d != "age"], name="unknown")
    require_dims(population, [str(d) for d in unknown.dims], name="population")
    require_aligned(unknown, population, name="unknown")
    require_counts(population, name=Text("the population", "人口"))
    require_counts(unknown, name=Text("persons of unknown age", "年齢不詳人口"))
    known = population.sum("age")
    require(
        unknown,
        (known > 0) | (unknown == 0),
        name=Text("persons of unknown age", "年齢不詳人口"),
        expected=Text("0 where no person's age is known", "年齢のわかる人が0人なら0"),
        remedy=Text(
            "give the ages of a wider area, or leave this area out",
            "より広い地域の年齢構成を使うか、この地域を除いてください。",
        ),
    )
    factor = 1 + (unknown / known.where(known > 0)).fillna(0.0)
    return (population * factor).transpose(*population.dims).rename(population.name)
