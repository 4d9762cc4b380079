"""The registry of figures and the one way they are measured and printed.

A figure is a ratio of two times taken in the same run on the same machine, so it means the same on a fast
machine and on a slow one. A module `bench/<subject>.py` registers its figures:

    @figure("one projection with its scenario, against a plain NumPy loop", at_most=20)
    def projection() -> float:
        return time_ratio(ours, plain_loop)
"""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import perf_counter

HOLDS, SHORT = "holds", "SHORT"


@dataclass(frozen=True)
class Figure:
    """What is measured, for which subject, and what it must be; one of the two bounds is given."""

    name: str
    subject: str
    measure: Callable[[], float]
    at_most: float | None
    at_least: float | None

    @property
    def must(self) -> str:
        """The bound as it is printed."""
        return f"<= {self.at_most:g}" if self.at_most is not None else f">= {self.at_least:g}"

    def holds(self, measured: float) -> bool:
        """Whether `measured` keeps the bound; not-a-number never does."""
        if self.at_most is not None:
            return measured <= self.at_most
        assert self.at_least is not None
        return measured >= self.at_least


@dataclass(frozen=True)
class Outcome:
    """A figure with what was measured, or with the error that stopped the measuring."""

    figure: Figure
    measured: float | None
    error: Exception | None = None

    @property
    def verdict(self) -> str:
        """`holds` or `SHORT`; a figure that could not be measured is short."""
        return HOLDS if self.measured is not None and self.figure.holds(self.measured) else SHORT

    @property
    def line(self) -> str:
        """Name, measured, must, verdict."""
        measured = f"{self.measured:.4g}" if self.measured is not None else f"error: {self.error!r}"
        return f"{self.figure.name:<72}  {measured:>10}  {self.figure.must:>10}  {self.verdict}"


REGISTRY: list[Figure] = []


def figure(
    name: str, *, at_most: float | None = None, at_least: float | None = None
) -> Callable[[Callable[[], float]], Callable[[], float]]:
    """Registers the decorated function as a figure of its module's subject.

    Raises:
        ValueError: not exactly one bound, or a name already taken.
    """
    if (at_most is None) == (at_least is None):
        raise ValueError(f"figure {name!r} needs exactly one of at_most and at_least")
    if any(known.name == name for known in REGISTRY):
        raise ValueError(f"a figure is already called {name!r}")

    def register(measure: Callable[[], float]) -> Callable[[], float]:
        subject = measure.__module__.rpartition(".")[2]
        REGISTRY.append(Figure(name, subject, measure, at_most, at_least))
        return measure

    return register


def time_ratio(ours: Callable[[], object], reference: Callable[[], object], *, rounds: int = 15) -> float:
    """Median over `rounds` of (time of ours / time of the reference), taken in turn so that both meet the same load.

    Each side runs once before, unmeasured; the garbage collector rests meanwhile.
    """
    ours(), reference()
    ratios = []
    collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(rounds):
            mine, theirs = _seconds(ours), _seconds(reference)
            ratios.append(mine / theirs)
    finally:
        if collecting:
            gc.enable()
    return statistics.median(ratios)


def _seconds(work: Callable[[], object]) -> float:
    """Seconds of one run; work too short for the clock is repeated until it is not."""
    runs = 1
    while True:
        start = perf_counter()
        for _ in range(runs):
            work()
        elapsed = perf_counter() - start
        if elapsed > 0.002:
            return elapsed / runs
        runs *= 4


def run(figures: Iterable[Figure], write: Callable[[str], object] = print) -> int:
    """Measures each figure, writes its line, returns 1 if any is short or none was asked for, else 0."""
    outcomes = []
    for each in figures:
        try:
            outcome = Outcome(each, each.measure())
        except Exception as error:
            outcome = Outcome(each, None, error)
        write(outcome.line)
        outcomes.append(outcome)
    if not outcomes:
        write("no figure is registered")
        return 1
    return int(any(outcome.verdict == SHORT for outcome in outcomes))
