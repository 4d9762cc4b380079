"""What a person does on the page: the what-if panel, the pyramid, the keyboard, print, files, and life without scripts."""

from __future__ import annotations

import re
import statistics
from pathlib import Path

import pytest

from tests.browser.conftest import Visit, Visitor
from tests.conftest import Measured

pytestmark = pytest.mark.browser

REDRAW_MILLISECONDS = 150
ROUNDS = 15
BATCHES = 12


def redraws(opened: Visit) -> int:
    return int(opened.page.evaluate("document.getElementById('what-if').dataset.redraws ?? 0"))


def move(opened: Visit, lever: str, key: str = "ArrowRight") -> float:
    """Moves a slider by one step with the keyboard; returns the milliseconds until the charts showed it."""
    before = redraws(opened)
    opened.page.focus(f"[data-slider-for=what-if-{lever}]")
    opened.page.keyboard.press(key)
    opened.wait_for(f"Number(document.getElementById('what-if').dataset.redraws ?? 0) > {before}")
    return float(opened.page.evaluate("document.getElementById('what-if').dataset.redrawMs"))


def test_the_what_if_charts_follow_a_slider_within_150_milliseconds(
    visit: Visitor, record_property: pytest.RecordProperty, measured: Measured
) -> None:
    with visit("/07204/vision") as opened:
        for _warming in range(6):  # both server processes have their tables ready
            move(opened, "households")
        for _batch in range(BATCHES):  # another test may be at work on the same two cores
            times = [move(opened, "recovery") for _round in range(ROUNDS)]
            median = statistics.median(times)
            if median < REDRAW_MILLISECONDS:
                break
        record_property("redraw_median_ms", median)
        measured(f"what-if redraw: median {median:.0f} ms, largest {max(times):.0f} ms of {ROUNDS}")
        assert median < REDRAW_MILLISECONDS
        assert opened.complaints == []


def test_the_charts_of_the_what_if_show_other_values_than_the_baseline(visit: Visitor) -> None:
    marks = "document.querySelector('#what-if-total svg').innerHTML"
    with visit("/07204/vision") as opened:
        before = opened.page.evaluate(marks)
        move(opened, "tfr", "End")
        assert opened.page.evaluate(marks) != before
        assert opened.page.input_value("#what-if-tfr") == "2.6"


def test_the_link_brings_the_same_what_if_back(visit: Visitor) -> None:
    with visit("/07204/vision") as opened:
        move(opened, "tfr")
        move(opened, "recovery", "PageUp")
        move(opened, "households", "PageUp")
        opened.page.check("input[value=couple_20s]")
        opened.wait_for("location.search.includes('couple_20s')")
        link = opened.page.url
        said = opened.page.inner_text("#what-if-sentence")
        held = {
            name: opened.page.input_value(f"#what-if-{name}") for name in ("tfr", "recovery", "households")
        }
        english = opened.page.get_attribute("[data-language-link]", "href") or ""
    assert link.endswith("#what-if")
    with visit(link) as again:
        assert again.page.inner_text("#what-if-sentence") == said
        assert {name: again.page.input_value(f"#what-if-{name}") for name in held} == held
        assert again.page.is_checked("input[value=couple_20s]")
    assert "household_type=couple_20s" in english


def test_start_again_leads_back_to_the_baseline_and_a_bare_address(visit: Visitor) -> None:
    with visit("/07204/vision?tfr=1.9&recovery=40&households=20&household_type=couple_60s") as opened:
        opened.page.click("[data-reset]")
        opened.wait_for("location.search === ''")
        assert opened.page.input_value("#what-if-tfr") == ""
        assert opened.page.input_value("#what-if-recovery") == "0"
        assert opened.page.is_checked("input[value=family_30s]")


