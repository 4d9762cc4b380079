"""Facts make the KPI's value; withdrawn, all is as before, bit for bit; folded or not, nothing falls between."""

from __future__ import annotations

import datetime
import random
import threading
import time
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Municipality, Person
from sosei.core.records.models import Entry
from sosei.planning.outcomes import feeding
from sosei.planning.outcomes.errors import FeedError
from sosei.planning.outcomes.feeding import Rule
from sosei.planning.outcomes.models import Fact, Feed, FeedKey, FeedPending, FeedPoint, FeedTotal
from sosei.planning.outcomes.services import totals
from sosei.planning.outcomes.services.feeds import define_feed, end_feed, preview_feed
from sosei.planning.outcomes.services.recording import withdraw_fact
from sosei.planning.strategy.fed_values import fed_values
from sosei.planning.strategy.models import Kpi, Measure, Strategy
from tests.outcomes.conftest import Feeding, make_kpi, make_measure, make_strategy, settle

EVERY_RULE = [
    Rule("household_settled", "sum"),
    Rule("household_settled", "sum", field="amount"),
    Rule("household_settled", "count", filter={"household_type": ["couple_with_children"]}),
    Rule("household_settled", "distinct", distinct="household_type"),
    Rule("household_settled", "distinct", distinct="place", period="cumulative", since=2021),
    Rule("household_settled", "share", filter={"household_type": ["single"]}),
    Rule(
        "household_settled",
        "share",
        field="amount",
        filter={"household_type": ["single"]},
        within={"scheme": ["grant", "none"]},
    ),
    Rule("household_settled", "last", field="amount"),
    Rule("household_settled", "last", field="amount", period="cumulative", since=2020),
    Rule("household_settled", "sum", field="amount", period="calendar"),
    Rule("household_settled", "sum", period="cumulative", since=2022),
]


def values(kpi: Kpi) -> dict[int, tuple[str, int]]:
    """Year -> (value in every digit, facts)."""
    return {
        year: (str(value.value), value.facts) for year, value in fed_values([kpi.pk]).get(kpi.pk, {}).items()
    }


def test_facts_recorded_before_and_after_the_feed_make_the_value_folded_or_not(
    town: Municipality, kpi: Kpi, feed_households: Feeding
) -> None:
    settle(town, "1")
    feed_households()
    settle(town, "2", count=2)
    settle(town, "3", on=datetime.date(2025, 3, 31))
    settle(town, "4", on=datetime.date(2025, 4, 1))
    before = values(kpi)
    assert before == {2024: ("4", 3), 2025: ("1", 1)}
    assert FeedPending.objects.count() == 3
    assert totals.fold_pending() == 3
    assert FeedPending.objects.count() == 0
    assert values(kpi) == before
    assert totals.fold_pending() == 0


def test_a_year_without_facts_has_no_value_and_one_whose_facts_are_withdrawn_neither(
    town: Municipality, kpi: Kpi, feed_households: Feeding
) -> None:
    feed_households()
    assert values(kpi) == {}
    fact = settle(town, "1")
    totals.fold_pending()
    assert values(kpi) == {2024: ("1", 1)}
    withdraw_fact(fact=fact, reason="誤り")
    assert values(kpi) == {}
    totals.fold_pending()
    assert values(kpi) == {}


def test_the_label_says_from_how_many_and_hides_few(
    town: Municipality, kpi: Kpi, feed_households: Feeding
) -> None:
    feed_households()
    for number in range(4):
        settle(town, str(number))
    assert str(fed_values([kpi.pk])[kpi.pk][2024].label).startswith("少ない実績から")
    settle(town, "5")
    assert str(fed_values([kpi.pk])[kpi.pk][2024].label) == "5件の定住から"


