"""Entries: written once, never changed, and without a name of anybody in them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from sosei.core.people import journal
from sosei.core.people.models import Municipality, Person
from sosei.core.records import origin, services
from sosei.core.records.errors import EntryError
from sosei.core.records.models import Entry
from sosei.core.records.verbs import UndeclaredVerbError
from tests.records.conftest import erase


def entry(**given: Any) -> Entry:
    return services.write_entry(**{"actor": None, "verb": "test.people", **given})


def refused(sql: str, *parameters: Any) -> None:
    with (
        pytest.raises(DatabaseError, match="Cannot update or delete"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, parameters)


def test_the_database_refuses_to_change_or_delete_an_entry(citizen: Person) -> None:
    made = entry(person=citizen)
    refused("UPDATE records_entry SET reason = 'another' WHERE id = %s", made.pk)
    refused("DELETE FROM records_entry WHERE id = %s", made.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.filter(pk=made.pk).update(text="x")
    assert Entry.objects.get(pk=made.pk).reason == ""


def test_an_entry_says_in_words_who_did_what_for_whom_in_the_readers_language(
    make_person: Any, citizen: Person, town: Municipality
) -> None:
    other = make_person("citizen", town, family_name="鈴木", given_name="一郎（架空）")
    made = entry(
        actor=other,
        person=citizen,
        municipality=town,
        text="%(actor)sが%(person)sの申し込みを認めました",
        text_en="%(actor)s accepted the application of %(person)s",
    )
    assert made.sentence == "鈴木 一郎（架空）が高橋 花子（架空）の申し込みを認めました"
    with translation.override("en"):
        assert made.sentence == "鈴木 一郎（架空） accepted the application of 高橋 花子（架空）"


def test_erasing_a_person_erases_the_name_from_entries_that_never_change(citizen: Person) -> None:
    made = entry(actor=citizen, person=citizen)
    row = Entry.objects.filter(pk=made.pk).values().get()
    assert "高橋" not in str(row)
    erase(citizen)
    again = Entry.objects.get(pk=made.pk)
    assert "高橋" not in again.sentence
    assert "（情報を消した人）" in again.sentence


def test_sosei_itself_is_the_actor_where_nobody_is(citizen: Person) -> None:
    assert entry(person=citizen).sentence.startswith("システムが高橋")


@pytest.mark.parametrize("key", ["email", "name", "phone", "birth_date"])
def test_personal_data_cannot_get_into_an_entry(citizen: Person, key: str) -> None:
    with pytest.raises(EntryError, match=key):
        entry(person=citizen, data={key: "x"})
    assert not Entry.objects.exists()


def test_a_verb_nobody_declared_is_refused_with_the_remedy(db: None) -> None:
    with pytest.raises(UndeclaredVerbError, match=r"'test.unheard_of' is not declared; declare it with"):
        entry(verb="test.unheard_of")


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"verb": "test.titled"}, "title"),
        ({"text": "%(actor)s", "text_en": ""}, "one language only"),
        ({"text": "100 % of %(actor)s", "text_en": "x"}, "cannot be filled"),
    ],
)
def test_a_sentence_that_could_not_be_read_later_is_refused_now(
    db: None, given: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(EntryError, match=complaint):
        entry(**given)


def test_data_with_a_percent_sign_stays_as_it_is(db: None) -> None:
    assert "「目標 100 %(x)s」" in entry(verb="test.titled", data={"title": "目標 100 %(x)s"}).sentence


def test_the_history_of_a_person_holds_what_was_done_to_and_for_that_person(
    citizen: Person, town: Municipality
) -> None:
    on_person = entry(subject=citizen)
    for_person = entry(subject=town, person=citizen)
    of_town = entry(subject=town)
    assert on_person.person == citizen
    assert set(Entry.objects.about(citizen)) == {on_person, for_person}
    assert set(Entry.objects.about(town)) == {for_person, of_town}


def test_an_entry_is_undone_with_the_change_it_tells_of(citizen: Person) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        entry(person=citizen)
        raise RuntimeError
    assert not Entry.objects.exists()


def test_an_entry_keeps_the_number_of_its_request(citizen: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(origin, "_request_id", lambda: "r" * 100)
    assert entry(person=citizen).request_id == "r" * 64


def test_people_write_through_the_port(citizen: Person) -> None:
    made = journal.write_entry(actor=citizen, verb="test.people", subject=citizen)
    assert made == Entry.objects.get()
    assert journal.unread_count(citizen) == 0
