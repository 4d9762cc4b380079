"""Figures of bookings: 64 clients in eight processes after one slot, a thousand slots, against a bare INSERT … ON CONFLICT.

Every slot has one winner and no deadlock happens, or there is no figure. Taking the place is what the herd does; the order
around it (bill, payment, entries, history, letters) is written by the one winner of 64, and told as a second figure.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from bench.harness import figure
from bench.site.spaces_herd import PROCESSES, ROUNDS, THREADS

QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
CLIENTS = PROCESSES * THREADS


@figure(
    f"{CLIENTS} clients, one slot, {ROUNDS:,} rounds: places taken / bare INSERT ON CONFLICT", at_least=0.7
)
def places_taken() -> float:
    """Attempts a second of the statement that takes a place, with halls, buffers, holds and keys."""
    return _told("taken")


@figure(
    f"{CLIENTS} clients, one slot, {ROUNDS:,} rounds: whole orders / bare INSERT ON CONFLICT", at_least=0.1
)
def whole_orders() -> float:
    """Attempts a second of the whole service, one of 64 of which writes an order with its bill."""
    return _told("placed")


def _told(way: str) -> float:
    found = _measured()
    rates = found["rates"]
    sys.stdout.write(
        f"    {way}: {rates[way]:,.0f} attempts a second, bare {rates['bare']:,.0f}; "
        f"{found['won'][way]:,} winners of {ROUNDS:,} slots, {found['deadlocks']} deadlocks\n"
    )
    return float(rates[way] / rates["bare"])


@cache
def _measured() -> dict[str, Any]:
    """A database of its own, removed afterwards.

    Raises:
        RuntimeError: a slot without a winner or with two, or a deadlock.
    """
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "sosei.gateway.project.settings",
            "SOSEI_HOME": str(Path(folder) / "home"),
            "SOSEI_LOG_LEVEL": "ERROR",
        }
        subprocess.run([sys.executable, "-m", "sosei", "migrate"], env=environment, check=True, **QUIET)
        words = [sys.executable, "-m", "bench.site.spaces_herd"]
        found: dict[str, Any] = json.loads(subprocess.check_output(words, env=environment, text=True))  # noqa: S603
    if set(found["won"].values()) | set(found["rows"].values()) != {ROUNDS} or found["deadlocks"]:
        raise RuntimeError(f"each slot has one winner and nobody deadlocks, but: {found}")
    return found
