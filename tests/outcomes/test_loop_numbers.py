"""The loop's arithmetic by itself: months to steps, households to persons, KPIs to fertility, weights to whole shares."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosei.engines.demography.dimensions import AgeGroups
from sosei.engines.demography.household_types import HOUSEHOLD_TYPES
from sosei.planning.outcomes.loop import fertility
from sosei.planning.outcomes.loop.composition import ADULT_AGES, persons_of_households
from sosei.planning.outcomes.loop.errors import LoopError
from sosei.planning.outcomes.loop.missing import share_out
from sosei.planning.outcomes.loop.settings import (
    FertilitySettings,
    SettledSettings,
    fertility_settings,
    mix_of,
    settled_settings,
)
from sosei.planning.outcomes.loop.settled import (
    Settled,
    Steps,
    arrived,
    going_on,
    month_after,
    pace_of,
    persons_of,
)

GROUPS = AgeGroups(5, 90)
STEPS = Steps(2015, (2020, 2025, 2030))


@pytest.mark.parametrize(
    ("month", "step"),
    [
        (date(2015, 9, 1), None),
        (date(2015, 10, 1), 2020),
        (date(2020, 9, 1), 2020),
        (date(2020, 10, 1), 2025),
        (date(2030, 9, 1), 2030),
        (date(2030, 10, 1), None),
    ],
)
def test_a_month_belongs_to_the_step_between_two_censuses(month: date, step: int | None) -> None:
    assert STEPS.of(month) == step


def test_who_settled_before_the_base_census_is_left_out_and_told() -> None:
    facts = [Settled(date(2015, 9, 1), 4, 8), Settled(date(2015, 10, 1), 2, 4, "couple", "30s")]
    found = arrived(facts, STEPS, GROUPS)
    assert found.counted_before == 4
    assert found.households == {2020: 2}
    assert found.persons[2020].sum() == pytest.approx(4)


@given(
    households=st.integers(1, 500),
    kind=st.sampled_from(["single", "couple", "couple_with_children", "one_parent", "other", ""]),
    head=st.sampled_from([*ADULT_AGES, ""]),
    children=st.integers(0, 500),
)
def test_the_persons_of_a_fact_are_as_many_as_it_says(
    households: int, kind: str, head: str, children: int
) -> None:
    adults = {"single": 1, "couple": 2, "couple_with_children": 2, "one_parent": 1}.get(kind, 1)
    persons = float(households * adults + children)
    found = persons_of_households(households, persons, kind, head, GROUPS)
    assert found.sum() == pytest.approx(persons)
    assert (found >= 0).all()


@pytest.mark.parametrize(
    ("kind", "head", "size", "same"),
    [
        ("couple", "under_30", 2, "couple_20s"),
        ("couple_with_children", "30s", 3, "family_30s"),
        ("couple", "60_and_over", 2, "couple_60s"),
    ],
)
def test_a_household_like_one_of_the_engines_types_brings_the_same_persons(
    kind: str, head: str, size: int, same: str
) -> None:
    fact = Settled(date(2024, 4, 1), 10, 10 * size, kind, head)
    assert np.allclose(persons_of(fact, GROUPS), 10 * HOUSEHOLD_TYPES[same].persons(GROUPS))


def test_the_pace_is_the_mean_of_whole_fiscal_years_and_the_running_one_does_not_count() -> None:
    facts = [
        Settled(date(2023, 3, 1), 100, 200, "couple"),
        Settled(date(2023, 4, 1), 10, 20, "couple"),
        Settled(date(2025, 3, 1), 20, 40, "couple"),
        Settled(date(2026, 3, 1), 30, 60, "couple"),
        Settled(date(2026, 4, 1), 500, 1000, "couple"),
    ]
    persons, households = pace_of(facts, GROUPS, today=date(2026, 11, 22), years=3)
    assert households == 20
    assert persons.sum() == pytest.approx(40)


def test_what_goes_on_begins_with_the_next_month_and_fills_the_running_step_in_part() -> None:
    first = month_after(date(2026, 12, 5))
    assert first == date(2027, 1, 1)
    one_a_year = np.ones((2, 19))
    found = going_on(one_a_year, 12.0, Steps(2015, (2020, 2025, 2030, 2035)), first=first)
    assert found.households == {2030: 12 * 45 / 12, 2035: 60}


def test_births_move_the_rate_by_counted_over_expected_and_years_before_the_base_do_not() -> None:
    observed = fertility.Observed("births", {2014: 500.0, 2017: 110.0, 2018: 130.0})
    found = fertility.factors(observed, dict.fromkeys((2014, 2017, 2018), 100.0), 2015)
    assert found == {2017: pytest.approx(1.1), 2018: pytest.approx(1.3)}
    base = {2020: 1.5, 2025: 1.4}
    only = fertility.by_step(found, base, pace_years=None)
    assert only == {2020: pytest.approx((1.2 * 3 + 1 * 2) / 5), 2025: 1.0}
    lasting = fertility.by_step(found, base, pace_years=1)
    assert lasting == {2020: pytest.approx((1.2 * 3 + 1.3 * 2) / 5), 2025: pytest.approx(1.3)}


def test_a_marriage_rate_moves_the_rate_by_the_share_passed_on() -> None:
    observed = fertility.Observed("marriage", {2018: 4.0}, base=5.0, passed_on=0.9)
    assert fertility.factors(observed, {}, 2015) == {2018: pytest.approx(1 - 0.9 * 0.2)}


def test_unchanged_fertility_makes_no_path_at_all() -> None:
    assert fertility.tfr_path({2020: 1.0, 2025: 1.0}, {2020: 1.5, 2025: 1.4}) is None


@given(
    number=st.integers(0, 5000),
    weights=st.lists(st.decimals(0, 100, places=2), min_size=1, max_size=12).filter(any),
)
def test_whole_shares_add_up_and_stay_within_one_of_the_exact_share(
    number: int, weights: list[Decimal]
) -> None:
    shares = share_out(number, dict(enumerate(weights)))
    assert sum(shares.values()) == number
    total = sum(weights)
    for key, weight in enumerate(weights):
        assert abs(shares[key] - number * weight / total) < 1


def test_the_largest_remainder_takes_the_last_household_and_of_two_equal_ones_the_first() -> None:
    assert share_out(10, {"a": Decimal(1), "b": Decimal(1), "c": Decimal(1)}) == {"a": 4, "b": 3, "c": 3}
    assert share_out(7, {"a": Decimal(20), "b": Decimal(30), "c": Decimal(50)}) == {"a": 1, "b": 2, "c": 4}


@pytest.mark.parametrize("weights", [{"a": Decimal(0)}, {"a": Decimal(-1), "b": Decimal(3)}])
def test_weights_that_share_nothing_are_refused(weights: dict[str, Decimal]) -> None:
    with pytest.raises(LoopError):
        share_out(3, weights)


def test_settings_are_read_back_equal() -> None:
    settled = SettledSettings(goes_on=False, pace_years=5, anyway=0.25, counts_persons=True)
    assert settled_settings(settled.to_parameters()) == settled
    marriages = FertilitySettings(pace_years=2, anyway=0.1, passed_on=0.8, base=5.1)
    assert fertility_settings(marriages.to_parameters(), of_marriages=True) == marriages


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"anyway": 1.2}, "anyway"),
        ({"anyway": True}, "anyway"),
        ({"pace_years": 0}, "pace_years"),
        ({"pace_years": 2.5}, "pace_years"),
        ({"goes_on": "yes"}, "goes_on"),
        ({"invented": 1}, "invented"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told_with_its_field_and_its_value(
    given: dict[str, object], field: str
) -> None:
    with pytest.raises(LoopError) as refused:
        settled_settings(given)
    assert list(refused.value.problems) == [field]
    assert str(given[field]) in refused.value.problems[field] or field in refused.value.problems[field]


def test_a_marriage_lever_needs_its_starting_rate() -> None:
    with pytest.raises(LoopError) as refused:
        fertility_settings({}, of_marriages=True)
    assert "base" in refused.value.problems


@pytest.mark.parametrize(
    "mix", [{}, {"couple_20s": 0.5}, {"castle": 1.0}, {"couple_20s": -1, "family_30s": 2}]
)
def test_a_mix_that_does_not_make_one_is_refused(mix: dict[str, float]) -> None:
    with pytest.raises(LoopError) as refused:
        mix_of(mix)
    assert "mix" in refused.value.problems
