"""`sosei demo` as a process of its own, with a folder and a database of its own, for tests that visit it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from tests.demonstration_home import copy_demonstration

START_SECONDS = 240
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Served:
    """A running site: its port, and the environment in which further commands reach it."""

    port: int
    environment: dict[str, str]


@contextmanager
def served_demonstration() -> Iterator[Served]:
    """A site that starts from the loaded demonstration and stops with the block.

    Raises:
        RuntimeError: it ended by itself or did not answer in time; with its log.
    """
    # Not a folder of pytest's: whenever another run of tests starts, that closes to the user of the database.
    with tempfile.TemporaryDirectory(
        prefix="site-", dir=settings.SOSEI_HOME, ignore_cleanup_errors=True
    ) as home:
        copy_demonstration(Path(home))
        with _serving(Path(home)) as served:
            yield served


@contextmanager
def _serving(home: Path) -> Iterator[Served]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "SOSEI_HOME": str(home),
        "SOSEI_DEMONSTRATION": "1",
        # A passkey belongs to a name, and an address of numbers is none: whoever uses one comes by this address.
        "SOSEI_ADDRESS": f"http://localhost:{port}",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        "DJANGO_SETTINGS_MODULE": "sosei.gateway.project.settings",
    }
    environment.pop("DATABASE_URL", None)
    log = home / "demo.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "sosei", "demo", "--port", str(port)],
            env=environment,
            cwd=home,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_it_answers(f"http://127.0.0.1:{port}/healthz", process, log)
        yield Served(port, environment)
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_until_it_answers(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"sosei demo ended by itself:\n{log.read_text(encoding='utf-8')}")
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
    raise RuntimeError(f"sosei demo did not answer in {START_SECONDS} s:\n{log.read_text(encoding='utf-8')}")