def test_a_value_that_cannot_be_used_is_told_beside_its_field_and_the_charts_stay(visit: Visitor) -> None:
    with visit("/en/07204/vision") as opened:
        before = opened.page.evaluate("document.querySelector('#what-if-total svg').innerHTML")
        opened.page.fill("#what-if-tfr", "9")
        opened.wait_for("document.getElementById('what-if-tfr-error').textContent")
        assert opened.page.get_attribute("#what-if-tfr", "aria-invalid") == "true"
        assert opened.page.evaluate("document.querySelector('#what-if-total svg').innerHTML") == before
        opened.page.fill("#what-if-tfr", "1.9")
        opened.wait_for("!document.getElementById('what-if-tfr').hasAttribute('aria-invalid')")
        assert opened.page.inner_text("#what-if-tfr-error") == ""


def test_the_what_if_joins_the_pyramid(visit: Visitor) -> None:
    with visit("/07204/vision?tfr=2.1") as opened:
        opened.page.select_option("#pyramid-scenario", "what-if")
        opened.page.focus("#pyramid-year")
        opened.page.keyboard.press("End")
        opened.wait_for("document.getElementById('pyramid-main').dataset.year === '2060'")
        youngest = opened.page.inner_text("[data-pyramid-readout]")
        opened.page.select_option("#pyramid-scenario", "baseline")
        opened.wait_for(f"document.querySelector('[data-pyramid-readout]').textContent !== {youngest!r}")


def test_a_what_if_with_very_many_people_stays_inside_the_pyramid(visit: Visitor) -> None:
    with visit("/07204/vision?tfr=3&tfr_by=2020&recovery=100&households=2000") as opened:
        plot = "document.querySelector('#pyramid-main .background').getBoundingClientRect().width"
        before = opened.page.evaluate(plot)
        opened.page.select_option("#pyramid-scenario", "what-if")
        opened.page.focus("#pyramid-year")
        opened.page.keyboard.press("End")
        opened.wait_for("document.getElementById('pyramid-main').dataset.year === '2060'")
        assert opened.page.evaluate(plot) > 0.9 * before
        link = opened.page.get_attribute('[data-file="pyramid"]', "href") or ""
        assert "scenario=what-if" in link and "households=2000" in link


def test_a_drawn_chart_keeps_its_own_role_and_name(visit: Visitor) -> None:
    with visit("/07204/vision") as opened:
        strange = "[data-drawn]:not([role=img]), [data-drawn][aria-label], [data-drawn][aria-roledescription]"
        assert opened.page.locator("[data-drawn]").count() > 0
        assert opened.page.locator(strange).count() == 0


def test_the_pyramid_moves_through_the_years_and_stops(visit: Visitor) -> None:
    with visit("/07204/vision") as opened:
        opened.page.focus("[data-play]")
        opened.page.keyboard.press("Enter")
        year = "document.getElementById('pyramid-main').dataset.year"
        opened.wait_for(f"{year} === '2025'")
        opened.page.keyboard.press("Enter")
        stopped = opened.page.evaluate(year)
        opened.page.wait_for_timeout(1200)
        assert opened.page.evaluate(year) == stopped
        assert opened.complaints == []


def test_with_less_motion_the_button_goes_one_year_on_and_no_further(visit: Visitor) -> None:
    with visit("/07204/vision", reduced_motion="reduce") as opened:
        assert opened.page.inner_text("[data-play]") == "次の年へ"
        opened.page.click("[data-play]")
        opened.wait_for("document.getElementById('pyramid-main').dataset.year === '2020'")
        opened.page.wait_for_timeout(1200)
        assert opened.page.evaluate("document.getElementById('pyramid-main').dataset.year") == "2020"


def test_the_pyramids_table_and_files_follow_the_year(visit: Visitor) -> None:
    with visit("/07204/vision") as opened:
        cells = "[...document.querySelectorAll('#pyramid-table tbody td')].map((c) => c.textContent).join()"
        before = opened.page.evaluate(cells)
        opened.page.focus("#pyramid-year")
        opened.page.keyboard.press("ArrowRight")
        opened.wait_for("document.getElementById('pyramid-main').dataset.year === '2020'")
        assert opened.page.evaluate(cells) != before
        assert "year=2020" in (opened.page.get_attribute('[data-file="pyramid"]', "href") or "")


