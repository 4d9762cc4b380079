"""Staff acts for a person on the phone: short, one at a time, told to the person, never for what is the person's alone."""

from __future__ import annotations

import datetime
import threading
from typing import Any

import pytest
from django.apps import apps
from django.db import connections
from django.test import Client
from django.utils import timezone

from sosei.core.people.models import Look, Membership, Municipality, Person, ProxySession
from sosei.core.people.services.consents import Wording, publish_consent_text
from sosei.core.people.services.proxy import ProxyError, end_expired_sessions, start_acting, stop_acting
from tests.people.conftest import MakePerson, SignedIn
from tests.people.test_addresses import TAIRA


@pytest.fixture
def person(make_person: MakePerson, town: Municipality) -> Person:
    """Somebody on the phone."""
    return make_person("citizen", town, family_name="電話", given_name="一子")


@pytest.fixture
def staff(make_person: MakePerson, town: Municipality) -> Person:
    """Who answers."""
    return make_person("programme_staff", town, family_name="職員", given_name="太郎")


@pytest.fixture
def client(staff: Person, person: Person, signed_in: SignedIn) -> Client:
    """The browser of staff who acts for the person."""
    browser = signed_in(staff)
    begin(browser, person)
    return browser


def begin(browser: Client, person: Person, reason: str = "電話で住所の変更を頼まれた") -> Any:
    """The form of acting."""
    return browser.post(f"/07204/office/people/{person.uid}/act", {"channel": "phone", "reason": reason})


def let_time_pass(session: ProxySession) -> None:
    """As if half an hour were over."""
    ProxySession.objects.filter(pk=session.pk).update(
        expires_at=timezone.now() - datetime.timedelta(seconds=1)
    )


def test_the_persons_own_pages_open_and_change_the_persons_data_in_the_name_of_staff(
    client: Client, staff: Person, person: Person
) -> None:
    page = client.get("/me/address/home").content.decode()
    assert "電話 一子</strong>さんに代わって操作中" in page
    client.post("/me/address/home", {**TAIRA, "about": str(person.uid)})
    assert person.addresses.get().town == "平"
    assert not staff.addresses.exists()
    entry = person.entries_about.get(verb="person.address_saved")
    assert (entry.actor, entry.on_behalf_of, entry.reason) == (staff, person, "電話で住所の変更を頼まれた")
    assert entry.municipality.code == "07204"
    looks = Look.objects.filter(person=person, staff=staff, proxy_session__isnull=False)
    assert {"own_pages", "person.address_saved"} <= set(looks.values_list("what", flat=True))
    version = apps.get_model("people.AddressEvent").objects.get(person=person)
    assert (version.pgh_context["person"], version.pgh_context["on_behalf_of"]) == (staff.pk, person.pk)


def test_a_consent_by_telephone_says_so(
    client: Client, staff: Person, person: Person, town: Municipality
) -> None:
    text = publish_consent_text(
        actor=None, municipality=town, key="survey", wording=Wording("題", "T", "目的", "P", "本文", "T")
    )
    client.post(f"/me/consents/{text.pk}/decide", {"about": str(person.uid), "decision": "given"})
    consent = person.consents.get()
    assert (consent.channel, consent.entered_by) == ("phone", staff)


