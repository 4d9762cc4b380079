"""Worked examples: cells of Iwaki's printed tables, and every word once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from sosei.planning.strategy.judgement import wording
from sosei.planning.strategy.judgement.judge import Judgement, judge
from sosei.planning.strategy.judgement.presets import PLAIN, PRESETS
from sosei.planning.strategy.judgement.records import (
    Availability,
    Direction,
    Kind,
    KpiFacts,
    Point,
    Tolerance,
)
from sosei.planning.strategy.judgement.rules import Band, Basis, Given, RuleDefinition, Text, Tone
from sosei.planning.strategy.judgement.words import Word
from tests.strategy.kpi_worlds import ACHIEVEMENT

CENSUS_DAY = date(2015, 10, 1)


def of_printed(
    base: str, target: str, *values: str, direction: Direction = Direction.UP, kind: Kind = Kind.YEARLY
) -> KpiFacts:
    """A row of the first strategy's tables: base in the column of 2015, target for 2020, one value a year from 2016."""
    actuals = tuple(
        Point(year, Decimal(value), date(year - 1, 12, 31)) for year, value in enumerate(values, 2016)
    )
    return KpiFacts(direction, kind, Decimal(base), 2015, {2020: Decimal(target)}, actuals)


def of_census(base: str, target: str, value: str, direction: Direction) -> KpiFacts:
    """A census value first reported in 2016 and carried forward until 2019."""
    actuals = tuple(
        Point(year, Decimal(value), CENSUS_DAY, carried_forward=year > 2016) for year in range(2016, 2020)
    )
    return KpiFacts(direction, Kind.CENSUS, Decimal(base), 2015, {2020: Decimal(target)}, actuals)


FERTILITY = of_printed("1.57", "1.71", "1.51", "1.50", "1.52", "1.43")
JOBS = of_printed("22740", "24000", "23279", "23279", "23678", "24434")
SHIPMENTS = of_printed("8793", "10548", "9137", "9137", "9144", "9538")
INVITED = of_printed("7", "21", "24", "32", "46", "55", kind=Kind.CUMULATIVE)
LEAVING = of_census("6419", "4876", "4606", Direction.DOWN)
COMING = of_census("303", "1376", "1860", Direction.UP)


@pytest.mark.parametrize(
    ("facts", "year", "progress", "due", "band"),
    [
        (FERTILITY, 2016, "-0.428571", "0.2", "back"),
        (FERTILITY, 2019, "-1", "0.8", "back"),
        (JOBS, 2016, "0.427778", "0.2", "pace"),
        (JOBS, 2018, "0.744444", "0.6", "pace"),
        (JOBS, 2019, "1.344444", "0.8", "met"),
        (SHIPMENTS, 2016, "0.196011", "0.2", "behind"),
        (SHIPMENTS, 2019, "0.424501", "0.8", "behind"),
        (INVITED, 2016, "1.214286", "0.2", "met"),
        (LEAVING, 2016, "1.174984", "0.2", "met"),
        (COMING, 2019, "1.451072", "0.2", "met"),
    ],
)
def test_cells_of_the_printed_tables_are_judged(
    facts: KpiFacts, year: int, progress: str, due: str, band: str
) -> None:
    judgement = judge(PLAIN, facts, year)
    assert (judgement.progress, judgement.due) == (Decimal(progress), Decimal(due))
    assert judgement.band == band


def test_fewer_leaving_than_aimed_at_is_better_than_aimed_at() -> None:
    judgement = judge(PLAIN, LEAVING, 2019)
    assert (judgement.label.ja, judgement.met) == ("達成", True)
    assert judgement.words == (Word.CARRIED_FORWARD,)
    assert judgement.evidence_year == 2016
    assert "進みの割合：（実績 4,606 − 基準 6,419）÷（目標 4,876 − 基準 6,419）＝ 117.4%" in wording.steps(
        judgement
    )
    assert judge(PRESETS["nagayo"], LEAVING, 2019).band == "S"


