"""The words of `readings.py`, as the table `readings.csv` beside this file holds them.

`WORDS` are read so wherever they stand, the longest first. `STEMS` are single letters that have one reading as long as
kana follow and no kanji goes before (働く, 働いた). A word with two readings in plain texts belongs into neither.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path


def _read(kind: str) -> Mapping[str, str]:
    with (Path(__file__).parent / "readings.csv").open(encoding="utf-8", newline="") as table:
        return {row["word"]: row["reading"] for row in csv.DictReader(table) if row["kind"] == kind}


WORDS = _read("word")
STEMS = _read("stem")