@pytest.mark.parametrize(
    "rule", EVERY_RULE, ids=lambda rule: f"{rule.aggregation}-{rule.field}-{rule.period}"
)
def test_after_any_facts_and_withdrawals_the_sums_are_those_counted_anew_and_withdrawing_all_new_ones_restores_them(
    town: Municipality, kpi: Kpi, planner: Person, rule: Rule
) -> None:
    chance = random.Random(4)
    held = [_random_fact(town, chance, f"a{number}") for number in range(12)]
    feed = define_feed(kpi=kpi, rule=rule, reason="試し", made_by=planner)
    held += [_random_fact(town, chance, f"b{number}") for number in range(12)]
    for fact in chance.sample(held, 6):
        withdraw_fact(fact=fact, reason="誤り")
        if chance.random() < 0.5:
            totals.fold_pending()
    _agrees(feed)
    before = values(kpi)
    assert before
    new = [_random_fact(town, chance, f"c{number}") for number in range(10)]
    assert values(kpi) != before or rule.aggregation in {"distinct", "last"}
    chance.shuffle(new)
    for fact in new:
        withdraw_fact(fact=fact, reason="誤り")
        _agrees(feed)
        if chance.random() < 0.3:
            totals.fold_pending()
    assert values(kpi) == before
    totals.fold_pending()
    assert values(kpi) == before
    assert totals.check_sums() == []


def _random_fact(town: Municipality, chance: random.Random, key: str) -> Fact:
    attributes = {"household_type": chance.choice(["single", "couple", "couple_with_children"])}
    if chance.random() < 0.7:
        attributes["scheme"] = chance.choice(["grant", "none", "consultation"])
    return settle(
        town,
        key,
        on=datetime.date(chance.choice([2020, 2021, 2022, 2024, 2025]), chance.choice([1, 3, 4, 12]), 5),
        count=chance.randint(1, 3),
        amount=Decimal(chance.randint(1, 6)),
        place=chance.choice(["", "平", "小名浜"]),
        attributes=attributes,
    )


def _agrees(feed: Feed) -> None:
    read = totals.read_sums([feed])[feed.pk]
    counted = totals.count_anew(feed.municipality, feed.rule)
    assert read.says() == counted.says()
    assert read.values(feed.rule, 2026) == counted.values(feed.rule, 2026)


def test_a_cumulative_value_goes_on_through_years_without_facts(
    town: Municipality, kpi: Kpi, feed_households: Feeding
) -> None:
    feed_households(period="cumulative", since=2021)
    settle(town, "before", on=datetime.date(2020, 5, 1))
    settle(town, "1", on=datetime.date(2021, 5, 1))
    settle(town, "2", on=datetime.date(2023, 5, 1))
    given = values(kpi)
    assert [given[year] for year in (2021, 2022, 2023, 2024)] == [("1", 1), ("1", 1), ("2", 2), ("2", 2)]
    assert 2020 not in given


def test_the_last_value_is_that_of_the_latest_day_and_the_one_before_when_it_is_withdrawn(
    town: Municipality, kpi: Kpi, feed_households: Feeding
) -> None:
    feed_households("last", field="amount")
    settle(town, "1", on=datetime.date(2024, 5, 1), amount=Decimal(2))
    latest = settle(town, "2", on=datetime.date(2024, 9, 1), amount=Decimal(5))
    settle(town, "3", on=datetime.date(2024, 7, 1), amount=Decimal(4))
    assert values(kpi)[2024][0] == "5"
    withdraw_fact(fact=latest, reason="誤り")
    assert values(kpi)[2024][0] == "4"


def test_a_feed_of_what_few_people_share_never_says_how_many(
    town: Municipality, kpi: Kpi, feed_households: Feeding
) -> None:
    feed_households(filter={"household_type": ["one_parent"]})
    for number in range(9):
        settle(town, str(number), attributes={"household_type": "one_parent"})
    assert str(fed_values([kpi.pk])[kpi.pk][2024].label).startswith("少ない実績から")


def test_a_share_is_of_the_whole_that_was_named(
    town: Municipality, kpi: Kpi, feed_households: Feeding
) -> None:
    feed_households("share", filter={"household_type": ["single"]})
    for number, kind in enumerate(["single", "couple", "couple"]):
        settle(town, str(number), attributes={"household_type": kind})
    assert values(kpi)[2024] == ("33.3333", 3)


