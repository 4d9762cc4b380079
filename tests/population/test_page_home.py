"""The home page and the pages that say no: the way to every municipality, and what to do where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from sosei.gateway.portal.views import HEIGHT, WIDTH, strokes
from sosei.planning.population import lookup
from sosei.planning.population.demonstration_data import load_demonstration
from sosei.planning.population.models import Area
from tests.emptying import put_back
from tests.population import synthetic_vision

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_home_page_leads_to_every_municipality_with_a_vision(
    client: Client, demonstration: None, prefix: str
) -> None:
    text = client.get(f"{prefix}/").content.decode()
    for area in Area.objects.all().with_vision():
        assert f'href="{prefix}/{area.code}/vision"' in text


@pytest.mark.parametrize("wanted", ["07204", "072044", "いわき市", "０７２０４", " iwaki city "])
def test_the_search_opens_the_municipality_that_was_meant(client: Client, iwaki: Area, wanted: str) -> None:
    assert client.get("/", {"q": wanted})["Location"] == "/07204/vision"


def test_a_search_that_finds_nothing_names_the_nearest(client: Client, iwaki: Area) -> None:
    response = client.get("/", {"q": "いわし市"})
    assert response.status_code == 200
    assert response.context["nearest"][0] == iwaki


def test_what_was_typed_is_shown_as_text_and_never_as_markup(client: Client, iwaki: Area) -> None:
    text = client.get("/", {"q": "<script>x</script>"}).content.decode()
    assert "<script>x" not in text
    assert "&lt;script&gt;x" in text


def test_the_nearest_code_comes_first(demonstration: None) -> None:
    assert [area.code for area in lookup.nearest_areas("07205", count=1)] == ["07204"]


def test_the_lines_of_a_card_stay_in_its_frame() -> None:
    lines, ground = strokes(synthetic_vision.vision())
    assert [line.series for line in lines] == ["baseline", "prospect-1", "prospect-2", "observed"]
    for path in [line.path for line in lines] + [ground]:
        for point in path.removeprefix("M").split(" L"):
            x, y = map(float, point.split(","))
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT


def test_a_page_that_does_not_exist_offers_the_way_back(client: Client) -> None:
    response = client.get("/no/such/page")
    assert response.status_code == 404
    text = response.content.decode()
    assert "ページが見つかりません" in text
    assert 'href="/"' in text


def test_the_page_of_a_fault_can_be_shown_without_a_request() -> None:
    # Django renders it with nothing at hand, when everything else has failed.
    text = render_to_string("500.html")
    assert "うまく動きませんでした" in text
    assert "English" in text


def test_the_language_switch_of_an_unknown_address_leads_home() -> None:
    text = render_to_string("404.html", request=RequestFactory().get("/no/such/page"))
    assert 'href="/en/"' in text
