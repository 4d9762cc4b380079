"""The map of two levers: its lines lie where the value is, and its table and words say the same."""

from __future__ import annotations

import itertools
import json
import math
import re
from dataclasses import replace

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from sosei.planning.population import downloads
from sosei.planning.population.charts.contours import band_polygons, isolines
from sosei.planning.population.charts.parts import Panel
from sosei.planning.population.charts.two_levers import (
    LeverMap,
    contour_chart,
    contour_values,
    in_words,
    value_table,
)
from sosei.planning.population.wording import number, percent
from tests.vega_lite import check_against_schema

XS, YS = [1.2, 1.5, 1.8, 2.1], [0.0, 0.25, 0.5, 1.0]


def plane(a: float = 10_000.0, b: float = 20_000.0) -> list[list[float]]:
    return [[50_000 + a * x + b * y for y in YS] for x in XS]


def lever_map(target: float | None = 75_000.0) -> LeverMap:
    return LeverMap(
        "TFR", "share", XS, YS, plane(), target, lambda v: number(v, 1), lambda v: percent(v, 0), number
    )


def between(xs: list[float], values: list[float], x: float) -> float:
    """Linear interpolation."""
    i = min(max(k for k, known in enumerate(xs) if known <= x + 1e-12), len(xs) - 2)
    part = (x - xs[i]) / (xs[i + 1] - xs[i])
    return values[i] + part * (values[i + 1] - values[i])


grids = st.lists(st.lists(st.floats(-100, 100), min_size=4, max_size=4), min_size=4, max_size=4)


@given(values=grids, level=st.floats(-90, 90))
def test_every_point_of_a_line_has_the_lines_value(values: list[list[float]], level: float) -> None:
    for line in isolines(XS, YS, values, level):
        assert len(line) > 1
        for x, y in line:
            here = between(XS, [between(YS, column, y) for column in values], x)
            assert here == pytest.approx(level, abs=1e-6)


whole_grids = st.lists(
    st.lists(st.integers(-100, 100).map(float), min_size=4, max_size=4), min_size=4, max_size=4
)


@given(values=whole_grids)
def test_the_bands_cover_the_plot_without_gap_or_overlap(values: list[list[float]]) -> None:
    edges = [-math.inf, -50.5, 0.5, 30.5, math.inf]
    whole = (XS[-1] - XS[0]) * (YS[-1] - YS[0])

    def area(polygon: list[tuple[float, float]]) -> float:
        pairs = zip(polygon, [*polygon[1:], polygon[0]], strict=True)
        return abs(sum(x * v - u * y for (x, y), (u, v) in pairs)) / 2

    covered = sum(
        area(polygon)
        for low, high in itertools.pairwise(edges)
        for polygon in band_polygons(XS, YS, values, low, high)
    )
    assert covered == pytest.approx(whole, rel=1e-6)


def test_a_hill_has_one_closed_line_around_it() -> None:
    values = [[0.0] * 4, [0.0, 9.0, 9.0, 0.0], [0.0, 9.0, 9.0, 0.0], [0.0] * 4]
    (line,) = isolines(XS, YS, values, 4.5)
    assert line[0] == line[-1]
    assert len(line) == 9


def test_lines_of_a_plane_are_straight_and_run_from_side_to_side() -> None:
    (line,) = isolines(XS, YS, plane(), 75_000.0)
    assert {line[0][0], line[-1][0]} & {XS[0], XS[-1]} or {line[0][1], line[-1][1]} & {YS[0], YS[-1]}
    for x, y in line:
        assert 50_000 + 10_000 * x + 20_000 * y == pytest.approx(75_000)


@given(low=st.floats(-1e6, 1e6), spread=st.floats(1e-3, 1e6))
def test_there_are_never_more_bands_than_colours(low: float, spread: float) -> None:
    found = contour_values(low, low + spread)
    assert 1 <= len(found) <= 4
    assert all(low < value < low + spread for value in found)
    assert found == sorted(set(found))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("target", [75_000.0, None, 1e6])
def test_the_chart_is_one_that_can_be_drawn_and_downloaded(language: str, target: float | None) -> None:
    with override(language):
        spec = contour_chart(lever_map(target))
        check_against_schema(spec)
        json.dumps(spec, allow_nan=False)
        svg = downloads.svg_text(downloads.whole_spec([Panel("map", "", spec)], "map", []))
    assert "<svg" in svg
    shown = {row["kind"] for row in spec["datasets"]["lines"]}
    assert shown == ({"contour", "target"} if target == 75_000 else {"contour"})


def test_the_same_value_everywhere_is_drawn_as_one_band() -> None:
    spec = contour_chart(replace(lever_map(None), values=[[5.0] * 4] * 4))
    assert spec["datasets"]["lines"] == []
    assert {row["band"] for row in spec["datasets"]["bands"]} == {1}


def test_the_table_has_every_value_and_marks_those_that_meet_the_target() -> None:
    headings, rows = value_table(lever_map())
    assert headings[1:] == ["1.2", "1.5", "1.8", "2.1"]
    assert [row[0] for row in rows] == ["100%", "50%", "25%", "0%"]
    values = plane()
    for row, j in zip(rows, reversed(range(4)), strict=True):
        for text, column in zip(row[1:], values, strict=True):
            assert text.startswith(number(column[j]))
            assert ("達成" in text) == (column[j] >= 75_000)


def test_the_words_say_what_is_needed_at_both_ends() -> None:
    words = in_words(lever_map())
    assert "62,000" in words and "91,000" in words
    assert "TFRが1.2なら、shareが100%で目標の75,000に届く" in words
    assert "TFRが2.1なら、shareが25%で目標の75,000に届く" in words
    assert "どの組み合わせでも届かない" in in_words(lever_map(1e6))
    with override("en"):
        assert not re.search(r"[぀-ヿ一-鿿]", in_words(lever_map()) + in_words(lever_map(1e6)))
        assert not re.search(r"[぀-ヿ一-鿿]", str(value_table(lever_map())))
