"""An invented nation of sixty municipalities in three prefectures: its censuses, boundaries and official projection."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

from sosei.planning.population.importing.services import import_file
from tests.population.statistics_files import TODAY

PREFECTURES = ("02", "03", "05")
EACH = 20
YEARS = (1990, 1995, 2000, 2005, 2010, 2015)
BASE = YEARS[-1]
COUNT = EACH * len(PREFECTURES)
CODES = tuple(f"{number}{201 + i}" for number in PREFECTURES for i in range(EACH))
SHRINKING, GROWING = CODES[0], CODES[-1]
AGES = 19


def name_of(code: str) -> str:
    """第一市 … in every prefecture, so that a name alone may mean three places."""
    return f"試験{int(code[2:]) - 200}市"


def censuses() -> dict[str, np.ndarray]:
    """Whole persons by code, shape (year, sex, age): each municipality with a growth of its own, and some chance."""
    chance = np.random.default_rng(7)
    found = {}
    for i, code in enumerate(CODES):
        size = 400 * (1 + i % 7) ** 2
        growth = 0.94 + 0.16 * i / (COUNT - 1)
        middle, width = chance.uniform(6, 11), chance.uniform(50, 90)
        shape = np.exp(-((np.arange(AGES) - middle) ** 2) / width)[None, :] * np.array([[0.97], [1.03]])
        shape[0, 15:] *= 0.5
        steps = [size * shape / shape.sum()]
        for _ in YEARS[1:]:
            before = steps[-1]
            after = np.empty_like(before)
            after[:, 1:] = before[:, :-1] * growth * np.linspace(1, 0.75, AGES - 1)
            after[:, 0] = before[1, 3:10].sum() * chance.uniform(0.05, 0.07) * growth
            steps.append(after * chance.uniform(0.97, 1.03, before.shape))
        found[code] = np.rint(np.array(steps)).astype(int) + 1
    return found


def census_file(folder: Path) -> Path:
    """The censuses in the wide layout."""
    path = folder / "census.csv"
    labels = [f"{age}～{age + 4}歳" for age in range(0, 90, 5)] + ["90歳以上"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["code", "name", "sex", "age", *YEARS])
        for code, people in censuses().items():
            for sex, block in (("M", people[:, 0]), ("F", people[:, 1])):
                for label, row in zip(labels, block.T.tolist(), strict=True):
                    writer.writerow([code, name_of(code), sex, label, *row])
                writer.writerow([code, name_of(code), sex, "年齢不詳", *[0] * len(YEARS)])
    return path


def square(code: str, side: float = 0.08) -> list[list[float]]:
    """A square of the municipality's own, side by side with those of its prefecture."""
    number = CODES.index(code)
    west = 139.5 + 0.1 * (number % 10)
    south = 37.0 + 0.1 * (number // 10)
    return [
        [west, south],
        [west + side, south],
        [west + side, south + side],
        [west, south + side],
        [west, south],
    ]


def feature(code: str, ring: list[list[float]], **properties: Any) -> dict[str, Any]:
    """A GeoJSON feature as 国土数値情報 N03 has it."""
    return {
        "type": "Feature",
        "properties": {
            "N03_001": "試験県",
            "N03_003": None,
            "N03_004": "試験",
            "N03_007": code,
            **properties,
        },
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def collection(*features: dict[str, Any], **more: Any) -> str:
    """A GeoJSON file."""
    return json.dumps({"type": "FeatureCollection", **more, "features": list(features)}, ensure_ascii=False)


def boundary_file(folder: Path) -> Path:
    """Squares of every municipality."""
    path = folder / "boundaries.geojson"
    whole = (feature(code, square(code), N03_004=name_of(code)) for code in CODES)
    path.write_text(collection(*whole), encoding="utf-8")
    return path


def official_file(folder: Path, factor: float = 1.1) -> Path:
    """An official projection of all but the last municipality: every age group times `factor` each step."""
    path = folder / "ipss.csv"
    years = range(BASE, 2050, 5)
    bases = {code: people[-1] for code, people in censuses().items()}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["code", "name", "sex", "age", *years])
        labels = [f"{age}～{age + 4}歳" for age in range(0, 90, 5)] + ["90歳以上"]
        for code in CODES[:-1]:
            base = bases[code]
            for sex, row in zip("MF", base, strict=True):
                for label, persons in zip(labels, row.tolist(), strict=True):
                    writer.writerow(
                        [code, name_of(code), sex, label]
                        + [round(persons * factor ** ((y - BASE) // 5), 3) for y in years]
                    )
    return path


def store_census(folder: Path) -> None:
    """The censuses, imported."""
    import_file(path=census_file(folder), imported_by="test", today=TODAY)


def store_boundaries(folder: Path) -> None:
    """The boundaries, imported."""
    import_file(path=boundary_file(folder), imported_by="test", today=TODAY)
