"""Adopting a rule, judging otherwise, taking that back: who may, what is refused, what is recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from django.db import DatabaseError, transaction

from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.records.models import Entry
from sosei.planning.strategy.errors import StrategyError
from sosei.planning.strategy.judgement.presets import PLAIN, PRESETS
from sosei.planning.strategy.judgement.rules import Text
from sosei.planning.strategy.judging import JudgedYear, judge_strategy, rule_of
from sosei.planning.strategy.models import JudgementRule, Kpi, Overrule, Strategy
from sosei.planning.strategy.services.rules import adopt_rule, overrule_status, withdraw_overrule

TODAY = date(2025, 6, 1)


def year_of(kpi: Kpi, user: Person, year: int = 2022) -> JudgedYear:
    """As it stands on the page."""
    strategy = Strategy.objects.get(pk=kpi.strategy_id)
    return judge_strategy(strategy, user=user, today=TODAY).kpis[kpi.pk].years[year]


def test_a_planner_adopts_a_rule_with_a_reason_that_is_kept(strategy: Strategy, planner: Person) -> None:
    made = adopt_rule(
        strategy=strategy, definition=PRESETS["tama"], adopted_by=planner, reason=" 毎年の遅れを早く知るため "
    )
    kept = Strategy.objects.get(pk=strategy.pk)
    assert (kept.rule, made.preset, rule_of(kept)) == (made, "tama", PRESETS["tama"])
    entry = Entry.objects.get(verb="strategy.rule_adopted")
    assert (entry.reason, entry.actor) == ("毎年の遅れを早く知るため", planner)
    assert entry.data["before"] == PLAIN.name.ja


def test_a_rule_that_differs_from_its_example_is_ones_own(strategy: Strategy, planner: Person) -> None:
    mine = replace(PRESETS["tama"], name=Text("わたしたちの基準", "Our rule"))
    made = adopt_rule(strategy=strategy, definition=mine, adopted_by=planner, reason="検討会で決めた")
    assert (made.preset, made.name, made.name_en) == ("", "わたしたちの基準", "Our rule")
    assert rule_of(Strategy.objects.get(pk=strategy.pk)) == mine


def test_the_same_rule_is_not_adopted_twice(strategy: Strategy, planner: Person) -> None:
    adopt_rule(strategy=strategy, definition=PLAIN, adopted_by=planner, reason="標準でよい")
    with pytest.raises(StrategyError, match="同じ内容"):
        adopt_rule(strategy=strategy, definition=PLAIN, adopted_by=planner, reason="もう一度")
    assert JudgementRule.objects.count() == 1


@pytest.mark.parametrize("reason", ["", "  \n", "あ" * 301])
def test_no_decision_goes_without_a_reason(kpi: Kpi, planner: Person, reason: str) -> None:
    acts: list[Callable[[], object]] = [
        lambda: adopt_rule(
            strategy=kpi.strategy, definition=PRESETS["fuji"], adopted_by=planner, reason=reason
        ),
        lambda: overrule_status(kpi=kpi, reported_in=2022, band="met", decided_by=planner, reason=reason),
        lambda: withdraw_overrule(kpi=kpi, reported_in=2022, withdrawn_by=planner, reason=reason),
    ]
    for act in acts:
        with pytest.raises(StrategyError) as refused:
            act()
        assert refused.value.field == "reason"
    assert not Entry.objects.exists()


@pytest.mark.parametrize("who", ["kpi_owner", "reviewer", "other_planner", "citizen"])
def test_only_planners_of_the_town_decide(kpi: Kpi, who: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(who)
    acts: list[Callable[[], object]] = [
        lambda: adopt_rule(
            strategy=kpi.strategy, definition=PRESETS["fuji"], adopted_by=person, reason="ためし"
        ),
        lambda: overrule_status(kpi=kpi, reported_in=2022, band="met", decided_by=person, reason="ためし"),
        lambda: withdraw_overrule(kpi=kpi, reported_in=2022, withdrawn_by=person, reason="ためし"),
    ]
    for act in acts:
        with pytest.raises(NotAllowedError):
            act()


def test_an_overruled_status_stands_with_its_reason_until_it_is_withdrawn(kpi: Kpi, planner: Person) -> None:
    overrule_status(kpi=kpi, reported_in=2022, band="pace", decided_by=planner, reason="統計の遅れによる")
    year = year_of(kpi, planner)
    assert (year.label, year.tone, year.overruled) == ("予定どおり", "good", True)
    assert year.overrule is not None
    assert (year.overrule.reason, year.overrule.decided_by) == ("統計の遅れによる", planner)
    withdraw_overrule(kpi=kpi, reported_in=2022, withdrawn_by=planner, reason="値が直ったため")
    year = year_of(kpi, planner)
    assert (year.label, year.overruled) == ("遅れ", False)
    assert Overrule.objects.filter(kpi=kpi).count() == 2, "the history keeps both"
    verbs = Entry.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["kpi.status_overruled", "kpi.overrule_withdrawn"]


def test_confirming_what_the_rule_proposes_is_not_overruling(kpi: Kpi, planner: Person) -> None:
    adopt_rule(
        strategy=kpi.strategy, definition=PRESETS["akiruno"], adopted_by=planner, reason="段階で見るため"
    )
    proposed = year_of(kpi, planner)
    assert (proposed.judgement.band, proposed.provisional) == ("B", True)
    overrule_status(kpi=kpi, reported_in=2022, band="B", decided_by=planner, reason="現場で確かめた")
    confirmed = year_of(kpi, planner)
    assert (confirmed.confirmed, confirmed.overruled, confirmed.provisional) == (True, False, False)


def test_a_stage_of_another_rule_is_refused(kpi: Kpi, planner: Person) -> None:
    with pytest.raises(StrategyError, match="「Z」") as refused:
        overrule_status(kpi=kpi, reported_in=2022, band="Z", decided_by=planner, reason="なし")
    assert refused.value.field == "band"


def test_the_same_stage_again_is_refused(kpi: Kpi, planner: Person) -> None:
    overrule_status(kpi=kpi, reported_in=2022, band="met", decided_by=planner, reason="一度目")
    with pytest.raises(StrategyError, match="もう"):
        overrule_status(kpi=kpi, reported_in=2022, band="met", decided_by=planner, reason="二度目")


def test_there_is_nothing_to_withdraw_twice(kpi: Kpi, planner: Person) -> None:
    overrule_status(kpi=kpi, reported_in=2022, band="met", decided_by=planner, reason="一度目")
    withdraw_overrule(kpi=kpi, reported_in=2022, withdrawn_by=planner, reason="戻す")
    with pytest.raises(StrategyError, match="ありません"):
        withdraw_overrule(kpi=kpi, reported_in=2022, withdrawn_by=planner, reason="もう一度")


@pytest.mark.parametrize("year", [2019, 2025])
def test_a_year_outside_the_term_is_refused(kpi: Kpi, planner: Person, year: int) -> None:
    with pytest.raises(StrategyError, match="期間"):
        overrule_status(kpi=kpi, reported_in=year, band="met", decided_by=planner, reason="ためし")


def test_a_year_that_lies_ahead_is_refused(kpi: Kpi, planner: Person) -> None:
    Strategy.objects.filter(pk=kpi.strategy_id).update(last_fiscal_year=2090)
    with pytest.raises(StrategyError, match="まだ始まっていません"):
        overrule_status(kpi=kpi, reported_in=2090, band="met", decided_by=planner, reason="ためし")


def test_a_decision_cannot_be_rewritten(kpi: Kpi, planner: Person) -> None:
    made = overrule_status(kpi=kpi, reported_in=2022, band="met", decided_by=planner, reason="一度目")
    made.reason = "別の理由"
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        made.save()
