"""Sizing by the facts, bills of goods that are never under-sized, months until they pay, measured acceptance."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sosei.programmes.spaces.rules_errors import ErrorCode, RulesError
from sosei.programmes.spaces.rules_ict import Mark, Need, Purpose, Site, Sizing, Unit, Use, size
from sosei.programmes.spaces.rules_ict_figures import FORMULAS, PROFILES, SOURCES
from sosei.programmes.spaces.rules_ict_offers import (
    COST_MONTHS,
    Capacity,
    CatalogueItem,
    Code,
    Goods,
    Level,
    access_points,
    is_met,
    propose,
    requirements,
)
from sosei.programmes.spaces.rules_ict_results import Code as ResultCode
from sosei.programmes.spaces.rules_ict_results import Sample, accept, payback, won_income
from tests.spaces.rules_world import tokyo

COWORKING = [Use(Purpose.COWORKING, 20)]
SITE = Site(area_m2=80, seats=20, doors=1)


def test_a_meeting_of_six_needs_what_the_facts_say_and_never_less_than_a_site_needs() -> None:
    found = size([Use(Purpose.VIDEO_MEETING, 6)], Site(area_m2=30, seats=6, depth_cm=400))
    assert found.step("total_down").value == 15_600  # 6 * 2 Mbit/s * 1.3
    assert (found.needs[Need.DOWN], found.needs[Need.UP]) == (30_000, 15_600)
    assert found.needs[Need.ACCESS_POINTS] == 1
    assert found.needs[Need.CONFERENCE] == 6
    assert found.needs[Need.DISPLAY] == ceil(400 / 6 * 2.04 / 2.54)
    assert Need.BOOTHS not in found.needs


def test_coworking_of_twenty_needs_fifty_megabits_booths_and_a_second_access_point_for_its_devices() -> None:
    found = size(COWORKING, SITE)
    assert found.step("total_down").value == 39_000  # 20 * 50 % * 3 * 1.3
    assert found.needs[Need.DOWN] == 50_000
    assert found.needs[Need.UP] == 19_500
    assert found.needs[Need.PING] == 10
    assert [found.step(f"ap_by_{way}").value for way in ("area", "devices", "demand")] == [1, 2, 1]
    assert found.needs[Need.ACCESS_POINTS] == 2
    assert found.needs[Need.BOOTHS] == 3
    assert found.needs[Need.POE_PORTS] == 3
    assert found.needs[Need.PORTS] == 4
    assert found.needs[Need.NETWORKS] == 3
    assert found.step(Need.BOOTHS).mark is Mark.L
    assert found.step("demand_down:0:coworking").mark is Mark.DESIGN


def test_a_host_may_give_figures_of_his_own() -> None:
    own = size([Use(Purpose.STREAMING, 2, share_percent=100, down_kbps=1000, up_kbps=25_000)], SITE)
    assert own.step("total_up").value == 65_000
    assert own.needs[Need.PING] == 50
    third = size([Use(Purpose.LIGHT, 1, share_percent=33, down_kbps=1001)], SITE)
    assert third.step("demand_down:0:light").value == 331


def test_a_formula_shown_is_the_formula_reckoned() -> None:
    found = size([Use(Purpose.COWORKING, 20), Use(Purpose.VIDEO_MEETING, 6)], Site(95, 24, 2, 3, 4))
    seen = set()
    for step in found.steps:
        names = {figure.name: figure.value for figure in step.figures}
        assert len(names) == len(step.figures)
        names.setdefault("reserve", 0)
        text = step.formula
        if text == "ceil(watt * reserve / power_factor)":
            assert step.value == ceil(names["watt"] * names["reserve"] / names["power_factor"])
        else:
            scope = {"ceil": ceil, "sqrt": sqrt, "max": max, **names}
            text = text.replace("sum *", "total *")
            scope["total"] = names.get("sum", 0)
            assert step.value == ceil(eval(text, {"__builtins__": {}}, scope) - 1e-9), step
        assert step.unit in Unit
        assert not step.source or step.source in SOURCES
        assert all(not figure.source or figure.source in SOURCES for figure in step.figures)
        seen.add(step.formula)
    assert seen | {"users"} == set(FORMULAS)
    assert set(PROFILES) == set(Purpose)


uses = st.lists(
    st.builds(
        Use,
        st.sampled_from(list(Purpose)),
        st.integers(1, 200),
        st.one_of(st.none(), st.integers(1, 100)),
        st.one_of(st.none(), st.integers(1, 50_000)),
        st.one_of(st.none(), st.integers(1, 50_000)),
    ),
    min_size=1,
    max_size=4,
)
sites = st.integers(1, 100).flatmap(
    lambda seats: st.builds(
        Site,
        st.integers(1, 3000),
        st.just(seats),
        st.integers(0, 5),
        st.integers(0, 10),
        st.integers(0, seats),
        st.one_of(st.none(), st.integers(50, 3000)),
    )
)


@settings(max_examples=200)
@given(uses, sites)
def test_the_sizing_agrees_with_a_second_reckoning_and_more_people_never_need_less(
    some: list[Use], site: Site
) -> None:
    found = size(some, site)

    def megabits(way: str) -> float:
        total = 0.0
        for use in some:
            profile = PROFILES[use.purpose]
            share = (use.share_percent or profile.share.value) / 100
            own = use.down_kbps if way == "down" else use.up_kbps
            total += use.users * share * (own or getattr(profile, way).value) / 1000
        return total * 1.3

    down, up = megabits("down"), megabits("up")
    above = found.step("total_down").value / 1000 - down  # each use and the sum are rounded up to kbit/s
    assert -1e-9 <= above < 0.0013 * len(some) + 0.001
    devices = 2 * max(site.seats, sum(use.users for use in some if use.purpose is not Purpose.STREAMING))
    exact = max(ceil(site.area_m2 / 225), ceil(devices / 25), ceil((down + up) / 60 - 1e-9))
    assert 0 <= found.needs[Need.ACCESS_POINTS] - exact <= 1
    assert (
        found.needs[Need.PORTS]
        >= found.needs[Need.POE_PORTS]
        >= found.needs[Need.ACCESS_POINTS] + site.cameras
    )
    more = size([*some, Use(Purpose.CLASSES, 5)], site)
    assert all(more.needs[need] >= value for need, value in found.needs.items() if need is not Need.PING)


# --- Bills of goods ---------------------------------------------------------------------------------------------------


def thing(code: str, goods: Goods, first: int, monthly: int = 0, **can: int) -> CatalogueItem:
    return CatalogueItem(code, goods, first, monthly, {Capacity(name): value for name, value in can.items()})


CATALOGUE = [
    thing("line-100", Goods.LINE, 20_000, 5_000, down_kbps=60_000, up_kbps=60_000),
    thing("line-1g", Goods.LINE, 30_000, 7_000, down_kbps=500_000, up_kbps=500_000),
    thing("router", Goods.ROUTER, 40_000, 0, down_kbps=900_000, up_kbps=900_000, networks=8),
    thing("ap-small", Goods.ACCESS_POINT, 15_000, 0, clients=50),
    thing("ap-large", Goods.ACCESS_POINT, 50_000, 500, clients=200),
    thing("switch-8", Goods.SWITCH, 20_000, 0, poe_ports=8, ports=8),
    thing("switch-24", Goods.SWITCH, 50_000, 0, poe_ports=24, ports=24),
    thing("booth", Goods.BOOTH, 600_000),
    thing("strip", Goods.POWER, 3_000, 0, outlets=6),
    thing("display-55", Goods.DISPLAY, 90_000, 0, inch=55),
    thing("display-98", Goods.DISPLAY, 400_000, 0, inch=98),
    thing("bar", Goods.CAMERA, 80_000, 0, people=8),
    thing("lock", Goods.LOCK, 35_000, 500, doors=1),
    thing("ups", Goods.UPS, 25_000, 0, va=500),
    thing("work", Goods.WORK, 100_000),
]


def test_three_proposals_keep_more_and_more_in_reserve_and_the_robust_has_two_lines() -> None:
    found = propose(size(COWORKING, SITE), CATALOGUE)
    assert [offer.level for offer in found.offers] == list(Level) and not found.refused
    economy, balanced, robust = (
        {row.item.code: row.quantity for row in offer.rows} for offer in found.offers
    )
    assert economy["line-100"] == 1 and economy["ap-small"] == 2 and economy["booth"] == 3
    assert balanced["line-1g"] == 1 and balanced["ap-small"] == 2
    assert robust["line-1g"] == 2 and robust["ap-small"] == 4
    assert (
        found.offers[0].first_yen
        == 20_000 + 40_000 + 30_000 + 20_000 + 1_800_000 + 21_000 + 35_000 + 25_000 + 100_000
    )
    assert found.offers[0].monthly_yen == 5_500
    assert propose(size(COWORKING, SITE), CATALOGUE[::-1]).offers == found.offers


def test_half_of_the_clients_in_an_access_points_catalogue_are_reckoned_with() -> None:
    weak = [item for item in CATALOGUE if item.goods is not Goods.ACCESS_POINT]
    found = propose(size(COWORKING, SITE), [*weak, thing("ap", Goods.ACCESS_POINT, 1, 0, clients=20)])
    assert {row.item.code: row.quantity for row in found.offers[0].rows}["ap"] == 4  # 40 devices, 10 each


def test_what_the_catalogue_lacks_is_refused_by_name_and_work_may_be_in_the_prices() -> None:
    lacking = [item for item in CATALOGUE if item.goods not in (Goods.BOOTH, Goods.WORK)]
    found = propose(size(COWORKING, SITE), lacking)
    assert not found.offers
    assert {refusal.data["goods"] for refusal in found.refused} == {Goods.BOOTH}
    assert found.refused[0].code is Code.NOT_IN_CATALOGUE and found.refused[0].data["pieces"] == 3
    slow = [item for item in CATALOGUE if item.code != "line-1g"]
    partly = propose(size(COWORKING, SITE), slow)
    assert [offer.level for offer in partly.offers] == [Level.ECONOMY]
    assert [refusal.data["level"] for refusal in partly.refused] == [Level.BALANCED, Level.ROBUST]


def test_levels_with_the_same_goods_are_proposed_once() -> None:
    large = {capacity.value: 10**8 for capacity in Capacity}
    catalogue = [thing(goods, goods, 1000, 0, **large) for goods in Goods]
    found = propose(size([Use(Purpose.LIGHT, 3)], Site(20, 3)), catalogue)
    assert [offer.level for offer in found.offers] == [Level.ECONOMY, Level.ROBUST] and not found.refused


def test_the_reserve_is_for_users_not_for_area_and_robust_lets_one_access_point_fail() -> None:
    wide = size([Use(Purpose.LIGHT, 3)], Site(2000, 3))
    assert [access_points(wide, level) for level in Level] == [9, 9, 10]
    full = size(COWORKING, SITE)
    assert [access_points(full, level) for level in Level] == [2, 2, 4]  # 40, 50, 60 devices
    switches = [
        each.amounts for level in Level for each in requirements(full, level) if each.goods is Goods.SWITCH
    ]
    assert [(each[Capacity.POE_PORTS], each[Capacity.PORTS]) for each in switches] == [(3, 4), (4, 5), (7, 8)]
    assert [
        requirement.amounts[Capacity.PIECES]
        for level in Level
        for requirement in requirements(full, level)
        if requirement.goods is Goods.BOOTH
    ] == [3, 4, 4]


@st.composite
def catalogues(draw: st.DrawFn) -> list[CatalogueItem]:
    found: list[CatalogueItem] = []
    for goods in Goods:
        for number in range(draw(st.integers(0, 3))):
            scale = draw(st.sampled_from([1, 10, 1000]))
            can = {
                capacity: draw(st.integers(0, 60)) * (scale * 1000 if "kbps" in capacity else scale)
                for capacity in Capacity
                if capacity is not Capacity.PIECES
            }
            price, monthly = draw(st.integers(0, 100_000)), draw(st.integers(0, 5_000))
            found.append(CatalogueItem(f"{goods}-{number}", goods, price, monthly, can))
    return found


@settings(max_examples=150, deadline=None)
@given(uses, sites, catalogues())
def test_no_proposal_is_under_sized_and_more_reserve_never_costs_less(
    some: list[Use], site: Site, catalogue: list[CatalogueItem]
) -> None:
    sizing = size(some, site)
    found = propose(sizing, [*catalogue, *CATALOGUE])
    costs = []
    for offer in found.offers:
        for requirement in requirements(sizing, offer.level):
            rows = [row for row in offer.rows if row.item.goods is requirement.goods]
            assert is_met(rows, requirement) or (requirement.optional and not rows)
        _holds_what_is_needed(sizing, offer.level, offer.rows)
        costs.append(offer.first_yen + COST_MONTHS * offer.monthly_yen)
    assert costs == sorted(costs)
    refused = {refusal.data["level"] for refusal in found.refused}
    assert refused.isdisjoint(offer.level for offer in found.offers)


def _holds_what_is_needed(sizing: Sizing, level: Level, rows: tuple) -> None:  # type: ignore[type-arg]
    """Straight from the needs, without the requirements."""

    def total(goods: Goods, capacity: Capacity) -> int:
        return sum(row.item.can(capacity) * row.quantity for row in rows if row.item.goods is goods)

    needs = sizing.needs
    assert total(Goods.LINE, Capacity.DOWN_KBPS) >= needs[Need.DOWN]
    assert total(Goods.LINE, Capacity.UP_KBPS) >= needs[Need.UP]
    assert total(Goods.ACCESS_POINT, Capacity.CLIENTS) // 2 >= needs[Need.DEVICES]
    points = sum(row.quantity for row in rows if row.item.goods is Goods.ACCESS_POINT)
    assert points >= needs[Need.ACCESS_POINTS]
    assert (
        total(Goods.SWITCH, Capacity.POE_PORTS)
        >= needs[Need.POE_PORTS] + access_points(sizing, level) - needs[Need.ACCESS_POINTS]
    )
    assert total(Goods.POWER, Capacity.OUTLETS) >= needs[Need.OUTLETS]
    assert total(Goods.UPS, Capacity.VA) >= needs[Need.UPS]
    assert total(Goods.LOCK, Capacity.DOORS) >= needs.get(Need.LOCKS, 0)
    assert sum(row.quantity for row in rows if row.item.goods is Goods.BOOTH) >= needs.get(Need.BOOTHS, 0)
    if Need.DISPLAY in needs:
        assert (
            min(row.item.can(Capacity.INCH) for row in rows if row.item.goods is Goods.DISPLAY)
            >= needs[Need.DISPLAY]
        )


# --- When it pays, and what was measured ------------------------------------------------------------------------------


def test_months_until_it_pays_are_rounded_up_and_never_is_told_with_figures() -> None:
    income = won_income(40, 25, 3000, 90)
    assert income.value == 27_000
    found = payback(100_000, 7_000, income)
    assert found.months == 5 and found.why is None
    assert [step.code for step in found.steps] == ["won_income", "net_income", "payback"]
    assert payback(100_001, 7_000, income).months == 6
    assert payback(0, 7_000, income).months == 0
    never = payback(100_000, 27_000, income)
    assert never.months is None and never.why is not None and never.why.code is ResultCode.NEVER_PAYS
    assert never.why.data == {"first": 100_000, "running": 27_000, "income": 27_000}


@given(
    st.integers(0, 10**7),
    st.integers(0, 10**5),
    st.integers(0, 500),
    st.integers(0, 100),
    st.integers(0, 10**5),
)
def test_after_the_months_the_first_cost_is_earned_and_a_month_before_it_is_not(
    first: int, monthly: int, searches: int, share: int, yen: int
) -> None:
    income = won_income(searches, share, yen)
    found = payback(first, monthly, income)
    net = income.value - monthly
    if found.months is None:
        assert net <= 0
    else:
        assert found.months * net >= first
        assert found.months == 0 or (found.months - 1) * net < first


def _samples(*rows: tuple[int, int, int]) -> list[Sample]:
    return [Sample(tokyo(4, 1, 10, minute), *row) for minute, row in enumerate(rows)]


def test_acceptance_takes_the_median_and_names_what_falls_short() -> None:
    needs = size(COWORKING, SITE).needs
    good = accept(_samples((90_000, 40_000, 8), (49_000, 30_000, 30), (60_000, 20_000, 9)), needs)
    assert good.passed and (good.down_kbps, good.up_kbps, good.ping_ms) == (60_000, 30_000, 9)
    poor = accept(_samples((90_000, 40_000, 8), (49_999, 19_499, 11)), needs)
    assert [flaw.code for flaw in poor.flaws] == [
        ResultCode.TOO_FEW_SAMPLES,
        ResultCode.DOWN_TOO_SLOW,
        ResultCode.UP_TOO_SLOW,
        ResultCode.PING_TOO_LONG,
    ]
    assert poor.flaws[1].data == {"measured": 49_999, "needed": 50_000}
    exact = accept(_samples(*[(50_000, 19_500, 10)] * 3), needs)
    assert exact.passed


@pytest.mark.parametrize(
    ("code", "make"),
    [
        (ErrorCode.MISSING, lambda: size([], SITE)),
        (ErrorCode.OUT_OF_RANGE, lambda: Use(Purpose.CLASSES, 0)),
        (ErrorCode.OUT_OF_RANGE, lambda: Site(0, 1)),
        (ErrorCode.OUT_OF_RANGE, lambda: Site(10, 1, wired_seats=2)),
        (ErrorCode.OUT_OF_RANGE, lambda: thing("x", Goods.LINE, -1)),
        (ErrorCode.DUPLICATE, lambda: propose(size(COWORKING, SITE), [*CATALOGUE, CATALOGUE[0]])),
        (ErrorCode.MISSING, lambda: accept([], size(COWORKING, SITE).needs)),
        (ErrorCode.OUT_OF_RANGE, lambda: won_income(1, 101, 1)),
        (ErrorCode.MISSING, lambda: size(COWORKING, SITE).step("nothing")),
    ],
)
def test_figures_that_cannot_be_are_refused_by_name(code: ErrorCode, make: Callable[[], object]) -> None:
    with pytest.raises(RulesError) as caught:
        make()
    assert caught.value.code is code
