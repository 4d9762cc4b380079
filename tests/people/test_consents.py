"""Versioned texts, decisions that are never overwritten, and the gate before a text that is needed."""

from __future__ import annotations

import threading

import pytest
from django.db import DatabaseError, connection, connections

from sosei.core.people import roles
from sosei.core.people.consent_texts import publish_own_texts
from sosei.core.people.models import Consent, ConsentText, Municipality
from sosei.core.people.services.acting import Acting
from sosei.core.people.services.consents import (
    ConsentError,
    Wording,
    asked_of,
    give_consent,
    has_consented,
    publish_consent_text,
    withdraw_consent,
)
from tests.people.conftest import MakePerson, SignedIn

WORDING = Wording(
    "調査", "Survey", "移住の調査に使う", "Used for a survey", "本文\n\n- 一つ", "Text\n\n- one"
)
NEEDED = Wording("きまり", "Rules", "使うため", "For use", "本文", "Text", is_required=True)


def publish(town: Municipality | None, wording: Wording = WORDING, key: str = "survey") -> ConsentText:
    """A new version."""
    return publish_consent_text(actor=None, municipality=town, key=key, wording=wording)


def test_a_new_version_asks_again_and_the_old_decision_stays(
    make_person: MakePerson, town: Municipality
) -> None:
    person = make_person("citizen", town)
    by = Acting.for_oneself(person)
    first = publish(town)
    give_consent(by=by, text=first)
    assert has_consented(person, "survey", town)
    second = publish(town)
    assert second.version == 2
    assert not has_consented(person, "survey", town)
    asked = asked_of(person)
    assert [(one.text.version, one.is_given, one.earlier) for one in asked] == [(2, False, True)]
    assert Consent.objects.get(person=person).text == first


def test_an_older_version_can_no_longer_be_agreed_to(make_person: MakePerson, town: Municipality) -> None:
    by = Acting.for_oneself(make_person("citizen", town))
    first = publish(town)
    publish(town)
    with pytest.raises(ConsentError, match="新しくなりました"):
        give_consent(by=by, text=first)


def test_a_withdrawal_is_a_new_row_and_counts(make_person: MakePerson, town: Municipality) -> None:
    person = make_person("citizen", town)
    by = Acting.for_oneself(person)
    text = publish(town)
    give_consent(by=by, text=text)
    give_consent(by=by, text=text)
    withdraw_consent(by=by, text=text)
    assert not has_consented(person, "survey", town)
    decisions = Consent.objects.filter(person=person).order_by("pk").values_list("decision", flat=True)
    assert list(decisions) == ["given", "withdrawn"]
    assert give_consent(by=by, text=text).decision == "given"
    assert has_consented(person, "survey", town)


def test_nobody_agreed_to_what_nobody_published_or_to_the_text_of_another_town(
    make_person: MakePerson, town: Municipality, other_town: Municipality
) -> None:
    person = make_person("citizen", town)
    give_consent(by=Acting.for_oneself(person), text=publish(other_town))
    assert not has_consented(person, "survey", town)
    assert has_consented(person, "survey", other_town)
    assert asked_of(person) == []


