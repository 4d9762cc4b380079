"""The bench tells holds from SHORT, counts what it cannot measure as SHORT, and ends with 1 for any SHORT."""

from __future__ import annotations

import math
import time

import pytest

from bench import harness
from bench.__main__ import main, subjects
from bench.harness import Figure, figure, run, time_ratio


def figure_of(measured: float, *, at_most: float | None = None, at_least: float | None = None) -> Figure:
    return Figure("a figure", "somewhere", lambda: measured, at_most, at_least)


@pytest.mark.parametrize(
    ("measured", "bounds", "holds"),
    [
        (2.0, {"at_most": 2.0}, True),
        (2.1, {"at_most": 2.0}, False),
        (0.9, {"at_least": 0.9}, True),
        (0.8, {"at_least": 0.9}, False),
        (math.nan, {"at_most": 2.0}, False),
        (math.nan, {"at_least": 2.0}, False),
    ],
)
def test_a_figure_holds_up_to_its_bound_and_no_further(measured, bounds, holds):
    assert figure_of(measured, **bounds).holds(measured) is holds


def test_a_line_names_the_figure_what_was_measured_what_must_be_and_the_verdict():
    lines: list[str] = []
    assert run([figure_of(1.25, at_most=2)], lines.append) == 0
    assert lines[0].split("  ")[0] == "a figure"
    assert lines[0].split()[2:] == ["1.25", "<=", "2", "holds"]


def test_one_short_figure_among_many_makes_the_run_fail_and_the_others_are_still_measured():
    lines: list[str] = []
    assert run([figure_of(3, at_most=2), figure_of(1, at_most=2)], lines.append) == 1
    assert [line.split()[-1] for line in lines] == ["SHORT", "holds"]


def test_a_figure_that_cannot_be_measured_is_short_and_says_why():
    def broken() -> float:
        raise ZeroDivisionError("no people")

    lines: list[str] = []
    assert run([Figure("broken", "somewhere", broken, 1, None)], lines.append) == 1
    assert "no people" in lines[0]
    assert lines[0].endswith("SHORT")


def test_a_run_without_figures_fails_rather_than_passing_for_nothing():
    assert run([], lambda line: None) == 1


def test_a_figure_is_filed_under_the_module_that_registers_it(monkeypatch):
    monkeypatch.setattr(harness, "REGISTRY", [])
    figure("mine", at_least=1)(figure_of(1, at_least=1).measure)
    assert [(each.name, each.subject) for each in harness.REGISTRY] == [("mine", "test_bench")]
    with pytest.raises(ValueError, match="already called"):
        figure("mine", at_least=1)


@pytest.mark.parametrize("bounds", [{}, {"at_most": 1, "at_least": 1}])
def test_a_figure_needs_exactly_one_bound(bounds):
    with pytest.raises(ValueError, match="exactly one"):
        figure("unbounded", **bounds)


def test_the_time_ratio_tells_twice_the_work_from_once():
    def once() -> None:
        time.sleep(0.015)

    def twice() -> None:
        time.sleep(0.03)

    assert 1.4 < time_ratio(twice, once, rounds=5) < 2.8


def test_a_subject_that_does_not_exist_is_refused_with_those_that_do(capsys):
    with pytest.raises(SystemExit) as refused:
        main(["--only", "astrology"])
    assert refused.value.code == 2
    told = capsys.readouterr().err
    assert [subject for subject in subjects() if subject not in told] == []
    assert "demography" in subjects()