@pytest.mark.parametrize(
    "address",
    [
        "/account/password/change/",
        "/account/email/",
        "/account/2fa/",
        "/me/erase",
        "/me/data",
        "/me/consents/due",
        "/account/",
    ],
)
def test_what_is_the_persons_alone_answers_with_a_page_that_says_so(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 403
    assert "電話 一子さん本人だけが使えます" in answer.content.decode()


def test_neither_erasing_nor_the_file_nor_a_town_is_done_by_post(client: Client, person: Person) -> None:
    about = {"about": str(person.uid)}
    for address in ("/me/erase", "/me/data.json", "/me/towns/join"):
        assert client.post(address, {**about, "word": "消去", "town": "07204"}).status_code == 403
    assert Person.objects.get(pk=person.pk).is_active


def test_an_invitation_is_not_accepted_while_acting_for_somebody(client: Client) -> None:
    for address in ("/account/invitation", "/account/invitation/some-token"):
        assert client.get(address).status_code == 403


def test_ending_tells_the_person_what_was_done(client: Client, staff: Person, person: Person) -> None:
    client.post("/me/address/home", {**TAIRA, "about": str(person.uid)})
    answer = client.post("/me/stop-acting")
    assert answer["Location"] == f"/07204/office/people/{person.uid}"
    assert "操作中" not in client.get("/me/").content.decode()
    message = apps.get_model("records.Message").objects.get(recipient=person, kind="people.acted_for")
    assert "住所を変えた" in message.body
    assert "You were" not in message.body
    assert ProxySession.objects.get().ended_at is not None


def test_ending_twice_tells_once(staff: Person, person: Person, town: Municipality) -> None:
    session = start_acting(staff=staff, person=person, municipality=town, channel="phone", reason="相談")
    stop_acting(session=session)
    stop_acting(session=session)
    assert apps.get_model("records.Message").objects.filter(recipient=person).count() == 1


def test_after_half_an_hour_staff_is_themselves_again_and_the_person_is_told(
    client: Client, staff: Person, person: Person
) -> None:
    session = ProxySession.objects.get()
    assert session.expires_at - session.started_at == datetime.timedelta(minutes=30)
    let_time_pass(session)
    page = client.get("/me/").content.decode()
    assert "職員 太郎さんのマイページ" in page
    assert "代わりの操作の時間が終わりました" in page
    assert apps.get_model("records.Message").objects.filter(recipient=person).count() == 1


def test_sessions_that_ran_out_unseen_are_ended_by_the_nightly_round(
    staff: Person, person: Person, town: Municipality
) -> None:
    session = start_acting(staff=staff, person=person, municipality=town, channel="counter", reason="相談")
    assert end_expired_sessions() == 0
    let_time_pass(session)
    assert end_expired_sessions() == 1
    session.refresh_from_db()
    assert session.ended_at == session.expires_at


def test_a_form_sent_after_the_time_changes_nobody_and_keeps_what_was_typed(
    client: Client, staff: Person, person: Person
) -> None:
    let_time_pass(ProxySession.objects.get())
    answer = client.post("/me/address/home", {**TAIRA, "about": str(person.uid)})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "まだ保存していません" in page
    assert "1-2-3" in page
    assert not staff.addresses.exists()
    assert not person.addresses.exists()
    again = client.get(f"/07204/office/people/{person.uid}/act").content.decode()
    assert "電話で住所の変更を頼まれた" in again
    assert begin(client, person)["Location"] == "/me/address/home"
    form = client.get("/me/address/home").content.decode()
    assert 'value="1-2-3"' in form
    assert not person.addresses.exists()


def test_a_form_of_ones_own_left_open_in_another_tab_does_not_change_the_person_acted_for(
    client: Client, staff: Person, person: Person
) -> None:
    answer = client.post("/me/address/home", {**TAIRA, "about": str(staff.uid)})
    assert answer.status_code == 409
    assert not person.addresses.exists()
    assert client.post("/me/address/home", TAIRA).status_code == 409


def test_who_loses_the_role_stops_acting_at_once(client: Client, staff: Person, person: Person) -> None:
    Membership.objects.filter(person=staff).update(ended_at=timezone.now(), ended_because="revoked")
    assert client.post("/me/address/home", {**TAIRA, "about": str(person.uid)}).status_code == 409
    assert ProxySession.objects.get().ended_at is not None


def test_a_person_who_leaves_the_town_is_no_longer_acted_for(client: Client, person: Person) -> None:
    Membership.objects.filter(person=person).update(ended_at=timezone.now(), ended_because="left")
    assert client.post("/me/address/home", {**TAIRA, "about": str(person.uid)}).status_code == 409
    assert not person.addresses.exists()


def test_one_cannot_act_without_a_reason_or_for_two_at_once(
    staff: Person, person: Person, make_person: MakePerson, town: Municipality
) -> None:
    with pytest.raises(ProxyError, match="理由"):
        start_acting(staff=staff, person=person, municipality=town, channel="phone", reason=" ")
    start_acting(staff=staff, person=person, municipality=town, channel="phone", reason="相談")
    with pytest.raises(ProxyError, match="すでに"):
        start_acting(
            staff=staff,
            person=make_person("citizen", town),
            municipality=town,
            channel="phone",
            reason="相談",
        )


@pytest.mark.django_db(transaction=True)
def test_of_many_starts_at_once_one_begins(make_person: MakePerson, town: Municipality) -> None:
    staff = make_person("programme_staff", town)
    persons = [make_person("citizen", town) for _number in range(6)]
    start = threading.Barrier(len(persons))
    refused: list[Exception] = []

    def run(person: Person) -> None:
        start.wait()
        try:
            start_acting(staff=staff, person=person, municipality=town, channel="phone", reason="相談")
        except ProxyError as error:
            refused.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(person,)) for person in persons]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == len(persons) - 1
    assert ProxySession.objects.filter(ended_at=None).count() == 1


def test_only_staff_of_the_persons_town_acts_for_the_person(
    make_person: MakePerson, signed_in: SignedIn, person: Person, other_town: Municipality
) -> None:
    stranger = make_person("programme_staff", other_town)
    browser = signed_in(stranger)
    assert begin(browser, person).status_code == 403
    there = f"/07201/office/people/{person.uid}/act"
    assert browser.post(there, {"channel": "phone", "reason": "x"}).status_code == 404
    assert not ProxySession.objects.exists()


@pytest.mark.parametrize("role", ["mayors_office", "auditor", "planner"])
def test_who_only_reads_does_not_act(
    make_person: MakePerson, signed_in: SignedIn, person: Person, town: Municipality, role: str
) -> None:
    assert begin(signed_in(make_person(role, town)), person).status_code == 403
