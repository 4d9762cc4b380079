"""Reading a scenario file value by value: every problem is kept with its place, none stops the reading."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

AGE_BAND = re.compile(r"(\d+)(?:-(\d+)|(\+))?$")
PERIOD = re.compile(r"\d{4}-\d{4}$")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*$")


@dataclass(frozen=True)
class Problem:
    """One thing wrong: where in the file, and what to do, in English and Japanese."""

    place: str
    en: str
    ja: str


@dataclass
class Reader:
    """Collects problems while values are read; a value that is wrong is read as None."""

    problems: list[Problem] = field(default_factory=list)

    def refuse(self, place: str, en: str, ja: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(place, en, ja))

    def unknown(self, place: str, got: str, known: Iterable[str]) -> None:
        """Note an unknown word, with the nearest known ones."""
        words = sorted(known)
        near = difflib.get_close_matches(got, words, n=3, cutoff=0.4) or words
        listed = ", ".join(near) or "-"
        self.refuse(
            place,
            f"{got!r} is not known; nearest: {listed}",
            f"{got!r} は知られていません。近いもの: {listed}",
        )

    def known_keys(self, body: Mapping[Any, Any], keys: Iterable[str], place: str) -> None:
        """Note every key that is not expected."""
        allowed = list(keys)
        for key in body:
            if key not in allowed:
                self.unknown(place, str(key), allowed)

    def slug(self, value: Any, place: str) -> str:
        """A lower-case name with hyphens."""
        if isinstance(value, str) and SLUG.match(value):
            return value
        self.refuse(
            place,
            f"{value!r} is not a name of lower-case letters, digits and hyphens",
            f"{value!r} は名前に使えません。英小文字・数字・ハイフンで書いてください",
        )
        return ""

    def languages(self, value: Any, place: str, *, required: bool) -> dict[str, str]:
        """A text by language: {ja: …, en: …}."""
        if value is None and not required:
            return {}
        if isinstance(value, dict) and value and all(isinstance(v, str) and v for v in value.values()):
            for language in value:
                if language not in ("ja", "en"):
                    self.unknown(place, str(language), ("ja", "en"))
            return {str(k): v for k, v in value.items()}
        self.refuse(place, "needs a text as {ja: …, en: …}", "{ja: …, en: …} の形で文章を書いてください")
        return {}

    def number(self, body: Mapping[str, Any], key: str, low: float, high: float, place: str) -> float | None:
        """A number within bounds."""
        return self.checked_number(body.get(key), low, high, f"{place}.{key}")

    def checked_number(self, value: Any, low: float, high: float, place: str) -> float | None:
        """As `number`, for a value at hand."""
        if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
            return float(value)
        self.refuse(
            place,
            f"{value!r} is not a number from {low:g} to {high:g}",
            f"{value!r} は {low:g} から {high:g} までの数ではありません",
        )
        return None

    def year(self, body: Mapping[str, Any], key: str, place: str, *, required: bool = True) -> int | None:
        """A calendar year."""
        value = body.get(key)
        if value is None and not required:
            return None
        return self.checked_year(value, f"{place}.{key}")

    def checked_year(self, value: Any, place: str) -> int | None:
        """As `year`, for a value at hand."""
        if isinstance(value, int) and not isinstance(value, bool) and 1800 <= value <= 2300:
            return value
        self.refuse(place, f"{value!r} is not a year", f"{value!r} は西暦の年ではありません")
        return None

    def choice(
        self, body: Mapping[str, Any], key: str, options: Iterable[str], default: str, place: str
    ) -> str:
        """One of a few words."""
        value = body.get(key, default)
        if value in tuple(options):
            return str(value)
        self.unknown(f"{place}.{key}", str(value), options)
        return default

    def age_bands(self, value: Any, place: str) -> tuple[tuple[int, int | None], ...] | None:
        """Ages as a list of "20-24", "65+" or single years: (first, last or None for open)."""
        items = value if isinstance(value, list) else [value]
        bands: list[tuple[int, int | None]] = []
        for item in items:
            match = AGE_BAND.match(str(item))
            if not match:
                self.refuse(
                    place,
                    f"{item!r} is not an age like 20-24 or 65+",
                    f"{item!r} は 20-24 や 65+ の形の年齢ではありません",
                )
                return None
            first = int(match[1])
            last = None if match[3] else int(match[2] or match[1])
            if last is not None and last < first:
                self.refuse(place, f"{item!r} ends before it begins", f"{item!r} は終わりが始まりより前です")
                return None
            bands.append((first, last))
        return tuple(bands)

    def years_on_grid(
        self, named: Mapping[str, int], base_year: int, width: int, years: list[int], place: str
    ) -> None:
        """Years must be the base year or the end of a step of this projection."""
        grid = [base_year, *years]
        for key, year in named.items():
            if year in grid:
                continue
            if year > grid[-1] or year < base_year:
                near = min(grid, key=lambda y: abs(y - year))
                self.refuse(
                    f"{place}.{key}",
                    f"{year} lies outside the projection ({grid[0]}-{grid[-1]}); nearest: {near}",
                    f"{year} は推計の期間（{grid[0]}～{grid[-1]}）の外です。最も近い年: {near}",
                )
            else:
                below = max(y for y in grid if y < year)
                self.refuse(
                    f"{place}.{key}",
                    f"{year} is not the end of a {width}-year step; write {below} or {below + width}",
                    f"{year} は {width} 年きざみの年ではありません。{below} か {below + width} にしてください",
                )
