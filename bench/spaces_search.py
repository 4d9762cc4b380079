"""Figures of the search for spaces: one town with 50,000 spaces and five million taken times, all of it behind every search.

The yardstick is SQL written by hand that reads the same rows and decides nothing (`site/spaces_work.py`): the index of
words, the narrow rows, of some 80 spaces the hours and what is taken, and the twelve shown with prices and a week. Ours
is the whole search as the page asks it, with prices reckoned in Python. The times themselves are told beside the ratio.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from time import perf_counter

from bench.harness import figure
from bench.site.spaces import SPACES, TAKEN

MUST_MS = 50
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
Times = dict[str, dict[str, dict[str, float]]]


@figure(f"p95 of a search by words, day and hours, {SPACES:,} spaces / bare SQL", at_most=6)
def words_day_and_hours() -> float:
    """One or two words, sometimes seats, a fixed time on a day of the next two months."""
    return _told("words", "search by words, day and hours")


@figure(f"p95 of any two hours on Thursday afternoon, {SPACES:,} spaces / bare SQL", at_most=6)
def thursday_afternoon() -> float:
    """With and without kind and seats."""
    return _told("thursday", "any two hours on Thursday afternoon")


@figure(f"p95 of a space's month, {TAKEN:,} taken times / bare SQL", at_most=12)
def a_month() -> float:
    """Every day of a month with its free times, as the public page shows it."""
    return _told("month", "calendar month of one space")


@figure(f"p95 of a booking among {TAKEN:,} taken times / bare SQL that writes its rows", at_most=45)
def a_booking() -> float:
    """One hour of a room, paid on site: rules, price, place, bill, history, letters."""
    return _told("booking", "booking")


def _told(name: str, words: str) -> float:
    ours, bare = (_measured()[name][side] for side in ("ours", "bare"))
    sys.stdout.write(
        f"    {words}: p50 {_ms(ours, 'p50')}, p95 {_ms(ours, 'p95')} ms of the processor (to be under {MUST_MS}), on the "
        f"clock {_ms(ours, 'clock_p50')}, {_ms(ours, 'clock_p95')}; bare {_ms(bare, 'p50')}, {_ms(bare, 'p95')}, on the "
        f"clock {_ms(bare, 'clock_p50')}, {_ms(bare, 'clock_p95')}\n"
    )
    return ours["p95"] / bare["p95"]


def _ms(times: dict[str, float], name: str) -> str:
    return f"{times[name] * 1000:.1f}"


@cache
def _measured() -> Times:
    """A database of its own, filled once for all figures and removed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "sosei.gateway.project.settings",
            "SOSEI_HOME": str(Path(folder) / "home"),
            "SOSEI_LOG_LEVEL": "ERROR",
        }
        began = perf_counter()
        subprocess.run([sys.executable, "-m", "sosei", "migrate"], env=environment, check=True, **QUIET)
        subprocess.run([sys.executable, "-m", "bench.site.spaces"], env=environment, check=True)
        sys.stdout.write(
            f"    {SPACES:,} spaces, {TAKEN:,} taken times filled in {perf_counter() - began:.0f} s\n"
        )
        words = [sys.executable, "-m", "bench.site.spaces_work"]
        told: Times = json.loads(subprocess.check_output(words, env=environment, text=True))  # noqa: S603
        return told
