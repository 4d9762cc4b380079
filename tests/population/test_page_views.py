"""The page's addresses: what they answer, what they refuse and how, and that nothing in them needs a lax browser."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils.translation import override

from sosei.engines.demography.errors import RATES, MissingRateError, NegativePopulationError
from sosei.planning.population import figures, permissions, urls, views
from sosei.planning.population.demonstration_data import load_demonstration
from sosei.planning.population.models import Area, AssumptionSet
from tests.emptying import put_back

pytestmark = pytest.mark.django_db


class Outline(HTMLParser):
    """Ids, labels and links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: set[str] = set()
        self.fragments: set[str] = set()
        self.inline: list[str] = []
        self.headings: list[int] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        if "id" in held:
            self.ids.append(held["id"])
        for name in ("aria-labelledby", "aria-describedby", "for"):
            self.references |= set(held.get(name, "").split())
        if tag == "a" and held.get("href", "").startswith("#"):
            self.fragments.add(held["href"][1:])
        if tag == "style" or "style" in held or any(name.startswith("on") for name in held):
            self.inline.append(f"<{tag} {held}>")
        if tag == "script" and "src" not in held and held.get("type") != "application/json":
            self.inline.append(f"<{tag} {held}>")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))


def text_of(response: HttpResponse) -> str:
    return response.content.decode("utf-8")


def htmx(client: Client, address: str) -> HttpResponse:
    return client.get(address, headers={"HX-Request": "true"})


