"""The command `sosei`: it lists its commands, starts no database it does not need, and says why it cannot go on."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from sosei.gateway.project.cli import DEMO_PORT, _port_in
from tests.demonstration_home import copy_migrated
from tests.frame.processes import clean_environment, sosei


def test_help_lists_the_commands_of_the_frame_and_starts_no_database(tmp_path):
    listed = sosei("help", home=tmp_path)
    assert listed.returncode == 0
    assert {"demo", "serve", "worker", "build_assets", "migrate"} <= set(listed.stdout.split())
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize(
    "command", [["makemigrations", "--check", "--dry-run"], ["collectstatic", "--noinput"]]
)
def test_commands_that_read_no_table_start_no_database(tmp_path, command):
    assert sosei("build_assets", home=tmp_path).returncode == 0
    done = sosei(*command, home=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (tmp_path / "postgres").exists()


LOADED_WHERE_USED = {"altair", "numba", "openpyxl", "pandas", "reportlab", "scipy", "xarray"}


def test_what_draws_and_reckons_is_not_loaded_before_a_command_needs_it(tmp_path):
    asking = f"import django, sys; django.setup(); print(sorted({LOADED_WHERE_USED} & set(sys.modules)))"
    environment = clean_environment(tmp_path, DJANGO_SETTINGS_MODULE="sosei.gateway.project.settings_test")
    told = subprocess.run(
        [sys.executable, "-c", asking], env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "[]"


def test_an_unreachable_database_ends_the_command_with_a_sentence_in_both_languages(tmp_path):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    done = sosei("migrate", home=tmp_path, DATABASE_URL=f"postgresql://planner@127.0.0.1:{port}/sosei")
    assert done.returncode == 1
    assert "データベース" in done.stderr
    assert "Remedy" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_that_is_no_database_ends_the_command_with_a_sentence(tmp_path):
    done = sosei("migrate", home=tmp_path, DATABASE_URL="mysql://planner@db/sosei")
    assert done.returncode == 1
    assert "mysql" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_secret_key_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    sosei("help", home=tmp_path)
    key = tmp_path / "secret-key"
    first = key.read_text(encoding="ascii")
    sosei("help", home=tmp_path)
    assert key.read_text(encoding="ascii") == first
    assert len(first) >= 50
    assert key.stat().st_mode & 0o077 == 0


def test_a_secret_key_that_is_given_is_never_written_down(tmp_path):
    sosei("help", home=tmp_path, SOSEI_SECRET_KEY="x" * 60)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path, subprocess.Popen[str]]]:
    """A served site over an embedded PostgreSQL of its own, whose wanted port was taken."""
    home = tmp_path_factory.mktemp("home")
    copy_migrated(home)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = subprocess.Popen(
            [sys.executable, "-m", "sosei", "serve", "--port", str(taken.getsockname()[1]), "--workers", "1"],
            env=clean_environment(home),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said = []
        assert process.stdout
        for line in process.stdout:
            said.append(line)
            if "/en/" in line:
                break
    yield "".join(said), home, process
    if process.poll() is None:
        process.kill()
        process.wait()


def address_in(said: str) -> str:
    return next(
        word for word in said.split() if word.startswith("http") and word.endswith("/en/")
    ).removesuffix("en/")


def test_a_taken_port_is_replaced_by_a_free_one_and_the_site_says_so(site):
    said, _, _ = site
    assert "使えない" in said
    assert "cannot be used" in said


def test_the_running_site_tells_that_it_reaches_its_database(site):
    said, _, _ = site
    with urllib.request.urlopen(address_in(said) + "healthz", timeout=20) as answer:
        assert json.load(answer)["status"] == "ok"


def test_every_answer_carries_the_security_headers(site):
    said, _, _ = site
    with urllib.request.urlopen(address_in(said) + "healthz", timeout=20) as answer:
        headers = answer.headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


def test_the_site_stops_gracefully_and_takes_its_database_with_it(site):
    _, home, process = site
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=40) == 0
    deadline = time.monotonic() + 10
    while (home / "postgres" / "postmaster.pid").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not (home / "postgres" / "postmaster.pid").exists()


@pytest.mark.parametrize(
    ("words", "port"),
    [
        (["demo"], DEMO_PORT),
        (["demo", "--port", "8123"], 8123),
        (["demo", "--port=8124", "--no-serve"], 8124),
        (["demo", "--port", "many"], DEMO_PORT),
    ],
)
def test_links_in_the_mails_of_the_demonstration_lead_to_the_port_it_listens_on(words, port):
    assert _port_in(words) == port
