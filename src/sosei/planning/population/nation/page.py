"""What the page shows of a run: classes and texts of the map, legend, table, and the panel of one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.engines.conventions.prefectures import PREFECTURES, PREFECTURES_EN
from sosei.planning.population.nation import indicators, tiles
from sosei.planning.population.nation.codes import EARLIER_CODES
from sosei.planning.population.nation.indicators import Indicator
from sosei.planning.population.nation.reading import Figures, Place
from sosei.planning.population.nation.selection import Selection
from sosei.planning.population.nation.shapes import Drawing

Array = npt.NDArray[np.float64]
MUNICIPALITY, PREFECTURE, NATION = "municipality", "prefecture", "nation"


@dataclass(frozen=True)
class Name:
    """A name as a page writes it, and the language to mark it with where it is not the page's."""

    text: str
    lang: str = ""


@dataclass(frozen=True)
class LegendEntry:
    """A class of the map: its number and its range in words."""

    number: int
    text: str


@dataclass(frozen=True)
class Row:
    """One place in the table."""

    place: Place
    name: Name
    prefecture: str
    value: float
    text: str
    rank: int
    interval: str


@dataclass(frozen=True)
class Tile:
    """A prefecture in the tile grid."""

    column: int
    row: int
    number: int
    name: str
    text: str
    query: str


@dataclass(frozen=True)
class Values:
    """The indicator in the year shown: of every place, and which are of one kind."""

    selection: Selection
    figures: Figures
    values: Array

    def of_kind(self, kind: str) -> list[int]:
        """Where the places of a kind stand."""
        return [i for i, place in enumerate(self.figures.places) if place.kind == kind]


def values_of(selection: Selection, figures: Figures) -> Values:
    """The indicator of the selection by place."""
    at = figures.years.index(selection.year)
    return Values(selection, figures, selection.indicator.value(figures)[:, at])


def is_english() -> bool:
    """Whether the reader reads English."""
    return (get_language() or "ja").startswith("en")


def name_of(place: Place, names: dict[str, str]) -> Name:
    """A place's name in the reader's language; the code where no file named it."""
    japanese = place.name if place.name != place.code else names.get(place.code, _new_name(place.code, names))
    if not is_english():
        return Name(japanese)
    return Name(place.name_en) if place.name_en else Name(japanese, "ja")


def _new_name(code: str, names: dict[str, str]) -> str:
    newer = next((new for new, old in EARLIER_CODES.items() if old == code), "")
    return names.get(newer, code)


def prefecture_name(number: str) -> str:
    """A prefecture's name in the reader's language."""
    return (PREFECTURES_EN if is_english() else PREFECTURES)[number]


@dataclass(frozen=True)
class MapValues:
    """Classes and texts in the order of a drawing's shapes."""

    classes: str
    texts: list[str]
    legend: list[LegendEntry]
    drawn_without_value: int


def map_values(values: Values, drawing: Drawing) -> MapValues:
    """What colours the map."""
    indicator = values.selection.indicator
    places = values.of_kind(MUNICIPALITY)
    breaks = indicators.breaks_of(indicator, values.values[places])
    numbers = indicators.classes_of(values.values, breaks)
    at = {values.figures.places[i].code: i for i in places}
    found = [at.get(shape.code, at.get(EARLIER_CODES.get(shape.code, ""))) for shape in drawing.shapes]
    classes = "".join(str(indicators.NO_VALUE if i is None else numbers[i]) for i in found)
    texts = ["" if i is None else indicator.text(float(values.values[i])) for i in found]
    return MapValues(classes, texts, legend(indicator, breaks), found.count(None))


