"""Reads of the nation's tables as arrays, kept by the process: rows of a run never change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from django.db.models import Max

from sosei.planning.population.models import Area
from sosei.planning.population.nation.models import (
    Boundary,
    NationalFigure,
    NationalRun,
    OfficialComparison,
)
from sosei.planning.population.nation.projecting import COLUMNS

Array = npt.NDArray[np.float64]
STORED = (*COLUMNS, "low", "high")


@dataclass(frozen=True)
class Place:
    """An area as the pages name it."""

    pk: int
    code: str
    name: str
    name_en: str
    kind: str

    @property
    def prefecture(self) -> str:
        """Two digits."""
        return self.code[:2]


@dataclass(frozen=True)
class Figures:
    """One scenario of a run: values by place, year and column (`STORED`); what is not known is not a number."""

    places: tuple[Place, ...]
    years: tuple[int, ...]
    values: Array

    def column(self, name: str) -> Array:
        """Persons by place and year."""
        return self.values[..., STORED.index(name)]


@lru_cache(maxsize=8)
def figures(run_id: int, scenario: str, names: int) -> Figures:
    """Everything a run gave under a scenario; `names` is the newest area, by which a new name is noticed."""
    rows = list(
        NationalFigure.objects.filter(run_id=run_id, scenario=scenario)
        .order_by("area__code", "year")
        .values_list("area_id", "year", *STORED)
    )
    areas = list(dict.fromkeys(row[0] for row in rows))
    years = sorted({row[1] for row in rows})
    held = {
        pk: Place(pk, code, name, name_en, kind)
        for pk, code, name, name_en, kind in Area.objects.filter(pk__in=areas).values_list(
            "pk", "code", "name", "name_en", "kind"
        )
    }
    values = np.array([[np.nan if v is None else v for v in row[2:]] for row in rows], dtype=float)
    return Figures(
        tuple(held[pk] for pk in areas),
        tuple(years),
        values.reshape(len(areas), len(years), len(STORED)),
    )


def newest_names() -> int:
    """The newest area and boundary: what a kept list of names rests on."""
    return (Area.objects.aggregate(newest=Max("pk"))["newest"] or 0) + newest_boundary()


def newest_boundary() -> int:
    """The newest boundary, 0 where there is none."""
    return Boundary.objects.aggregate(newest=Max("pk"))["newest"] or 0


def newest_run() -> NationalRun | None:
    """The run that the page shows."""
    run: NationalRun | None = NationalRun.objects.visible_to(None).newest()
    return run


def compared_areas(run: NationalRun) -> int:
    """How many areas stand beside the official projection."""
    return OfficialComparison.objects.filter(run=run).values("area").distinct().count()


def median_difference(run: NationalRun) -> dict[int, float]:
    """Median over areas of |ours - official| / official, by year."""
    shares: dict[int, list[float]] = {}
    rows = OfficialComparison.objects.filter(run=run, official__gt=0).order_by("year")
    for year, ours, official in rows.values_list("year", "ours", "official"):
        shares.setdefault(year, []).append(abs(ours - official) / official)
    return {year: float(np.median(values)) for year, values in shares.items()}
