"""Figures of outcomes with a whole country in the database: 1,741 towns, a million actuals, five million facts.

The dashboard of one town after another is asked for by one visitor at a time, here and in a database of one town: the
country must make it hardly slower, and the time that 95 of 100 answers do not exceed is printed. A feed is measured
side by side in two databases, of ten thousand facts and of five million, a million of them behind the feed itself:
recording a fact, folding it into the sums and reading the KPI's value.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from time import perf_counter

from bench.harness import figure
from bench.site.facts import FEW, MANY, TOWNS, Size, town_code

MUST_SECONDS = 0.2
ASKED, WARM_UP = 400, 40
ROUNDS, FACTS_A_ROUND = 25, 20
START_SECONDS = 120
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
_open = ExitStack()


@figure(f"p95 of a town's dashboard, {TOWNS:,} towns, {MANY.facts:,} facts / {FEW.facts:,}", at_most=1.5)
def dashboards_of_the_country() -> float:
    """A different town every time where there are many, so that no page is asked for twice."""
    with _serving(_database(MANY)) as many, _serving(_database(FEW)) as few:
        codes = [town_code(1 + number * 37 % TOWNS) for number in range(WARM_UP + ASKED)]
        of_many = [f"/{code}/strategy/{_strategy(code)}/board" for code in codes]
        first = town_code(1)
        of_few = [f"/{first}/strategy/{_strategy(first)}/board"] * len(of_many)
        times = [_ask(port, paths)[WARM_UP:] for port, paths in ((many, of_many), (few, of_few))]
    large, small = (statistics.quantiles(each, n=20)[-1] for each in times)
    sys.stdout.write(
        f"    dashboard: p95 {large * 1000:.0f} ms, p50 {statistics.median(times[0]) * 1000:.0f} ms (to be under "
        f"{MUST_SECONDS * 1000:.0f} ms); with {FEW.facts:,} facts p95 {small * 1000:.0f} ms\n"
    )
    return large / small


@figure(f"a feed's recomputation at {MANY.facts:,} facts / at {FEW.facts:,}", at_most=1.5)
def feed_after_a_fact() -> float:
    """Recorded, folded and read, in turn on both sides."""
    with _working(_database(MANY)) as many, _working(_database(FEW)) as few:
        for side in (many, few):
            side(FACTS_A_ROUND)
        rounds = [(many(FACTS_A_ROUND), few(FACTS_A_ROUND)) for _ in range(ROUNDS)]
        anew = (many(0), few(0))
    large, small = (statistics.median(times) / FACTS_A_ROUND * 1000 for times in zip(*rounds, strict=True))
    sys.stdout.write(
        f"    a fact recorded, folded, read: {large:.2f} ms beside {MANY.feed:,} of the feed, {small:.2f} ms beside "
        f"{FEW.feed:,}; counted anew it would be {anew[0] * 1000:.0f} ms and {anew[1] * 1000:.0f} ms\n"
    )
    return statistics.median(many_time / few_time for many_time, few_time in rounds)


def _strategy(code: str) -> int:
    """The key of a town's one strategy: they are made in the order of the towns."""
    return int(code) - int(town_code(1)) + 1


@cache
def _database(size: Size) -> dict[str, str]:
    """The environment of a database of its own with that much in it; removed when the measuring ends."""
    folder = _open.enter_context(tempfile.TemporaryDirectory())
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "sosei.gateway.project.settings",
        "SOSEI_HOME": str(Path(folder) / "home"),
        "SOSEI_LOG_LEVEL": "ERROR",
    }
    began = perf_counter()
    subprocess.run([sys.executable, "-m", "sosei", "migrate"], env=environment, check=True, **QUIET)
    words = [sys.executable, "-m", "bench.site.facts", size.name]
    subprocess.run(words, env=environment, check=True)  # noqa: S603
    sys.stdout.write(
        f"    {size.facts:,} facts, {size.actuals:,} actuals loaded in {perf_counter() - began:.0f} s\n"
    )
    return environment


def _ask(port: int, paths: list[str]) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    times = []
    for path in paths:
        began = perf_counter()
        connection.request("GET", path, headers={"Host": "localhost"})
        answer = connection.getresponse()
        answer.read()
        times.append(perf_counter() - began)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
    return times


@contextmanager
def _serving(environment: dict[str, str]) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    subprocess.run([sys.executable, "-m", "sosei", "build_assets"], env=environment, check=True, **QUIET)
    words = [sys.executable, "-m", "sosei", "serve", "--port", str(port)]
    process = subprocess.Popen(words, env=environment, **QUIET)  # noqa: S603
    try:
        _wait(port, process)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the measured site did not start")


@contextmanager
def _working(environment: dict[str, str]) -> Iterator[Callable[[int], float]]:
    """`side(n)`: seconds in which a process on that database does n facts; n = 0 counts the feed anew."""
    words = [sys.executable, "-m", "bench.site.feed_work"]
    with subprocess.Popen(  # noqa: S603
        words, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asked, told = process.stdin, process.stdout

        def side(facts: int) -> float:
            asked.write(f"{facts}\n")
            asked.flush()
            return float(told.readline())

        try:
            yield side
        finally:
            asked.close()
            process.wait(timeout=60)
