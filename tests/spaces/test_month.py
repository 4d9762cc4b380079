"""A month in small: bookings, moves, cancellations and money, while processes are killed and the database crashes.

The same as `python -m bench --only spaces_month`, with few bookings. Everything is asked of real processes on a server of
their own that keeps what it promised; what must hold is read from the rows (`bench.site.month.checks`), and every host's
statement is reckoned a second time (`bench.site.month.statements`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.demonstration_home import copy_migrated
from tests.frame.processes import clean_environment, free_port

BOOKINGS, KILLS, CRASHES = 120, 1, 1


def test_a_month_with_kills_and_a_crash_leaves_every_yen_where_it_belongs(
    tmp_path: Path, measured: Callable[[str], None]
) -> None:
    copy_migrated(tmp_path)
    changes = {
        "DJANGO_SETTINGS_MODULE": "bench.site.month.settings",
        "SOSEI_ADDRESS": f"http://127.0.0.1:{free_port()}",
        "SOSEI_LOG_LEVEL": "ERROR",
    }
    words = ["--bookings", str(BOOKINGS), "--kills", str(KILLS), "--restarts", str(CRASHES)]
    done = subprocess.run(
        [sys.executable, "-m", "bench.site.month", *words, "--processes", "4", "--workers", "1"],
        env=clean_environment(tmp_path, **changes),
        cwd=os.fspath(Path(__file__).resolve().parents[2]),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    told = json.loads(done.stdout)
    assert told["flaws"] == {}
    happened, counts = told["happened"], told["counts"]
    assert happened["worker killed"] == happened["process of the site killed"] == KILLS
    assert happened["database crashed"] == CRASHES
    # It was a month, and not an empty one.
    assert counts["bookings"] >= BOOKINGS
    assert min(counts["moves"], counts["cancellations"], counts["statements"]) > 0
    assert counts["payment paid"] > 5
    measured(
        f"a month of {counts['bookings']} bookings, {sum(told['steps'].values())} steps: {told['seconds']} s, "
        f"{told['seconds_in_all']} s with settling and checks; {happened}"
    )
