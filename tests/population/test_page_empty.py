"""Pages of a house in which nothing is stored yet: they say how to begin."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_an_empty_house_says_how_to_fill_it(client: Client) -> None:
    text = client.get("/").content.decode()
    assert "sosei demo" in text
    assert "sosei import" in text
    assert 'role="search"' not in text


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_municipality_that_is_not_there_is_refused_with_the_way_to_begin(
    client: Client, prefix: str
) -> None:
    response = client.get(f"{prefix}/07204/vision")
    assert response.status_code == 404
    assert "sosei import" in response.content.decode()
