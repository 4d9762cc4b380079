"""Our run beside the official projection, as the page and its file show it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sosei.planning.population import downloads
from sosei.planning.population.models import Area
from sosei.planning.population.nation.codes import EARLIER_CODES
from sosei.planning.population.nation.indicators import NO_VALUE, classes_of
from sosei.planning.population.nation.models import OfficialComparison
from sosei.planning.population.nation.page import LegendEntry, Name, name_of, prefecture_name
from sosei.planning.population.nation.reading import Place
from sosei.planning.population.nation.shapes import Drawing

Array = npt.NDArray[np.float64]
PARTS = ("born", "moved", "old")
LARGEST = 20
BREAKS = [-0.1, -0.03, 0.03, 0.1]
"""Of the difference as a share of the official figure: the classes of the map."""


@dataclass(frozen=True)
class Comparison:
    """Persons by area and year: ours, official, and the difference by part, shape (area, year, part)."""

    places: tuple[Place, ...]
    years: tuple[int, ...]
    ours: Array
    official: Array
    parts: Array

    @property
    def share(self) -> Array:
        """(ours − official) / official; not a number where nobody is expected."""
        out = np.full(self.ours.shape, np.nan)
        np.divide(self.ours - self.official, self.official, out=out, where=self.official > 0)
        return out


@lru_cache(maxsize=2)
def comparison_of(run_id: int) -> Comparison:
    """The comparison of a run with the newest official projection it was compared with."""
    stored = OfficialComparison.objects.filter(run_id=run_id)
    batch = stored.order_by("-batch_id").values_list("batch_id", flat=True).first()
    rows = list(
        stored.filter(batch_id=batch)
        .order_by("area__code", "year")
        .values_list("area_id", "year", "ours", "official", *PARTS)
    )
    areas = list(dict.fromkeys(row[0] for row in rows))
    years = tuple(sorted({row[1] for row in rows}))
    fields = ("pk", "code", "name", "name_en", "kind")
    held = {row[0]: Place(*row) for row in Area.objects.filter(pk__in=areas).values_list(*fields)}
    values = np.array([row[2:] for row in rows], dtype=float).reshape(len(areas), len(years), 5)
    return Comparison(tuple(held[pk] for pk in areas), years, values[..., 0], values[..., 1], values[..., 2:])


@dataclass(frozen=True)
class Difference:
    """One of the largest differences, with its cause in words."""

    name: Name
    prefecture: str
    code: str
    ours: str
    official: str
    share: str
    parts: tuple[str, str, str]
    cause: str


def part_titles() -> dict[str, str]:
    """The parts as the page names them."""
    return {
        "born": pgettext("part of a difference", "出生"),
        "moved": pgettext("part of a difference", "移動"),
        "old": pgettext("part of a difference", "生残"),
    }


def context(held: Comparison, year: int, drawing: Drawing | None, names: dict[str, str]) -> dict[str, Any]:
    """What the page shows for one year."""
    at = held.years.index(year)
    share = held.share[:, at]
    numbers = classes_of(share, BREAKS)
    return {
        "year": year,
        "years": held.years,
        "count": f"{len(held.places):,}",
        "medians": [_summary(held, i) for i in range(len(held.years))],
        "largest": _largest(held, at, names),
        "titles": part_titles(),
        "legend": _legend(),
        "drawing": drawing,
        "shapes": _paths(held, numbers, drawing) if drawing else "",
    }


def _summary(held: Comparison, at: int) -> tuple[int, str, str, str]:
    """Year; median and 90th percentile of the absolute difference; median of the signed one."""
    share = held.share[:, at]
    known = share[np.isfinite(share)]
    return (
        held.years[at],
        f"{np.median(np.abs(known)):.2%}",
        f"{np.quantile(np.abs(known), 0.9):.2%}",
        f"{np.median(known):+.2%}",
    )


def _largest(held: Comparison, at: int, names: dict[str, str]) -> list[Difference]:
    share = np.abs(held.share[:, at])
    order = np.argsort(np.where(np.isfinite(share), -share, np.inf), kind="stable")[:LARGEST]
    titles = part_titles()
    found = []
    for i in order.tolist():
        place, parts = held.places[i], held.parts[i, at]
        greatest = PARTS[int(np.argmax(np.abs(parts)))]
        found.append(
            Difference(
                name_of(place, names),
                prefecture_name(place.prefecture),
                place.code,
                f"{held.ours[i, at]:,.0f}",
                f"{held.official[i, at]:,.0f}",
                f"{held.share[i, at]:+.1%}",
                tuple(f"{part:+,.0f}" for part in parts),
                titles[greatest],
            )
        )
    return found


def _legend() -> list[LegendEntry]:
    return [
        LegendEntry(0, _("Soseiが10%以上少ない")),
        LegendEntry(1, _("3～10%少ない")),
        LegendEntry(2, _("差が3%未満")),
        LegendEntry(3, _("3～10%多い")),
        LegendEntry(4, _("10%以上多い")),
    ]


def _paths(held: Comparison, numbers: npt.NDArray[np.int64], drawing: Drawing) -> str:
    at = {place.code: i for i, place in enumerate(held.places)}
    found = (at.get(shape.code, at.get(EARLIER_CODES.get(shape.code, ""))) for shape in drawing.shapes)
    paths = (
        f'<path class="d{NO_VALUE if i is None else numbers[i]}" d="{shape.path}"/>'
        for i, shape in zip(found, drawing.shapes, strict=True)
    )
    return mark_safe("".join(paths))  # noqa: S308  paths are whole numbers (drawing.path)


def csv_of(held: Comparison) -> bytes:
    """A row an area and year."""
    columns = ["code", "name", "year", "sosei", "official", "difference_share", *PARTS]
    share = held.share
    rows = [
        [
            place.code,
            place.name,
            year,
            round(float(held.ours[i, j]), 1),
            round(float(held.official[i, j]), 1),
            None if np.isnan(share[i, j]) else round(float(share[i, j]), 6),
            *(round(float(part), 1) for part in held.parts[i, j]),
        ]
        for i, place in enumerate(held.places)
        for j, year in enumerate(held.years)
    ]
    return downloads.csv_bytes(columns, rows)