def legend(indicator: Indicator, breaks: Sequence[float]) -> list[LegendEntry]:
    """The classes in words, lowest first."""
    texts = [f"{b:,.10g}" for b in breaks]
    unit = indicator.unit()
    entries = [_("%(limit)s%(unit)s未満") % {"limit": texts[0], "unit": unit}]
    entries += [
        _("%(low)s以上%(high)s%(unit)s未満") % {"low": low, "high": high, "unit": unit}
        for low, high in pairwise(texts)
    ]
    entries.append(_("%(limit)s%(unit)s以上") % {"limit": texts[-1], "unit": unit})
    return [LegendEntry(i, text) for i, text in enumerate(entries)]


def prefecture_tiles(values: Values) -> tuple[list[Tile], list[LegendEntry]]:
    """The tile grid: every prefecture, with its value where the run has it."""
    indicator = values.selection.indicator
    held = {values.figures.places[i].prefecture: i for i in values.of_kind(PREFECTURE)}
    shown = values.values[list(held.values())]
    breaks = indicators.breaks_of(indicator, shown)
    numbers = indicators.classes_of(values.values, breaks)
    found = []
    for prefecture, (column, row) in sorted(tiles.TILES.items()):
        i = held.get(prefecture)
        text = indicator.text(float(values.values[i])) if i is not None else _("数値なし")
        number = int(numbers[i]) if i is not None else indicators.NO_VALUE
        query = values.selection.query(prefecture=prefecture, area="") if i is not None else ""
        found.append(Tile(column + 1, row + 1, number, prefecture_name(prefecture), text, query))
    return found, legend(indicator, breaks)


def rows_of(values: Values, names: dict[str, str]) -> list[Row]:
    """The municipalities of the table in its order: all, or those of the prefecture chosen."""
    chosen = values.selection
    places = values.of_kind(MUNICIPALITY)
    ranked = indicators.ranks(values.values[places])
    at = values.figures.years.index(chosen.year)
    low, high = (values.figures.column(part)[:, at] for part in ("low", "high"))
    rows = [
        Row(
            place,
            name_of(place, names),
            prefecture_name(place.prefecture),
            float(values.values[i]),
            chosen.indicator.text(float(values.values[i])),
            int(rank),
            interval_text(float(low[i]), float(high[i])) if chosen.indicator.slug == "total" else "",
        )
        for i, rank in zip(places, ranked, strict=True)
        if (place := values.figures.places[i]).code.startswith(chosen.prefecture)
    ]
    keys = {
        # A place without a value stands behind all others.
        "rank": lambda row: (row.rank == 0, row.rank, row.place.code),
        "value": lambda row: (not np.isfinite(row.value), row.value, row.place.code),
        "code": lambda row: row.place.code,
    }
    return sorted(rows, key=keys[chosen.sort], reverse=chosen.descending)


def interval_text(low: float, high: float) -> str:
    """An interval of persons; empty where there is none."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return ""
    return _("%(low)s～%(high)s人") % {"low": f"{low:,.0f}", "high": f"{high:,.0f}"}


def sentence(values: Values, names: dict[str, str]) -> str:
    """What the map shows, in a sentence: the middle, the highest and the lowest."""
    chosen = values.selection
    places = [
        i
        for i in values.of_kind(MUNICIPALITY)
        if np.isfinite(values.values[i]) and values.figures.places[i].code.startswith(chosen.prefecture)
    ]
    if not places:
        return _("この年の数値がありません。")
    shown = values.values[places]
    top, bottom = places[int(np.argmax(shown))], places[int(np.argmin(shown))]
    return _(
        "%(year)s年の%(indicator)s：%(count)s市区町村の中央値は%(median)s。"
        "最も高いのは%(top)s（%(top_value)s）、最も低いのは%(bottom)s（%(bottom_value)s）です。"
    ) % {
        "year": chosen.year,
        "indicator": chosen.indicator.title(),
        "count": f"{len(places):,}",
        "median": chosen.indicator.text(float(np.median(shown))),
        "top": name_of(values.figures.places[top], names).text,
        "top_value": chosen.indicator.text(float(values.values[top])),
        "bottom": name_of(values.figures.places[bottom], names).text,
        "bottom_value": chosen.indicator.text(float(values.values[bottom])),
    }
