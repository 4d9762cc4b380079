"""Rules as data: what is refused with which word, JSON there and back, trials, and the marks of monitoring."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from sosei.planning.strategy.judgement import wording
from sosei.planning.strategy.judgement.monitoring import Aspect, Grade, Upkeep, quality
from sosei.planning.strategy.judgement.presets import PLAIN, PRESETS
from sosei.planning.strategy.judgement.records import Direction, Kind, KpiFacts, Point, Tolerance
from sosei.planning.strategy.judgement.rules import RuleError, rule_from_json
from sosei.planning.strategy.judgement.trial import Shift, try_on_past

Spoil = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize("name", PRESETS)
def test_a_rule_survives_json(name: str) -> None:
    rule = PRESETS[name]
    again = rule_from_json(json.loads(json.dumps(rule.to_json(), ensure_ascii=False)))
    assert again == rule


def spoiled(spoil: Spoil) -> list[tuple[str, str, object]]:
    """Code, place and value of each problem of Tama's rule with something broken in it."""
    data = json.loads(json.dumps(PRESETS["tama"].to_json()))
    spoil(data)
    with pytest.raises(RuleError) as caught:
        rule_from_json(data)
    for language in ("ja", "en"):
        with override(language):
            assert all(wording.rule_problems(caught.value))
    return [(each.code, each.place, each.values.get("value")) for each in caught.value.problems]


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda d: d.update(basis="guess"), ("not_one_of", "basis", "guess")),
        (lambda d: d.update(name={"ja": " "}), ("no_name", "name", None)),
        (lambda d: d.update(bands=[]), ("no_bands", "bands", None)),
        (lambda d: d.update(bands="ABC"), ("not_a_list", "bands", "ABC")),
        (lambda d: d.update(met="9"), ("unknown_key", "met", "9")),
        (lambda d: d.update(not_met=""), ("no_key", "not_met", None)),
        (lambda d: d.update(words={"lost": "1"}), ("not_one_of", "words.lost", "lost")),
        (lambda d: d.update(words={"kept": "7"}), ("unknown_key", "words.kept", "7")),
        (lambda d: d.update(colour="red"), ("unknown_field", "colour", "colour")),
        (lambda d: d["bands"][0].update(lower="lots"), ("not_a_number", "bands.1.lower", "lots")),
        (lambda d: d["bands"][0].update(lower="NaN"), ("not_a_number", "bands.1.lower", "NaN")),
        (lambda d: d["bands"][0].update(lower=None), ("no_bound", "bands.1.lower", None)),
        (lambda d: d["bands"][1].update(lower="1.0"), ("bounds_do_not_fall", "bands.2.lower", Decimal(1))),
        (lambda d: d["bands"][2].update(lower="0"), ("last_has_bound", "bands.3.lower", Decimal(0))),
        (lambda d: d["bands"][1].update(key="1"), ("same_key", "bands.2.key", "1")),
        (lambda d: d["bands"][1].update(key=""), ("bad_key", "bands.2.key", "")),
        (lambda d: d["bands"][1].update(label={"ja": ""}), ("no_label", "bands.2.label", None)),
        (lambda d: d["bands"][1].update(tone="loud"), ("not_one_of", "bands.2.tone", "loud")),
        (
            lambda d: d["bands"][0].update(given="person"),
            ("bound_without_basis", "bands.1.lower", Decimal(1)),
        ),
        (lambda d: d.update(basis="manual"), ("basis_of_person", "bands.1.given", "1")),
        (lambda d: d.update(bands=d["bands"][2:]), ("too_few_bands", "bands", 1)),
    ],
)
def test_a_rule_that_cannot_work_is_refused_by_place_and_value(
    spoil: Spoil, problem: tuple[str, str, object]
) -> None:
    assert problem in spoiled(spoil)


def test_a_rule_that_is_no_object_is_refused() -> None:
    with pytest.raises(RuleError):
        rule_from_json(["A", "B"])


def row(*values: int | None) -> KpiFacts:
    """A KPI from 0 in 2019 to 100 in 2024 with values from 2020 on."""
    points = tuple(
        Point(year, Decimal(value), date(year + 1, 3, 31))
        for year, value in enumerate(values, 2020)
        if value is not None
    )
    return KpiFacts(Direction.UP, Kind.YEARLY, Decimal(0), 2019, {2024: Decimal(100)}, points)


