"""What must hold of every judgement, whatever the KPI."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sosei.planning.strategy.judgement.judge import Judgement, judge
from sosei.planning.strategy.judgement.presets import PRESETS
from sosei.planning.strategy.judgement.records import Direction, KpiFacts
from sosei.planning.strategy.judgement.rules import Basis, RuleDefinition
from sosei.planning.strategy.judgement.words import WITHOUT_RATING, Word
from tests.strategy.kpi_worlds import ACHIEVEMENT, VALUES, YEARS, kpis, mirrored, scaled, with_value

RULES = [*PRESETS.values(), ACHIEVEMENT]
EVERY_RULE = pytest.mark.parametrize("rule", RULES, ids=[rule.name.en or rule.name.ja for rule in RULES])
FACTORS = st.sampled_from([Decimal("0.001"), Decimal(3), Decimal(100), Decimal("7.77")])
IN_YEAR = st.sampled_from(YEARS)
QUICK = settings(deadline=None, max_examples=150)


def verdict(judgement: Judgement) -> tuple[object, ...]:
    """What a reader takes away, without the values themselves."""
    return (
        judgement.band,
        judgement.tone,
        judgement.words,
        judgement.met,
        judgement.progress,
        judgement.due,
        judgement.pace,
        judgement.evidence_year,
        tuple(step.code for step in judgement.steps),
    )


@EVERY_RULE
@QUICK
@given(facts=kpis(), year=IN_YEAR)
def test_counting_the_other_way_round_gives_the_same_judgement(
    rule: RuleDefinition, facts: KpiFacts, year: int
) -> None:
    if rule.basis is Basis.ACHIEVEMENT:  # actual ÷ target has a zero, so it refuses one of the two
        return
    assert verdict(judge(rule, facts, year)) == verdict(judge(rule, mirrored(facts), year))


@EVERY_RULE
@QUICK
@given(facts=kpis(), year=IN_YEAR, factor=FACTORS)
def test_another_unit_gives_the_same_judgement(
    rule: RuleDefinition, facts: KpiFacts, year: int, factor: Decimal
) -> None:
    assert verdict(judge(rule, facts, year)) == verdict(judge(rule, scaled(facts, factor), year))


@EVERY_RULE
@QUICK
@given(facts=kpis(), year=IN_YEAR, one=VALUES, other=VALUES)
def test_a_better_value_never_gives_a_worse_label(
    rule: RuleDefinition, facts: KpiFacts, year: int, one: Decimal, other: Decimal
) -> None:
    def goodness(value: Decimal) -> Decimal:
        if facts.direction is Direction.KEEP:
            return -abs(value - (facts.target or 0))
        return value if facts.direction is Direction.UP else -value

    worse, better = sorted((one, other), key=goodness)
    low = judge(rule, with_value(facts, year, worse), year)
    high = judge(rule, with_value(facts, year, better), year)
    assert (low.met, high.met) != (True, False)
    if low.rank is not None and high.rank is not None:
        assert high.rank <= low.rank


@EVERY_RULE
@QUICK
@given(facts=kpis(), year=IN_YEAR)
def test_no_share_stands_where_its_word_says_there_is_none(
    rule: RuleDefinition, facts: KpiFacts, year: int
) -> None:
    judgement = judge(rule, facts, year, today=date(2021, 9, 1))
    words = set(judgement.words)
    if words & {Word.TARGET_EQUALS_BASE, Word.PASSED_AT_BASE, Word.KEPT, Word.NO_TARGET, Word.NO_TOLERANCE}:
        assert (judgement.progress, judgement.due, judgement.pace) == (None, None, None)
    if judgement.actual is None:
        assert judgement.progress is None
        assert words & WITHOUT_RATING
    if judgement.word in WITHOUT_RATING:
        assert judgement.band == rule.words.get(judgement.word, "")
    if not judgement.rated:
        assert judgement.word is not None, "nothing to show"


@QUICK
@given(facts=kpis(), year=IN_YEAR)
def test_progress_is_one_exactly_at_the_target_and_zero_at_the_base(facts: KpiFacts, year: int) -> None:
    rule = PRESETS["fuji"]
    if facts.base is None or facts.target is None or facts.direction is Direction.KEEP:
        return
    at_target = judge(rule, with_value(facts, year, facts.target), year)
    at_base = judge(rule, with_value(facts, year, facts.base), year)
    assert at_target.progress in (None, 1)
    assert at_base.progress in (None, 0)
    assert (at_target.progress is None) == (at_base.progress is None)


@QUICK
@given(facts=kpis(), year=IN_YEAR)
def test_a_value_printed_again_is_judged_as_when_it_was_new(facts: KpiFacts, year: int) -> None:
    point = facts.points.get(year)
    if point is None or not point.carried_forward:
        return
    for rule in PRESETS.values():
        now = judge(rule, facts, year)
        then = judge(rule, facts, facts.evidence_year(point))
        assert Word.CARRIED_FORWARD in now.words or facts.target is None
        assert (now.band, now.progress, now.pace) == (then.band, then.progress, then.pace)


def test_a_bound_is_reached_exactly_and_not_by_rounding() -> None:
    from sosei.planning.strategy.judgement.records import Kind

    third = KpiFacts(Direction.UP, Kind.LEVEL, Decimal(0), 2017, {2020: Decimal(1)}, ())
    tama = PRESETS["tama"]
    # 60 % of a third is 0.2; one digit less misses it by 10^-18.
    assert judge(tama, with_value(third, 2018, Decimal("0.2")), 2018).band == "2"
    assert judge(tama, with_value(third, 2018, Decimal("0.199999999999999999")), 2018).band == "3"