def test_only_facts_of_the_measure_and_of_the_own_town_count(
    town: Municipality, other_town: Municipality, kpi: Kpi, measure: Measure, feed_households: Feeding
) -> None:
    feed_households(measure=measure)
    settle(town, "1", measure=measure)
    settle(town, "2")
    settle(town, "3", measure=make_measure(measure.strategy, "ほかの施策"))
    settle(other_town, "4")
    assert values(kpi) == {2024: ("1", 1)}


def test_a_changed_feed_ends_the_old_one_with_its_reason_kept_and_ending_it_leaves_no_value(
    town: Municipality, kpi: Kpi, planner: Person, feed_households: Feeding
) -> None:
    settle(town, "1")
    first = feed_households()
    second = feed_households(field="amount")
    assert values(kpi) == {2024: ("3", 1)}
    first.refresh_from_db()
    assert first.ended_at is not None
    assert Feed.objects.active().get() == second
    end_feed(feed=second, reason="手で数える", ended_by=planner)
    assert values(kpi) == {}
    told = Entry.objects.filter(verb__startswith="outcomes.feed").order_by("pk")
    assert [entry.verb for entry in told] == ["outcomes.feed_defined"] * 2 + ["outcomes.feed_ended"]
    assert told.last().reason == "手で数える"


