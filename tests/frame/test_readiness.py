"""`/healthz` and `/readyz`: the one says that the program answers, the other that it can do its whole work."""

from __future__ import annotations

from types import SimpleNamespace
from unittest import mock

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from sosei.gateway.project import readiness

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")


def failing() -> list[str]:
    answer = Client().get("/readyz")
    assert answer.status_code == (503 if answer.json()["failing"] else 200)
    assert "no-store" in answer["Cache-Control"]
    return answer.json()["failing"]


def leave_task(age: str, scheduled: str = "NULL") -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, scheduled_at) "
            f"VALUES ('default', 'x', {scheduled}) RETURNING id"
        )
        (job,) = cursor.fetchone()
        cursor.execute(
            "UPDATE procrastinate_events SET at = now() - %s::interval WHERE job_id = %s", [age, job]
        )


def test_all_is_well_with_a_worker_and_an_empty_queue(worker):
    assert failing() == []


def test_without_a_worker_or_with_one_long_silent_the_site_is_not_ready(settings):
    assert failing() == ["worker"]
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '61 s')")
    assert failing() == ["worker"]
    settings.READY_WORKER_SECONDS = 120
    assert failing() == []


def test_a_task_that_waits_too_long_makes_the_site_not_ready(worker):
    leave_task("9 minutes")
    assert failing() == []
    leave_task("11 minutes")
    assert failing() == ["queue"]


def test_a_task_scheduled_for_later_does_not_wait_yet(worker):
    leave_task("1 day", "now() + interval '1 hour'")
    assert failing() == []
    leave_task("1 day", "now() - interval '1 minute'")
    assert failing() == []
    leave_task("1 minute", "now() - interval '1 hour'")
    assert failing() == ["queue"]


def test_a_migration_not_applied_makes_the_site_not_ready(worker):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'population'")
    assert failing() == ["migrations"]


def test_a_full_disk_makes_the_site_not_ready(worker, settings):
    settings.READY_DISK_BYTES = 10**18
    assert failing() == ["disk"]
    gone = mock.patch.object(readiness.shutil, "disk_usage", side_effect=FileNotFoundError)
    with gone:
        assert failing() == ["disk"]


def test_a_database_that_is_away_is_named_and_nothing_else_of_it(worker, settings):
    away = DatabaseError(
        "connection to server at 10.0.0.5 failed: password authentication failed for user planner"
    )
    with mock.patch.object(readiness, "_applied_migrations", side_effect=away):
        answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "failing": ["database"]}


def test_health_asks_one_question_and_readiness_few(worker, django_assert_max_num_queries):
    # Each beside the two by which a request takes and gives back its role in the database.
    with django_assert_max_num_queries(1 + 2):
        assert Client().get("/healthz").status_code == 200
    readiness._needed_migrations()
    with django_assert_max_num_queries(3 + 2):
        failing()


def test_only_reading_methods_are_answered():
    assert Client(enforce_csrf_checks=False).post("/readyz").status_code == 405


def test_the_disk_asked_about_is_the_one_of_sosei_home(worker, settings, tmp_path):
    settings.SOSEI_HOME = tmp_path
    asked = mock.patch.object(
        readiness.shutil,
        "disk_usage",
        side_effect=lambda path: SimpleNamespace(free=0 if path == tmp_path else 10**18),
    )
    with asked:
        assert failing() == ["disk"]
