"""What strangers and the curious try: odd characters, ways out of the site, the demonstration's published accounts."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from sosei.core.people import demonstration, roles
from sosei.core.people.models import Municipality, Person
from sosei.core.people.personal_data_here import export_looks_taken, export_proxy
from sosei.core.people.services.looks import record_look
from sosei.core.people.services.proxy import start_acting
from tests.people.conftest import MakePerson, SignedIn


@pytest.mark.parametrize(
    "address",
    ["/%00/office/", "/0720%00/office/people", "/?q=%00", "/account/invitation/a%00b", "/me/?purpose=a%00"],
)
def test_an_address_with_a_character_that_no_table_can_hold_is_turned_away(
    address: str, make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    for client in (Client(), signed_in(make_person(roles.PROGRAMME_STAFF, town))):
        assert client.get(address).status_code == 400


def test_a_form_with_such_a_character_is_turned_away_before_the_view(
    make_person: MakePerson, signed_in: SignedIn
) -> None:
    person = make_person()
    answer = signed_in(person).post("/me/towns/join", {"about": str(person.uid), "town": "072\x0004"})
    assert answer.status_code == 400
    assert "送られた内容を読めませんでした" in answer.content.decode()


@pytest.mark.parametrize("way_on", ["somewhere", "-1", "https://evil.example/", "//evil.example", "a\\b"])
def test_the_way_on_after_agreeing_leads_nowhere_but_into_the_site(
    way_on: str, make_person: MakePerson, signed_in: SignedIn
) -> None:
    answer: Any = signed_in(make_person()).get("/me/consents/due", {"next": way_on})
    assert answer.status_code == 302
    assert "evil.example" not in answer["Location"]


def test_the_chosen_place_of_a_postcode_may_be_any_nonsense(
    make_person: MakePerson, signed_in: SignedIn
) -> None:
    person = make_person()
    posted = {"about": str(person.uid), "postcode": "970-8026", "place": "9" * 5000}
    assert signed_in(person).post("/me/address/home/lookup", posted).status_code == 200


def test_the_published_accounts_of_a_demonstration_open_nothing_once_it_is_none(
    settings: Any, db: None
) -> None:
    settings.DEMONSTRATION = True
    call_command("load_demonstration_people", verbosity=0)
    operator = Person.objects.get(email=f"kanri@{demonstration.DOMAIN}")
    client = Client()
    client.post("/demonstration/sign-in", {"person": str(operator.uid)})
    assert client.get("/operator/").status_code == 200
    settings.DEMONSTRATION = False
    assert client.get("/operator/").status_code == 302
    fresh = Client()
    fresh.post("/account/login/", {"login": operator.email, "password": demonstration.PASSWORD})
    assert not {"_auth_user_id", "account_login"} & set(fresh.session.keys())
    settings.DEMONSTRATION = True
    fresh.post("/account/login/", {"login": operator.email, "password": demonstration.PASSWORD})
    assert "account_login" in fresh.session


def test_published_accounts_are_not_loaded_beside_a_municipality_that_works(
    settings: Any, town: Municipality
) -> None:
    settings.DEMONSTRATION = True
    with pytest.raises(CommandError, match="SOSEI_HOME"):
        call_command("load_demonstration_people", verbosity=0)
    assert not Person.objects.exists()


def test_a_demonstration_in_which_a_visitor_opened_a_town_can_be_loaded_again(
    settings: Any, db: None
) -> None:
    settings.DEMONSTRATION = True
    call_command("load_demonstration_people", verbosity=0)
    Municipality.objects.filter(code="07201").update(is_demonstration=False)
    call_command("load_demonstration_people", verbosity=0)


def test_staff_take_away_neither_purposes_nor_reasons_which_tell_of_others(
    make_person: MakePerson, town: Municipality
) -> None:
    staff, citizen = make_person(roles.PROGRAMME_STAFF, town), make_person(roles.CITIZEN, town)
    record_look(staff=staff, person=citizen, what="page", municipality=town, purpose="高橋さんの離婚の相談")
    start_acting(staff=staff, person=citizen, municipality=town, channel="phone", reason="高橋さんの引っ越し")
    assert "高橋" not in str([export_looks_taken(staff), export_proxy(staff)])
    assert "高橋さんの引っ越し" in str(export_proxy(citizen))
