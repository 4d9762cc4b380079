"""Erasure: whole or not at all, said before, proofs kept without names."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection, connections
from django.db.models import CharField, EmailField, JSONField, TextField
from django.test import Client

from sosei.core.people import personal_data
from sosei.core.people.models import Address, Consent, Erasure, Look, Membership, Municipality, Person
from sosei.core.people.personal_data import Outcome, PersonalData
from sosei.core.people.services.acting import Acting
from sosei.core.people.services.addresses import Written, remove_second_address, save_address
from sosei.core.people.services.consents import Wording, give_consent, publish_consent_text
from sosei.core.people.services.erasure import ErasureBlockedError, erase_person, foresee_erasure
from sosei.core.people.services.looks import record_look
from sosei.core.people.services.proxy import start_acting
from tests.people.conftest import MakePerson, SignedIn, add_second_factor

MARKS = ("消山", "消子", "ケシヤマ", "gone@example.jp", "+81246000009", "消通り9-9")


@pytest.fixture
def person(make_person: MakePerson, town: Municipality) -> Person:
    """Somebody with a bit of everything."""
    made = make_person(
        "citizen",
        town,
        family_name="消山",
        given_name="消子",
        family_kana="ケシヤマ",
        email="gone@example.jp",
        phone="+81246000009",
    )
    made.given_name = "消子"
    made.save()
    add_second_factor(made)
    by = Acting.for_oneself(made)
    save_address(by=by, kind="home", written=Written("9708026", "福島県", "いわき市", "平", "消通り9-9"))
    save_address(by=by, kind="home", written=Written("9708026", "福島県", "いわき市", "平", "1-1"))
    # A place long gone stands in the history alone.
    save_address(by=by, kind="second", written=Written("9608031", "福島県", "福島市", "栄町", "消通り9-9"))
    remove_second_address(by=by)
    text = publish_consent_text(
        actor=None, municipality=town, key="survey", wording=Wording("題", "T", "目的", "P", "本文", "T")
    )
    give_consent(by=by, text=text)
    staff = make_person("programme_staff", town)
    record_look(staff=staff, person=made, what="page", municipality=town)
    start_acting(staff=staff, person=made, municipality=town, channel="phone", reason="相談")
    return made


def everything_written() -> Iterator[tuple[str, str]]:
    """Every text in every table of ours and of the libraries."""
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.managed or model._meta.proxy:
            continue
        columns = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, CharField | TextField | EmailField | JSONField)
        ]
        for row in model._base_manager.values_list(*columns) if columns else ():
            yield model._meta.label_lower, str(row)


def test_nothing_of_the_person_is_left_in_any_table_but_the_last_message(person: Person) -> None:
    left = {label for label, text in everything_written() if any(mark in text for mark in MARKS)}
    assert {"people.person", "people.personevent", "people.addressevent", "account.emailaddress"} <= left
    erase_person(person=person)
    left = {label for label, text in everything_written() if any(mark in text for mark in MARKS)}
    # The outbox knows the address until the last message is sent, and then empties it.
    assert left == {"records.message"}


def test_the_last_message_goes_to_the_old_address_in_the_persons_language(person: Person) -> None:
    person.language = "en"
    person.save()
    erase_person(person=person)
    message = apps.get_model("records.Message").objects.get(kind="people.erased")
    assert (message.to_address, message.language, message.state) == ("gone@example.jp", "en", "waiting")


def test_proofs_stay_without_a_name_and_say_why(person: Person) -> None:
    before = (Consent.objects.count(), Look.objects.count())
    erasure = erase_person(person=person)
    assert (Consent.objects.count(), Look.objects.count()) == before
    kept = {row["what_en"]: row for row in erasure.kept}
    assert all(row["law"] and row["law_en"] and row["rows"] for row in kept.values())
    assert "Consents given and withdrawn (without a name)" in kept
    assert {"key": "addresses", "title": "住所", "title_en": "Addresses", "rows": 1} in [
        {**row, "title_en": "Addresses"} for row in erasure.erased
    ]
    person.refresh_from_db()
    assert str(person) == "（情報を消した人）"
    entry = apps.get_model("records.Entry").objects.filter(verb="person.address_saved").first()
    assert "情報を消した人" in entry.sentence


def test_roles_and_acting_end(person: Person) -> None:
    erase_person(person=person)
    assert not person.memberships.held().exists()
    assert set(Membership.objects.filter(person=person).values_list("ended_because", flat=True)) == {"erased"}
    assert not person.acted_for_in.filter(ended_at=None).exists()


def test_erasing_twice_is_erasing_once(person: Person) -> None:
    assert erase_person(person=person) == erase_person(person=person)
    assert Erasure.objects.count() == 1


def test_what_is_said_before_is_what_is_done_and_saying_it_changes_nothing(person: Person) -> None:
    texts = sorted(everything_written())
    prospect = foresee_erasure(person)
    assert sorted(everything_written()) == texts
    erasure = erase_person(person=person)
    assert {one.kind.key: one.rows for one in prospect.gone} == {
        row["key"]: row["rows"] for row in erasure.erased
    }
    assert [one.what for one in prospect.kept] == [row["what"] for row in erasure.kept]


@pytest.mark.parametrize("order", [0, 50, 1000])
def test_a_fault_in_any_kind_erases_nothing(
    person: Person, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_person: Person) -> Outcome:
        raise RuntimeError("the room that keeps this is broken")

    kind = PersonalData("broken", "壊れた", frozenset(), lambda person: [], fail, order)
    monkeypatch.setitem(personal_data._registered, "broken", kind)
    before = sorted(everything_written())
    with pytest.raises(RuntimeError, match="broken"):
        erase_person(person=person)
    assert sorted(everything_written()) == before


def test_the_only_planner_cannot_be_erased_until_there_is_another(
    make_person: MakePerson, town: Municipality, other_town: Municipality
) -> None:
    planner = make_person("planner", town)
    make_person("planner", other_town)
    with pytest.raises(ErasureBlockedError, match="いわき市のただ一人の企画担当"):
        erase_person(person=planner)
    assert foresee_erasure(planner).blocks
    make_person("planner", town)
    erase_person(person=planner)
    assert not Person.objects.get(pk=planner.pk).is_active


@pytest.mark.django_db(transaction=True)
def test_of_the_last_two_planners_erased_at_once_one_stays(
    make_person: MakePerson, town: Municipality
) -> None:
    planners = [make_person("planner", town) for _number in range(2)]
    start = threading.Barrier(2)
    refused: list[Exception] = []

    def run(planner: Person) -> None:
        start.wait()
        try:
            erase_person(person=planner)
        except ErasureBlockedError as error:
            refused.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(planner,)) for planner in planners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert Membership.objects.held().filter(role="planner", municipality=town).count() == 1


def test_the_database_refuses_an_erased_person_with_a_name(person: Person) -> None:
    from django.db import DatabaseError

    erase_person(person=person)
    with pytest.raises(DatabaseError, match="person_erased_is_empty"), connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET family_kana = 'ケシヤマ' WHERE id = %s", [person.pk])


# --- Pages ---------------------------------------------------------------------------------------------------------


def confirm(client: Client, person: Person, word: str) -> Any:
    """The last step."""
    return client.post("/me/erase", {"about": str(person.uid), "word": word})


def test_the_word_has_to_be_typed(person: Person, signed_in: SignedIn) -> None:
    answer = confirm(signed_in(person), person, "はい")
    assert "「はい」ではありません" in answer.content.decode()
    assert Person.objects.get(pk=person.pk).is_active


def test_after_erasing_every_browser_is_signed_out_and_told_what_was_done(
    person: Person, signed_in: SignedIn
) -> None:
    client, elsewhere = signed_in(person), signed_in(person)
    assert "消えるものと残るもの" in client.get("/me/erase").content.decode()
    before = client.post("/me/erase", {"about": str(person.uid)}).content.decode()
    assert "個人情報の保護に関する法律 第69条" in before
    answer = confirm(client, person, "消去")
    assert answer["Location"] == "/me/erased"
    page = client.get("/me/erased").content.decode()
    assert "あなたの情報を消しました" in page
    assert "個人情報の保護に関する法律" in page
    assert client.get("/me/")["Location"].startswith("/account/login")
    assert elsewhere.get("/me/")["Location"].startswith("/account/login")
    own = [s for s in Session.objects.all() if s.get_decoded().get("_auth_user_id") == str(person.pk)]
    assert own == []
    assert not EmailAddress.objects.filter(user=person).exists()
    assert not Authenticator.objects.filter(user=person).exists()
    assert not Address.objects.filter(person=person).exists()


def test_who_signed_in_long_ago_proves_it_again_first_and_nothing_posted_is_done_after_that_detour(
    person: Person, signed_in: SignedIn
) -> None:
    person.set_password("a long pass phrase")
    person.save()
    client = signed_in(person)
    session = client.session
    session["account_authentication_methods"][0]["at"] -= 24 * 3600
    session.save()
    assert client.get("/me/erase").status_code == 302
    answer = confirm(client, person, "消去")
    assert answer["Location"].startswith("/account/reauthenticate")
    assert "next=%2Fme%2Ferase" in answer["Location"]
    assert Person.objects.get(pk=person.pk).is_active


def test_what_stands_in_the_way_is_said_on_the_page(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    planner = make_person("planner", town)
    client = signed_in(planner)
    answer = confirm(client, planner, "消去")
    assert answer.status_code == 409
    assert "ただ一人の企画担当" in answer.content.decode()
