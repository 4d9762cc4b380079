"""Sending by a real SMTP conversation with a server that fails in every way: nothing lost, nothing sent twice."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import connection, transaction

from sosei.core.people.models import Membership, Municipality, Person
from sosei.core.records import delivery, services
from sosei.core.records.errors import NotAgainError
from sosei.core.records.models import Entry, Message
from sosei.core.records.rules import Outcome
from tests.records.conftest import Clock, Write, point_mail_to
from tests.records.smtp_server import CUT, HOLD, SmtpServer, smtp_server

pytestmark = pytest.mark.django_db(transaction=True)


def sweep(clock: Clock, **parts: float) -> dict[str, int]:
    clock.forward(**parts)
    return delivery.deliver_due()


def outcomes(message: Message) -> list[str]:
    return list(message.attempt_rows.order_by("pk").values_list("outcome", flat=True))


def test_a_mail_arrives_whole(
    mail_server: SmtpServer, write: Write, citizen: Person, town: Municipality
) -> None:
    assert delivery.deliver(write(recipient=citizen, municipality=town).pk) is Outcome.ACCEPTED
    [taken] = mail_server.taken
    assert taken.to == citizen.email
    mail = taken.mail
    assert mail["subject"] == "申し込みの結果"
    assert "いわき市" in mail["from"] and "noreply@town.example.jp" in mail["from"]
    assert "\n.点で始まる行もあります。" in mail.get_content()
    assert mail["auto-submitted"] == "auto-generated"


def test_twenty_senders_of_one_message_send_it_once(
    mail_server: SmtpServer, write: Write, citizen: Person
) -> None:
    message = write(recipient=citizen)
    start = threading.Barrier(20)
    came: list[Outcome | None] = []

    def one() -> None:
        try:
            start.wait()
            came.append(delivery.deliver(message.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert came.count(Outcome.ACCEPTED) == 1 and came.count(None) == 19
    assert len(mail_server.taken) == 1


def test_a_day_without_the_mail_server_loses_nothing_and_repeats_nothing(
    write: Write, make_person: Any, town: Municipality, settings: Any, clock: Clock
) -> None:
    people = [make_person("citizen", town) for _ in range(6)]
    with smtp_server() as gone:
        port = gone.port
    point_mail_to(settings, port)
    messages = [write(recipient=person) for person in people]
    for _ in range(24 * 12):
        counts = sweep(clock, minutes=5)
        assert set(counts) <= {Outcome.UNREACHABLE}
    assert all(m.state == "waiting" for m in Message.objects.all())
    assert Message.objects.get(pk=messages[0].pk).attempts < 15
    with smtp_server() as back:
        settings.EMAIL_PORT = back.port
        for _ in range(12 * 4):
            sweep(clock, minutes=5)
        assert sorted(t.to for t in back.taken) == sorted(str(p.email) for p in people)
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


def test_while_the_server_is_away_a_round_asks_for_it_once_and_not_for_every_message(
    write: Write, citizen: Person, mail_server: SmtpServer
) -> None:
    mail_server.answers["connect"] = CUT
    for _ in range(10):
        write(recipient=citizen)
    assert delivery.deliver_due() == {Outcome.UNREACHABLE: 1}
    assert mail_server.connections == 1


def test_a_message_is_given_up_after_five_days_and_staff_are_told_once_a_day(
    mail_server: SmtpServer, write: Write, citizen: Person, town: Municipality, make_person: Any, clock: Clock
) -> None:
    staff = make_person("citizen", town)
    Membership.objects.create(person=staff, role="programme_staff", municipality=town, granted_at=clock.now)
    planner = make_person("citizen", town)
    Membership.objects.create(person=planner, role="planner", municipality=town, granted_at=clock.now)
    mail_server.answers["rcpt"] = "450 try later"
    first, second = (write(recipient=citizen, municipality=town) for _ in range(2))
    while Message.objects.filter(state="waiting").exists():
        sweep(clock, hours=1)
    for message in (first, second):
        message.refresh_from_db()
        assert message.state == "failed"
        assert set(outcomes(message)) == {"try_later"}
        assert 30 < message.attempts < 50
    assert not mail_server.taken
    [told] = Message.objects.notifications_of(staff)
    assert "届かなかった" in told.subject
    assert not Message.objects.notifications_of(planner).exists()


@pytest.mark.parametrize(
    ("answers", "outcome", "state"),
    [
        ({"rcpt": "550 no such user"}, Outcome.REFUSED, "failed"),
        ({"end": "554 spam"}, Outcome.REFUSED, "failed"),
        ({"rcpt": "450 greylisted"}, Outcome.TRY_LATER, "waiting"),
        ({"end": "451 no space"}, Outcome.TRY_LATER, "waiting"),
        ({"data": "451 not now"}, Outcome.TRY_LATER, "waiting"),
        ({"connect": "554 no service"}, Outcome.UNREACHABLE, "waiting"),
        ({"mail": "550 not allowed to send"}, Outcome.UNREACHABLE, "waiting"),
        ({"connect": CUT}, Outcome.UNREACHABLE, "waiting"),
        ({"rcpt": CUT}, Outcome.UNREACHABLE, "waiting"),
        ({"data": CUT}, Outcome.UNREACHABLE, "waiting"),
        ({"end": CUT}, Outcome.UNKNOWN, "unknown"),
        ({"end": "nonsense"}, Outcome.UNKNOWN, "unknown"),
    ],
)
def test_what_a_server_answers_decides_what_becomes_of_the_message(
    mail_server: SmtpServer,
    write: Write,
    citizen: Person,
    answers: dict[str, str],
    outcome: Outcome,
    state: str,
) -> None:
    mail_server.answers.update(answers)
    message = write(recipient=citizen)
    assert delivery.deliver(message.pk) is outcome
    message.refresh_from_db()
    assert message.state == state
    assert (message.handed_over_at is None) == (state == "waiting" or "rcpt" in answers)


def test_a_wrong_password_loses_no_mail(
    mail_server: SmtpServer, write: Write, citizen: Person, settings: Any
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "site", "wrong"
    message = write(recipient=citizen)
    assert delivery.deliver(message.pk) is Outcome.UNREACHABLE
    message.refresh_from_db()
    assert message.state == "waiting"


def test_a_site_without_a_mail_server_keeps_its_mails_waiting(
    write: Write, citizen: Person, settings: Any, clock: Clock
) -> None:
    point_mail_to(settings, 1)
    settings.EMAIL_HOST = ""
    message = write(recipient=citizen)
    assert delivery.deliver(message.pk) is Outcome.UNREACHABLE
    assert "no mail server" in message.attempt_rows.get().detail


def test_a_mail_that_may_have_arrived_is_never_sent_again_by_itself(
    mail_server: SmtpServer, write: Write, citizen: Person, clock: Clock
) -> None:
    mail_server.answers["end"] = CUT
    message = write(recipient=citizen)
    assert delivery.deliver(message.pk) is Outcome.UNKNOWN
    mail_server.answers["end"] = "250 taken"
    for _ in range(10):
        sweep(clock, hours=12)
    assert len(mail_server.taken) == 1


def test_staff_send_it_again_with_a_reason_and_the_mailbox_can_tell_it_is_the_same(
    mail_server: SmtpServer, write: Write, citizen: Person, town: Municipality, make_person: Any, clock: Clock
) -> None:
    mail_server.answers["end"] = CUT
    message = write(recipient=citizen, municipality=town)
    delivery.deliver(message.pk)
    mail_server.answers["end"] = "250 taken"
    clock.forward(days=20)
    staff = make_person()
    services.send_again(message=message, actor=staff, reason="本人に電話で確かめた")
    with pytest.raises(NotAgainError, match="送信待ち"):
        services.send_again(message=message, actor=staff, reason="二度目")
    assert delivery.deliver(message.pk) is Outcome.ACCEPTED
    first, second = mail_server.taken
    assert first.mail["message-id"] == second.mail["message-id"]
    entry = Entry.objects.get(verb="records.message_sent_again")
    assert (entry.reason, entry.person, entry.scope) == ("本人に電話で確かめた", citizen, "people")


def test_sent_again_a_message_gets_its_five_days_anew(
    mail_server: SmtpServer, write: Write, citizen: Person, make_person: Any, clock: Clock
) -> None:
    mail_server.answers["rcpt"] = "550 no"
    message = write(recipient=citizen)
    delivery.deliver(message.pk)
    clock.forward(days=20)
    services.send_again(message=message, actor=make_person(), reason="アドレスが直った")
    mail_server.answers["rcpt"] = "450 later"
    assert delivery.deliver(message.pk) is Outcome.TRY_LATER
    message.refresh_from_db()
    assert message.state == "waiting"
    assert 60 <= (message.next_try_at - clock.now).total_seconds() <= 72


def test_a_worker_whose_lease_ended_can_no_longer_hand_over(
    mail_server: SmtpServer, write: Write, citizen: Person, clock: Clock
) -> None:
    mail_server.answers["rcpt"] = HOLD
    message = write(recipient=citizen)
    came: list[Outcome | None] = []

    def slow() -> None:
        try:
            came.append(delivery.deliver(message.pk))
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    mail_server.wait_until("rcpt")
    clock.forward(minutes=6)
    mail_server.answers["rcpt"] = "250 ok"
    assert delivery.deliver_due() == {Outcome.BROKEN_OFF: 1}
    assert sweep(clock, minutes=2) == {Outcome.ACCEPTED: 1}
    mail_server.let_go()
    thread.join(20)
    assert came == [None]
    assert len(mail_server.taken) == 1
    assert outcomes(message) == ["broken_off", "accepted"]


def test_a_late_answer_of_the_server_mends_what_a_sweep_took_for_unknown(
    mail_server: SmtpServer, write: Write, citizen: Person, clock: Clock, settings: Any
) -> None:
    settings.EMAIL_TIMEOUT = 30
    mail_server.answers["end"] = HOLD
    message = write(recipient=citizen)

    def slow() -> None:
        try:
            delivery.deliver(message.pk)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    mail_server.wait_until("end")
    assert sweep(clock, minutes=6) == {Outcome.UNKNOWN: 1}
    mail_server.let_go()
    thread.join(20)
    message.refresh_from_db()
    assert message.state == "sent"
    assert outcomes(message) == ["unknown", "accepted"]
    assert len(mail_server.taken) == 1


def test_a_database_that_breaks_off_after_the_server_took_the_mail_does_not_make_it_unknown(
    mail_server: SmtpServer, write: Write, citizen: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "WAITS_FOR_DATABASE", (0.05, 0.05))
    finish, broken = delivery._finish, []

    def break_once(*args: Any) -> None:
        if not broken:
            broken.append(True)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        finish(*args)

    monkeypatch.setattr(delivery, "_finish", break_once)
    message = write(recipient=citizen)
    assert delivery.deliver(message.pk) is Outcome.ACCEPTED
    message.refresh_from_db()
    assert message.state == "sent"
    assert len(mail_server.taken) == 1


def test_delivering_within_a_transaction_is_refused(write: Write, citizen: Person) -> None:
    message = write(recipient=citizen)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        delivery.deliver(message.pk)


def test_any_other_backend_is_believed_only_as_far_as_it_can_tell(
    mail_server: SmtpServer, write: Write, citizen: Person, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert delivery.deliver(write(recipient=citizen).pk) is Outcome.ACCEPTED
    mail_server.answers["rcpt"] = "550 no such user"
    assert delivery.deliver(write(recipient=citizen).pk) is Outcome.REFUSED
    mail_server.answers["rcpt"] = CUT
    assert delivery.deliver(write(recipient=citizen).pk) is Outcome.UNKNOWN
    mail_server.answers["connect"] = CUT
    assert delivery.deliver(write(recipient=citizen).pk) is Outcome.UNREACHABLE
    assert len(mail_server.taken) == 1


def test_the_conversation_is_quick_enough_for_a_queue(
    mail_server: SmtpServer, write: Write, citizen: Person, measured: Any
) -> None:
    for _ in range(50):
        write(recipient=citizen)
    start = time.perf_counter()
    counts = delivery.deliver_due()
    seconds = time.perf_counter() - start
    assert counts == {Outcome.ACCEPTED: 50}
    measured(f"mails sent one after another to a server on this machine: {50 / seconds:.0f} a second")
    assert seconds < 25
