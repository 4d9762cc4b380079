"""The page of the nation: what it says before anything is imported, as tiles, as a map, and in English."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from sosei.engines.conventions.prefectures import PREFECTURES
from sosei.planning.population.importing.services import import_file
from sosei.planning.population.nation import drawing, indicators, tiles
from sosei.planning.population.nation.models import NationalFigure, NationalRun
from sosei.planning.population.nation.services import run_nation
from tests.emptying import put_back
from tests.population.national_world import (
    CODES,
    COUNT,
    name_of,
    official_file,
    store_boundaries,
    store_census,
)
from tests.population.statistics_files import TODAY

MOST_QUERIES = 20
CHOSEN = "indicator=total&year=2045&scenario=baseline"
JAPANESE = re.compile(r"[぀-ヺ一-鿿]")


@pytest.fixture(scope="module")
def stored(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Path]:
    """The invented nation with its run and comparison, without boundaries."""
    folder = tmp_path_factory.mktemp("nation")
    with django_db_blocker.unblock():
        store_census(folder)
        import_file(path=official_file(folder), imported_by="test", today=TODAY)
        run_nation(run_by="test", fewest=COUNT, compare=True)
        yield folder
        put_back("default")


@pytest.fixture
def tiled(stored: Path, db: None) -> Path:
    """The nation while no boundary is imported."""
    return stored


@pytest.fixture
def mapped(tiled: Path) -> None:
    """The nation with its boundaries."""
    store_boundaries(tiled)


def _text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def _table(text: str) -> list[str]:
    return re.findall(r"<tr><th scope=\"row\"><a[^>]*><span[^>]*>([^<]*)", text)


def test_without_boundaries_every_prefecture_is_a_tile_and_those_known_lead_on(
    client: Client, tiled: Path
) -> None:
    text = _text(client, f"/nation?{CHOSEN}")
    assert text.count('class="at-x') == 47
    run = NationalRun.objects.get()
    aomori = NationalFigure.objects.get(run=run, area__code="02000", scenario="baseline", year=2045)
    assert f"<b>{aomori.total:,.0f}人</b>" in text
    assert text.count("<b>数値なし</b>") == 47 - 3
    assert re.findall(r'<a class="c\d" href="\?([^"]*)"', text)[0].endswith("prefecture=02")


def test_the_table_holds_the_municipalities_of_a_prefecture_in_the_order_asked_for(
    client: Client, tiled: Path
) -> None:
    text = _text(client, f"/nation?{CHOSEN}&prefecture=03")
    first = _table(text)
    assert len(first) == 20
    assert set(first) == {name_of(code) for code in CODES if code.startswith("03")}
    turned = _table(_text(client, f"/nation?{CHOSEN}&prefecture=03&sort=-rank"))
    assert turned == first[::-1]
    by_code = _table(_text(client, f"/nation?{CHOSEN}&prefecture=03&sort=code"))
    assert by_code == [name_of(code) for code in CODES if code.startswith("03")]


def test_ranks_are_told_from_both_ends(client: Client, tiled: Path) -> None:
    run = NationalRun.objects.get()
    rows = NationalFigure.objects.filter(
        run=run, scenario="baseline", year=2045, area__kind="municipality"
    ).order_by("-total")
    third = rows.select_related("area")[2].area
    text = _text(client, f"/nation?{CHOSEN}&area={third.code}")
    assert f"多いほうから3位、少ないほうから{COUNT - 2}位（{COUNT}のうち）" in text


def test_the_panel_tells_the_interval_and_what_would_hold_the_population(client: Client, tiled: Path) -> None:
    code = CODES[5]
    row = NationalFigure.objects.get(
        run=NationalRun.objects.get(), scenario="baseline", year=2045, area__code=code
    )
    text = _text(client, f"/nation?{CHOSEN}&area={code}")
    assert f"{row.low:,.0f}～{row.high:,.0f}人" in text
    for lever in ("合計特殊出生率", "転出超過のうち取り戻す割合", "移り住む世帯（1年あたり）"):
        assert f"<dt>{lever}</dt>" in text
    assert f'href="/{code}/vision"' in text


def test_a_search_leads_to_the_place_or_names_all_it_may_mean(client: Client, tiled: Path) -> None:
    found = client.get("/nation", {"q": CODES[0], "year": 2030})
    assert found.status_code == 302
    assert f"area={CODES[0]}" in found["Location"]
    assert "year=2030" in found["Location"]
    listed = client.get("/nation", {"q": f"{name_of(CODES[3])} {CODES[3]}"})
    assert f"area={CODES[3]}" in listed["Location"]
    several = _text(client, f"/nation?q={name_of(CODES[0])}")
    assert [f"area={code}" in several for code in (CODES[0], CODES[20], CODES[40])] == [True] * 3
    assert "見つかりません" in _text(client, "/nation?q=どこにもない町")


@pytest.mark.parametrize(
    "query",
    ["indicator=x", "year=2044", "scenario=x", "prefecture=48", "area=99999", "sort=x"],
)
def test_an_address_that_names_what_is_not_there_is_not_found(
    client: Client, tiled: Path, query: str
) -> None:
    assert client.get(f"/nation?{query}").status_code == 404


def test_htmx_gets_the_answer_alone_with_the_address_that_brings_it_back(
    client: Client, mapped: None
) -> None:
    part = client.get(f"/nation?{CHOSEN}", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "<path class" not in part
    assert (
        '"query": "indicator=total&amp;year=2045&amp;scenario=baseline"'.replace("&amp;", "\\u0026") in part
    )


def test_the_map_has_a_shape_a_municipality_coloured_by_its_class(client: Client, mapped: None) -> None:
    text = _text(client, f"/nation?{CHOSEN}")
    drawn = re.findall(r'<path class="c(\d)" d="M', text)
    assert len(drawn) == COUNT
    assert sorted(set(drawn)) == ["0", "1", "2", "3", "4"]
    # Classes of equal size, but for limits that are rounded to be read.
    assert max(drawn.count(number) for number in "01234") <= 2 * COUNT / 5
    assert 'class="at-x' not in text


def test_the_file_holds_every_municipality_with_its_figures(client: Client, tiled: Path) -> None:
    body = client.get(f"/nation.csv?{CHOSEN}&sort=code").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(body)))
    assert [row["code"] for row in rows] == list(CODES)
    for row in rows[:5]:
        ages = sum(float(row[name]) for name in ("age_0_14", "age_15_64", "age_65_plus"))
        assert float(row["total"]) == pytest.approx(ages, abs=0.01)


def test_the_pages_ask_the_database_little_however_much_is_shown(client: Client, mapped: None) -> None:
    addresses = ("/nation", f"/nation?{CHOSEN}&area={CODES[0]}", "/nation?prefecture=02", "/nation/compare")
    for address in addresses:
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        assert len(asked) < MOST_QUERIES, address


def test_in_english_only_names_are_japanese_and_say_so(client: Client, mapped: None) -> None:
    for address in (
        f"/en/nation?{CHOSEN}&area={CODES[0]}",
        "/en/nation?indicator=index",
        "/en/nation/compare",
    ):
        text = _text(client, address)
        shown = re.sub(r"<script.*?</script>|<datalist.*?</datalist>|<!--.*?-->", "", text, flags=re.DOTALL)
        shown = re.sub(r'<(\w+)[^>]*lang="ja"[^>]*>[^<]*</\1>|“[^”]*”', "", shown)
        shown = re.sub(r"<[^>]*>", "", shown)
        assert JAPANESE.findall(shown) == [], address


def test_the_comparison_names_medians_and_the_largest_with_their_cause(client: Client, tiled: Path) -> None:
    text = _text(client, "/nation/compare?year=2030")
    assert f"{COUNT - 1}市区町村で比べました" in text
    assert len(re.findall(r"<td>(出生|移動|生残)</td>", text)) == 20
    assert client.get("/nation/compare?year=2031").status_code == 404
    body = client.get("/nation/compare.csv").content.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(body)))) == 1 + (COUNT - 1) * 6


def test_every_prefecture_has_one_tile_and_no_two_share_a_place() -> None:
    assert set(tiles.TILES) == set(PREFECTURES)
    assert len(set(tiles.TILES.values())) == 47


def test_the_projection_is_snyders() -> None:
    # Snyder 1987, p. 291: the sphere of radius 1, parallels 29.5 and 45.5, origin 96 W, 23 N; the point 75 W, 35 N.
    x, y = drawing.albers(
        np.array([-75.0]), np.array([35.0]), parallels=(29.5, 45.5), origin=(-96.0, 23.0), radius=1.0
    )
    assert (x[0], y[0]) == pytest.approx((0.2952720, 0.2416774), abs=1e-7)


numbers = st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(float("nan"))), min_size=1, max_size=40)


@given(numbers)
def test_ranks_from_both_ends_meet_and_what_is_unknown_has_none(values: list[float]) -> None:
    held = np.array(values)
    up, down = indicators.ranks(held), indicators.ranks(-held)
    known = np.isfinite(held)
    assert (up[~known] == 0).all()
    for i in np.flatnonzero(known):
        equal = int((held == held[i]).sum())
        assert up[i] + down[i] == known.sum() + 2 - equal


@given(numbers)
def test_classes_rise_with_the_values(values: list[float]) -> None:
    held = np.array(values)
    breaks = indicators.breaks_of(indicators.INDICATORS["total"], held)
    found = indicators.classes_of(held, breaks)
    assert ((found == indicators.NO_VALUE) == ~np.isfinite(held)).all()
    order = np.argsort(held[np.isfinite(held)])
    assert (np.diff(found[np.isfinite(held)][order]) >= 0).all()
