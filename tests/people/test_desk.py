"""The office's list of people, one person's page, and somebody who phones for the first time."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sosei.core.people import roles
from sosei.core.people.models import Look, Membership, Municipality, Person
from sosei.core.people.querysets.desk import KANA_ROWS, Wanted, listed
from sosei.core.people.services.consents import Wording, has_consented, publish_consent_text
from tests.people.conftest import MakePerson, SignedIn, hold_role

LIST = "/07204/office/people"
CALLER = {
    "family_name": "電話",
    "given_name": "太郎",
    "family_kana": "デンワ",
    "given_kana": "タロウ",
    "phone": "0246-22-1234",
    "language": "ja",
    "channel": "phone",
    "reason": "電話で相談を申し込まれた",
}


@pytest.fixture
def staff(make_person: MakePerson, town: Municipality) -> Person:
    """Who works at the desk."""
    return make_person("programme_staff", town, family_name="職員", given_name="太郎")


@pytest.fixture
def client(staff: Person, signed_in: SignedIn) -> Client:
    """The browser at the desk."""
    return signed_in(staff)


def shown(answer: Any) -> list[str]:
    """The names on a page of the list, in their order."""
    return re.findall(r'<a href="people/[0-9a-f-]{36}">([^<]*)</a>', answer.content.decode())


def link(answer: Any, rel: str) -> str:
    """Where `rel` leads; empty when there is no such link."""
    found = re.search(rf'href="([^"]*)" rel="{rel}"', answer.content.decode())
    return found[1].replace("&amp;", "&") if found else ""


# --- The list ------------------------------------------------------------------------------------------------------


def test_the_list_shows_people_of_the_town_and_nobody_else(
    client: Client, make_person: MakePerson, town: Municipality, other_town: Municipality
) -> None:
    make_person("citizen", town, family_name="町", given_name="人")
    make_person("employer", town, family_name="雇", given_name="主")
    make_person("space_host", town, family_name="場", given_name="主")
    make_person("citizen", other_town, family_name="他町", given_name="人")
    make_person("planner", town, family_name="企画", given_name="人")
    assert set(shown(client.get(LIST))) == {"町 人", "雇 主", "場 主"}


def test_somebody_with_two_roles_stands_in_the_list_once_and_who_left_not_at_all(
    client: Client, make_person: MakePerson, town: Municipality
) -> None:
    from django.utils import timezone

    twice = make_person("citizen", town, family_name="二", given_name="役")
    hold_role(twice, roles.SPACE_HOST, town)
    gone = make_person("citizen", town, family_name="去", given_name="人")
    Membership.objects.filter(person=gone).update(ended_at=timezone.now(), ended_because="left")
    assert shown(client.get(LIST)) == ["二 役"]


@pytest.mark.parametrize("role", ["programme_staff", "mayors_office", "auditor", "planner", "citizen"])
def test_the_list_is_what_the_permissions_say(
    make_person: MakePerson, town: Municipality, other_town: Municipality, role: str
) -> None:
    for where in (town, other_town):
        for held in sorted(roles.CIVIL):
            make_person(held, where)
    user = make_person(role, town)
    for where in (town, other_town):
        said = Person.objects.visible_to(user).with_role(where, roles.CIVIL).exclude(pk=user.pk)
        listing = listed(user.standing, where.pk, Wanted()).exclude(pk=user.pk)
        assert set(listing) == set(said)


def test_pages_follow_each_other_without_a_gap_or_a_repetition_and_back(
    client: Client, make_person: MakePerson, town: Municipality
) -> None:
    for number in range(53):
        # Many of one reading, so that the order rests on the key alone.
        make_person(
            "citizen",
            town,
            given_name=f"{number}",
            family_kana="サトウ" if number % 2 else "アベ",
            given_kana="",
        )
    pages, address = [], LIST
    while address:
        answer = client.get(address)
        pages.append(shown(answer))
        address = link(answer, "next")
    assert [len(page) for page in pages] == [25, 25, 3]
    assert len({name for page in pages for name in page}) == 53
    back = client.get(link(answer, "prev"))
    assert shown(back) == pages[1]
    first = client.get(link(back, "prev"))
    assert shown(first) == pages[0]
    assert link(first, "prev") == ""


def test_a_nonsense_place_in_the_list_is_its_beginning(
    client: Client, make_person: MakePerson, town: Municipality
) -> None:
    make_person("citizen", town)
    for nonsense in ("after=x", "before=", "after=00000000-0000-0000-0000-000000000000"):
        assert len(shown(client.get(f"{LIST}?{nonsense}"))) == 1


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("佐", ["佐藤 花子"]),
        ("さと", ["佐藤 花子"]),
        ("ｻﾄ はな", ["佐藤 花子"]),
        ("はな さと", ["佐藤 花子"]),
        ("090-1111", ["佐藤 花子"]),
        ("2222", ["佐藤 花子"]),
        ("HANAKO@", ["佐藤 花子"]),
        ("smi", ["Smith Ann"]),
        ("ANN", ["Smith Ann"]),
        ("藤", []),
        ("100%", []),
    ],
)
def test_people_are_found_by_the_beginning_of_a_name_its_reading_a_number_or_a_mail_address(
    client: Client, make_person: MakePerson, town: Municipality, words: str, found: list[str]
) -> None:
    make_person(
        "citizen",
        town,
        family_name="佐藤",
        given_name="花子",
        family_kana="サトウ",
        given_kana="ハナコ",
        phone="+819011112222",
        email="hanako@example.jp",
    )
    make_person("citizen", town, family_name="Smith", given_name="Ann", family_kana="", given_kana="")
    assert shown(client.get(LIST, {"q": words})) == found


def test_the_rows_of_the_syllabary_part_all_readings(
    client: Client, make_person: MakePerson, town: Municipality
) -> None:
    readings = [
        "アベ",
        "イトウ",
        "ヴァン",
        "ガモウ",
        "サトウ",
        "タナカ",
        "ナカ",
        "バンバ",
        "マツ",
        "ヤマダ",
        "ロク",
        "ワダ",
        "",
    ]
    for reading in readings:
        make_person(
            "citizen", town, family_name=reading or "Smith", given_name="", family_kana=reading, given_kana=""
        )
    found = {row: shown(client.get(LIST, {"kana": row})) for row in (*KANA_ROWS, "A-Z")}
    assert found["ア"] == ["アベ", "イトウ", "ヴァン"]
    assert found["ハ"] == ["バンバ"]
    assert found["A-Z"] == ["Smith"]
    assert sorted(name for names in found.values() for name in names) == sorted(
        r or "Smith" for r in readings
    )


def test_the_role_narrows_the_list(client: Client, make_person: MakePerson, town: Municipality) -> None:
    make_person("citizen", town, family_name="町", given_name="人")
    make_person("employer", town, family_name="雇", given_name="主")
    assert shown(client.get(LIST, {"role": "employer"})) == ["雇 主"]


def test_a_list_of_thirty_asks_as_often_as_one_of_three_and_leaves_a_look_for_each_row_shown(
    client: Client, make_person: MakePerson, town: Municipality
) -> None:
    from django.db import connection

    counts = []
    for wanted in (3, 30):
        while Membership.objects.filter(role="citizen").count() < wanted:
            make_person("citizen", town)
        client.get(LIST)
        before = Look.objects.count()
        with CaptureQueriesContext(connection) as asked:
            client.get(LIST)
        counts.append(len(asked))
        assert Look.objects.count() - before == min(wanted, 25)
    assert counts[0] == counts[1] <= 9


def test_a_name_that_looks_like_markup_is_shown_as_it_is(
    client: Client, make_person: MakePerson, town: Municipality
) -> None:
    make_person("citizen", town, family_name="<b>太</b>", given_name='"x"')
    assert "&lt;b&gt;太&lt;/b&gt; &quot;x&quot;" in client.get(LIST).content.decode()


# --- One person ----------------------------------------------------------------------------------------------------


def test_a_person_of_another_town_or_without_a_role_here_is_not_found(
    client: Client, make_person: MakePerson, other_town: Municipality
) -> None:
    for stranger in (make_person("citizen", other_town), make_person()):
        for page in ("", "/edit", "/address/home", "/act"):
            assert client.get(f"{LIST}/{stranger.uid}{page}").status_code == 404
    assert not Look.objects.exists()


def test_staff_changes_names_with_a_reason_that_the_person_reads(
    client: Client, staff: Person, signed_in: SignedIn, make_person: MakePerson, town: Municipality
) -> None:
    person = make_person("citizen", town)
    form = {
        name: CALLER[name]
        for name in ("family_name", "given_name", "family_kana", "given_kana", "language", "phone")
    }
    client.post(f"{LIST}/{person.uid}/edit", {**form, "about": str(person.uid), "reason": "結婚したと聞いた"})
    person.refresh_from_db()
    assert (person.full_name, person.phone, person.phone_verified) == ("電話 太郎", "+81246221234", False)
    page = signed_in(person).get("/me/looks").content.decode()
    assert "名前を変えた" in page
    assert "結婚したと聞いた" in page


def test_a_number_no_telephone_could_have_does_not_hold_up_another_change(
    client: Client, make_person: MakePerson, town: Municipality
) -> None:
    person = make_person("citizen", town, phone="+819000000400")
    form = {
        name: CALLER[name] for name in ("family_name", "given_name", "family_kana", "given_kana", "language")
    }
    kept = {**form, "phone": "090-0000-0400", "about": str(person.uid), "reason": "結婚したと聞いた"}
    answer = client.post(f"{LIST}/{person.uid}/edit", kept)
    assert answer.status_code == 302
    refused = client.post(f"{LIST}/{person.uid}/edit", {**kept, "phone": "090-0000-0401"})
    assert refused.status_code == 200
    person.refresh_from_db()
    assert (person.full_name, person.phone) == ("電話 太郎", "+819000000400")


def test_a_number_that_the_person_confirmed_is_the_persons_alone(
    client: Client, make_person: MakePerson, town: Municipality
) -> None:
    person = make_person("citizen", town, phone="+819012345678", phone_verified=True)
    form = {
        name: CALLER[name] for name in ("family_name", "given_name", "family_kana", "given_kana", "language")
    }
    client.post(
        f"{LIST}/{person.uid}/edit",
        {**form, "about": str(person.uid), "reason": "x", "phone": "0246-22-1234"},
    )
    person.refresh_from_db()
    assert (person.family_name, person.phone) == ("電話", "+819012345678")


def test_who_only_reads_sees_the_person_and_changes_nothing(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    person = make_person("citizen", town)
    auditor = signed_in(make_person("auditor", town))
    page = auditor.get(f"{LIST}/{person.uid}")
    assert page.status_code == 200
    assert "本人に代わって操作する" not in page.content.decode()
    assert auditor.get(f"{LIST}/{person.uid}/edit").status_code == 403
    assert auditor.post(f"{LIST}/new", CALLER).status_code == 403


# --- Somebody who phones -------------------------------------------------------------------------------------------


def test_somebody_who_phones_is_entered_without_an_account_with_the_consents_given(
    client: Client, staff: Person, town: Municipality
) -> None:
    text = publish_consent_text(
        actor=None, municipality=town, key="survey", wording=Wording("題", "T", "目的", "P", "本文", "T")
    )
    client.post(f"{LIST}/new", {**CALLER, "consents": [str(text.pk)]})
    person = Person.objects.get(phone="+81246221234")
    assert not person.has_usable_password()
    assert [(held.role, held.granted_by) for held in person.memberships.all()] == [(roles.CITIZEN, staff)]
    assert has_consented(person, "survey", town)
    consent = person.consents.get()
    assert (consent.channel, consent.entered_by) == ("phone", staff)
    entry = person.entries_about.get(verb="person.registered")
    assert (entry.actor, entry.reason) == (staff, CALLER["reason"])


@pytest.mark.parametrize(
    "same",
    [
        {"phone": "+81246221234"},
        {"family_name": "電話", "given_name": "太郎"},
        {"family_kana": "デンワ", "given_kana": "タロウ"},
    ],
)
def test_who_may_be_registered_already_is_shown_before_anything_is_saved(
    client: Client, make_person: MakePerson, town: Municipality, same: dict[str, str]
) -> None:
    known = make_person("citizen", town, **same)
    answer = client.post(f"{LIST}/new", CALLER)
    assert f"{LIST}/{known.uid}" in answer.content.decode()
    assert Membership.objects.filter(role=roles.CITIZEN).count() == 1
    assert Look.objects.get(person=known).what == "duplicates"
    client.post(f"{LIST}/new", {**CALLER, "phone": "", "sure": "1"})
    assert Membership.objects.filter(role=roles.CITIZEN).count() == 2


def test_somebody_of_another_town_with_the_same_number_is_not_shown_and_hinders_nothing(
    client: Client, make_person: MakePerson, other_town: Municipality
) -> None:
    theirs = make_person("citizen", other_town, family_name="電話", given_name="太郎", phone="+81246221234")
    answer = client.post(f"{LIST}/new", CALLER)
    assert answer.status_code == 302
    assert not Look.objects.filter(person=theirs).exists()
    assert Person.objects.filter(phone="+81246221234").count() == 2
