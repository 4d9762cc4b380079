"""Names, readings, language, date of birth, towns and roles on one's own pages."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from django.test import Client

from sosei.core.people import birth_dates, roles
from sosei.core.people.models import BirthDate, Membership, Municipality, Person
from sosei.core.people.names import UnfitNameError, fold_name_text, fold_reading
from sosei.core.people.services.acting import Acting
from sosei.core.people.services.profile import ProfileError, record_birth_date
from tests.people.conftest import MakePerson, SignedIn

NAMES = {
    "family_name": "渡邉",
    "given_name": "花子",
    "family_kana": "わたなべ",
    "given_kana": "ﾊﾅｺ",
    "language": "ja",
}


def save_profile(client: Client, person: Person, **changed: str) -> object:
    """Posts the form of names and language."""
    return client.post("/me/profile", {**NAMES, "about": str(person.uid), **changed})


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("さとう", "サトウ"),
        ("ｻﾄｳ", "サトウ"),
        ("ﾛｰｽﾞ", "ローズ"),
        ("ロ−ズ", "ローズ"),
        ("か゛とう", "ガトウ"),
        ("ゔぃくとりあ", "ヴィクトリア"),
        ("アン・マリー", "アン・マリー"),
        ("O'Neil-Smith", "O'Neil-Smith"),
        ("Nguyễn", "Nguyễn"),
        ("", ""),
    ],
)
def test_a_reading_is_kept_in_full_width_katakana_and_latin_names_as_they_are(typed: str, kept: str) -> None:
    assert fold_reading(typed) == kept


@pytest.mark.parametrize(
    ("typed", "letters"),
    [("さとu", "u"), ("佐トウ", "佐"), ("サトウ1", "1"), ("佐藤", "佐藤"), ("サトウ@", "@")],
)
def test_a_reading_that_is_none_names_the_letters_at_fault(typed: str, letters: str) -> None:
    with pytest.raises(UnfitNameError, match=f"「{letters}」"):
        fold_reading(typed)


def test_a_familys_own_letter_is_never_replaced_by_a_common_one() -> None:
    # U+FA19 and U+FA11 are what a normalisation would take for 神 and leave as 﨑.
    assert fold_name_text("\ufa19　\ufa11") == "\ufa19 \ufa11"


def test_a_letter_nobody_sees_is_refused_by_its_number() -> None:
    with pytest.raises(UnfitNameError, match=r"U\+200B"):
        fold_name_text("佐藤\u200b")


def test_names_are_saved_folded_and_leave_an_entry(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    person = make_person("citizen", town, family_name="", given_name="", family_kana="", given_kana="")
    answer = save_profile(signed_in(person), person)
    assert answer.status_code == 302  # type: ignore[attr-defined]
    person.refresh_from_db()
    assert (person.full_name, person.full_kana) == ("渡邉 花子", "ワタナベ ハナコ")
    entry = person.entries_about.get(verb="person.names_changed")
    assert entry.actor == person
    assert "渡邉" not in f"{entry.text}{entry.data}"


def test_saving_the_same_names_again_leaves_no_second_entry(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    person = make_person("citizen", town)
    client = signed_in(person)
    save_profile(client, person)
    save_profile(client, person)
    assert person.entries_about.filter(verb="person.names_changed").count() == 1


def test_a_japanese_name_needs_a_reading_and_a_latin_one_does_not(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    person = make_person("citizen", town)
    client = signed_in(person)
    answer = client.post("/me/profile", {**NAMES, "about": str(person.uid), "family_kana": ""})
    assert "読みかたをカタカナかひらがなで入力してください" in answer.content.decode()
    one_name = {"family_name": "Sukarno", "given_name": "", "family_kana": "", "given_kana": ""}
    assert save_profile(client, person, **one_name).status_code == 302  # type: ignore[attr-defined]
    person.refresh_from_db()
    assert person.full_name == "Sukarno"


def test_choosing_english_answers_in_english_at_once(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    person = make_person("citizen", town)
    answer = save_profile(signed_in(person), person, language="en")
    assert answer["Location"] == "/en/me/"  # type: ignore[index]


# --- Date of birth -------------------------------------------------------------------------------------------------


@pytest.fixture
def asks_birth_date() -> Iterator[birth_dates.Purpose]:
    """A purpose that concerns everybody, for the time of a test."""
    purpose = birth_dates.Purpose(
        "test", "労働基準法 第56条", "15歳にならない人は働けないため", lambda person: True
    )
    birth_dates.register(purpose)
    yield purpose
    del birth_dates._purposes["test"]


def test_a_birth_date_is_not_asked_where_no_law_asks_for_it(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    person = make_person("citizen", town)
    client = signed_in(person)
    assert "生年月日" not in client.get("/me/").content.decode()
    assert 'name="date_year"' not in client.get("/me/birth-date").content.decode()
    client.post("/me/birth-date", {"about": str(person.uid), "date": "1990-01-02"})
    assert not BirthDate.objects.exists()


def test_a_birth_date_is_kept_with_the_name_of_the_law_that_asks(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality, asks_birth_date: birth_dates.Purpose
) -> None:
    person = make_person("citizen", town)
    client = signed_in(person)
    boxes = {"date_year": "昭和55", "date_month": "4", "date_day": "1"}
    client.post("/me/birth-date", {"about": str(person.uid), **boxes})
    assert person.birth_date.date == datetime.date(1980, 4, 1)
    assert "労働基準法 第56条" in client.get("/me/").content.decode()


def test_a_birth_date_without_a_law_or_in_the_future_is_refused(make_person: MakePerson) -> None:
    by = Acting.for_oneself(make_person())
    with pytest.raises(ProfileError, match="法律の名前"):
        record_birth_date(by=by, date=datetime.date(1980, 1, 1), legal_basis=" ")
    with pytest.raises(ProfileError, match="3000-01-01"):
        record_birth_date(by=by, date=datetime.date(3000, 1, 1), legal_basis="労働基準法 第56条")


# --- Towns and roles -----------------------------------------------------------------------------------------------


def test_a_person_joins_a_town_once_however_often_the_button_is_pressed(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    person = make_person()
    client = signed_in(person)
    for _press in range(2):
        client.post("/me/towns/join", {"about": str(person.uid), "town": town.code})
    assert [held.role for held in person.memberships.held()] == [roles.CITIZEN]


def test_a_person_leaves_only_roles_of_their_own(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    person, other = make_person("citizen", town), make_person("citizen", town)
    client = signed_in(person)
    theirs = Membership.objects.get(person=other)
    assert client.post(f"/me/roles/{theirs.pk}/leave", {"about": str(person.uid)}).status_code == 404
    own = Membership.objects.get(person=person)
    client.post(f"/me/roles/{own.pk}/leave", {"about": str(person.uid)})
    own.refresh_from_db()
    theirs.refresh_from_db()
    assert own.ended_because == "left"
    assert theirs.ended_at is None


def test_the_only_planner_of_a_town_is_told_why_the_role_stays(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    planner = make_person("planner", town)
    held = Membership.objects.get(person=planner)
    answer = signed_in(planner).post(f"/me/roles/{held.pk}/leave", {"about": str(planner.uid)}, follow=True)
    assert "企画担当" in answer.content.decode()
    held.refresh_from_db()
    assert held.ended_at is None


def test_own_pages_ask_the_database_no_more_than_twenty_times(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality, django_assert_max_num_queries: object
) -> None:
    person = make_person("citizen", town)
    client = signed_in(person)
    client.get("/me/")
    pages = [
        "",
        "profile",
        "address/home",
        "looks",
        "consents",
        "data",
        "data?page=2",
        "data?page=3",
        "erase",
    ]
    for page in pages:
        with django_assert_max_num_queries(20, info=page):  # type: ignore[operator]
            assert client.get(f"/me/{page}").status_code == 200
