"""Figures of a signed-in page: a list with 10,000 people behind it against the same way in with nothing behind.

Both are asked 20 at a time on the same running site, in turn; what must hold is the ratio of the times that 95 of 100
answers do not exceed. The times themselves are told beside it.
"""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.harness import figure
from bench.site.load import CLIENTS
from bench.site.seed import CODE, PEOPLE

ROUNDS, REQUESTS, WARM_UP = 5, 400, 100
START_SECONDS = 60


@figure(f"p95 of a list with {PEOPLE:,} people, {CLIENTS} at a time / the same view, bare", at_most=6)
def a_list_of_people() -> float:
    """Median of the ratios of several rounds."""
    with running_site() as (port, cookie):
        page, bare = f"/{CODE}/office/people", f"/{CODE}/office/people/bare"
        for path in (page, bare):
            p95_of(port, path, cookie, WARM_UP)
        rounds = [
            (p95_of(port, page, cookie, REQUESTS), p95_of(port, bare, cookie, REQUESTS))
            for _ in range(ROUNDS)
        ]
    slow, quick = (statistics.median(times) * 1000 for times in zip(*rounds, strict=True))
    sys.stdout.write(f"    p95: list {slow:.0f} ms, bare {quick:.0f} ms\n")
    return statistics.median(a / b for a, b in rounds)


def p95_of(port: int, path: str, cookie: str, requests: int) -> float:
    """In seconds, measured by a process of its own."""
    words = ["-m", "bench.site.load", str(port), path, cookie, str(requests)]
    return float(subprocess.check_output([sys.executable, *words], text=True))  # noqa: S603


@contextmanager
def running_site() -> Iterator[tuple[int, str]]:
    """Port of a site with two processes and its own embedded PostgreSQL, and the cookie of somebody signed in."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        environment = {
            **os.environ,
            "SOSEI_HOME": str(Path(folder) / "home"),
            "DJANGO_SETTINGS_MODULE": "bench.site.settings",
            "SOSEI_LOG_LEVEL": "ERROR",
        }
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([sys.executable, "-m", "sosei", "migrate"], env=environment, check=True, **quiet)
        told = subprocess.check_output([sys.executable, "-m", "bench.site.seed"], env=environment, text=True)
        key = told.split("session=")[1].split()[0]
        words = ["-m", "sosei", "serve", "--port", str(port)]
        process = subprocess.Popen([sys.executable, *words], env=environment, **quiet)  # noqa: S603
        try:
            _wait(port, process)
            yield port, f"sessionid={key}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise RuntimeError("the measured site did not start")
