"""Sosei as real processes for the tests of the frame: commands, a served site, a worker, and waiting for them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_PASSED_ON = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")


def clean_environment(home: Path, **changes: str) -> dict[str, str]:
    """This process's environment with a folder of its own, and neither database nor settings of another."""
    kept = {key: value for key, value in os.environ.items() if key not in NOT_PASSED_ON}
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return {**kept, "PYTHONPATH": path, "SOSEI_HOME": str(home), **changes}


def sosei(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "sosei", *arguments],
        env=clean_environment(home, **environment),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


class Shell:
    """Many commands of one site, one after the other: each is a process of its own, which need not load Sosei again."""

    def __init__(self, home: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.frame.shell"],
            env=clean_environment(home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def sosei(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs one command to its end."""
        assert self._process.stdin and self._process.stdout
        print(json.dumps(arguments), file=self._process.stdin, flush=True)
        status, output, errors = json.loads(self._process.stdout.readline())
        return subprocess.CompletedProcess(["sosei", *arguments], status, output, errors)

    def close(self) -> None:
        """Ends it."""
        self._process.communicate()


@dataclass
class Running:
    """A process that stays, and the file its output goes to."""

    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        """All it has written so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> int:
        """Asks it to stop and waits; kills it after half a minute."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()


@contextmanager
def running(*arguments: str, home: Path, log: Path, **environment: str) -> Iterator[Running]:
    """`sosei …` as a process that is stopped at the end of the block."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "sosei", *arguments],
            env=clean_environment(home, **environment),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    started = Running(process, log)
    try:
        yield started
    finally:
        started.stop()


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(holds: Callable[[], object], seconds: float, why: Callable[[], str] = str) -> None:
    """Returns as soon as `holds()` is true; fails with the text of `why` after `seconds`."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"not within {seconds} s: {why()}"
        time.sleep(0.1)


def answers(address: str) -> bool:
    """Whether the address answers with 200."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
