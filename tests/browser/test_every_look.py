"""The pages in each width, language and colour scheme: accessible, drawn whole, without a complaint of the browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Visit, Visitor

pytestmark = pytest.mark.browser

AXE = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
# Each width meets each language and scheme, and each language each scheme.
LOOKS = [
    pytest.param(look, id="-".join(map(str, look)))
    for look in (
        (375, "ja", "light"),
        (375, "en", "dark"),
        (1280, "ja", "dark"),
        (1280, "en", "light"),
    )
]


def violations(visit: Visit) -> list[str]:
    """What axe-core objects to: the rule, why, and where."""
    found: list[dict[str, Any]] = Axe().run(visit.page, options=AXE).response["violations"]
    return [f"{one['id']}: {one['help']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


@pytest.fixture(scope="module", params=LOOKS)
def page_of_iwaki(request: pytest.FixtureRequest, visit: Visitor) -> Iterator[Visit]:
    """The population vision in one look."""
    width, language, scheme = request.param
    prefix = "" if language == "ja" else "/en"
    with visit(f"{prefix}/07204/vision", width=width, color_scheme=scheme) as opened:
        yield opened


def test_axe_finds_nothing_with_every_table_open(page_of_iwaki: Visit) -> None:
    page = page_of_iwaki.page
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    try:
        assert violations(page_of_iwaki) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    finally:
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = false; })")


def test_nothing_scrolls_sideways_but_tables_in_their_own_regions(page_of_iwaki: Visit) -> None:
    assert page_of_iwaki.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_every_chart_has_marks_of_some_size_inside_its_frame(page_of_iwaki: Visit) -> None:
    charts = page_of_iwaki.page.evaluate(
        """[...document.querySelectorAll('[data-chart]')].map((chart) => {
          const frame = chart.getBoundingClientRect();
          const marks = [...chart.querySelectorAll('svg .mark-rect path, svg .mark-line path, svg .mark-symbol path')]
            .map((mark) => mark.getBoundingClientRect())
            .filter((box) => box.width > 1 || box.height > 1);
          const texts = [...chart.querySelectorAll('svg text')]
            .filter((text) => text.textContent && getComputedStyle(text).opacity !== '0')
            .map((text) => ({ said: text.textContent, box: text.getBoundingClientRect() }));
          return {
            id: chart.id,
            marks: marks.length,
            texts: texts.length,
            outside: texts.filter(({ box }) => box.left < -1 || box.right > window.innerWidth + 1).map((t) => t.said),
            wide: frame.width,
          };
        })"""
    )
    assert len(charts) >= 20
    for chart in charts:
        assert chart["marks"] >= 5, chart
        assert chart["texts"] >= 4, chart
        assert chart["outside"] == [], chart


def test_the_browser_complains_about_nothing(page_of_iwaki: Visit) -> None:
    assert page_of_iwaki.complaints == []


@pytest.mark.parametrize("path", ["/", "/en/", "/?q=いわし"])
@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_home_page_is_accessible_in_every_look(
    visit: Visitor, path: str, width: int, scheme: str
) -> None:
    with visit(path, width=width, color_scheme=scheme) as opened:
        assert violations(opened) == []
        assert opened.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert opened.complaints == []


@pytest.mark.parametrize("path", ["/99999/vision", "/en/99999/vision", "/no/such/page"])
def test_pages_that_say_no_are_accessible_too(visit: Visitor, path: str) -> None:
    with visit(path, width=375) as opened:
        assert violations(opened) == []
        # The browser itself reports the status; nothing else may be said.
        assert [text for text in opened.complaints if "404" not in text] == []


def test_the_colours_of_a_drawn_chart_follow_the_scheme_without_drawing_again(visit: Visitor) -> None:
    label = "[...document.querySelectorAll('#outlook-main svg text')].find((t) => t.textContent.includes('基準推計'))"
    with visit("/07204/vision", color_scheme="light") as opened:
        light = opened.page.evaluate(f"getComputedStyle({label}).fill")
        opened.page.evaluate(f"{label}.dataset.kept = 'yes'")
        opened.page.emulate_media(color_scheme="dark")
        assert opened.page.evaluate(f"getComputedStyle({label}).fill") != light
        assert opened.page.evaluate(f"{label}.dataset.kept") == "yes"
        opened.page.emulate_media(color_scheme="dark", media="print")
        assert opened.page.evaluate(f"getComputedStyle({label}).fill") == light


def test_targets_are_large_enough_for_a_thumb(visit: Visitor) -> None:
    with visit("/07204/vision", width=375) as opened:
        small = opened.page.evaluate(
            """[...document.querySelectorAll('button, select, summary, input, nav a, .downloads a, .data-list a, .button')]
              .filter((one) => one.checkVisibility())
              .map((one) => one.closest('label') ?? one)
              .map((one) => ({ html: one.outerHTML.slice(0, 120), height: one.getBoundingClientRect().height }))
              .filter(({ height }) => height < 43.5)"""
        )
        assert small == []
