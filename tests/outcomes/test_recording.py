"""Facts are recorded with the programme or not at all, once an object and kind, and taken back by their negative."""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from sosei.core.people.models import Municipality, Organisation, Person
from sosei.core.people.tenancy import guarded
from sosei.core.records.models import Entry
from sosei.planning.outcomes.errors import FactDiffersError, FactError, OutsideTransactionError
from sosei.planning.outcomes.kinds import UndeclaredKindError
from sosei.planning.outcomes.models import Fact, FeedPending
from sosei.planning.outcomes.services.recording import record_fact, withdraw_fact
from sosei.planning.strategy.models import Measure
from tests.outcomes.conftest import DAY, Feeding, make_measure, make_strategy, settle

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db(transaction=True)
def test_a_fact_outside_a_transaction_is_a_mistake_of_the_program(town: Municipality) -> None:
    with pytest.raises(OutsideTransactionError):
        record_fact(municipality=town, kind="venture_started", on=DAY, obj=("ventures.venture", "1"))
    assert not Fact.objects.exists()


def test_the_same_object_and_kind_again_is_the_fact_that_is_there(town: Municipality) -> None:
    first = settle(town, "1")
    again = settle(town, "1")
    assert again.pk == first.pk
    assert Fact.objects.count() == 1
    assert (first.fiscal_year, first.count, first.amount) == (2024, 1, Decimal(3))


def test_the_same_object_saying_something_else_is_refused_naming_both_values(town: Municipality) -> None:
    settle(town, "1")
    with pytest.raises(FactDiffersError) as refused:
        settle(town, "1", amount=Decimal(4))
    assert "「3.00」" in str(refused.value)
    assert "「4」" in str(refused.value)
    assert refused.value.field == "amount"
    assert Fact.objects.count() == 1


def test_another_kind_of_the_same_object_is_another_fact(town: Municipality) -> None:
    settle(town, "1")
    settle(town, "1", kind="person_settled", amount=None, attributes={"age": "30-44"})
    assert Fact.objects.count() == 2


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ({"on": datetime.date(2999, 1, 1)}, "on"),
        ({"on": datetime.date(1900, 1, 1)}, "on"),
        ({"count": 0}, "count"),
        ({"amount": None}, "amount"),
        ({"amount": Decimal("2.5")}, "amount"),
        ({"amount": Decimal("NaN")}, "amount"),
        ({"attributes": {"household_type": "山田家"}}, "household_type"),
        ({"attributes": {"household_type": "single", "memo": "単身"}}, "memo"),
        ({"attributes": {}}, "household_type"),
        ({"place": "平1丁目2"}, "place"),
        ({"place": "佐藤様宅"}, "place"),
        ({"obj": ("relocation.settlement", "佐藤太郎")}, "key"),
        ({"obj": ("relocation.settlement", "09012345678")}, "key"),
        ({"obj": ("relocation.settlement", "123456789012")}, "key"),
        ({"obj": ("relocation.settlement", "")}, "key"),
        ({"obj": (" ", "1")}, "object"),
    ],
)
def test_what_is_wrong_or_personal_is_refused_part_by_part(
    town: Municipality, given: dict[str, Any], part: str
) -> None:
    with pytest.raises(FactError) as refused:
        settle(town, "1", **given)
    assert refused.value.field == part
    assert not Fact.objects.exists()


def test_an_undeclared_kind_is_a_mistake_of_the_program(town: Municipality) -> None:
    with pytest.raises(UndeclaredKindError):
        settle(town, "1", kind="miracle")


def test_a_measure_of_another_town_is_refused(town: Municipality, other_town: Municipality) -> None:
    theirs = make_measure(make_strategy(other_town))
    with pytest.raises(FactError) as refused:
        settle(town, "1", measure=theirs)
    assert refused.value.field == "measure"


def test_a_withdrawal_is_the_exact_negative_with_an_entry_and_again_the_same(
    town: Municipality, measure: Measure, staff: Person
) -> None:
    fact = settle(town, "1", measure=measure, place="小名浜")
    counter = withdraw_fact(fact=fact, reason="二重の記録", withdrawn_by=staff)
    assert (counter.count, counter.amount, counter.reverses_id) == (-1, Decimal(-3), fact.pk)
    assert counter.fiscal_year == fact.fiscal_year
    assert withdraw_fact(fact=fact, reason="もう一度", withdrawn_by=staff).pk == counter.pk
    assert Fact.objects.count() == 2
    assert not Fact.objects.standing().exists()
    entry = Entry.objects.get(verb="outcomes.fact_withdrawn")
    assert (entry.reason, entry.actor) == ("二重の記録", staff)


def test_a_withdrawal_needs_a_reason_and_is_not_withdrawn_itself(town: Municipality) -> None:
    fact = settle(town, "1")
    with pytest.raises(FactError, match="理由"):
        withdraw_fact(fact=fact, reason=" ")
    counter = withdraw_fact(fact=fact, reason="誤り")
    with pytest.raises(FactError, match="取り消しは取り消せません"):
        withdraw_fact(fact=counter, reason="誤り")


