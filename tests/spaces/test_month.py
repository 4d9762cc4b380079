"""A month in small: bookings, moves, cancellations and money, while processes are killed and the database crashes.

The same as `python -m bench --only spaces_month`, with few bookings. Everything is asked of real processes on a server of
their own that keeps what it promised; what must hold is read from the rows (`bench.site.month.checks`), and every host's
statement is reckoned a second time (`bench.site.month.statements`).
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.site.month.run import PAUSED
from tests.demonstration_home import copy_migrated
from tests.frame.processes import clean_environment, free_port

BOOKINGS, KILLS, CRASHES = 120, 1, 1
ROOT = Path(__file__).resolve().parents[2]


def test_a_month_with_kills_and_crashes_that_is_switched_off_twice_leaves_every_yen_where_it_belongs(
    tmp_path: Path, measured: Callable[[str], None]
) -> None:
    copy_migrated(tmp_path)
    begin = _month_at(tmp_path)
    # Told to stop, it writes down where it stands.
    told_to_stop = begin()
    _wait_for_bookings(tmp_path, BOOKINGS // 4, told_to_stop)
    told_to_stop.terminate()
    _answer, problem = told_to_stop.communicate(timeout=60)
    assert told_to_stop.returncode == PAUSED, problem[-4000:]
    assert _bookings(tmp_path) >= BOOKINGS // 4
    # Killed without a word, it takes all its processes with it.
    killed = begin()
    _wait_for_bookings(tmp_path, BOOKINGS // 2, killed)
    children = _children_of(killed.pid)
    assert len(children) >= 6
    killed.kill()
    killed.communicate(timeout=60)
    until = time.monotonic() + 20
    while alive := [child for child in children if _is_alive(child)]:
        assert time.monotonic() < until, f"{alive} live on"
        time.sleep(0.1)

    last = begin()
    answer, problem = last.communicate(timeout=300)
    assert last.returncode == 0, problem[-4000:]
    told = json.loads(answer)
    assert told["flaws"] == {}
    happened, counts = told["happened"], told["counts"]
    assert happened["switched off and on"] == 2
    assert happened["worker killed"] == happened["process of the site killed"] == KILLS
    assert happened["database crashed"] == CRASHES
    # It was a month, and not an empty one.
    assert counts["bookings"] >= BOOKINGS
    assert min(counts["moves"], counts["cancellations"], counts["statements"]) > 0
    assert counts["payment paid"] > 5
    measured(
        f"a month of {counts['bookings']} bookings, {sum(told['steps'].values())} steps: {told['seconds']} s, and "
        f"{told['seconds_of_settling_and_checks']} s for settling and checks; {happened}"
    )


def _month_at(home: Path) -> Callable[[], subprocess.Popen[str]]:
    environment = clean_environment(
        home,
        DJANGO_SETTINGS_MODULE="bench.site.month.settings",
        SOSEI_ADDRESS=f"http://127.0.0.1:{free_port()}",
        SOSEI_LOG_LEVEL="ERROR",
    )
    words = ["--bookings", str(BOOKINGS), "--kills", str(KILLS), "--restarts", str(CRASHES)]
    words += ["--processes", "4", "--workers", "1"]

    def begin() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "bench.site.month", *words],
            env=environment,
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    return begin


def _bookings(home: Path) -> int:
    kept = home / "month" / "kept.json"
    return sum(json.loads(kept.read_text())["placed"]) if kept.exists() else 0


def _wait_for_bookings(home: Path, number: int, running: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 200
    while _bookings(home) < number:
        assert running.poll() is None, (running.stderr.read() if running.stderr else "")[-4000:]
        assert time.monotonic() < until, f"{_bookings(home)} of {number} bookings"
        time.sleep(0.02)


def _children_of(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(status.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(status.parent.name))
    return found


def _is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
