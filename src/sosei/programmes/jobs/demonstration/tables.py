"""The tables of the demonstration: CSV files of this folder, row by row."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib import resources


def rows(name: str, town: str) -> list[dict[str, str]]:
    """The rows of a table that belong to a town."""
    return [row for row in _table(name) if row["town"] == town]


def season(month: int) -> dict[str, str]:
    """What the orchards do in a month."""
    return next(row for row in _table("seasons") if str(month) in row["months"].split())


@lru_cache
def _table(name: str) -> list[dict[str, str]]:
    lines = (resources.files(__package__) / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))
