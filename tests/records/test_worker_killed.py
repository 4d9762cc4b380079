"""A worker killed in the middle of sending: a real process, a real mail server, SIGKILL."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from procrastinate.exceptions import AlreadyEnqueued

from sosei.core.people.models import Person
from sosei.core.records import delivery
from sosei.core.records.models import Message
from sosei.core.records.rules import Outcome
from sosei.gateway.project.tasks import take_up_stalled_tasks
from tests.records.conftest import Clock, Write
from tests.records.smtp_server import HOLD, SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture(autouse=True)
def empty_queue(db: None) -> None:
    """The queue's tables are not Django's, and so not emptied between tests."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_periodic_defers; DELETE FROM procrastinate_jobs; "
            "DELETE FROM procrastinate_workers"
        )


@pytest.fixture
def start_worker(mail_server: SmtpServer, tmp_path: Path) -> Iterator[Start]:
    """Starts `sosei worker` on this test's database."""
    started: list[subprocess.Popen[bytes]] = []
    log = (tmp_path / "worker.log").open("wb")

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.records.worker_process",
                str(connection.settings_dict["NAME"]),
                str(mail_server.port),
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
    log.close()


def kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait(10)


def next_worker_takes_the_task_up(clock: Clock) -> None:
    """As after half a minute without a sign of the dead worker."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    # The dead worker may have left the task already.
    with suppress(AlreadyEnqueued):
        take_up_stalled_tasks.defer(timestamp=0)
    call_command("worker", "--once")
    call_command("worker", "--once")


def test_killed_before_the_mail_was_complete_it_is_sent_once_by_the_next_worker(
    mail_server: SmtpServer, start_worker: Start, write: Write, citizen: Person, clock: Clock
) -> None:
    mail_server.answers["data"] = HOLD
    message = write(recipient=citizen)
    worker = start_worker()
    mail_server.wait_until("data", 60)
    kill(worker)
    mail_server.answers["data"] = "354 go"
    next_worker_takes_the_task_up(clock)
    message.refresh_from_db()
    assert (message.state, message.handed_over_at) == ("sending", None)
    clock.forward(minutes=6)
    assert delivery.deliver_due() == {Outcome.BROKEN_OFF: 1}
    clock.forward(minutes=2)
    assert delivery.deliver_due() == {Outcome.ACCEPTED: 1}
    assert len(mail_server.taken) == 1
    assert Message.objects.get(pk=message.pk).state == "sent"


def test_killed_after_the_mail_was_complete_it_is_unknown_and_not_sent_again(
    mail_server: SmtpServer, start_worker: Start, write: Write, citizen: Person, clock: Clock
) -> None:
    mail_server.answers["end"] = HOLD
    message = write(recipient=citizen)
    worker = start_worker()
    mail_server.wait_until("end", 60)
    kill(worker)
    mail_server.answers["end"] = "250 taken"
    next_worker_takes_the_task_up(clock)
    clock.forward(minutes=6)
    assert delivery.deliver_due() == {Outcome.UNKNOWN: 1}
    for _ in range(5):
        clock.forward(hours=12)
        assert delivery.deliver_due() == {}
    assert len(mail_server.taken) == 1
    assert Message.objects.get(pk=message.pk).state == "unknown"