@pytest.mark.parametrize(
    ("city", "bands"),
    [
        ("tama", ["2", "3", "2", "2"]),
        ("nagayo", ["B", "B", "B", "A"]),
        ("kitsuki", ["B", "C", "C", "C"]),
        ("akiruno", ["B", "C", "B", "B"]),
        ("fuji", ["4", "4", "3", "2"]),
    ],
)
def test_the_five_cities_judge_the_same_row_each_in_its_own_way(city: str, bands: list[str]) -> None:
    # Due: 351, 702, 1053, 1404 of 1755; reached: 344, 307, 640, 907.
    row = of_printed("8793", "10548", "9137", "9100", "9433", "9700")
    said = [judge(PRESETS[city], row, year).band for year in range(2016, 2020)]
    assert said == bands


def test_what_kitsuki_leaves_to_people_stays_provisional_until_one_confirms_it() -> None:
    row = of_printed("0", "100", "18", "40")
    assert judge(PRESETS["kitsuki"], row, 2016).confirm.ja == "課題に対応できたこと"
    assert judge(PRESETS["kitsuki"], row, 2017).confirm.ja == ""
    assert any("仮" in sentence for sentence in wording.steps(judge(PRESETS["kitsuki"], row, 2016)))


def year_of(
    *,
    direction: Direction = Direction.UP,
    kind: Kind = Kind.YEARLY,
    base: str | None = "100",
    targets: dict[int, str] | None = None,
    value: str | None = "110",
    availability: Availability = Availability.VALUE,
    rule: RuleDefinition = PLAIN,
    year: int = 2017,
    period_end: date = date(2017, 3, 31),
    tolerance: Tolerance | None = None,
    today: date | None = date(2021, 6, 1),
) -> Judgement:
    """The judgement of one value."""
    facts = KpiFacts(
        direction,
        kind,
        None if base is None else Decimal(base),
        2015,
        {2020: Decimal(150)} if targets is None else {key: Decimal(each) for key, each in targets.items()},
        (Point(2017, None if value is None else Decimal(value), period_end, availability=availability),),
        tolerance,
    )
    return judge(rule, facts, year, today=today)


def test_a_target_equal_to_its_base_is_met_or_not_met_only() -> None:
    met, missed = (year_of(targets={2020: "100"}, value=value) for value in ("100", "99"))
    assert (met.word, met.band, met.progress) == (Word.TARGET_EQUALS_BASE, "met", None)
    assert (missed.word, missed.band, missed.progress) == (Word.TARGET_EQUALS_BASE, "not_met", None)


def test_a_target_passed_at_the_base_is_met_or_not_met_only() -> None:
    held, lost = (year_of(targets={2020: "90"}, value=value) for value in ("95", "80"))
    assert (held.word, held.band, held.progress) == (Word.PASSED_AT_BASE, "met", None)
    assert (lost.word, lost.band, lost.pace) == (Word.PASSED_AT_BASE, "not_met", None)


def test_a_missing_value_is_missing_only_once_the_year_is_over() -> None:
    assert year_of(year=2018).word is Word.VALUE_MISSING
    assert year_of(year=2018, today=date(2019, 3, 31)).word is Word.VALUE_DUE
    assert year_of(year=2018, today=date(2018, 3, 31)).word is Word.NOT_BEGUN
    assert year_of(year=2018, today=None).word is Word.VALUE_MISSING


@pytest.mark.parametrize(
    ("kind", "availability", "word"),
    [
        (Kind.CENSUS, Availability.NOT_YET_PUBLISHED, Word.CENSUS_NOT_OUT),
        (Kind.YEARLY, Availability.NOT_YET_PUBLISHED, Word.NOT_YET_PUBLISHED),
        (Kind.CENSUS, Availability.NOT_AVAILABLE, Word.NOT_AVAILABLE),
    ],
)
def test_a_value_that_is_not_there_has_its_own_word(
    kind: Kind, availability: Availability, word: Word
) -> None:
    judgement = year_of(kind=kind, value=None, availability=availability)
    assert (judgement.word, judgement.rated, judgement.progress) == (word, False, None)
    assert judge_label_of("akiruno", kind, availability) == "Z 評価が難しい"


def judge_label_of(city: str, kind: Kind, availability: Availability) -> str:
    """The label that a city keeps for what cannot be assessed."""
    return year_of(kind=kind, value=None, availability=availability, rule=PRESETS[city]).label.ja


def test_without_a_target_or_a_base_nothing_is_made_up() -> None:
    assert year_of(targets={}).word is Word.NO_TARGET
    early, late = year_of(base=None), year_of(base=None, targets={2017: "150"})
    assert (early.word, early.rated, early.progress) == (Word.NO_BASE, False, None)
    assert (late.word, late.band) == (Word.NO_BASE, "not_met")
    assert year_of(base=None, value="150").band == "met"


