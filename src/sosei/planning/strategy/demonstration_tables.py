"""The demonstration's own small tables: CSV files of the folder `demonstration`, row by row, and where they come from."""

from __future__ import annotations

import csv
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any

FOLDER = "demonstration"


def rows(name: str, **wanted: str) -> list[dict[str, str]]:
    """The rows of a table whose columns hold what is wanted: `rows("kpis", strategy="iwaki-1")`."""
    return [row for row in _table(name) if all(row[column] == value for column, value in wanted.items())]


def source(key: str) -> dict[str, str]:
    """Title (`title`, `title_en`) of a source by its key; empty titles for no key."""
    if not key:
        return {"title": "", "title_en": ""}
    return next(row for row in _table("sources") if row["key"] == key)


def whole(text: str) -> int | None:
    """A whole number, or None where nothing is written."""
    return int(text) if text else None


def day(text: str) -> date | None:
    """A civil day, or None where nothing is written."""
    return date.fromisoformat(text) if text else None


@lru_cache
def _table(name: str) -> list[dict[str, str]]:
    folder: Any = resources.files(__package__) / FOLDER
    lines = (folder / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))
