"""Iwaki's published population vision as a test: Sosei's figures from the described assumptions, none fitted."""

from __future__ import annotations

import pytest

from sosei.planning.population.models import Area, PublishedFigure
from sosei.planning.population.vision import build_vision
from sosei.planning.population.vision_records import Check, Vision
from tests.conftest import Measured


@pytest.fixture
def vision(iwaki: Area) -> Vision:
    return build_vision(iwaki)


def checked(vision: Vision, scenario: str, quantity: str) -> dict[int, Check]:
    return {c.year: c for c in vision.checks if (c.scenario, c.quantity) == (scenario, quantity)}


def test_the_baseline_meets_the_published_totals(vision: Vision, measured: Measured) -> None:
    found = checked(vision, "baseline", "total")
    for year, check in found.items():
        measured(
            f"baseline {year}: {check.ours:,.0f}, published {check.published:,.0f}, {check.difference:+.2%}"
        )
    assert abs(found[2030].difference) <= 0.01
    assert abs(found[2060].difference) <= 0.03


def test_prospect_2_meets_the_published_totals(vision: Vision, measured: Measured) -> None:
    found = checked(vision, "prospect-2", "total")
    for year, check in found.items():
        measured(
            f"prospect 2 {year}: {check.ours:,.0f}, published {check.published:,.0f}, {check.difference:+.2%}"
        )
    assert set(found) == {2030, 2060}
    assert all(abs(check.difference) <= 0.04 for check in found.values())


def test_the_support_ratios_meet_the_published_ones(vision: Vision, measured: Measured) -> None:
    found = checked(vision, "baseline", "support_ratio")
    differences = {year: round(check.difference, 3) for year, check in found.items()}
    measured(f"support ratio, difference by year: {differences}")
    assert list(found) == list(range(2015, 2061, 5))
    assert sum(abs(check.difference) <= 0.1 for check in found.values()) >= 8
    assert all(abs(check.difference) <= 0.2 for check in found.values())


def test_a_figure_outside_its_tolerance_says_why(vision: Vision) -> None:
    for check in vision.checks:
        assert check.holds is (abs(check.difference) <= check.tolerance)
        assert bool(check.why) is not check.holds


def test_every_published_figure_of_a_scenario_is_checked(vision: Vision, iwaki: Area) -> None:
    assert len(vision.checks) == PublishedFigure.objects.filter(area=iwaki).count()


def test_every_assumption_left_open_names_its_value_and_source(vision: Vision) -> None:
    assert any(a.left_open for a in vision.assumptions)
    for assumption in vision.assumptions:
        assert assumption.title
        assert assumption.value
        assert assumption.source


def test_the_effect_of_an_alternative_is_the_difference_of_two_projections(
    vision: Vision, iwaki: Area
) -> None:
    from sosei.engines.demography.shipped import shipped_scenario
    from sosei.planning.population.inputs import build_inputs
    from sosei.planning.population.vision import vision_inputs

    inputs = vision_inputs(iwaki)
    fewer = build_inputs(
        inputs.censuses, inputs.assumptions.changed({"special.evacuees.remaining.2025": 0.8}), until=2060
    )
    baseline = shipped_scenario("baseline")
    gap = float((fewer.project(baseline).total() - inputs.project(baseline).total()).sel(year=2030))
    effect = next(a.effect for a in vision.assumptions if a.key == "evacuees-return")
    assert gap > 1000
    assert f"{gap:+,.0f}人" in effect


def test_published_figures_are_held_to_the_tolerances_the_page_names(vision: Vision) -> None:
    held = {(c.scenario, c.quantity, c.year): c.tolerance for c in vision.checks}
    assert held["baseline", "total", 2030] == 0.01
    assert held["baseline", "total", 2060] == 0.03
    assert held["prospect-2", "total", 2030] == held["prospect-2", "total", 2060] == 0.04
    assert {t for (_, quantity, _), t in held.items() if quantity == "support_ratio"} == {0.1}
