"""A month of bookings and money while processes are killed and the database crashes: nothing may be wrong in the end.

`python -m bench --only spaces_month` lives through 100,000 bookings, which takes hours; BENCH_MONTH=2000 asks for
another number. A plain `python -m bench` leaves it out: its figure is no time, and what it asks stands in the tests as
well, with fewer bookings. Progress goes to the error output.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.harness import figure

BOOKINGS = int(os.environ.get("BENCH_MONTH", "100000"))
CORES = os.cpu_count() or 2
ONLY_WHEN_ASKED = True
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


@figure(f"a month of {BOOKINGS:,} bookings under kills and crashes: what is wrong in the end", at_most=0)
def month() -> float:
    """Flaws of everything that `bench.site.month.checks` and its second reckoning of statements look at."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "bench.site.month.settings",
            "SOSEI_HOME": str(Path(folder) / "home"),
            "SOSEI_ADDRESS": "http://127.0.0.1:8899",
            "SOSEI_LOG_LEVEL": "ERROR",
        }
        (Path(folder) / "home").mkdir()
        subprocess.run([sys.executable, "-m", "sosei", "migrate"], env=environment, check=True, **QUIET)
        words = [sys.executable, "-m", "bench.site.month", "--bookings", str(BOOKINGS)]
        words += ["--processes", str(2 * CORES), "--workers", str(CORES)]
        words += ["--kills", str(max(2, BOOKINGS // 500)), "--restarts", str(max(1, BOOKINGS // 2000))]
        told = json.loads(subprocess.check_output(words, env=environment, text=True))  # noqa: S603
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return float(told["flaw_count"])