@pytest.mark.parametrize(
    ("rule", "part"),
    [
        (Rule("miracle", "sum"), "kind"),
        (Rule("household_settled", "sum", filter={"household_type": ["家"]}), "filter"),
        (Rule("household_settled", "sum", filter={"memo": ["x"]}), "filter"),
        (Rule("venture_started", "sum", field="amount"), "field"),
        (Rule("household_settled", "distinct", distinct="memo"), "distinct"),
        (Rule("household_settled", "sum", distinct="place"), "distinct"),
        (Rule("household_settled", "share"), "filter"),
        (Rule("household_settled", "sum", within={"scheme": ["grant"]}), "within"),
        (Rule("household_settled", "sum", period="cumulative"), "since"),
        (Rule("household_settled", "sum", period="cumulative", since=2999), "since"),
        (Rule("household_settled", "sum", since=2020), "since"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_naming_the_part(
    kpi: Kpi, planner: Person, rule: Rule, part: str
) -> None:
    for call in (
        lambda: define_feed(kpi=kpi, rule=rule, reason="試し", made_by=planner),
        lambda: preview_feed(kpi=kpi, rule=rule),
    ):
        with pytest.raises(FeedError) as refused:
            call()
        assert refused.value.field == part
    assert not Feed.objects.exists()


def test_only_a_planner_of_the_town_defines_with_a_reason_and_a_measure_of_the_town(
    kpi: Kpi, planner: Person, staff: Person, make_person: Any, other_town: Municipality
) -> None:
    rule = Rule("household_settled", "sum")
    for person in (staff, make_person("planner", other_town)):
        with pytest.raises(NotAllowedError):
            define_feed(kpi=kpi, rule=rule, reason="試し", made_by=person)
    with pytest.raises(FeedError) as refused:
        define_feed(kpi=kpi, rule=rule, reason=" ", made_by=planner)
    assert refused.value.field == "reason"
    theirs = make_measure(make_strategy(other_town))
    with pytest.raises(FeedError) as refused:
        define_feed(
            kpi=kpi,
            rule=Rule("household_settled", "sum", measure=theirs.pk),
            measure=theirs,
            reason="試し",
            made_by=planner,
        )
    assert refused.value.field == "measure"


def test_the_values_of_any_number_of_kpis_take_the_same_number_of_queries(
    town: Municipality, strategy: Strategy, feed_households: Feeding, django_assert_num_queries: Any
) -> None:
    kpis = [make_kpi(strategy, f"KPI {number}") for number in range(4)]
    for kpi in kpis:
        feed_households(kpi=kpi)
    settle(town, "1")
    for asked in (kpis[:1], kpis):
        with django_assert_num_queries(2):
            assert len(fed_values([kpi.pk for kpi in asked])) == len(asked)


def test_the_list_behind_a_value_holds_the_facts_it_rests_on(
    town: Municipality, kpi: Kpi, planner: Person
) -> None:
    chance = random.Random(9)
    for number in range(20):
        _random_fact(town, chance, str(number))
    for rule in EVERY_RULE:
        feed = define_feed(kpi=kpi, rule=rule, reason="試し", made_by=planner)
        for year, value in totals.read_sums([feed])[feed.pk].values(rule, 2026).items():
            assert Fact.objects.fed_to(feed, year).standing().count() == value.facts, rule


def test_the_nightly_check_reports_and_mends_sums_that_say_something_else(
    town: Municipality, kpi: Kpi, planner: Person, caplog: pytest.LogCaptureFixture
) -> None:
    settle(town, "1")
    rules = {"sum": FeedTotal, "distinct": FeedKey, "last": FeedPoint}
    for aggregation, table in rules.items():
        rule = Rule(
            "household_settled", aggregation, distinct="household_type" if aggregation == "distinct" else ""
        )
        feed = define_feed(kpi=kpi, rule=rule, reason="試し", made_by=planner)
        before = values(kpi)
        table.objects.filter(feed=feed).delete()
        assert totals.check_sums() == [feed]
        assert values(kpi) == before
        assert totals.check_sums() == []
    assert Entry.objects.filter(verb="outcomes.feed_sums_corrected").count() == len(rules)
    assert "put right" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_while_facts_are_recorded_by_many_a_feed_is_defined_and_folded_no_fact_falls_between(
    town: Municipality, kpi: Kpi, feed_households: Feeding
) -> None:
    stop, failures = threading.Event(), []

    def record(number: int) -> None:
        try:
            for one in range(12):
                settle(town, f"{number}-{one}")
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    def fold() -> None:
        try:
            while not stop.is_set():
                totals.fold_pending(at_once=5)
                time.sleep(0.01)
        finally:
            connection.close()

    threads = [threading.Thread(target=record, args=(number,)) for number in range(4)]
    folding = threading.Thread(target=fold)
    for thread in (*threads, folding):
        thread.start()
    for _ in range(3):
        feed = feed_households()
    for thread in threads:
        thread.join(60)
    stop.set()
    folding.join(20)
    assert failures == []
    assert Fact.objects.count() == 48
    assert values(kpi) == {2024: ("48", 48)}
    _agrees(feed)


@pytest.mark.django_db(transaction=True)
def test_a_fact_whose_transaction_is_still_open_is_waited_for_by_a_new_feed(
    town: Municipality, kpi: Kpi, feed_households: Feeding
) -> None:
    recorded, go_on = threading.Event(), threading.Event()

    def programme() -> None:
        with transaction.atomic():
            settle(town, "1")
            recorded.set()
            go_on.wait(20)
        connection.close()

    thread = threading.Thread(target=programme)
    thread.start()
    recorded.wait(20)
    timer = threading.Timer(0.5, go_on.set)
    timer.start()
    feed_households()
    thread.join(20)
    assert values(kpi) == {2024: ("1", 1)}


@pytest.mark.django_db(transaction=True)
def test_recorders_of_one_feed_do_not_wait_for_each_other(
    town: Municipality, kpi: Kpi, feed_households: Feeding
) -> None:
    feed_households()
    settle(town, "0")
    totals.fold_pending()
    done = threading.Event()

    def other() -> None:
        settle(town, "2")
        totals.fold_pending()
        done.set()
        connection.close()

    with transaction.atomic():
        settle(town, "1")
        thread = threading.Thread(target=other)
        thread.start()
        assert done.wait(10)
    thread.join(10)
    assert values(kpi) == {2024: ("3", 3)}


def test_plain_keeps_whole_numbers_whole() -> None:
    assert [str(feeding.plain(Decimal(text))) for text in ("100.00", "0.00", "12.50", "-0.0")] == [
        "100",
        "0",
        "12.5",
        "0",
    ]