@pytest.fixture(scope="module")
def stored(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The demonstration, stored once for all tests of this file and taken out after the last."""
    with django_db_blocker.unblock():
        load_demonstration()
        yield
        put_back("default")


@pytest.fixture
def demonstration(stored: None, db: None) -> None:
    """In place of the fixture that loads it for every test."""


@pytest.fixture(params=["", "/en"], ids=["ja", "en"])
def page(request: pytest.FixtureRequest, client: Client, demonstration: None) -> HttpResponse:
    return client.get(f"{request.param}/07204/vision")


def test_the_page_shows_every_figure(page: HttpResponse) -> None:
    assert page.status_code == 200
    ids = Outline(text_of(page)).ids
    assert set(figures.BY_SLUG) <= set(ids)


def test_ids_are_unique_and_every_reference_leads_somewhere(page: HttpResponse) -> None:
    outline = Outline(text_of(page))
    assert len(outline.ids) == len(set(outline.ids))
    assert outline.references <= set(outline.ids)
    assert outline.fragments <= set(outline.ids)


def test_headings_descend_without_a_gap(page: HttpResponse) -> None:
    levels = Outline(text_of(page)).headings
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_nothing_in_the_page_needs_inline_code_or_style(page: HttpResponse) -> None:
    assert Outline(text_of(page)).inline == []
    policy = page["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy and "style-src 'self'" in policy


def test_the_published_figures_stand_beside_ours(page: HttpResponse) -> None:
    text = text_of(page)
    for published in ("292,000", "173,000", "300,000", "220,000"):
        assert published in text


def test_every_assumption_is_named_and_the_open_ones_are_marked(client: Client, iwaki: Area) -> None:
    response = client.get("/07204/vision")
    held = response.context["vision"]
    text = text_of(response)
    assert held.assumptions
    assert text.count("assumption--open") == sum(one.left_open for one in held.assumptions) > 0


def test_the_other_language_is_the_same_page_with_the_same_query(client: Client, demonstration: None) -> None:
    japanese = text_of(client.get("/07204/vision?recovery=20"))
    english = text_of(client.get("/en/07204/vision?recovery=20"))
    assert 'href="/en/07204/vision?recovery=20"' in japanese
    assert 'href="/07204/vision?recovery=20"' in english
    assert '<html lang="ja">' in japanese and '<html lang="en">' in english


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_an_unknown_code_is_refused_with_the_nearest_municipalities(
    client: Client, demonstration: None, prefix: str
) -> None:
    response = client.get(f"{prefix}/07205/vision")
    assert response.status_code == 404
    text = text_of(response)
    assert "07205" in text
    assert f'href="{prefix}/07204/vision"' in text


@pytest.mark.parametrize("code", ["072044", "いわき市", "Iwaki City"])
def test_a_code_with_check_digit_or_a_name_leads_to_the_address_with_the_code(
    client: Client, iwaki: Area, code: str
) -> None:
    response = client.get(f"/{code}/vision?recovery=10")
    assert response.status_code == 302
    assert response["Location"] == "/07204/vision?recovery=10"


@pytest.mark.parametrize("address", ["/07204", "/07204/"])
def test_the_bare_code_leads_to_the_page(client: Client, iwaki: Area, address: str) -> None:
    assert client.get(address)["Location"] == "/07204/vision"


def test_an_area_without_assumptions_is_told_apart_from_an_unknown_one(client: Client, iwaki: Area) -> None:
    bare = Area.objects.filter(kind=Area.Kind.MUNICIPALITY, assumption_sets=None).first()
    if bare is None:
        bare = Area.objects.create(code="07202", name="会津若松市", kind=Area.Kind.MUNICIPALITY)
    assert not AssumptionSet.objects.filter(area=bare).exists()
    response = client.get(f"/{bare.code}/vision")
    assert response.status_code == 404
    assert f"sosei assumptions {bare.code}" in text_of(response)


def test_a_projection_that_cannot_be_made_says_what_is_missing(
    client: Client, iwaki: Area, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(area: Area) -> None:
        raise MissingRateError(name=RATES["survivorship"], area="07204", year=1995)

    monkeypatch.setattr(views, "build_vision", missing)
    response = client.get("/07204/vision")
    assert response.status_code == 500
    assert "生残率 がありません（地域 07204・1995年）" in text_of(response)
    assert "No survivorship for area 07204, year 1995" in text_of(client.get("/en/07204/vision"))


def test_levers_that_together_leave_nobody_are_told_in_the_form(
    client: Client, iwaki: Area, monkeypatch: pytest.MonkeyPatch
) -> None:
    def emptied(area: Area, what_if: object) -> None:
        raise NegativePopulationError(value=-3.0, area="07204", year=2045)

    monkeypatch.setattr(views, "run_what_if", emptied)
    response = htmx(client, "/07204/vision/what-if?recovery=10")
    assert response.status_code == 200
    assert response.context["panel"].problems["form"].startswith("人口が負になります")


def test_the_fragment_holds_the_outcome_and_what_the_charts_need(client: Client, iwaki: Area) -> None:
    response = htmx(client, "/07204/vision/what-if?tfr=1.8&recovery=30")
    text = text_of(response)
    data = json.loads(
        re.search(r'<script id="what-if-data" type="application/json">(.*?)</script>', text, re.S)[1]
    )
    assert data["query"] == "tfr=1.8&recovery=30"
    shown = {
        row["year"]: row["value"]
        for row in data["charts"]["what-if-total"]["datasets"]["lines"]
        if row["series"] == "what-if"
    }
    with override("ja"):
        baseline = {
            row["year"]: row["total"]
            for row in views.build_vision(iwaki).tables["scenario_totals"]
            if row["scenario"] == "baseline"
        }
    assert shown[2015] == baseline[2015]
    assert shown[2060] > baseline[2060]
    assert "2060" in data["pyramid"]["what-if"]
    assert "<html" not in text


def test_a_what_if_with_nothing_changed_is_the_baseline(client: Client, iwaki: Area) -> None:
    panel = views.panelled(views.build_vision(iwaki), {})
    rows = panel.tables["scenario_totals"]
    baseline = [r for r in panel.vision.tables["scenario_totals"] if r["scenario"] == "baseline"]
    assert [row["total"] for row in rows] == pytest.approx([row["total"] for row in baseline])
    assert panel.redraw()["query"] == ""


def test_without_htmx_the_fragments_address_leads_to_the_page(client: Client, iwaki: Area) -> None:
    response = client.get("/07204/vision/what-if?tfr=1.8")
    assert response["Location"] == "/07204/vision?tfr=1.8#what-if"


def test_the_page_shows_the_what_if_of_its_link_without_any_script(client: Client, iwaki: Area) -> None:
    response = client.get("/07204/vision?tfr=1.8&households=40&household_type=couple_20s")
    panel = response.context["panel"]
    text = text_of(response)
    assert panel.sentence() in text
    assert 'value="1.8"' in text and 'value="40"' in text
    assert re.search(r'value="couple_20s"\s+checked', text)


@pytest.mark.parametrize(
    ("query", "field"),
    [("tfr=9", "tfr"), ("tfr=abc", "tfr"), ("recovery=101", "recovery"), ("tfr_by=2033", "tfr_by")],
)
def test_a_field_that_cannot_be_used_is_told_beside_it_and_keeps_what_was_typed(
    client: Client, iwaki: Area, query: str, field: str
) -> None:
    response = client.get(f"/07204/vision?{query}")
    assert response.status_code == 200
    assert response.context["panel"].problems.keys() == {field}
    text = text_of(response)
    told = re.search(rf'id="what-if-{field}-error">([^<]+)<', text)
    assert told is not None
    assert f'value="{query.partition("=")[2]}"' in text
    assert re.search(rf'id="what-if-{field}"[^>]*aria-invalid="true"', text)


@pytest.mark.parametrize("slug", figures.BY_SLUG)
def test_every_figure_has_its_csv_with_the_numbers_of_the_page(
    client: Client, iwaki: Area, slug: str
) -> None:
    response = client.get(f"/07204/vision/figures/{slug}.csv")
    assert response.status_code == 200
    assert response["Content-Disposition"] == f'attachment; filename="sosei_07204_{slug}_ja.csv"'
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))
    with override("ja"):
        table = figures.draw_all(views.build_vision(iwaki))[slug].table
    assert len(rows) == len(table.rows) + 1


@pytest.mark.parametrize(("kind", "start"), [("svg", b"<svg"), ("png", b"\x89PNG")])
def test_figures_and_what_ifs_come_as_pictures(client: Client, iwaki: Area, kind: str, start: bytes) -> None:
    for address in (f"figures/outlook.{kind}", f"what-if.{kind}?tfr=1.9"):
        response = client.get(f"/07204/vision/{address}")
        assert response.content.startswith(start)


def test_the_pyramids_files_take_year_and_scenario(client: Client, iwaki: Area) -> None:
    base = "/07204/vision/figures/pyramid.csv"
    future = client.get(f"{base}?year=2060&scenario=prospect-2&compare=baseline")
    heading = future.content.decode("utf-8-sig").splitlines()[0]
    assert heading.count(",") == 4
    assert future.content != client.get(f"{base}?year=2055&scenario=prospect-2&compare=baseline").content


def test_the_pyramids_files_hold_the_what_if_and_the_base_year_that_the_page_shows(
    client: Client, iwaki: Area
) -> None:
    base = "/07204/vision/figures/pyramid"
    query = "year=2060&scenario=what-if&compare=base"
    low, high = (client.get(f"{base}.csv?{query}&tfr={tfr}").content.decode("utf-8-sig") for tfr in (1, 2.5))
    assert (
        low.splitlines()[0]
        == high.splitlines()[0]
        == "年齢,もしも・男,もしも・女,2015年の形・男,2015年の形・女"
    )
    youngest = [[int(cell) for cell in text.splitlines()[1].split(",")[1:]] for text in (low, high)]
    assert youngest[0][0] < youngest[1][0]
    assert youngest[0][2:] == youngest[1][2:]
    assert client.get(f"{base}.svg?{query}&tfr=2.5").content.startswith(b"<svg")
    assert client.get(f"{base}.csv?{query}&tfr=99").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "figures/no-such-figure.csv",
        "figures/outlook.exe",
        "figures/pyramid.csv?year=1492",
        "figures/pyramid.svg?scenario=nobody",
        "tables/no-such-table.csv",
        "what-if.csv?tfr=99",
        "what-if.exe",
    ],
)
def test_a_file_that_is_not_there_is_not_found(client: Client, iwaki: Area, address: str) -> None:
    assert client.get(f"/07204/vision/{address}").status_code == 404


def test_tables_keep_their_column_names_in_every_language(client: Client, iwaki: Area) -> None:
    bodies = {
        client.get(f"{prefix}/07204/vision/tables/scenario_totals.csv").content for prefix in ("", "/en")
    }
    assert len(bodies) == 1
    assert bodies.pop().decode("utf-8-sig").startswith("scenario,year,total,residents,special")


def test_only_reading_is_allowed(client: Client, iwaki: Area) -> None:
    assert client.post("/07204/vision").status_code == 405


def test_every_address_of_the_room_stands_in_the_permission_table() -> None:
    assert {pattern.name for pattern in urls.urlpatterns} == set(permissions.ADDRESSES)


def test_who_may_not_see_a_vision_is_answered_as_if_there_were_none(
    client: Client, iwaki: Area, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permissions, "can_see_vision", lambda user, area: False)
    for name, kwargs in (
        ("vision", {}),
        ("what-if", {}),
        ("what-if-file", {"kind": "csv"}),
        ("figure-file", {"slug": "outlook", "kind": "csv"}),
        ("table-file", {"name": "pyramid"}),
    ):
        address = reverse(f"population:{name}", kwargs={"code": "07204", **kwargs})
        assert client.get(address).status_code == 404, address


def test_the_urls_of_the_room_are_reached_from_the_sites_table() -> None:
    assert "population" in get_resolver().namespace_dict
