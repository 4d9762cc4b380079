"""The row of a town's public pages under the header."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from sosei.core.people import town_pages
from sosei.core.people.models import Municipality
from sosei.planning.population.models import Area

pytestmark = pytest.mark.django_db


def row_of(page: str) -> list[str]:
    found = re.search(r'<nav class="town-pages".*?</nav>', page, re.DOTALL)
    return re.findall(r"<a [^>]*>([^<]+)</a>", found[0]) if found else []


def test_a_town_that_uses_sosei_has_its_pages_in_one_row_with_the_present_one_marked(client: Client) -> None:
    Municipality.objects.create(code="07999", name="例の市", opened_at=timezone.now())
    page = client.get("/07999/strategy").content.decode()
    assert row_of(page) == [
        "人口ビジョン",
        "総合戦略",
        "事業の実績",
        "人口とのつながり",
        "仕事",
        "場所を借りる",
    ]
    assert re.findall(r'aria-current="page">([^<]+)</a>', page)[0] == "総合戦略"
    assert "例の市" in page


def test_a_municipality_that_does_not_use_sosei_has_no_row(client: Client) -> None:
    Area.objects.create(code="07999", name="例の村", kind="municipality")
    assert row_of(client.get("/07999/vision").content.decode()) == []


def test_pages_of_no_town_have_no_row(client: Client) -> None:
    assert row_of(client.get("/design").content.decode().split('id="main"')[0]) == []


def test_two_pages_may_not_lead_to_the_same_address() -> None:
    with pytest.raises(ValueError, match="population:vision"):
        town_pages.register(town_pages.TownPage("x", "population:vision", 1, lambda view: True))