def test_a_trial_says_what_each_past_year_would_have_said_and_how_many_change() -> None:
    kpis = [("a", row(20, 40, 60)), ("b", row(5, 10, None)), ("c", row(-4, 30, 58))]
    trial = try_on_past(PRESETS["fuji"], PLAIN, kpis, [2020, 2021, 2022])
    shifts = [[cell.shift for cell in each.cells] for each in trial.rows]
    assert shifts == [
        [Shift.WORSE, Shift.WORSE, Shift.WORSE],  # on pace, but only part of the whole way
        [Shift.WORSE, Shift.WORSE, Shift.SAME],  # without a value: "other" has no tone either
        [Shift.SAME, Shift.SAME, Shift.SAME],
    ]
    assert (trial.judged, trial.changed) == (9, 5)
    assert trial.before["予定どおり"] == 3
    assert trial.after["その他"] == 1


def test_a_rule_tried_against_itself_changes_nothing() -> None:
    trial = try_on_past(PLAIN, PLAIN, [("a", row(20, None, 70))], range(2020, 2025))
    assert trial.changed == 0
    assert trial.before == trial.after


KEPT = Upkeep(source=True, values_with_source=0, values=3, department=True, owners=1)


@pytest.mark.parametrize(
    ("today", "kind", "grade"),
    [
        (date(2023, 12, 31), Kind.YEARLY, Grade.GOOD),
        (date(2025, 1, 1), Kind.YEARLY, Grade.FAIR),
        (date(2026, 1, 1), Kind.YEARLY, Grade.POOR),
        (date(2028, 1, 1), Kind.CENSUS, Grade.GOOD),
        (date(2030, 6, 1), Kind.CENSUS, Grade.FAIR),
    ],
)
def test_freshness_is_measured_by_the_cycle_of_the_kind(today: date, kind: Kind, grade: Grade) -> None:
    facts = row(20, 40, 60)
    aged = KpiFacts(facts.direction, kind, facts.base, facts.base_year, facts.targets, facts.actuals)
    assert quality(aged, KEPT, today=today).mark(Aspect.FRESH).grade is grade


@pytest.mark.parametrize(
    ("facts", "upkeep", "aspect", "reason", "remedy"),
    [
        (row(), KEPT, Aspect.FRESH, "no_value", "ask_for_value"),
        (row(20), Upkeep(False, 0, 1, True, 1), Aspect.SOURCED, "no_source", "name_source"),
        (row(20, 30), Upkeep(False, 1, 2, True, 1), Aspect.SOURCED, "partly_sourced", "name_source"),
        (row(20, 30), Upkeep(False, 2, 2, True, 1), Aspect.SOURCED, "each_sourced", ""),
        (row(20), Upkeep(True, 0, 1, False, 0), Aspect.OWNER, "no_department", "name_department"),
        (row(20), Upkeep(True, 0, 1, True, 0), Aspect.OWNER, "nobody_answers", "invite_owner"),
        (row(20), KEPT, Aspect.PATH, "final_only", "set_path"),
        (
            KpiFacts(Direction.UP, Kind.LEVEL, None, None, {2024: Decimal(1)}, ()),
            KEPT,
            Aspect.PATH,
            "no_base",
            "set_base",
        ),
        (
            KpiFacts(Direction.KEEP, Kind.LEVEL, None, None, {2024: Decimal(1)}, (), Tolerance(Decimal(1))),
            KEPT,
            Aspect.PATH,
            "kept_within",
            "",
        ),
    ],
)
def test_each_mark_has_its_reason_and_its_remedy(
    facts: KpiFacts, upkeep: Upkeep, aspect: Aspect, reason: str, remedy: str
) -> None:
    mark = quality(facts, upkeep, today=date(2023, 6, 1)).mark(aspect)
    assert (mark.reason, mark.remedy) == (reason, remedy)
    assert wording.reason(mark)
    assert bool(wording.remedy(mark)) is bool(remedy)


def test_a_kpi_is_as_well_kept_as_its_worst_mark() -> None:
    assert quality(row(20, 40, 60), KEPT, today=date(2023, 6, 1)).grade is Grade.FAIR
    no_owner = Upkeep(True, 0, 3, False, 0)
    assert quality(row(20, 40, 60), no_owner, today=date(2023, 6, 1)).grade is Grade.POOR


def test_two_live_values_of_a_year_are_refused() -> None:
    with pytest.raises(ValueError, match="2020"):
        KpiFacts(Direction.UP, Kind.LEVEL, None, None, {}, (Point(2020, Decimal(1)), Point(2020, Decimal(2))))