@pytest.mark.parametrize(
    "statement", ["UPDATE people_consent SET decision = 'withdrawn'", "DELETE FROM people_consent"]
)
def test_the_database_refuses_to_change_a_decision(
    make_person: MakePerson, town: Municipality, statement: str
) -> None:
    give_consent(by=Acting.for_oneself(make_person("citizen", town)), text=publish(town))
    with pytest.raises(DatabaseError, match="Cannot"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_text_in_one_language_only_is_refused(town: Municipality) -> None:
    with pytest.raises(ConsentError, match="日本語と英語の両方"):
        publish(town, Wording("題", " ", "目的", "Purpose", "本文", "Text"))


@pytest.mark.django_db(transaction=True)
def test_of_two_planners_who_publish_at_once_both_versions_are_kept_or_one_is_told(
    town: Municipality,
) -> None:
    start = threading.Barrier(4)
    told: list[ConsentError] = []

    def run() -> None:
        start.wait()
        try:
            publish(town)
        except ConsentError as error:
            told.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    versions = sorted(ConsentText.objects.values_list("version", flat=True))
    assert versions == list(range(1, len(versions) + 1))
    assert len(versions) + len(told) == 4


# --- Pages ---------------------------------------------------------------------------------------------------------


def test_what_follows_from_a_withdrawal_is_said_before(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    person = make_person("citizen", town)
    text = publish(town)
    client = signed_in(person)
    decide = f"/me/consents/{text.pk}/decide"
    client.post(decide, {"about": str(person.uid), "decision": "given"})
    page = client.get(f"/me/consents/{text.pk}?withdraw=1").content.decode()
    assert "これから先は、この目的にあなたの情報を使いません" in page
    client.post(decide, {"about": str(person.uid), "decision": "withdrawn"})
    assert not has_consented(person, "survey", town)


def test_a_text_that_is_needed_is_read_before_anything_else_but_locks_nobody_in(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    person = make_person("citizen", town)
    text = publish(None, NEEDED, "terms")
    client = signed_in(person)
    answer = client.get("/me/profile")
    assert answer["Location"] == "/me/consents/due?next=%2Fme%2Fprofile"
    for way_out in ("/me/data", "/me/erase", "/me/consents", f"/me/consents/{text.pk}", "/me/consents/due"):
        assert client.get(way_out).status_code == 200
    refused = client.post("/me/consents/due", {"about": str(person.uid), "next": "/me/profile"})
    assert "チェックを入れてください" in refused.content.decode()
    agreed = client.post(
        "/me/consents/due", {"about": str(person.uid), "next": "/me/profile", "text": str(text.pk)}
    )
    assert agreed["Location"] == "/me/profile"
    assert client.get("/me/profile").status_code == 200


def test_the_way_on_never_leads_to_another_site(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    person = make_person("citizen", town)
    assert signed_in(person).get("/me/consents/due?next=https://evil.example/")["Location"] == "/me/"


def test_a_new_version_of_a_needed_text_leads_to_it_at_the_next_sign_in(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    person = make_person("citizen", town)
    give_consent(by=Acting.for_oneself(person), text=publish(None, NEEDED, "terms"))
    assert signed_in(person).get("/me/profile").status_code == 200
    publish(None, NEEDED, "terms")
    assert signed_in(person).get("/me/profile").status_code == 302


def test_a_planner_publishes_for_the_own_town_and_sees_numbers_without_names(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    planner = make_person("planner", town)
    client = signed_in(planner)
    wording = {name: str(value) for name, value in vars(WORDING).items() if name != "is_required"}
    client.post("/07204/office/consents", {**wording, "key": "survey", "reason": "調査を始めるため"})
    text = ConsentText.objects.get(municipality=town)
    assert text.version == 1
    citizens = [make_person("citizen", town, family_name=f"市民{number}") for number in range(3)]
    for citizen in citizens:
        give_consent(by=Acting.for_oneself(citizen), text=text)
    withdraw_consent(by=Acting.for_oneself(citizens[0]), text=text)
    page = client.get("/07204/office/consents").content.decode()
    assert 'data-label="同意した人">2<' in page
    assert 'data-label="取り消した人">1<' in page
    assert "市民1" not in page


@pytest.mark.parametrize("role", [roles.AUDITOR, roles.MAYORS_OFFICE])
def test_who_only_reads_cannot_publish(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality, role: str
) -> None:
    client = signed_in(make_person(role, town))
    assert "新しい版を公表する" not in client.get("/07204/office/consents").content.decode()
    wording = {name: str(value) for name, value in vars(WORDING).items() if name != "is_required"}
    answer = client.post("/07204/office/consents", {**wording, "key": "survey", "reason": "x"})
    assert answer.status_code == 403
    assert not ConsentText.objects.exists()


def test_soseis_own_texts_are_whole_in_both_languages_and_published_once(db: None) -> None:
    assert [text.key for text in publish_own_texts()] == ["terms", "privacy"]
    assert publish_own_texts() == []
    assert all(text.is_required for text in ConsentText.objects.all())


def test_markup_in_a_text_is_shown_as_it_was_typed(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    text = publish(town, Wording("題", "T", "目的", "P", "## 見出し\n<script>x</script>\n- 一つ", "T"))
    page = signed_in(make_person("citizen", town)).get(f"/me/consents/{text.pk}").content.decode()
    assert "<h3>見出し</h3>" in page
    assert "<p>&lt;script&gt;x&lt;/script&gt;</p>" in page
    assert "<li>一つ</li>" in page
