"""Everything kept about a person, to read and to take away; and that nothing is left out."""

from __future__ import annotations

import json

import pytest
from django.apps import apps
from django.db.models import ForeignKey

from sosei.core.people import personal_data
from sosei.core.people.models import Address, Municipality, Person
from sosei.core.people.services.acting import Acting
from sosei.core.people.services.addresses import Written, save_address
from sosei.core.people.services.export import SCHEMA, collect
from sosei.core.people.services.looks import record_look
from tests.people.conftest import MakePerson, SignedIn

NOT_PERSONAL = {
    "people.consenttext": "names nobody; who published it stands in an entry",
}
"""Tables with a key to a person that hold nothing about one, and why."""
NAMES_WHO_DID_IT = {
    "people.invitation": {"invited_by"},
    "people.invitationevent": {"invited_by"},
    "people.membership": {"granted_by"},
    "people.membershipevent": {"granted_by"},
    "people.consent": {"entered_by"},
    "people.erasure": {"asked_by"},
}
"""Columns that say who of the staff did it: without the person's row they name nobody."""


def tables_about_persons() -> set[str]:
    """Every table of every app with a key to a person, histories and libraries included."""
    return {
        model._meta.label_lower
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey) and field.related_model is Person
    }


def test_every_table_with_a_key_to_a_person_is_exported_and_erased_or_holds_nothing_about_one() -> None:
    claimed = {label for kind in personal_data.registered() for label in kind.models}
    forgotten = tables_about_persons() - claimed - set(NOT_PERSONAL)
    assert not forgotten, (
        f"register a kind of personal data for {sorted(forgotten)} (core/people/personal_data.py)"
    )
    known = {model._meta.label_lower for model in apps.get_models(include_auto_created=True)}
    assert claimed <= known


def test_who_did_something_is_named_only_where_another_key_says_about_whom() -> None:
    for label, columns in NAMES_WHO_DID_IT.items():
        keys = {
            field.name
            for field in apps.get_model(label)._meta.get_fields()
            if isinstance(field, ForeignKey) and field.related_model is Person
        }
        assert columns < keys


@pytest.fixture
def known_person(make_person: MakePerson, town: Municipality) -> Person:
    """Somebody of whom much is known, and whom staff has looked at."""
    person = make_person("citizen", town, family_name="書出", given_name="一子", phone="+81246000001")
    save_address(
        by=Acting.for_oneself(person),
        kind="home",
        written=Written("9708026", "福島県", "いわき市", "平", "7-7"),
    )
    staff = make_person("programme_staff", town, family_name="職員", given_name="見太")
    record_look(staff=staff, person=person, what="page", municipality=town, purpose="電話の相談")
    return person


def test_the_file_holds_every_kind_with_what_is_known(known_person: Person, signed_in: SignedIn) -> None:
    answer = signed_in(known_person).post("/me/data.json", {"about": str(known_person.uid)})
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    file = json.loads(answer.content.decode("utf-8"))
    assert (file["schema"], file["person"]) == (SCHEMA, str(known_person.uid))
    kinds = {kind["key"]: kind for kind in file["kinds"]}
    assert set(kinds) == {kind.key for kind in personal_data.registered()}
    assert kinds["person"]["rows"][0]["family_name"] == "書出"
    assert "7-7" in {row["street"] for row in kinds["addresses"]["rows"]}
    look = kinds["looks"]["rows"][0]
    assert (look["staff"], look["purpose"]) == ("職員 見太", "電話の相談")
    assert any(row["verb"] == "person.address_saved" for row in kinds["entries"]["rows"])
    assert all(
        kind["title"] and kind["title_en"] and kind["count"] == len(kind["rows"]) for kind in file["kinds"]
    )
    assert "書出" in answer.content.decode("utf-8")


def test_the_file_holds_no_secret(known_person: Person, make_person: MakePerson, signed_in: SignedIn) -> None:
    from tests.people.conftest import TOTP_SECRET, add_second_factor

    add_second_factor(known_person)
    known_person.set_password("a long pass phrase")
    known_person.save()
    text = signed_in(known_person).post("/me/data.json", {"about": str(known_person.uid)}).content.decode()
    assert TOTP_SECRET not in text
    assert known_person.password not in text
    assert '"totp"' in text


def test_taking_the_data_away_leaves_an_entry(known_person: Person, signed_in: SignedIn) -> None:
    signed_in(known_person).post("/me/data.json", {"about": str(known_person.uid)})
    assert known_person.entries_about.filter(verb="person.data_exported").count() == 1


def test_the_page_shows_every_kind_with_words_for_its_columns(
    known_person: Person, signed_in: SignedIn
) -> None:
    client = signed_in(known_person)
    kinds = list(personal_data.registered())
    pages = "".join(
        client.get(f"/me/data?page={number}").content.decode() for number in range(1, len(kinds) + 1)
    )
    for kind in kinds:
        assert f'id="{kind.key}"' in pages
    assert "職員 見太" in pages
    assert 'data-label="番地">7-7<' in pages
    assert "family_name" not in pages


def test_nobody_elses_rows_are_in_it(
    known_person: Person, make_person: MakePerson, town: Municipality
) -> None:
    other = make_person("citizen", town, family_name="別人")
    Address.objects.create(
        person=other, postcode="9608031", prefecture="福島県", city="福島市", street="別人の番地"
    )
    text = json.dumps([part.rows for part in collect(known_person)], ensure_ascii=False, default=str)
    assert "別人の番地" not in text
    assert "別人" not in text


def test_the_data_are_not_kept_in_a_browsers_cache(known_person: Person, signed_in: SignedIn) -> None:
    assert "no-store" in signed_in(known_person).get("/me/data")["Cache-Control"]
