"""A month of bookings and money while processes are killed and the database crashes: nothing may be wrong in the end.

`python -m bench --only spaces_month` lives through 100,000 bookings, which takes hours; BENCH_MONTH=2000 asks for
another number, and BENCH_MONTH_FOLDER=folder keeps it there: a month that is stopped (Ctrl-C, SIGTERM, no power) goes on
when the same is asked again. A plain `python -m bench` leaves it out: its figure is no time, and what it asks stands in
the tests as well, with fewer bookings. Progress goes to the error output.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.harness import figure

BOOKINGS = int(os.environ.get("BENCH_MONTH", "100000"))
CORES = os.cpu_count() or 2
ONLY_WHEN_ASKED = True
PAUSED = 75
"""The exit code of a month that goes on another time (EX_TEMPFAIL)."""
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


@figure(f"a month of {BOOKINGS:,} bookings under kills and crashes: what is wrong in the end", at_most=0)
def month() -> float:
    """Flaws of everything that `bench.site.month.checks` and its second reckoning of statements look at."""
    with _folder() as folder:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "bench.site.month.settings",
            "SOSEI_HOME": str(folder / "home"),
            "SOSEI_ADDRESS": "http://127.0.0.1:8899",
            "SOSEI_LOG_LEVEL": "ERROR",
        }
        (folder / "home").mkdir(exist_ok=True)
        subprocess.run([sys.executable, "-m", "sosei", "migrate"], env=environment, check=True, **QUIET)
        words = [sys.executable, "-m", "bench.site.month", "--bookings", str(BOOKINGS)]
        words += ["--processes", str(2 * CORES), "--workers", str(CORES)]
        words += ["--kills", str(max(2, BOOKINGS // 500)), "--restarts", str(max(1, BOOKINGS // 2000))]
        told = json.loads(_answer_of(words, environment))
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return float(told["flaw_count"])


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """The one that is named, for months that go on another time, or one that goes with this month."""
    if named := os.environ.get("BENCH_MONTH_FOLDER"):
        Path(named).mkdir(parents=True, exist_ok=True)
        yield Path(named).resolve()
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _answer_of(words: list[str], environment: dict[str, str]) -> str:
    """What the month says in the end; who stops it waits until it has written down where it stands."""
    with subprocess.Popen(words, env=environment, text=True, stdout=subprocess.PIPE) as running:  # noqa: S603
        previous = signal.signal(signal.SIGTERM, lambda *_told: running.terminate())
        while True:
            with contextlib.suppress(KeyboardInterrupt):
                answer = running.communicate()[0]
                break
        signal.signal(signal.SIGTERM, previous)
    if running.returncode in (PAUSED, -signal.SIGTERM, -signal.SIGINT):
        raise SystemExit("the month is paused; with BENCH_MONTH_FOLDER the same command goes on with it")
    if running.returncode:
        raise SystemExit(f"the month ended with {running.returncode}")
    return answer
