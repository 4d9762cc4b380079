"""The loop of a town: facts bend the projection and the vision page, the gap becomes households, packages share it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.db import transaction
from django.test import Client

from sosei.core.people import roles
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Municipality, Person
from sosei.core.records.models import Entry
from sosei.engines.demography.overrides import HouseholdArrivals
from sosei.engines.demography.scenario import Scenario
from sosei.planning.outcomes.loop.contribution import Evidence, contribution, years
from sosei.planning.outcomes.loop.errors import LoopError
from sosei.planning.outcomes.loop.fertility import Observed
from sosei.planning.outcomes.loop.missing import Target, missing
from sosei.planning.outcomes.loop.settings import FertilitySettings, SettledSettings
from sosei.planning.outcomes.loop.settled import Settled
from sosei.planning.outcomes.loop_state import Loop, loop_of
from sosei.planning.outcomes.models import GapShare, Lever
from sosei.planning.outcomes.services import levers as services
from sosei.planning.outcomes.services.recording import withdraw_fact
from sosei.planning.population.inputs import ProjectionInputs
from sosei.planning.population.models import Area
from sosei.planning.population.vision import build_vision, vision_inputs
from sosei.planning.strategy.models import KpiActual, PolicyPackage, Strategy
from tests.outcomes.conftest import make_kpi, settle
from tests.people.conftest import MakePerson, SignedIn
from tests.population.conftest import demonstration, iwaki

__all__ = ["demonstration", "iwaki"]

TODAY = date(2026, 11, 22)
FAMILY = {"household_type": "couple_with_children", "head_age": "30s"}
PAGE = "/07204/outcomes/loop"


_inputs: list[ProjectionInputs] = []


@pytest.fixture
def inputs(request: pytest.FixtureRequest) -> ProjectionInputs:
    """What the projections of Iwaki start from: plain numbers, read from the database once."""
    if not _inputs:
        _inputs.append(vision_inputs(request.getfixturevalue("iwaki")))
    return _inputs[0]


def families(month: date, number: float) -> Settled:
    """So many couples in their 30s with a child."""
    return Settled(month, number, 3 * number, "couple_with_children", "30s")


def evidence(*facts: Settled, **given: Any) -> Evidence:
    """The facts with everything at its simplest: nobody would have come anyway, only what happened counts."""
    columns: dict[str, Any] = {
        "settled_by": SettledSettings(goes_on=False, anyway=0.0),
        "today": TODAY,
        **given,
    }
    return Evidence(facts, **columns)


def test_without_facts_the_projection_is_the_baseline_bit_for_bit(inputs: ProjectionInputs) -> None:
    found = contribution(inputs, evidence())
    baseline = inputs.project(Scenario("baseline", {}))
    assert not found.changes_anything
    for course in (found.happened, found.goes_on, found.goes_on_at_most):
        assert np.array_equal(course.projection.everyone.values, baseline.everyone.values)


def test_facts_of_a_step_are_what_the_engines_households_a_year_make_of_them(
    inputs: ProjectionInputs,
) -> None:
    facts = [families(date(year, 12, 1), 40) for year in range(2020, 2025)]
    found = contribution(inputs, evidence(*facts))
    same = HouseholdArrivals("family_30s", 40, from_year=2020, until=2025)
    expected = inputs.project(Scenario("same", {}, overrides=(same,)))
    assert np.allclose(found.happened.projection.everyone.values, expected.everyone.values)
    assert found.happened.households_by(2060) == 200


def test_the_contribution_is_the_upper_bound_less_those_who_would_have_come_anyway(
    inputs: ProjectionInputs,
) -> None:
    by = SettledSettings(goes_on=True, pace_years=3, anyway=0.25)
    facts = [families(date(year, 6, 1), 30) for year in (2021, 2023, 2024, 2025)]
    rows = years(contribution(inputs, evidence(*facts, settled_by=by)))
    assert rows[-1].added_at_most > 0
    for row in rows:
        assert row.added == pytest.approx(0.75 * row.added_at_most, abs=1e-6)
        assert 0 <= row.added_0_14 <= row.added + 1e-9
        assert row.happened <= row.goes_on + 1e-9
    assert rows[0].added == 0


def test_the_choice_of_the_pace_is_explicit_and_both_courses_are_there(inputs: ProjectionInputs) -> None:
    facts = [families(date(year, 6, 1), 30) for year in (2023, 2024, 2025)]
    only = contribution(inputs, evidence(*facts))
    lasting = contribution(inputs, evidence(*facts, settled_by=SettledSettings(goes_on=True, anyway=0.0)))
    assert only.chosen is only.happened
    assert lasting.chosen is lasting.goes_on
    assert lasting.pace == 30
    # From December 2026 to September 2060.
    assert lasting.goes_on.households_by(2060) == pytest.approx(90 + 30 * (33 + 10 / 12))


def test_a_kpi_of_births_moves_fertility_and_not_the_women_who_are_there(inputs: ProjectionInputs) -> None:
    births = inputs.project(Scenario("b", {})).births.sum("sex")
    expected = float(births.sel(year=2020)) / 5
    observed = Observed("births", {2018: expected * 1.1, 2019: expected * 1.1})
    held = evidence(observed=observed, fertility_by=FertilitySettings(anyway=0.0, pace_years=2))
    found = contribution(inputs, held)
    more = found.goes_on.projection.births.sum("sex") / births
    assert more.values[1] == pytest.approx(1.1)
    after = found.happened.projection.births.sum("sex") / births
    assert after.values[1] == pytest.approx(1.0)


def test_the_number_that_is_missing_is_the_smallest_that_reaches_the_target(inputs: ProjectionInputs) -> None:
    course = contribution(inputs, evidence()).without
    mix = {"couple_20s": 0.3, "family_30s": 0.5, "couple_60s": 0.2}
    found = missing(inputs, course, Target(2060, 220_000), mix, first=date(2026, 12, 1))
    assert found.gap > 0
    assert found.reached >= 220_000
    fewer = missing(inputs, course, Target(2060, found.reached), mix, first=date(2026, 12, 1))
    assert fewer.households_a_year == found.households_a_year
    barely = missing(inputs, course, Target(2060, found.reached + 0.001), mix, first=date(2026, 12, 1))
    assert barely.households_a_year == found.households_a_year + 1


def test_a_target_that_is_reached_needs_nobody_and_one_that_nobody_can_reach_is_told(
    inputs: ProjectionInputs,
) -> None:
    course = contribution(inputs, evidence()).without
    first = date(2026, 12, 1)
    assert (
        missing(inputs, course, Target(2060, 1000), {"family_30s": 1.0}, first=first).households_a_year == 0
    )
    for target, place in (
        (Target(2060, 9e8), "total"),
        (Target(2025, 5e5), "year"),
        (Target(2033, 1), "year"),
    ):
        with pytest.raises(LoopError) as refused:
            missing(inputs, course, target, {"family_30s": 1.0}, first=first)
        assert place in refused.value.problems


# The town with its page


Loops = Callable[..., Loop]


@pytest.fixture
def read(iwaki: Area, town: Municipality) -> Loops:
    """`read(user)`: the loop as that user sees it."""
    return lambda user=None: loop_of(town, build_vision(iwaki), user, whole=True)


def facts_of_ten(town: Municipality, **given: Any) -> Any:
    """Ten households in one fact."""
    return settle(town, "10", count=10, amount=Decimal(30), attributes=FAMILY, on=date(2024, 6, 1), **given)


def section_of(client: Client) -> tuple[str, bytes]:
    """The vision page's own part and the loop's section, as sent."""
    page = client.get("/07204/vision").content
    # A fresh nonce and token in every page.
    page = re.sub(rb'(nonce="|csrfmiddlewaretoken" value=")[^"]*', b"", page)
    found = re.search(rb'<section class="section" id="programmes-section".*?</section>', page, re.DOTALL)
    return (found.group(0).decode() if found else ""), page


def test_a_fact_changes_the_vision_page_and_withdrawn_it_is_as_before_bit_for_bit(
    client: Client, town: Municipality, iwaki: Area
) -> None:
    empty, before = section_of(client)
    assert empty == ""
    fact = facts_of_ten(town)
    shown, page = section_of(client)
    assert "10<small>世帯" in shown
    assert page != before
    with transaction.atomic():
        withdraw_fact(fact=fact, reason="二重に入れた")
    assert section_of(client)[1] == before


def test_few_households_are_not_told_to_the_public_but_to_the_towns_own_people(
    client: Client, signed_in: SignedIn, town: Municipality, iwaki: Area, planner: Person
) -> None:
    settle(town, "1", count=2, amount=Decimal(6), attributes=FAMILY, on=date(2024, 6, 1))
    hidden, _page = section_of(client)
    assert "数字は出していません" in hidden
    assert "2<small>世帯" not in hidden
    assert client.get("/07204/outcomes/loop.csv").status_code == 404
    assert "2<small>世帯" in section_of(signed_in(planner))[0]


def test_the_figures_file_holds_the_table_of_the_page(
    client: Client, town: Municipality, iwaki: Area
) -> None:
    facts_of_ten(town)
    response = client.get("/07204/outcomes/loop.csv")
    assert response.status_code == 200
    lines = response.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("年,事業がない場合,起きたことだけ")
    assert lines[-1].startswith("2060,")
    assert client.get("/07204/outcomes/loop.svg").content.startswith(b"<svg")
    assert client.get("/07204/outcomes/loop.exe").status_code == 404


def test_a_lever_decided_with_a_reason_leaves_an_entry_and_moves_the_contribution(
    read: Loops, town: Municipality, planner: Person
) -> None:
    facts_of_ten(town)
    before = read().contribution.happened
    lever = services.set_settled_lever(
        municipality=town,
        parameters={"anyway": 0.0, "goes_on": False},
        set_by=planner,
        reason="相談に来た人への聞き取りの結果",
    )
    loop = read()
    assert loop.contribution.happened.projection.total()[-1] > before.projection.total()[-1]
    assert loop.last.added == loop.last.added_at_most
    entry = Entry.objects.get(verb="lever.set")
    assert (entry.actor, entry.reason) == (planner, lever.reason)
    services.set_settled_lever(
        municipality=town, parameters={}, set_by=planner, reason="記録を点検する間", in_force=False
    )
    assert not read().moves_projection
    assert Lever.objects.of(town).count() == 1


@pytest.mark.parametrize("role", [roles.PROGRAMME_STAFF, roles.CITIZEN, roles.REVIEWER])
def test_only_planners_of_the_town_decide(
    role: str, make_person: MakePerson, town: Municipality, other_town: Municipality, strategy: Strategy
) -> None:
    package = strategy.packages.get()
    for person in (make_person(role, town), make_person(roles.PLANNER, other_town)):
        with pytest.raises(NotAllowedError):
            services.set_settled_lever(municipality=town, parameters={}, set_by=person, reason="理由")
        with pytest.raises(NotAllowedError):
            services.set_gap_shares(municipality=town, shares={package: (Decimal(1), "理由")}, set_by=person)
        with pytest.raises(NotAllowedError):
            services.set_gap_target(
                municipality=town, year=2060, total=1, mix={"family_30s": 1.0}, set_by=person, reason="理由"
            )
    assert not GapShare.objects.exists()


def test_one_kpi_at_a_time_moves_fertility(
    read: Loops, town: Municipality, planner: Person, strategy: Strategy
) -> None:
    births, marriages = make_kpi(strategy, "出生数（架空）"), make_kpi(strategy, "婚姻率（架空）")
    for year, value in ((2018, 2600), (2019, 2500)):
        KpiActual.objects.create(
            strategy=strategy, kpi=births, reported_in=year, value=value, entered_at="2020-06-01T00:00:00Z"
        )
    services.set_fertility_lever(
        municipality=town,
        kind=Lever.Kind.BIRTHS,
        kpi=births,
        parameters={"anyway": 0.0},
        set_by=planner,
        reason="出生数は届け出で確かだから",
    )
    assert read().contribution.changes_anything
    services.set_fertility_lever(
        municipality=town,
        kind=Lever.Kind.MARRIAGE,
        kpi=marriages,
        parameters={"base": 4.8},
        set_by=planner,
        reason="婚姻の支援を見たい",
    )
    in_force = Lever.objects.of(town).filter(in_force=True)
    assert [lever.kind for lever in in_force] == [Lever.Kind.MARRIAGE]
    # Its KPI has no values yet, so that nothing moves.
    assert not read().contribution.changes_anything
    services.end_fertility_lever(municipality=town, set_by=planner, reason="やめる")
    assert not Lever.objects.of(town).filter(in_force=True).exists()


def test_a_kpi_of_an_unpublished_strategy_bends_nothing(
    town: Municipality, planner: Person, strategy: Strategy
) -> None:
    Strategy.objects.filter(pk=strategy.pk).update(published_at=None)
    strategy.refresh_from_db()
    with pytest.raises(LoopError) as refused:
        services.set_fertility_lever(
            municipality=town,
            kind=Lever.Kind.BIRTHS,
            kpi=make_kpi(strategy),
            parameters={},
            set_by=planner,
            reason="理由",
        )
    assert "kpi" in refused.value.problems


def test_the_missing_households_are_shared_by_weights_that_carry_their_reasons(
    client: Client, read: Loops, town: Municipality, planner: Person, strategy: Strategy
) -> None:
    first = strategy.packages.get()
    second = PolicyPackage.objects.create(
        strategy=strategy, goal=first.goal, number="1-2", title="結婚と子育て（架空）", position=1
    )
    services.set_gap_target(
        municipality=town,
        year=2060,
        total=220_000,
        mix={"family_30s": 1.0},
        set_by=planner,
        reason="人口ビジョンで決めた数",
    )
    services.set_gap_shares(
        municipality=town,
        shares={first: (Decimal(2), "相談の窓口がある"), second: (Decimal(1), "これから広げる")},
        set_by=planner,
    )
    loop = read()
    assert loop.missing is not None
    assert loop.missing.target.total == 220_000
    assert sum(share.a_year or 0 for share in loop.shares) == loop.missing.households_a_year
    assert [share.package for share in loop.shares] == [first, second]
    page = client.get(PAGE).content.decode()
    assert "相談の窓口がある" in page
    assert "人口ビジョンで決めた数" in page


def test_a_weight_without_a_reason_is_refused_and_an_unchanged_one_leaves_no_entry(
    town: Municipality, planner: Person, strategy: Strategy
) -> None:
    package = strategy.packages.get()
    with pytest.raises(LoopError) as refused:
        services.set_gap_shares(municipality=town, shares={package: (Decimal(1), " ")}, set_by=planner)
    assert "1-1" in refused.value.problems
    for _again in range(2):
        services.set_gap_shares(
            municipality=town, shares={package: (Decimal(1), "ただ一つの窓口")}, set_by=planner
        )
    assert Entry.objects.filter(verb="gap_share.set").count() == 1


def test_the_page_explains_itself_while_there_is_nothing(
    client: Client, town: Municipality, db: None
) -> None:
    without_vision = client.get(PAGE)
    assert without_vision.status_code == 200
    assert "国勢調査の統計を取り込むと" in without_vision.content.decode()


def test_the_page_without_facts_and_strategy_names_the_remedies(
    client: Client, town: Municipality, iwaki: Area
) -> None:
    page = client.get(PAGE).content.decode()
    assert "見通しを動かす実績が、まだありません" in page
    assert "総合戦略が、まだありません" in page


def test_planners_change_everything_through_the_forms(
    signed_in: SignedIn, read: Loops, town: Municipality, planner: Person, strategy: Strategy
) -> None:
    browser = signed_in(planner)
    package = strategy.packages.get()
    posts: dict[str, dict[str, Any]] = {
        "levers/settled": {
            "in_force": "1",
            "goes_on": "",
            "pace_years": 2,
            "anyway": 40,
            "reason": "聞き取り",
        },
        "gap": {
            "scenario": "",
            "total": 220000,
            "year": 2060,
            "mix_couple_20s": 50,
            "mix_family_30s": 50,
            "mix_couple_60s": 0,
            "reason": "ビジョンの数",
        },
        "gap/shares": {f"weight_{package.pk}": "3", f"reason_{package.pk}": "窓口があるから"},
    }
    for address, given in posts.items():
        page = browser.get(f"/07204/office/outcomes/{address}")
        assert page.status_code == 200
        response = browser.post(f"/07204/office/outcomes/{address}", given)
        assert response.status_code == 302, response.content.decode()
    loop = read(planner)
    assert loop.settled_by == SettledSettings(goes_on=False, pace_years=2, anyway=0.4)
    assert loop.wanted is not None
    assert dict(loop.wanted.mix) == {"couple_20s": 0.5, "family_30s": 0.5}
    assert [share.row.reason for share in loop.shares] == ["窓口があるから"]


def test_a_form_that_cannot_be_used_says_why_beside_the_box(
    signed_in: SignedIn, town: Municipality, iwaki: Area, planner: Person
) -> None:
    response = signed_in(planner).post(
        "/07204/office/outcomes/gap",
        {
            "scenario": "",
            "total": 220000,
            "year": 2060,
            "mix_couple_20s": 50,
            "mix_family_30s": 20,
            "mix_couple_60s": 0,
            "reason": "理由",
        },
    )
    assert response.status_code == 200
    assert "割合を足すと70%です" in response.content.decode()
