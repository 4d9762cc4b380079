"""The invented people of the demonstration: loaded once, signed in by a click, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from sosei.core.people import demonstration, roles
from sosei.core.people.models import Membership, Municipality, Person
from tests.people.conftest import MakePerson


@pytest.fixture
def loaded(db: None, settings: Any) -> None:
    """A demonstration with its people."""
    settings.DEMONSTRATION = True
    call_command("load_demonstration_people", verbosity=0)


def test_every_role_is_there_in_both_towns_and_loading_again_adds_nobody(loaded: None) -> None:
    for code in ("07204", "07201"):
        town = Municipality.objects.get(code=code)
        assert town.is_demonstration
        held = set(Membership.objects.held().filter(municipality=town).values_list("role", flat=True))
        assert held == set(roles.ALL) - {roles.OPERATOR}
    assert Membership.objects.held().filter(role=roles.OPERATOR).count() == 1
    before = (Person.objects.count(), Membership.objects.count())
    assert before[0] > 60
    call_command("load_demonstration_people", verbosity=0)
    assert (Person.objects.count(), Membership.objects.count()) == before


def test_every_person_says_that_they_are_invented(loaded: None) -> None:
    assert all("架空" in str(person) or "invented" in str(person) for person in Person.objects.all())


def test_a_click_signs_in_with_a_role_that_counts_at_once(loaded: None) -> None:
    client = Client()
    page = client.get("/demonstration/sign-in").content.decode()
    assert demonstration.PASSWORD in page
    staff = Person.objects.get(email=f"jigyo@07204.{demonstration.DOMAIN}")
    assert str(staff.uid) in page
    assert client.post("/demonstration/sign-in", {"person": str(staff.uid)})["Location"] == "/me/"
    assert client.get("/07204/office/people").status_code == 200
    assert client.get("/07201/office/people").status_code == 403


def test_nobody_but_the_invented_is_signed_in_by_a_click(loaded: None, make_person: MakePerson) -> None:
    real = make_person()
    for wanted in (str(real.uid), "nonsense", ""):
        assert Client().post("/demonstration/sign-in", {"person": wanted}).status_code == 404


def test_where_this_is_no_demonstration_there_is_no_such_page_and_nobody_is_loaded(
    loaded: None, settings: Any
) -> None:
    settings.DEMONSTRATION = False
    staff = Person.objects.get(email=f"jigyo@07204.{demonstration.DOMAIN}")
    client = Client()
    assert client.get("/demonstration/sign-in").status_code == 404
    assert client.post("/demonstration/sign-in", {"person": str(staff.uid)}).status_code == 404
    assert demonstration.PASSWORD not in client.get("/account/login/").content.decode()
    with pytest.raises(CommandError, match="SOSEI_DEMONSTRATION"):
        call_command("load_demonstration_people", verbosity=0)


def test_the_sign_in_page_of_a_demonstration_shows_whom_one_may_be(loaded: None) -> None:
    page = Client().get("/account/login/").content.decode()
    assert demonstration.PASSWORD in page
    assert "実演：この人になってみる" in page
