"""The outbox: a message is written with the change it tells of, once, and its words never change."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.utils import timezone

from sosei.core.people.models import Municipality, Person
from sosei.core.records import delivery, services
from sosei.core.records.errors import AddressError, KeyTakenError, ObligedError
from sosei.core.records.kinds import UndeclaredKindError
from sosei.core.records.models import Entry, Message, MessageAttempt, Preference
from sosei.core.records.rules import Outcome
from sosei.core.records.sms import SmsNotConfiguredError
from tests.records.conftest import Clock, Write, erase


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'records.deliver'")
        return int(cursor.fetchone()[0])


@pytest.fixture(autouse=True)
def empty_queue(db: None) -> None:
    """The queue's tables are not Django's, and so not emptied between tests."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_periodic_defers; DELETE FROM procrastinate_jobs")


@pytest.mark.django_db(transaction=True)
def test_a_message_and_its_task_are_undone_with_the_change_they_tell_of(
    write: Write, citizen: Person
) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        write(recipient=citizen)
        assert jobs() == 1
        raise RuntimeError
    assert not Message.objects.exists()
    assert jobs() == 0


@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_what_was_written(write: Write, citizen: Person) -> None:
    message = write(recipient=citizen)
    call_command("worker", "--once")
    [sent] = mail.outbox
    assert sent.to == [citizen.email]
    assert sent.subject == "申し込みの結果"
    message.refresh_from_db()
    assert (message.state, message.language, message.attempts) == ("sent", "ja", 1)
    assert list(message.attempt_rows.values_list("outcome", flat=True)) == ["accepted"]
    call_command("worker", "--once")
    assert len(mail.outbox) == 1


def test_the_same_key_twice_is_one_message(write: Write, citizen: Person) -> None:
    assert write(key="a", recipient=citizen) == write(key="a", recipient=citizen)
    assert Message.objects.count() == 1
    assert jobs() == 1


def test_a_key_of_another_message_is_refused(write: Write, citizen: Person, make_person: Any) -> None:
    write(key="a", recipient=citizen)
    with pytest.raises(KeyTakenError, match="'a'"):
        write(key="a", recipient=make_person())


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_with_the_same_key_write_one_message(write: Write, citizen: Person) -> None:
    start = threading.Barrier(20)
    made: list[int] = []
    errors: list[BaseException] = []

    def one() -> None:
        try:
            start.wait()
            with transaction.atomic():
                made.append(write(key="one", recipient=citizen).pk)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not errors
    assert len(made) == 20 and len(set(made)) == 1
    assert Message.objects.count() == 1
    assert jobs() == 1
    close_old_connections()


@pytest.mark.django_db(transaction=True)
def test_the_language_is_the_recipients_at_the_moment_of_sending(write: Write, citizen: Person) -> None:
    message = write(recipient=citizen)
    Person.objects.filter(pk=citizen.pk).update(language="en")
    assert delivery.deliver(message.pk) is Outcome.ACCEPTED
    [sent] = mail.outbox
    assert sent.subject == "Your application"
    assert sent.extra_headers["Content-Language"] == "en"
    assert "was accepted" in sent.body and "認められました" not in sent.body
    message.refresh_from_db()
    assert message.language == "en"