def test_the_page_is_worked_with_the_keyboard_alone(visit: Visitor) -> None:
    with visit("/07204/vision") as opened:
        page = opened.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip-link"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.focus("#outlook-main")
        page.keyboard.press("ArrowRight")
        first = page.inner_text('[data-readout-of="outlook-main"]')
        assert re.search(r"年 1980", first)
        page.keyboard.press("End")
        assert re.search(r"年 2060", page.inner_text('[data-readout-of="outlook-main"]'))
        page.focus("#outlook summary")
        page.keyboard.press("Enter")
        assert page.is_visible("#outlook-table")


def test_focus_is_always_to_be_seen(visit: Visitor) -> None:
    with visit("/07204/vision") as opened:
        unseen = []
        for _step in range(60):
            opened.page.keyboard.press("Tab")
            style = opened.page.evaluate(
                """(() => { const s = getComputedStyle(document.activeElement);
                  return [document.activeElement.outerHTML.slice(0, 80), s.outlineStyle, parseFloat(s.outlineWidth)]; })()"""
            )
            if style[1] == "none" or style[2] < 2:
                unseen.append(style)
        assert unseen == []


def test_print_shows_every_chart_and_every_table_and_no_controls(visit: Visitor) -> None:
    with visit("/07204/vision", draw=False) as opened:
        page = opened.page
        page.emulate_media(media="print")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        opened.wait_for_charts()
        hidden = page.evaluate(
            """[...document.querySelectorAll('.data-table')].filter((table) => !table.checkVisibility()).length"""
        )
        assert hidden == 0
        assert page.evaluate("document.querySelectorAll('.data-table').length") >= 15
        for control in (".contents", ".what-if__form", ".pyramid-controls", ".downloads", ".site-header"):
            assert not page.is_visible(control), control
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.evaluate("document.querySelectorAll('details[open]').length") == 0


def test_the_printed_file_has_charts_although_none_was_on_the_screen(visit: Visitor) -> None:
    with visit("/07204/vision", draw=False) as opened:
        printed = opened.page.pdf(prefer_css_page_size=True)
        assert printed.startswith(b"%PDF")
        drawn = opened.page.evaluate("document.querySelectorAll('[data-drawn]').length")
        assert drawn == opened.page.evaluate("document.querySelectorAll('[data-chart]').length")


def test_files_are_saved_under_names_that_say_what_they_are(visit: Visitor, tmp_path: Path) -> None:
    with visit("/07204/vision") as opened:
        for kind, start in (("csv", b"\xef\xbb\xbf"), ("png", b"\x89PNG"), ("svg", b"<svg")):
            with opened.page.expect_download() as waiting:
                opened.page.click(f'a[href$="figures/outlook.{kind}"]')
            saved = tmp_path / waiting.value.suggested_filename
            waiting.value.save_as(saved)
            assert saved.name == f"sosei_07204_outlook_ja.{kind}"
            assert saved.read_bytes().startswith(start)


def test_without_scripts_the_page_shows_pictures_and_the_form_still_answers(visit: Visitor) -> None:
    with visit("/07204/vision", draw=False, java_script_enabled=False) as opened:
        page = opened.page
        picture = page.locator("#outlook img")
        picture.scroll_into_view_if_needed()
        assert picture.is_visible()
        assert "175" in (picture.get_attribute("alt") or "")
        before = page.inner_text("#what-if-sentence")
        page.fill("#what-if-recovery", "50")
        page.click("[data-submit]")
        assert "recovery=50" in page.url
        assert page.inner_text("#what-if-sentence") != before
        assert not page.is_visible(".lever__slider")


def test_japanese_letters_of_the_charts_font_have_shapes_of_their_own(visit: Visitor) -> None:
    with visit("/07204/vision") as opened:
        shapes = opened.page.evaluate(
            """['人', '口', '推', '計'].map((letter) => {
              const canvas = document.createElement('canvas');
              canvas.width = canvas.height = 40;
              const pen = canvas.getContext('2d');
              pen.font = "32px 'Sosei Chart'";
              pen.fillText(letter, 2, 34);
              return canvas.toDataURL();
            })"""
        )
        # A missing glyph is the same empty box for every letter.
        assert len(set(shapes)) == 4
