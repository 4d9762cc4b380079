"""What a reader chose: indicator, year, scenario, prefecture and municipality, as the address carries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from sosei.engines.conventions.folding import fold_name
from sosei.engines.conventions.prefectures import PREFECTURES
from sosei.planning.population.lookup import folded
from sosei.planning.population.nation.indicators import FIRST, INDICATORS, Indicator
from sosei.planning.population.nation.models import NationalRun
from sosei.planning.population.nation.reading import Place

SORTS = ("rank", "code", "value")
FIRST_YEAR_SHOWN = 2045
"""Shown first, as far as a run reaches: the year official projections of 2018 end in, and visions look to."""
MOST_FOUND = 20


class UnknownChoiceError(LookupError):
    """An address names an indicator, year, scenario or area that the run does not have."""


@dataclass(frozen=True)
class Selection:
    """One view of the page."""

    indicator: Indicator
    year: int
    scenario: str
    prefecture: str = ""
    area: str = ""
    sort: str = "rank"
    descending: bool = False

    @property
    def hidden_fields(self) -> list[tuple[str, object]]:
        """What a search keeps of the view."""
        kept = {
            "indicator": self.indicator.slug,
            "year": self.year,
            "scenario": self.scenario,
            "prefecture": self.prefecture,
        }
        return [(key, value) for key, value in kept.items() if value]

    def query(self, **changes: object) -> str:
        """The address's query with some parts changed; a part that is empty is left out."""
        parts: dict[str, object] = {
            "indicator": self.indicator.slug,
            "year": self.year,
            "scenario": self.scenario,
            "prefecture": self.prefecture,
            "area": self.area,
            "sort": ("-" if self.descending else "") + self.sort,
            **changes,
        }
        if parts["sort"] == "rank":
            parts["sort"] = ""
        return urlencode({key: value for key, value in parts.items() if value not in ("", None)})


def selection_of(query: Mapping[str, str], run: NationalRun, years: tuple[int, ...]) -> Selection:
    """The selection that an address names; parts it leaves out are those shown first.

    Raises:
        UnknownChoiceError: it names what is not there.
    """
    scenarios = [one["name"] for one in run.scenarios]
    first_year = FIRST_YEAR_SHOWN if FIRST_YEAR_SHOWN in years else years[-1]
    slug = query.get("indicator") or FIRST
    year = query.get("year") or str(first_year)
    scenario = query.get("scenario") or scenarios[0]
    prefecture = query.get("prefecture", "")
    sort = query.get("sort") or "rank"
    known = (
        slug in INDICATORS
        and year in {str(y) for y in years}
        and scenario in scenarios
        and (not prefecture or prefecture in PREFECTURES)
        and sort.removeprefix("-") in SORTS
    )
    if not known:
        raise UnknownChoiceError(" ".join((slug, year, scenario, prefecture, sort)))
    return Selection(
        INDICATORS[slug],
        int(year),
        scenario,
        prefecture,
        query.get("area", ""),
        sort.removeprefix("-"),
        sort.startswith("-"),
    )


def found_places(text: str, places: tuple[Place, ...]) -> list[Place]:
    """Places that a text means: by a code in it, by their whole name, else those whose name holds it.

    Codes may have six digits; "いわき市 07204", as the list of suggestions has it, is found by its code.
    """
    codes = {word[:5] for word in folded(text).split() if word.isdecimal() and len(word) in (5, 6)}
    wanted = fold_name(text)
    if not wanted:
        return []
    exact = [one for one in places if one.code in codes] or [
        one for one in places if wanted in (fold_name(one.name), fold_name(one.name_en))
    ]
    near = [
        one
        for one in places
        if wanted in fold_name(one.name) or wanted.casefold() in fold_name(one.name_en).casefold()
    ]
    return (exact or near)[:MOST_FOUND]
