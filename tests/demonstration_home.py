"""Sites made once: every test that needs one of its own, empty or with the demonstration, starts from a copy."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from sosei.core.design import civil_day

ROOT = Path(__file__).resolve().parents[1]
LOAD_SECONDS = 600
STOP_SECONDS = 30
NOT_READ = {".pyc", ".mo"}
"""Files that running the product makes."""


def copy_demonstration(home: Path) -> None:
    """Makes `home` a folder as `sosei demo --no-serve` leaves it behind.

    Raises:
        RuntimeError: the demonstration could not be loaded; with what the command said.
    """
    _copy(home, "test-demonstration", "demo", "--no-serve")


def copy_migrated(home: Path) -> None:
    """Makes `home` a folder as `sosei migrate` leaves it behind: all tables, without rows.

    Raises:
        RuntimeError: the tables could not be made; with what the command said.
    """
    _copy(home, "test-migrated", "migrate")


def _copy(home: Path, name: str, *command: str) -> None:
    """The first who asks runs the command for all.

    What it made is kept in SOSEI_HOME for as long as source, requirements and day are the same.
    """
    folder = settings.SOSEI_HOME / name
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder / "lock"):
        made = folder / fingerprint()
        if not made.is_dir():
            for older in folder.iterdir():
                if older.is_dir():
                    shutil.rmtree(older)
            _make(folder / "making", command)
            (folder / "making").rename(made)
        # Not shutil: the files of the database belong to the user it runs as.
        subprocess.run(["cp", "-a", f"{made}/.", str(home)], check=True)


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Runs the block while no other process of the tests runs one with the same lock."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def fingerprint() -> str:
    """Names what a loaded site follows from: source, requirements and day."""
    told = hashlib.sha256(f"{civil_day.today()} {sys.version}".encode())
    for path in sorted([ROOT / "requirements" / "run.txt", *(ROOT / "src").rglob("*")]):
        hidden = any(part.startswith(".") for part in path.relative_to(ROOT).parts)
        if path.is_file() and path.suffix not in NOT_READ and not hidden:
            told.update(f"\n{path.relative_to(ROOT)}\n".encode())
            told.update(path.read_bytes())
    return told.hexdigest()[:16]


def _make(home: Path, command: tuple[str, ...]) -> None:
    home.mkdir()
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"} and not key.startswith("SOSEI_")
    }
    done = subprocess.run(
        [sys.executable, "-m", "sosei", *command],
        env={**kept, "SOSEI_HOME": str(home), "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
        cwd=home,
        capture_output=True,
        text=True,
        timeout=LOAD_SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(
            f"sosei {' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        )
    until = time.monotonic() + STOP_SECONDS
    while (home / "postgres" / "postmaster.pid").exists():
        # Half-written files of a running server are no copy.
        if time.monotonic() > until:
            raise RuntimeError(f"the database of the copied site did not stop in {STOP_SECONDS} s")
        time.sleep(0.1)
    shutil.rmtree(home / "run", ignore_errors=True)
