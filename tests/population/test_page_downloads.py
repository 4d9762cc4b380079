"""The files behind the charts: CSV that a spreadsheet opens safely, pictures with Japanese letters in them."""

from __future__ import annotations

import csv
import io
from xml.etree import ElementTree

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from sosei.planning.population import downloads, figures
from sosei.planning.population.charts.parts import Panel
from sosei.planning.population.vision_records import Vision
from tests.population import synthetic_vision


@pytest.fixture(scope="module")
def vision() -> Vision:
    return synthetic_vision.vision()


def read_back(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_csv_begins_with_the_mark_by_which_excel_knows_utf_8() -> None:
    assert downloads.csv_bytes(["年"], [[2030]]).startswith("\ufeff年".encode())


@given(st.sampled_from(downloads.FORMULA_STARTS), st.text(max_size=20))
def test_text_that_a_spreadsheet_would_run_is_kept_as_text(start: str, rest: str) -> None:
    [[heading], [cell]] = read_back(downloads.csv_bytes([start + "x"], [[start + rest.replace("\r", " ")]]))
    assert heading.startswith("'")
    assert cell.startswith("'" + start) or start in "\t\r"
    assert not cell.startswith(downloads.FORMULA_STARTS)


@given(
    st.lists(
        st.lists(st.one_of(st.integers(), st.floats(allow_nan=False)), min_size=2, max_size=2), max_size=5
    )
)
def test_numbers_stay_numbers_even_when_negative(rows: list[list[float]]) -> None:
    back = read_back(downloads.csv_bytes(["a", "b"], rows))[1:]
    assert [[float(cell) for cell in row] for row in back] == [[float(v) for v in row] for row in rows]


def test_a_missing_number_is_an_empty_cell_and_not_a_zero() -> None:
    assert read_back(downloads.csv_bytes(["a", "b"], [[None, 0]]))[1] == ["", "0"]


@pytest.mark.parametrize("slug", figures.BY_SLUG)
def test_every_figures_csv_has_the_rows_of_its_table(vision: Vision, slug: str) -> None:
    table = figures.draw(figures.BY_SLUG[slug], vision).table
    body = downloads.csv_bytes([column.heading for column in table.columns], table.plain())
    back = read_back(body)
    assert len(back) == len(table.rows) + 1
    assert back[0] == [column.heading for column in table.columns]


@pytest.mark.parametrize("slug", figures.BY_SLUG)
def test_every_figure_becomes_an_svg_that_stands_alone(vision: Vision, slug: str) -> None:
    drawn = figures.draw(figures.BY_SLUG[slug], vision)
    text = downloads.svg_text(downloads.whole_spec(drawn.panels, str(drawn.figure.title), drawn.sources))
    assert "var(" not in text
    root = ElementTree.fromstring(text)
    said = "".join(root.itertext())
    assert str(drawn.figure.title) in said
    assert drawn.sources[0] in said
    assert all(panel.title in said for panel in drawn.panels)


def test_a_wide_picture_names_every_bar(vision: Vision) -> None:
    with override("ja"):
        drawn = figures.draw(figures.BY_SLUG["total-population"], vision)
        text = downloads.svg_text(downloads.whole_spec(drawn.panels, "総人口", []))
    shown = [
        "".join(one.itertext())
        for one in ElementTree.fromstring(text).iter("{http://www.w3.org/2000/svg}text")
        if float(one.get("opacity", "1")) > 0
    ]
    for row in vision.tables["observed_total"]:
        assert f"{row['total'] / 10_000:.1f}万人" in shown


def picture(title: str, vision: Vision) -> Image.Image:
    panels = figures.draw(figures.BY_SLUG["women-20-39"], vision).panels
    body = downloads.png_bytes(downloads.whole_spec(panels, title, []))
    return Image.open(io.BytesIO(body)).convert("L")


def test_png_has_japanese_letters_and_not_boxes(vision: Vision) -> None:
    with override("ja"):
        one, other = picture("出生", vision), picture("死亡", vision)
    # A missing letter is the same empty box whichever it is: two titles of two letters would look alike.
    assert one.size == other.size
    changed = ImageChops.difference(one, other).getbbox()
    assert changed is not None
    assert changed[3] < one.height / 4, "only the titles differ"


def test_png_is_large_enough_to_print(vision: Vision) -> None:
    assert picture("人口", vision).width >= 1500


def test_two_panels_of_one_name_do_not_mix_their_data() -> None:
    def panel(key: str, value: int) -> Panel:
        spec = {
            "datasets": {"rows": [{"a": value}]},
            "params": [{"name": "top", "value": value}],
            "data": {"name": "rows"},
            "mark": "bar",
            "encoding": {
                "x": {"field": "a", "type": "quantitative", "scale": {"domain": [0, {"expr": "top"}]}}
            },
        }
        return Panel(key, key, spec)

    whole = downloads.whole_spec([panel("one", 1), panel("two", 2)], "t", [])
    first, second = whole["hconcat"]
    assert whole["datasets"][first["data"]["name"]] == [{"a": 1}]
    assert whole["datasets"][second["data"]["name"]] == [{"a": 2}]
    names = {param["name"]: param["value"] for param in whole["params"]}
    assert names[first["encoding"]["x"]["scale"]["domain"][1]["expr"]] == 1
    assert names[second["encoding"]["x"]["scale"]["domain"][1]["expr"]] == 2
    downloads.svg_text(whole)
