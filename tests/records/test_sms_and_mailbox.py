"""Short messages by a gateway that answers in every way, and the demonstration in which nothing is sent at all."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from sosei.core.people.models import Municipality, Person
from sosei.core.records import delivery, sms
from sosei.core.records.mailbox import MailboxBackend
from sosei.core.records.models import DemonstrationMail
from sosei.core.records.rules import Outcome
from tests.records.conftest import Write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def phoned(make_person: Any, town: Municipality) -> Person:
    """Somebody who signed up by telephone."""
    person: Person = make_person("citizen", town, phone="+819012345678", phone_verified=True)
    return person


@contextmanager
def http_gateway(status: int | None) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """A gateway on this machine that gives that status, or none at all and hangs up."""
    taken: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.append({**json.loads(body), "headers": dict(self.headers)})
            if status is None:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(status)
            self.end_headers()
            self.wfile.write("番号 +819012345678 です".encode())

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server.server_port, taken
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "outcome", "state"),
    [
        (200, Outcome.ACCEPTED, "sent"),
        (400, Outcome.REFUSED, "failed"),
        (401, Outcome.UNREACHABLE, "waiting"),
        (429, Outcome.TRY_LATER, "waiting"),
        (503, Outcome.TRY_LATER, "waiting"),
        (500, Outcome.UNKNOWN, "unknown"),
        (None, Outcome.UNKNOWN, "unknown"),
    ],
)
def test_what_the_gateway_answers_decides_what_becomes_of_a_short_message(
    write: Write, phoned: Person, settings: Any, status: int | None, outcome: Outcome, state: str
) -> None:
    with http_gateway(status) as (port, taken):
        settings.SOSEI_SMS = "http"
        settings.SOSEI_SMS_URL = f"http://127.0.0.1:{port}/send?site=1"
        settings.SOSEI_SMS_TOKEN = "secret"
        message = write(recipient=phoned, channel="sms")
        assert delivery.deliver(message.pk) is outcome
    message.refresh_from_db()
    assert message.state == state
    [sent] = taken
    assert sent["to"] == "+819012345678"
    assert sent["text"] == message.body
    assert sent["headers"]["Idempotency-Key"] == sent["reference"]
    assert sent["headers"]["Authorization"] == "Bearer secret"
    assert "9012345678" not in message.attempt_rows.get().detail


def test_a_gateway_that_is_not_there_is_asked_again_later(
    write: Write, phoned: Person, settings: Any
) -> None:
    with http_gateway(200) as (port, _taken):
        pass
    settings.SOSEI_SMS, settings.SOSEI_SMS_URL = "http", f"http://127.0.0.1:{port}/"
    assert delivery.deliver(write(recipient=phoned, channel="sms").pk) is Outcome.UNREACHABLE


@pytest.mark.parametrize("url", ["", "http://gateway.example.jp/", "ftp://127.0.0.1/", "nonsense"])
def test_a_gateway_without_encryption_is_refused(settings: Any, url: str) -> None:
    settings.SOSEI_SMS, settings.SOSEI_SMS_URL = "http", url
    with pytest.raises(ImproperlyConfigured, match="https://"):
        sms.gateway()


def test_a_gateway_that_cannot_be_imported_is_named(settings: Any) -> None:
    settings.SOSEI_SMS = "nowhere.Gateway"
    with pytest.raises(ImproperlyConfigured, match=r"nowhere\.Gateway"):
        sms.gateway()


def test_in_the_demonstration_the_worker_puts_mails_and_short_messages_into_the_mailbox(
    write: Write, citizen: Person, phoned: Person, settings: Any
) -> None:
    settings.DEMONSTRATION = True
    settings.EMAIL_BACKEND = "sosei.core.records.mailbox.MailboxBackend"
    write(recipient=citizen)
    write(recipient=phoned, channel="sms")
    call_command("worker", "--once")
    by_mail, by_phone = DemonstrationMail.objects.order_by("channel")
    assert (by_mail.to, by_mail.subject) == (citizen.email, "申し込みの結果")
    assert by_mail.reference.startswith("<") and "認められました" in by_mail.body
    assert (by_phone.to, by_phone.channel) == ("+819012345678", "sms")


def test_outside_the_demonstration_the_mailbox_takes_nothing(
    write: Write, citizen: Person, settings: Any
) -> None:
    settings.DEMONSTRATION = False
    settings.EMAIL_BACKEND = "sosei.core.records.mailbox.MailboxBackend"
    with pytest.raises(ImproperlyConfigured, match="SOSEI_DEMONSTRATION"):
        MailboxBackend().send_messages([])
    assert delivery.deliver(write(recipient=citizen).pk) is not Outcome.ACCEPTED
    assert not DemonstrationMail.objects.exists()
