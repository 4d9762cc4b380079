"""Tables of Japan as a whole that assumptions may name: survivorship ratios and national fertility paths."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
import xarray as xr

from sosei.engines.demography.dimensions import SEXES

SURVIVORSHIP_TABLES = {"japan": "japan_survivorship.csv"}


def _rows(name: str) -> list[dict[str, str]]:
    folder: Any = resources.files(__package__) / "reference"
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache
def survivorship_table(name: str) -> xr.DataArray:
    """Survivorship ratios, dims (year, sex, age), by the year and age at the end of each five-year step.

    Raises:
        KeyError: no table of that name.
    """
    rows = _rows(SURVIVORSHIP_TABLES[name])
    ages = [int(k) for k in rows[0] if k not in ("year", "sex")]
    years = sorted({int(r["year"]) for r in rows})
    held = {(int(r["year"]), r["sex"]): [float(r[str(a)]) for a in ages] for r in rows}
    values = np.array([[held[y, s] for s in SEXES] for y in years])
    return xr.DataArray(
        values, dims=("year", "sex", "age"), coords={"year": years, "sex": list(SEXES), "age": ages}
    )


@lru_cache
def national_tfr_paths() -> dict[str, dict[int, float]]:
    """National total fertility rate by path and year."""
    paths: dict[str, dict[int, float]] = {}
    for row in _rows("national_tfr.csv"):
        paths.setdefault(row["path"], {})[int(row["year"])] = float(row["tfr"])
    return paths
