"""The look of the charts: the same colours in stylesheet and files, told apart by everyone, and labels that never meet."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sosei.core.design
from sosei.core.design import chart_theme

TOKENS = Path(sosei.core.design.__file__).parent / "static" / "design" / "tokens.css"
SERIES = ("observed", "baseline", "prospect-1", "prospect-2", "what-if")
NAMED = ("simulation-1", "simulation-2", "male", "female", "age-0-14", "age-15-64", "age-65-plus")
"""Besides the series, those whose names are written in their own colour."""
# Machado, Oliveira & Fernandes 2009, severity 1.0.
SIGHTS = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """Björn Ottosson's Oklab of a linear colour."""
    cones = np.cbrt(
        np.array(
            [
                [0.4122214708, 0.5363325363, 0.0514459929],
                [0.2119034982, 0.6806995451, 0.1073969566],
                [0.0883024619, 0.2817188376, 0.6299787005],
            ]
        )
        @ np.clip(rgb, 0, 1)
    )
    mixed: np.ndarray = (
        np.array(
            [
                [0.2104542553, 0.7936177850, -0.0040720468],
                [1.9779984951, -2.4285922050, 0.4505937099],
                [0.0259040371, 0.7827717662, -0.8086757660],
            ]
        )
        @ cones
    )
    return mixed


def distance(one: str, other: str, sight: str) -> float:
    return float(np.linalg.norm(oklab(SIGHTS[sight] @ linear(one)) - oklab(SIGHTS[sight] @ linear(other))))


def stylesheet_colours(dark: bool) -> dict[str, str]:
    light_part, dark_part = TOKENS.read_text(encoding="utf-8").split("@media screen")
    part = dark_part if dark else light_part
    return dict(re.findall(r"--chart-([a-z0-9-]+): (#[0-9a-f]{6});", part))


@pytest.mark.parametrize("column", [0, 1], ids=["light", "dark"])
def test_the_stylesheet_holds_the_colours_of_the_theme(column: int) -> None:
    assert stylesheet_colours(dark=bool(column)) == {
        name: values[column] for name, values in chart_theme.COLOURS.items()
    }


@pytest.mark.parametrize("column", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    "name", [*SERIES, "simulation-1", "simulation-2", "male", "female", "natural", "social"]
)
def test_bars_and_lines_stand_out_from_the_surface_by_three_to_one(name: str, column: int) -> None:
    assert contrast(chart_theme.COLOURS[name][column], chart_theme.COLOURS["surface"][column]) >= 3


@pytest.mark.parametrize("column", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", [*SERIES, *NAMED, "ink", "muted"])
def test_words_in_charts_can_be_read(name: str, column: int) -> None:
    assert contrast(chart_theme.COLOURS[name][column], chart_theme.COLOURS["surface"][column]) >= 4.5


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("column", [0, 1], ids=["light", "dark"])
def test_scenarios_are_told_apart_by_every_kind_of_sight(sight: str, column: int) -> None:
    for one, other in combinations(SERIES, 2):
        apart = distance(chart_theme.COLOURS[one][column], chart_theme.COLOURS[other][column], sight)
        assert apart >= 0.10, (one, other, apart)


def test_scenarios_that_share_a_family_of_greys_differ_by_their_dashes() -> None:
    assert chart_theme.DASHES["simulation-1"] != chart_theme.DASHES["simulation-2"]


def test_a_series_without_a_colour_of_its_own_is_muted() -> None:
    assert chart_theme.series_colour("prospect-9") == chart_theme.colour("muted")


def test_an_unknown_colour_is_an_error() -> None:
    with pytest.raises(KeyError):
        chart_theme.colour("no-such-colour")


@given(st.integers(0, 40))
def test_each_period_gets_a_colour_and_the_newest_the_one_that_stands_out(count: int) -> None:
    colours = chart_theme.past_colours(count)
    assert len(colours) == count
    if colours:
        assert colours[-1] == chart_theme.colour("latest")
        assert chart_theme.colour("latest") not in colours[:-1]


def test_an_exported_chart_names_no_variable_and_its_font_is_the_one_given() -> None:
    spec = {"config": chart_theme.config(), "mark": {"color": chart_theme.colour("baseline")}, "x": [1, None]}
    written = chart_theme.for_export(spec, font="Some Font")
    assert "var(" not in repr(written)
    assert written["config"]["font"] == "Some Font"
    assert written["mark"]["color"] == chart_theme.COLOURS["baseline"][0]
    assert chart_theme.for_export(spec, mode="dark")["mark"]["color"] == chart_theme.COLOURS["baseline"][1]


def test_the_font_of_exports_is_installed() -> None:
    assert any(chart_theme.export_font_folder().glob("*.ttf"))


ENDS = st.lists(st.floats(0, 100), min_size=1, max_size=8)


@given(ENDS)
def test_labels_never_come_closer_than_their_gap(ends: list[float]) -> None:
    placed = sorted(chart_theme.spread_labels(ends, 0, 100, height=360, gap=36))
    assert all(later - earlier >= 10 - 1e-6 for earlier, later in pairwise(placed))


@given(ENDS)
def test_labels_keep_the_order_of_their_lines_and_stay_in_the_plot(ends: list[float]) -> None:
    placed = chart_theme.spread_labels(ends, 0, 100, height=360, gap=36)
    by_end = [place for _end, place in sorted(zip(ends, placed, strict=True))]
    assert by_end == sorted(by_end)
    assert min(placed) >= -1e-6
    assert max(placed) <= 100 + 1e-6


@given(st.lists(st.integers(0, 9), min_size=1, max_size=8, unique=True))
def test_labels_with_room_stay_at_the_ends_of_their_lines(tenths: list[int]) -> None:
    ends = [10.0 * tenth for tenth in tenths]
    assert chart_theme.spread_labels(ends, 0, 100, height=360, gap=36) == pytest.approx(ends)
