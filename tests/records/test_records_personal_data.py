"""What records keep of a person: exported whole, erased but for what the law keeps, which holds no name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sosei.core.people import personal_data
from sosei.core.people.models import Municipality, Person
from sosei.core.records import delivery, services
from sosei.core.records.models import Entry, Message, Preference
from tests.records.conftest import Write, erase

MINE = ("entries", "messages", "message_preferences")


def mine() -> list[personal_data.PersonalData]:
    return [kind for kind in personal_data.registered() if kind.key in MINE]


@pytest.fixture
def known(write: Write, citizen: Person, town: Municipality, make_person: Any) -> Person:
    """A citizen with entries, messages and preferences, beside another one."""
    services.write_entry(actor=citizen, verb="test.people", person=citizen, municipality=town, reason="本人")
    write(recipient=citizen, municipality=town)
    write(to_address=str(citizen.email).upper(), language="ja")
    services.set_preference(person=citizen, group="test-news", channel="mail", wanted=False)
    other = make_person()
    write(recipient=other)
    services.set_preference(person=other, group="test-news", channel="mail", wanted=False)
    return citizen


def test_everything_is_exported_and_nothing_of_others(known: Person) -> None:
    exported = {kind.key: kind.export(known) for kind in mine()}
    json.dumps(exported)
    assert [row["verb"] for row in exported["entries"]] == ["test.people", "records.preferences_changed"]
    assert exported["entries"][0]["sentence"] == "高橋 花子（架空）が高橋 花子（架空）に試しました"
    assert len(exported["messages"]) == 2
    assert exported["message_preferences"] == [{"group": "test-news", "channel": "mail", "wanted": False}]


def test_erasing_empties_messages_stops_what_waits_and_keeps_entries_without_a_name(known: Person) -> None:
    outcomes = {kind.key: kind.erase(known) for kind in mine()}
    erase(known)
    assert outcomes["messages"].erased == 2
    assert outcomes["message_preferences"].erased == 1
    [kept] = outcomes["entries"].kept
    assert kept.rows == 2 and "公文書" in kept.law and "Public Records" in kept.law_en
    rest = list(Message.objects.exclude(recipient__isnull=False, emptied_at__isnull=True).values())
    assert len(rest) == 2
    assert all(row["state"] == "withdrawn" and not row["body"] and not row["to_address"] for row in rest)
    everything = (
        str(rest) + str(list(Entry.objects.values())) + str([e.sentence for e in Entry.objects.all()])
    )
    assert "高橋" not in everything and str(known.email).lower() not in everything.lower()
    assert Message.objects.filter(emptied_at__isnull=True).count() == 1
    assert Preference.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_address_of_a_last_message_goes_with_its_words(write: Write) -> None:
    message = write(to_address="gone@example.jp", language="ja", kind="people.erased")
    delivery.deliver(message.pk)
    row = Message.objects.filter(pk=message.pk).values().get()
    assert row["state"] == "sent"
    assert "gone@example.jp" not in str(row) and not row["body"]


def test_every_table_of_records_with_a_person_is_claimed_by_a_kind() -> None:
    claimed = set().union(*(kind.models for kind in personal_data.registered()))
    for model in (Entry, Message, Preference):
        assert model._meta.label_lower in claimed
