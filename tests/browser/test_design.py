"""The page of components in a browser: every look without a violation, and each component worked by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
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
ACTIVE = "document.activeElement.id"


def violations(visit: Visit) -> list[str]:
    """What axe-core objects to: the rule, why, and where."""
    found: list[dict[str, Any]] = Axe().run(visit.page, options=AXE).response["violations"]
    return [f"{one['id']}: {one['help']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


@pytest.fixture(scope="module", params=LOOKS)
def look(request: pytest.FixtureRequest, visit: Visitor) -> Iterator[Visit]:
    """The page of components in one look."""
    width, language, scheme = request.param
    with visit("/design" if language == "ja" else "/en/design", width=width, color_scheme=scheme) as opened:
        yield opened


def test_axe_finds_nothing(look: Visit) -> None:
    assert violations(look) == []


def test_nothing_scrolls_sideways(look: Visit) -> None:
    assert look.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_browser_complains_about_nothing(look: Visit) -> None:
    assert look.complaints == []


def test_the_dialog_and_the_menu_have_no_violation_while_they_are_open(look: Visit) -> None:
    page = look.page
    page.evaluate("document.getElementById('sample-remove').showModal()")
    assert violations(look) == []
    page.keyboard.press("Escape")
    if page.is_visible("#navigation .menu-button"):
        page.click("#navigation .menu-button")
        assert violations(look) == []
        page.keyboard.press("Escape")


def test_targets_are_large_enough_for_a_thumb(visit: Visitor) -> None:
    with visit("/design", width=375) as opened:
        small = opened.page.evaluate(
            """[...document.querySelectorAll('button, select, summary, textarea, input, nav a, .button')]
              .filter((one) => one.checkVisibility())
              .map((one) => one.closest('label') ?? one)
              .map((one) => ({ html: one.outerHTML.slice(0, 120), height: one.getBoundingClientRect().height }))
              .filter(({ height }) => height < 43.5)"""
        )
        assert small == []


def test_the_page_can_be_read_at_twice_the_text_size(visit: Visitor) -> None:
    with visit("/design", width=750) as opened:
        # A zoom of 200 % leaves half the width.
        opened.page.set_viewport_size({"width": 320, "height": 640})
        assert opened.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_focus_is_always_to_be_seen(visit: Visitor) -> None:
    with visit("/design") as opened:
        unseen = []
        for _step in range(90):
            opened.page.keyboard.press("Tab")
            style = opened.page.evaluate(
                """(() => { const s = getComputedStyle(document.activeElement);
                  return [document.activeElement.outerHTML.slice(0, 80), s.outlineStyle, parseFloat(s.outlineWidth)]; })()"""
            )
            if style[1] == "none" or style[2] < 2:
                unseen.append(style)
        assert unseen == []


def test_the_dialog_is_opened_closed_and_left_by_keyboard(visit: Visitor) -> None:
    with visit("/design") as opened:
        page = opened.page
        page.focus('[data-dialog="sample-remove"]')
        page.keyboard.press("Enter")
        assert page.evaluate("document.getElementById('sample-remove').matches(':modal')")
        box = page.locator("#sample-remove").bounding_box()
        assert box is not None
        assert abs(box["y"] - (900 - box["y"] - box["height"])) < 2
        inside = "document.getElementById('sample-remove').contains(document.activeElement)"
        assert page.evaluate(inside)
        for _step in range(3):
            page.keyboard.press("Tab")
            assert page.evaluate(f"{inside} || document.activeElement === document.body")
        page.keyboard.press("Escape")
        assert not page.evaluate("document.getElementById('sample-remove').open")
        assert page.evaluate("document.activeElement.dataset.dialog") == "sample-remove"
        page.keyboard.press("Enter")
        page.focus("#sample-remove .dialog__close")
        page.keyboard.press("Enter")
        assert not page.evaluate("document.getElementById('sample-remove').open")
        assert page.url.endswith("/design")


def test_a_dialog_that_is_confirmed_sends_its_form(visit: Visitor) -> None:
    with visit("/design") as opened:
        opened.page.click('[data-dialog="sample-send"]')
        with opened.page.expect_request(lambda request: request.method == "POST") as sent:
            opened.page.keyboard.press("Enter")
        assert "csrfmiddlewaretoken" in (sent.value.post_data or "")


def test_without_scripts_a_dialog_stands_on_the_page_as_a_form(visit: Visitor) -> None:
    with visit("/design", draw=False, java_script_enabled=False) as opened:
        page = opened.page
        assert page.is_visible("#sample-remove")
        assert not page.is_visible('[data-dialog="sample-remove"]')
        assert not page.is_visible("#sample-remove .dialog__close")
        page.click("#sample-remove .button.danger")
        assert page.url.endswith("/design#dialogs")


@pytest.mark.parametrize("scripts", [True, False])
def test_the_menu_of_a_phone_opens_by_keyboard_with_and_without_scripts(
    visit: Visitor, scripts: bool
) -> None:
    with visit("/design", width=375, draw=False, java_script_enabled=scripts) as opened:
        page = opened.page
        link = "#sample-menu nav a >> nth=0"
        assert not page.is_visible(link)
        page.focus("#navigation .menu-button")
        page.keyboard.press("Enter")
        assert page.is_visible(link)
        page.keyboard.press("Escape")
        assert not page.is_visible(link)


def test_a_wide_screen_shows_the_menu_as_a_row(visit: Visitor) -> None:
    with visit("/design", width=1280, draw=False) as opened:
        assert opened.page.is_visible("#sample-menu nav a >> nth=0")
        assert not opened.page.is_visible("#navigation .menu-button")


def test_chosen_files_are_named_and_one_that_is_too_large_is_told(visit: Visitor, tmp_path: Path) -> None:
    small, large = tmp_path / "紙.pdf", tmp_path / "大きい紙.pdf"
    small.write_bytes(b"x" * 2_000)
    large.write_bytes(b"x" * 10_500_000)
    with visit("/design", draw=False) as opened:
        page = opened.page
        page.focus("#id_file-paper")
        assert page.evaluate(ACTIVE) == "id_file-paper"
        told = "#files [data-chosen-files] >> nth=0"
        page.set_input_files("#id_file-paper", small)
        assert page.inner_text(told) == "紙.pdf（2KB）"
        page.set_input_files("#id_file-paper", large)
        assert "大きすぎます" in page.inner_text(told)
        assert "10MBまで" in page.inner_text(told)
        page.set_input_files("#id_file-paper", [])
        assert page.inner_text(told) == ""


def test_errors_are_read_first_and_lead_to_their_boxes(visit: Visitor) -> None:
    with visit("/design", draw=False) as opened:
        page = opened.page
        page.fill("#id_try-born_year", "令和8")
        page.fill("#id_try-born_month", "13")
        page.focus("#form .button[type=submit]")
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-error-summary]")
        opened.wait_for("document.activeElement.hasAttribute('data-error-summary')")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate(ACTIVE) == "id_try-name"
        page.click('[data-error-summary] a[href="#id_try-born_month"]')
        assert page.evaluate(ACTIVE) == "id_try-born_month"
        assert page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"
        page.click('[data-error-summary] a[href="#id_try-ways_0"]')
        assert page.evaluate(ACTIVE) == "id_try-ways_0"
        assert violations(opened) == []


def test_without_scripts_the_summary_takes_the_focus_too(visit: Visitor) -> None:
    with visit("/design", draw=False, java_script_enabled=False) as opened:
        page = opened.page
        page.click("#form .button[type=submit]")
        page.wait_for_selector("[data-error-summary]")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.url.endswith("#id_try-name")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("2026", "2026年は令和8年です"),
        ("令和8", "令和8年は2026年です"),
        ("ｒ８", "令和8年は2026年です"),
        ("Showa 55", "昭和55年は1980年です"),
        ("2019", "2019年は平成31年・令和元年です"),
        ("平成元", "平成元年は1989年です"),
        ("平成40", ""),
        ("8", ""),
    ],
)
def test_the_era_is_told_while_a_year_is_typed(visit: Visitor, typed: str, told: str) -> None:
    with visit("/design", draw=False) as opened:
        opened.page.fill("#id_try-born_year", typed)
        assert opened.page.inner_text("#id_try-born_hint") == told
        if typed == "2019":
            opened.page.fill("#id_try-born_month", "5")
            opened.page.fill("#id_try-born_day", "1")
            assert opened.page.inner_text("#id_try-born_hint") == "2019年は令和元年です"


def test_a_row_is_a_card_on_a_phone_and_stays_a_row_to_a_screen_reader(visit: Visitor) -> None:
    with visit("/design", width=375, draw=False) as opened:
        page = opened.page
        table = "#tables table.cards"
        assert (
            page.evaluate(f"getComputedStyle(document.querySelector('{table} tbody tr')).display") == "grid"
        )
        label = f"getComputedStyle(document.querySelector('{table} td'), '::before').content"
        assert page.evaluate(label) == '"番号"'
        assert page.locator(f"{table}[role=table] tbody tr[role=row]").count() == 3
        assert page.locator(f"{table} tbody th[role=rowheader]").count() == 3
        assert page.locator(f"{table} thead th[role=columnheader]").count() == 5
    with visit("/design", width=1280, draw=False) as opened:
        page = opened.page
        assert (
            page.evaluate(f"getComputedStyle(document.querySelector('{table} tbody tr')).display")
            == "table-row"
        )


def test_print_shows_tables_whole_and_no_controls(visit: Visitor) -> None:
    with visit("/design", color_scheme="dark", draw=False) as opened:
        page = opened.page
        page.emulate_media(media="print")
        assert not page.is_visible("body > .site-header")
        assert not page.is_visible(".side-nav")
        assert not page.is_visible("#pagination nav")
        assert not page.is_visible(".form__actions")
        cut = page.evaluate(
            "[...document.querySelectorAll('.table-scroll')].filter((one) => one.scrollHeight > one.clientHeight + 1).length"
        )
        assert cut == 0
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_forced_colours_leave_borders_where_ground_told_the_state(visit: Visitor) -> None:
    with visit("/design", forced_colors="active", draw=False) as opened:
        page = opened.page
        for part in ("#buttons .button", ".pagination__current", ".step.current .step__number"):
            width = page.evaluate(f"getComputedStyle(document.querySelector('{part}')).borderTopWidth")
            assert width == "2px", part


def test_with_less_motion_nothing_glides(visit: Visitor) -> None:
    with visit("/design", reduced_motion="reduce", draw=False) as opened:
        assert opened.page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_a_guarded_form_asks_before_it_is_left_and_only_when_something_changed(visit: Visitor) -> None:
    with visit("/design", draw=False) as opened:
        page = opened.page
        asked: list[str] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.evaluate("document.querySelector('#form form').setAttribute('data-guard', '')")
        page.reload()
        assert asked == []
        page.evaluate("document.querySelector('#form form').setAttribute('data-guard', '')")
        page.focus("#id_try-name")
        page.keyboard.type("見本")
        page.reload()
        assert asked == ["beforeunload"]


def test_the_chart_of_the_page_is_drawn_and_its_lines_are_named(visit: Visitor) -> None:
    with visit("/design") as opened:
        texts = opened.page.evaluate(
            "[...document.querySelectorAll('#sample-chart svg text')].map((t) => t.textContent)"
        )
        assert {"このまま", "子どもが増える", "人も移り住む"} <= set(texts)
        assert opened.page.locator("#sample-chart .role-legend").count() == 0
        opened.page.focus("#sample-chart")
        opened.page.keyboard.press("End")
        assert "2050" in opened.page.inner_text('[data-readout-of="sample-chart"]')
