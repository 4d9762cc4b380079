"""`deploy/` holds what it promises: units systemd accepts, commands that exist, settings the program reads."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from sosei.gateway.project.environment import read_environment
from sosei.gateway.project.variables import RULES, VARIABLES
from tests.demonstration_home import copy_migrated
from tests.frame.processes import ROOT, free_port, running, sosei, wait_until

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [path for path in UNITS if path.suffix == ".service"]
HARDENED = {
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "ProtectKernelModules=yes",
    "RestrictSUIDSGID=yes",
    "RestrictNamespaces=yes",
    "CapabilityBoundingSet=",
    "SystemCallFilter=@system-service",
    "UMask=0077",
    "User=sosei",
}


def is_a_command(words: list[str]) -> None:
    """Has Django's own parser read the command; it ends the process where it cannot."""
    command = load_command_class(get_commands()[words[0]], words[0])
    command.create_parser("sosei", words[0]).parse_args(words[1:])


def test_the_units_are_those_the_documentation_names():
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert [path.name for path in UNITS if path.name not in page] == []


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_every_service_is_hardened_and_runs_a_command_that_exists(path: Path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert HARDENED - set(lines) == set()
    (started,) = [line.removeprefix("ExecStart=") for line in lines if line.startswith("ExecStart=")]
    program, *words = shlex.split(started)
    assert program.endswith("/bin/sosei")
    is_a_command(words)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze on this machine")
def test_systemd_accepts_the_units(tmp_path):
    for path in UNITS:
        text = path.read_text(encoding="utf-8").replace("/opt/sosei/.venv/bin/sosei", "/bin/true")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / path.name) for path in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in told.stderr.splitlines() if str(tmp_path) in line or "sosei" in line]
    assert (told.returncode, ours) == (0, [])


def test_the_container_file_pins_everything_and_runs_as_nobody_in_particular():
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    bases = re.findall(r"^FROM (\S+)", text, re.M)
    assert all("/" not in base and ":" in base for base in bases), (
        "the base image's name and version, no host"
    )
    assert "--require-hashes" in text and "--only-binary :all:" in text
    assert not re.search(r"\b(?:curl|wget|https?://(?!127\.0\.0\.1))", text)
    steps = [line.split()[0] for line in text.splitlines() if re.match(r"[A-Z]+ ", line)]
    assert steps.index("USER") < steps.index("CMD")
    assert re.search(r"^USER (?!0\b|root)\S+", text, re.M)
    (command,) = re.findall(r"^CMD (\[.*\])$", text, re.M)
    program, *words = re.findall(r'"([^"]*)"', command)
    assert program == "sosei"
    is_a_command(words)


def test_what_the_container_file_copies_is_let_through_and_nothing_else():
    copied = re.findall(
        r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Containerfile").read_text(encoding="utf-8"), re.M
    )
    sources = {word for line in copied for word in line.split()}
    let_through = {
        line.removeprefix("!")
        for line in (DEPLOY / "Containerfile.dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    assert let_through == sources
    assert all((ROOT / source).exists() for source in sources)


def test_the_example_settings_are_read_without_a_fault(tmp_path):
    given = dict(
        line.split("=", 1)
        for line in (DEPLOY / "sosei.env.example").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    )
    secrets = {
        "DATABASE_URL_FILE": "postgresql://sosei@db/sosei",
        "SOSEI_SECRET_KEY_FILE": "open-sesame-" * 5,
        "SOSEI_MAIL_PASSWORD_FILE": "open-sesame",
    }
    assert {name for name in given if name.endswith("_FILE")} == secrets.keys()
    for name, value in secrets.items():
        (tmp_path / name).write_text(value, encoding="utf-8")
        given[name] = str(tmp_path / name)
    assert read_environment(VARIABLES, given, RULES)["SOSEI_HTTPS"] is True


def test_the_web_server_in_front_tells_the_truth_about_visitors_and_lets_uploads_through():
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    places = text.split("location ")[1:]
    for header in ("X-Forwarded-Proto https", "X-Forwarded-For $remote_addr", "Host $host"):
        assert all(f"proxy_set_header {header};" in place for place in places)
    assert "$proxy_add_x_forwarded_for" not in text
    (size,) = re.findall(r"client_max_body_size (\d+)m;", text)
    assert int(size) > read_environment(VARIABLES, {}, RULES)["SOSEI_UPLOAD_MB"]


def test_where_the_port_matters_another_is_not_taken(tmp_path):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = sosei("serve", "--exact-port", "--port", str(taken.getsockname()[1]), home=tmp_path)
    assert done.returncode == 1
    assert "Remedy" in done.stderr
    assert not (tmp_path / "postgres").exists()


def test_logs_of_a_served_site_are_json_only(tmp_path):
    import json
    import urllib.request

    copy_migrated(tmp_path)
    port, log = free_port(), tmp_path / "log"
    with running("serve", "--port", str(port), "--workers", "1", home=tmp_path, log=log) as site:
        wait_until(lambda: f":{port}/en/" in site.said(), 60, site.said)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/?mail=hanako@example.jp", timeout=30) as answer:
            reference = answer.headers["X-Request-ID"]
        wait_until(lambda: reference in site.said(), 10, site.said)
    lines = [json.loads(line) for line in site.said().splitlines() if line.startswith("{")]
    (line,) = [line for line in lines if line.get("request") == reference]
    assert (line["logger"], line["route"], line["status"]) == ("sosei.access", "/", 200)
    assert "hanako" not in site.said()