def test_a_value_whose_period_still_runs_is_shown_but_not_rated() -> None:
    judgement = year_of(today=date(2017, 1, 15))
    assert (judgement.word, judgement.rated) == (Word.PERIOD_RUNNING, False)
    assert judgement.progress == Decimal("0.2")


def test_the_year_of_the_base_is_not_rated() -> None:
    facts = of_printed("100", "150", "110")
    first = KpiFacts(
        facts.direction, facts.kind, facts.base, 2016, facts.targets, facts.actuals, facts.tolerance
    )
    assert judge(PLAIN, first, 2016).word is Word.BASE_YEAR


def test_what_is_to_be_kept_is_kept_within_its_tolerance_or_not() -> None:
    keep = {"direction": Direction.KEEP, "targets": {2020: "100"}}
    five, per_cent = Tolerance(Decimal(5)), Tolerance(Decimal(12), per_cent=True)
    assert year_of(**keep, value="105", tolerance=five).band == "met"
    assert year_of(**keep, value="94", tolerance=five).band == "not_met"
    assert year_of(**keep, value="88", tolerance=per_cent).band == "met"
    assert year_of(**keep, value="100").word is Word.NO_TOLERANCE


def test_a_path_wins_over_the_straight_line() -> None:
    slow_start = year_of(targets={2017: "105", 2020: "150"})
    assert (slow_start.due, slow_start.pace, slow_start.band) == (Decimal("0.1"), Decimal(2), "pace")
    between = year_of(targets={2016: "102", 2018: "130", 2020: "150"})
    assert (between.planned, between.band) == (Decimal(116), "behind")


def test_a_path_that_asks_for_nothing_yet_says_so() -> None:
    flat = {2017: "100", 2020: "150"}
    kept, lost = year_of(targets=flat, value="100"), year_of(targets=flat, value="99")
    assert (kept.word, kept.band, kept.pace) == (Word.NOTHING_DUE, "pace", None)
    assert (lost.word, lost.band, lost.pace) == (Word.NOTHING_DUE, "back", None)
    dips = {2017: "80", 2020: "150"}
    assert year_of(targets=dips, value="85").band == "pace"
    assert year_of(targets=dips, value="75").band == "back"


def test_actual_over_target_is_refused_where_it_would_mislead() -> None:
    assert year_of(rule=ACHIEVEMENT, base="0", value="130").band == "B"
    assert year_of(rule=ACHIEVEMENT, base="100").word is Word.RATIO_REFUSED
    assert year_of(rule=ACHIEVEMENT, base="0", direction=Direction.DOWN, targets={2020: "-5"}).word is (
        Word.RATIO_REFUSED
    )
    assert year_of(rule=ACHIEVEMENT, base=None).word is Word.NO_BASE


def test_a_change_relative_to_zero_is_no_number() -> None:
    judgement = year_of(rule=PRESETS["nagayo"], base="0")
    assert (judgement.word, judgement.label.ja) == (Word.BASE_ZERO, "－ 評価できない")


def test_a_change_is_measured_by_the_size_of_a_base_below_zero() -> None:
    small, large = (year_of(rule=PRESETS["nagayo"], base="-100", value=value) for value in ("-95", "-85"))
    assert (small.band, large.band) == ("B", "A")


def test_a_rule_of_stages_waits_for_a_person() -> None:
    stages = RuleDefinition(
        Text("人が決める"),
        Basis.MANUAL,
        (Band("A", Text("順調"), Tone.GOOD, given=Given.PERSON),),
    )
    assert year_of(rule=stages).word is Word.STAGE_BY_PERSON


def test_every_word_and_step_has_its_sentence() -> None:
    assert set(wording.WORDS) == set(wording.MEANINGS) == set(Word)
    for facts in (FERTILITY, JOBS, LEAVING, INVITED):
        for rule in (*PRESETS.values(), ACHIEVEMENT):
            for year in range(2015, 2021):
                assert all(wording.steps(judge(rule, facts, year)))


def test_a_share_is_never_rounded_up_to_a_bound() -> None:
    assert wording.percent(Decimal("0.599999")) == "59.9%"
    assert wording.percent(Decimal("-0.428571")) == "△42.8%"