def test_the_words_of_a_message_can_be_emptied_and_changed_in_no_other_way(
    write: Write, citizen: Person
) -> None:
    message = write(recipient=citizen)
    for change in ({"body": "other"}, {"subject_en": "other"}, {"kind": "test.code"}, {"recipient": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Message.objects.filter(pk=message.pk).update(**change)
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        Message.objects.filter(pk=message.pk).delete()
    assert Message.objects.filter(pk=message.pk).update(body="", emptied_at=timezone.now()) == 1


def test_attempts_are_append_only(write: Write, citizen: Person) -> None:
    row = MessageAttempt.objects.create(
        message=write(recipient=citizen), number=1, ended_at=timezone.now(), outcome="unreachable"
    )
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        MessageAttempt.objects.filter(pk=row.pk).update(outcome="accepted")


@pytest.mark.parametrize(
    ("given", "error", "complaint"),
    [
        ({}, ValueError, "either to a recipient or to an address"),
        ({"to_address": "a@example.jp"}, ValueError, "needs a language"),
        ({"to_address": "not an address", "language": "ja"}, AddressError, "not an address"),
        ({"to_address": "0901234", "language": "ja", "channel": "sms"}, AddressError, "0901234"),
        (
            {"to_address": "a@example.jp", "language": "ja", "kind": "test.none"},
            UndeclaredKindError,
            "declare",
        ),
        (
            {"to_address": "a@example.jp", "language": "ja", "subject": "a\nBcc: b@example.jp"},
            ValueError,
            "one line",
        ),
        ({"to_address": "a@example.jp", "language": "ja", "body_en": " "}, ValueError, "no body_en"),
        ({"to_address": "a@example.jp", "language": "ja", "channel": "fax"}, ValueError, "'fax'"),
        ({"to_address": "a@example.jp", "language": "ja", "channel": "in_app"}, ValueError, "account"),
        ({"to_address": "a@example.jp", "language": "ja", "key": ""}, ValueError, "key"),
    ],
)
def test_what_cannot_be_sent_is_refused_when_it_is_written(
    db: None, write: Write, given: dict[str, Any], error: type[Exception], complaint: str
) -> None:
    with pytest.raises(error, match=complaint):
        write(**given)
    assert not Message.objects.exists()


def test_a_short_message_without_a_gateway_is_refused_with_the_remedy(write: Write, citizen: Person) -> None:
    with pytest.raises(SmsNotConfiguredError, match="SOSEI_SMS"):
        write(recipient=citizen, channel="sms")


@pytest.mark.django_db(transaction=True)
def test_somebody_without_an_account_is_written_to_in_the_language_given(write: Write) -> None:
    message = write(to_address="invited@example.jp", language="en")
    assert not message.in_app
    delivery.deliver(message.pk)
    assert mail.outbox[0].to == ["invited@example.jp"]
    assert mail.outbox[0].subject == "Your application"


@pytest.mark.django_db(transaction=True)
def test_who_switched_mail_off_gets_none_and_still_finds_it_in_the_site(
    write: Write, citizen: Person
) -> None:
    services.set_preference(person=citizen, group="test-news", channel="mail", wanted=False)
    message = write(recipient=citizen)
    assert delivery.deliver(message.pk) is None
    message.refresh_from_db()
    assert message.state == "not_wanted"
    assert not mail.outbox
    assert services.unread_count(citizen) == 1


@pytest.mark.django_db(transaction=True)
def test_a_message_that_security_demands_goes_to_who_switched_all_off(write: Write, citizen: Person) -> None:
    Preference.objects.create(
        person=citizen, group="security", channel="mail", wanted=False, changed_at=timezone.now()
    )
    assert delivery.deliver(write(recipient=citizen, kind="test.changed").pk) is Outcome.ACCEPTED
    with pytest.raises(ObligedError, match="ログインと安全"):
        services.set_preference(person=citizen, group="security", channel="mail", wanted=False)


def test_preferences_are_changed_together_and_leave_one_entry(citizen: Person) -> None:
    wanted = {("test-news", "mail"): False, ("test-news", "in_app"): True, ("account", "mail"): False}
    assert services.set_preferences(person=citizen, wanted=wanted) == 2
    assert services.set_preferences(person=citizen, wanted=wanted) == 0
    assert services.set_preferences(person=citizen, wanted={("account", "mail"): True}) == 1
    first, second = Entry.objects.order_by("pk")
    assert "受け取らない：テストの便り (メール)、役割と登録 (メール)" in first.sentence
    assert "受け取る：役割と登録 (メール)。受け取らない：なし" in second.sentence
    with pytest.raises(ValueError, match="no group of messages 'nothing'"):
        services.set_preferences(person=citizen, wanted={("nothing", "mail"): False})


def test_notifications_are_read_by_their_recipient_alone(
    write: Write, citizen: Person, make_person: Any
) -> None:
    other = make_person()
    first, second, foreign = write(recipient=citizen), write(recipient=citizen), write(recipient=other)
    assert services.unread_count(citizen) == 2
    assert services.mark_read(person=citizen, messages=[first.pk, foreign.pk]) == 1
    assert services.unread_count(other) == 1
    assert services.mark_read(person=citizen) == 1
    assert services.mark_read(person=citizen) == 0
    second.refresh_from_db()
    assert second.read_at is not None


@pytest.mark.django_db(transaction=True)
def test_a_code_is_gone_from_the_table_once_it_is_sent_and_never_stands_in_the_list(
    write: Write, citizen: Person
) -> None:
    message = write(recipient=citizen, kind="test.code", body="123456", body_en="123456")
    assert services.unread_count(citizen) == 0
    delivery.deliver(message.pk)
    assert "123456" in mail.outbox[0].body
    assert "123456" not in str(Message.objects.filter(pk=message.pk).values().get())


@pytest.mark.django_db(transaction=True)
def test_a_code_whose_time_is_over_is_not_sent_any_more(write: Write, citizen: Person, clock: Clock) -> None:
    message = write(recipient=citizen, kind="test.code")
    clock.forward(minutes=10)
    assert delivery.deliver(message.pk) is Outcome.EXPIRED
    assert not mail.outbox
    message.refresh_from_db()
    assert (message.state, message.body) == ("failed", "")


@pytest.mark.django_db(transaction=True)
def test_a_person_who_erased_the_account_gets_nothing_that_waited(write: Write, citizen: Person) -> None:
    message = write(recipient=citizen)
    erase(citizen)
    assert delivery.deliver(message.pk) is None
    message.refresh_from_db()
    assert message.state == "withdrawn"


@pytest.mark.django_db(transaction=True)
def test_a_person_without_mail_is_reached_by_telephone_where_the_site_can(
    write: Write, make_person: Any, town: Municipality, settings: Any
) -> None:
    person = make_person("citizen", town, phone="+819012345678", phone_verified=True)
    settings.DEMONSTRATION = True
    by_phone = write(recipient=person)
    assert delivery.deliver(by_phone.pk) is Outcome.ACCEPTED
    by_phone.refresh_from_db()
    assert by_phone.channel == "sms"
    settings.DEMONSTRATION = False
    nowhere = write(recipient=person)
    assert delivery.deliver(nowhere.pk) is Outcome.NO_ADDRESS
    nowhere.refresh_from_db()
    assert nowhere.state == "failed"