def test_after_a_withdrawal_the_object_is_recorded_anew_and_may_say_something_else(
    town: Municipality,
) -> None:
    first = settle(town, "1")
    withdraw_fact(fact=first, reason="人数の誤り")
    second = settle(town, "1", amount=Decimal(4))
    assert (second.round, second.amount) == (1, Decimal(4))
    assert Fact.objects.standing().get().pk == second.pk
    assert settle(town, "1", amount=Decimal(4)).pk == second.pk


def test_the_database_refuses_to_change_or_delete_a_fact_and_a_counter_fact_that_is_not_the_negative(
    town: Municipality,
) -> None:
    fact = settle(town, "1")
    for wrong in (
        lambda: Fact.objects.filter(pk=fact.pk).update(count=2),
        lambda: Fact.objects.filter(pk=fact.pk).delete(),
        lambda: _counter(fact, count=-2),
        lambda: _counter(fact, amount=Decimal(-1)),
        lambda: _counter(fact, fiscal_year=2023),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            wrong()
    _counter(fact)
    assert Fact.objects.count() == 2


def _counter(fact: Fact, **wrong: Any) -> Fact:
    columns = {
        field.attname: getattr(fact, field.attname)
        for field in Fact._meta.concrete_fields
        if not field.primary_key
    }
    given = {**columns, "count": -fact.count, "amount": Decimal(-3), "reverses_id": fact.pk, **wrong}
    made: Fact = Fact.objects.create(**given)
    return made


def test_a_programme_records_in_the_name_of_a_citizen_who_sees_no_facts(
    town: Municipality, make_person: Any, feed_households: Feeding
) -> None:
    feed_households()
    citizen = make_person("citizen", town)
    with guarded(person=citizen.pk, town=town.code):
        fact = settle(town, "1")
        assert not Fact.objects.exists()
    assert Fact.objects.get().pk == fact.pk
    assert FeedPending.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_error_after_the_fact_takes_the_fact_with_it_and_an_error_of_the_fact_the_programmes_row(
    town: Municipality, feed_households: Feeding
) -> None:
    feed_households()

    def programme(fail_after: bool, **given: Any) -> None:
        with transaction.atomic():
            Organisation.objects.create(municipality=town, kind="npo", name="事業の行（架空）")
            settle(town, "1", **given)
            if fail_after:
                raise RuntimeError("the programme fails")

    with pytest.raises(RuntimeError):
        programme(True)
    with pytest.raises(FactError):
        programme(False, count=0)
    assert _rows() == (0, 0, 0)
    programme(False)
    assert _rows() == (1, 1, 1)


def _rows() -> tuple[int, int, int]:
    programme = Organisation.objects.filter(kind="npo").count()
    return programme, Fact.objects.count(), FeedPending.objects.count()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["before the fact", "after the fact", "never"])
def test_a_programme_killed_at_any_moment_leaves_its_row_and_the_fact_together_or_neither(
    town: Municipality, feed_households: Feeding, moment: str
) -> None:
    feed_households()
    words = ["-m", "tests.outcomes.killed_process", str(connection.settings_dict["NAME"]), town.code, moment]
    ended = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
        timeout=120,
        check=False,
    )
    assert ended.returncode == (0 if moment == "never" else -signal.SIGKILL)
    assert _rows() == ((1, 1, 1) if moment == "never" else (0, 0, 0))


@pytest.mark.django_db(transaction=True)
def test_of_many_who_record_the_same_object_at_once_one_makes_the_fact_and_all_get_it(
    town: Municipality, feed_households: Feeding
) -> None:
    feed_households()
    got = _at_once(8, lambda number: settle(town, "1").pk)
    assert len(set(got)) == 1
    assert (Fact.objects.count(), FeedPending.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_withdraw_the_same_fact_at_once_one_does(
    town: Municipality, feed_households: Feeding
) -> None:
    feed_households()
    fact = settle(town, "1")

    def withdraw(number: int) -> Any:
        with transaction.atomic():
            return withdraw_fact(fact=Fact.objects.get(pk=fact.pk), reason="誤り").pk

    got = _at_once(8, withdraw)
    assert len(set(got)) == 1
    assert (Fact.objects.count(), FeedPending.objects.count()) == (2, 2)
    assert Entry.objects.filter(verb="outcomes.fact_withdrawn").count() == 1


def _at_once(threads: int, work: Any) -> list[Any]:
    barrier, got = threading.Barrier(threads), []

    def run(number: int) -> None:
        try:
            barrier.wait(20)
            got.append(work(number))
        except Exception as error:
            got.append(error)
        finally:
            connection.close()

    started = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join(60)
    assert [each for each in got if isinstance(each, Exception)] == []
    return got
