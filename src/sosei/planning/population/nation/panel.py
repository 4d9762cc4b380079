"""One place of the nation: its value and rank, its line with its interval, and what would hold its population."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _

from sosei.planning.population.nation import indicators
from sosei.planning.population.nation.models import NationalAnswer
from sosei.planning.population.nation.page import Name, Values, interval_text, name_of
from sosei.planning.population.nation.reading import Figures, Place

WIDTH, HEIGHT = 360, 200
LEFT, RIGHT, TOP, BOTTOM = 8, 8, 26, 24


@dataclass(frozen=True)
class Line:
    """Total population over the years as a drawing: paths in a box of WIDTH by HEIGHT, whose axis begins at zero."""

    path: str
    band: str
    years: tuple[tuple[float, int], ...]
    first: tuple[float, float, str]
    last: tuple[float, float, str]
    rows: tuple[tuple[int, str, str], ...]
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class Held:
    """What would hold the population, by one lever, in words."""

    title: str
    text: str
    reached: bool


@dataclass(frozen=True)
class Panel:
    """Everything about the place."""

    place: Place
    name: Name
    text: str
    rank: int
    rank_from_below: int
    of: int
    interval: str
    line: Line
    held: list[Held]
    year: int
    base_year: int


def panel_of(
    values: Values, names: dict[str, str], code: str, answers: Sequence[NationalAnswer]
) -> Panel | None:
    """The panel of the place with a code; None where the run has none."""
    figures = values.figures
    at = next((i for i, place in enumerate(figures.places) if place.code == code), None)
    if at is None:
        return None
    place = figures.places[at]
    peers = values.of_kind(place.kind)
    ranked = int(indicators.ranks(values.values[peers])[peers.index(at)])
    below = int(indicators.ranks(-values.values[peers])[peers.index(at)])
    year = figures.years.index(values.selection.year)
    low, high = figures.column("low")[at], figures.column("high")[at]
    of = int(np.isfinite(values.values[peers]).sum())
    return Panel(
        place,
        name_of(place, names),
        values.selection.indicator.text(float(values.values[at])),
        ranked,
        below,
        of,
        interval_text(float(low[year]), float(high[year])),
        _line(figures, at),
        [_held(answer) for answer in answers],
        answers[0].year if answers else 0,
        figures.years[0],
    )


def _line(figures: Figures, at: int) -> Line:
    total, low, high = (figures.column(name)[at] for name in ("total", "low", "high"))
    known = np.isfinite(low) & np.isfinite(high)
    top = float(np.nanmax(np.concatenate([total, high[known]]))) * 1.05 or 1.0
    span = figures.years[-1] - figures.years[0] or 1
    x = LEFT + (np.array(figures.years) - figures.years[0]) / span * (WIDTH - LEFT - RIGHT)

    def y(persons: np.ndarray) -> np.ndarray:
        return HEIGHT - BOTTOM - persons / top * (HEIGHT - TOP - BOTTOM)

    band = ""
    if known.sum() > 1:
        upper = list(zip(x[known], y(high[known]), strict=True))
        lower = list(zip(x[known], y(low[known]), strict=True))
        band = _path([*upper, *reversed(lower)]) + "Z"
    ys = y(total)
    labels = [0, len(figures.years) // 2, len(figures.years) - 1]
    return Line(
        _path(list(zip(x, ys, strict=True))),
        band,
        tuple((float(x[i]), figures.years[i]) for i in dict.fromkeys(labels)),
        (float(x[0]), float(ys[0]) - 8, f"{total[0]:,.0f}"),
        (float(x[-1]), float(y(high if known[-1] else total)[-1]) - 8, f"{total[-1]:,.0f}"),
        tuple(
            (year, _("%(persons)s人") % {"persons": f"{p:,.0f}"}, interval_text(float(a), float(b)))
            for year, p, a, b in zip(figures.years, total, low, high, strict=True)
        ),
    )


def _path(points: list[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _held(answer: NationalAnswer) -> Held:
    lever = NationalAnswer.Lever(answer.lever)
    return Held(str(lever.label), _told(lever, answer), answer.reached)


def _told(lever: NationalAnswer.Lever, answer: NationalAnswer) -> str:
    level = {
        NationalAnswer.Lever.TFR: f"{answer.level:.2f}",
        NationalAnswer.Lever.RECOVERY: f"{answer.level:.0%}",
        NationalAnswer.Lever.HOUSEHOLDS: _("%(count)s世帯") % {"count": f"{answer.level:,.0f}"},
    }[lever]
    if answer.reached:
        return level
    return _("届きません。%(level)s でも%(best)s人です。") % {"level": level, "best": f"{answer.best:,.0f}"}
