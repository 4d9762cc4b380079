"""The tests' database with all its tables, made once: every process of the tests starts from a copy."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import django
import psycopg
from django.conf import settings
from django.core.management import call_command

from tests.demonstration_home import LOAD_SECONDS, ROOT, alone, fingerprint

PREFIX = "made_for_tests_"
MAKING = f"{PREFIX}in_making"


def template() -> str:
    """Name of a database as `sosei migrate` leaves it; the first who asks makes it.

    Raises:
        RuntimeError: the tables could not be made; with what was said.
    """
    name = f"{PREFIX}{fingerprint()}"
    folder = settings.SOSEI_HOME / "test-template"
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder / "lock"), _server() as server:
        found = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        others = {datname for (datname,) in found.fetchall()}
        if name not in others:
            for older in others:
                server.execute(f'DROP DATABASE "{older}"')
            server.execute(f'CREATE DATABASE "{MAKING}"')
            _fill_in_a_process_of_its_own()
            server.execute(f'ALTER DATABASE "{MAKING}" RENAME TO "{name}"')
    return name


def _server() -> psycopg.Connection[Any]:
    from sosei.gateway.project.database import ensure_running

    embedded = settings.DATABASES["default"]["EMBEDDED"]
    socket = ensure_running(embedded["data_folder"], "sosei", embedded["server_settings"])
    return psycopg.connect(host=socket, user="postgres", dbname="postgres", autocommit=True)


def _fill_in_a_process_of_its_own() -> None:
    # No database is copied as long as somebody is connected to it.
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", "tests.database_template"],
        env={**os.environ, "PYTHONPATH": path, "SOSEI_HOME": str(settings.SOSEI_HOME)},
        capture_output=True,
        text=True,
        timeout=LOAD_SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the tests' tables were not made:\n{done.stdout}\n{done.stderr}")


def _fill() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "sosei.gateway.project.settings_test"
    django.setup()
    settings.DATABASES["default"]["NAME"] = MAKING
    call_command("migrate", verbosity=0)


if __name__ == "__main__":
    _fill()
