"""What the page says before the nation is there: which public files to get, and what the demonstration has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sosei.engines.demography.errors import DemographyError
from sosei.planning.population import figures
from sosei.planning.population.models import Area
from sosei.planning.population.nation.census import NATIONWIDE, years_covered
from sosei.planning.population.vision import NoVisionError, build_vision

SHOWN = 2
"""Municipalities whose vision stands here: the demonstration has two."""
SITES = {
    "census": "https://www.e-stat.go.jp/",
    "boundaries": "https://nlftp.mlit.go.jp/ksj/",
    "official": "https://www.ipss.go.jp/",
}
"""Where the public files are given out."""


@dataclass(frozen=True)
class Card:
    """A municipality that has a vision, with its key figures."""

    area: Area
    key_figures: list[figures.KeyFigure]


def context() -> dict[str, Any]:
    """Cards of the municipalities with assumptions of their own, and what is stored already."""
    areas = Area.objects.visible_to(None).with_vision().filter(own_assumptions=True).order_by("code")[:SHOWN]
    covered = years_covered()
    return {
        "cards": [card for area in areas if (card := _card(area)) is not None],
        "covered": sorted(covered.items(), reverse=True),
        "ready": any(count >= NATIONWIDE for count in covered.values()),
        "nationwide": NATIONWIDE,
        "sites": SITES,
    }


def _card(area: Area) -> Card | None:
    try:
        return Card(area, list(figures.key_figures(build_vision(area))))
    except (NoVisionError, DemographyError):
        # Its own page says what is missing.
        return None
