"""KPIs, targets and values: what is kept, what is refused with which words, and who is first of two at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections
from django.utils.translation import override

from sosei.core.people import roles
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Municipality, Organisation, Person
from sosei.core.records.models import Entry
from sosei.planning.strategy.errors_kpis import ActualError, ActualsError, KpiError
from sosei.planning.strategy.models import BasicGoal, Kpi, KpiActual, KpiTarget, ValueChoice
from sosei.planning.strategy.numbers import print_value, read_number
from sosei.planning.strategy.services.kpis import (
    Definition,
    Report,
    change_kpi,
    choose_value,
    correct_actual,
    define_kpi,
    end_kpi,
    record_actual,
    record_actuals,
    set_targets,
)
from tests.strategy.conftest import (
    MakePerson,
    make_actual,
    make_department,
    make_goal,
    make_kpi,
    make_strategy,
)

DEFINITION = Definition(
    title="移住した世帯の数", unit="世帯", base_value=Decimal(100), base_year=2019, source="市の集計"
)


def record(kpi: Kpi, person: Person | None, **columns: Any) -> KpiActual:
    """A typed value of 2023."""
    given: dict[str, Any] = {"reported_in": 2023, "origin": "typed", "value": Decimal(150), **columns}
    return record_actual(kpi=kpi, entered_by=person, **given)


def at_once(*works: Callable[[], object]) -> tuple[list[object], list[Exception]]:
    """Runs the works in threads that begin together: what they gave, and what they raised."""
    start = threading.Barrier(len(works))
    done: list[object] = []
    raised: list[Exception] = []

    def run(work: Callable[[], object]) -> None:
        start.wait()
        try:
            done.append(work())
        except Exception as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done, raised


# --- Define, change, end, targets ----------------------------------------------------------------------------------


def test_a_kpi_is_defined_with_an_entry_that_gives_the_reason(goal: BasicGoal, planner: Person) -> None:
    kpi = define_kpi(place=goal, definition=DEFINITION, defined_by=planner, reason="第2期から")
    assert (kpi.goal, kpi.package, kpi.base_value) == (goal, None, Decimal(100))
    entry = Entry.objects.get(verb="kpi.defined")
    assert (entry.reason, entry.data["kpi"], entry.actor) == ("第2期から", "移住した世帯の数", planner)


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"title": " "}, "title", "名前を書いて"),
        ({"base_year": None}, "base_year", "基準値を報告した年度を書いて"),
        ({"base_year": 2030}, "base_year", "令和12年度.*令和6年度"),
        ({"base_value": Decimal("1.5")}, "base_value", "基準値の「1.5」は小数点以下が0けたを超え"),
        ({"direction": "sideways"}, "direction", "「sideways」は選べません"),
        ({"tolerance": Decimal(1)}, "tolerance", "めざす向きが「保つ」"),
        ({"tolerance": Decimal(-1), "direction": "keep"}, "tolerance", "0以上"),
        ({"decimals": 7}, "decimals", "「7」"),
    ],
)
def test_a_definition_that_cannot_be_is_refused_with_place_and_remedy(
    goal: BasicGoal, planner: Person, wrong: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(KpiError, match=words) as refused:
        define_kpi(place=goal, definition=replace(DEFINITION, **wrong), defined_by=planner)
    assert refused.value.field == field


def test_a_department_or_kpi_of_another_town_cannot_be_named(
    goal: BasicGoal, planner: Person, other_town: Municipality
) -> None:
    theirs = make_kpi(make_goal(make_strategy(other_town)))
    foreign = make_department(other_town)
    for wrong in ({"department": foreign}, {"same_indicator_as": theirs}, {"continues": theirs}):
        with pytest.raises(KpiError) as refused:
            define_kpi(place=goal, definition=replace(DEFINITION, **wrong), defined_by=planner)
        assert refused.value.field == next(iter(wrong))


def test_only_the_towns_planners_decide_on_kpis(
    kpi: Kpi, kpi_owner: Person, other_planner: Person, citizen: Person, planner: Person
) -> None:
    for person in (kpi_owner, other_planner, citizen):
        for work in (
            lambda who: define_kpi(place=kpi.package, definition=DEFINITION, defined_by=who),
            lambda who: change_kpi(kpi=kpi, definition=DEFINITION, changed_by=who),
            lambda who: end_kpi(kpi=kpi, ended_on=date(2023, 3, 31), ended_by=who, reason="終わり"),
            lambda who: set_targets(kpi=kpi, targets={2024: Decimal(200)}, set_by=who, reason="上げる"),
            lambda who: choose_value(kpi=kpi, reported_in=2022, origin="typed", chosen_by=who, reason="確か"),
        ):
            with pytest.raises(NotAllowedError):
                work(person)
    assert change_kpi(kpi=kpi, definition=DEFINITION, changed_by=planner).source == "市の集計"


def test_decimals_cannot_be_taken_from_values_that_need_them(goal: BasicGoal, planner: Person) -> None:
    kpi = make_kpi(goal, decimals=2, actuals={2021: "1.46"})
    with pytest.raises(KpiError, match=r"令和3年度の実績「1\.46」"):
        change_kpi(kpi=kpi, definition=replace(DEFINITION, decimals=1), changed_by=planner)


def test_an_ended_kpi_takes_no_later_value(kpi: Kpi, planner: Person) -> None:
    end_kpi(kpi=kpi, ended_on=date(2023, 3, 31), ended_by=planner, reason="事業が終わった")
    with pytest.raises(ActualError, match="令和元年度から令和4年度まで"):
        record(kpi, planner)
    with pytest.raises(KpiError, match="もう"):
        end_kpi(kpi=kpi, ended_on=date(2024, 3, 31), ended_by=planner, reason="事業が終わった")


def test_targets_are_replaced_as_a_whole_and_published_ones_only_with_a_reason(
    kpi: Kpi, planner: Person
) -> None:
    with pytest.raises(KpiError, match="公表した目標値を変える理由"):
        set_targets(kpi=kpi, targets={2022: Decimal(150), 2024: Decimal(200)}, set_by=planner)
    set_targets(kpi=kpi, targets={2022: Decimal(150), 2023: Decimal(170)}, set_by=planner, reason="見直し")
    held = KpiTarget.objects.filter(kpi=kpi).values_list("fiscal_year", "value")
    assert list(held) == [(2022, 150), (2023, 170)]
    with pytest.raises(KpiError, match="令和9年度の目標値"):
        set_targets(kpi=kpi, targets={2027: Decimal(1)}, set_by=planner, reason="先")


# --- Values --------------------------------------------------------------------------------------------------------


def test_planners_and_the_departments_kpi_owners_report(
    kpi: Kpi, planner: Person, kpi_owner: Person, make_person: MakePerson, town: Municipality
) -> None:
    other = make_person(roles.KPI_OWNER, town, organisation=make_department(town, "別の課（架空）"))
    with pytest.raises(NotAllowedError, match="移住定住課（架空）のKPI担当"):
        record(kpi, other)
    assert record(kpi, kpi_owner).entered_by == kpi_owner
    assert record(kpi, planner, reported_in=2024).entered_by == planner


def test_a_link_speaks_for_its_own_department_only(
    kpi: Kpi, department: Organisation, town: Municipality
) -> None:
    for wrong in (None, make_department(town, "別の課（架空）")):
        with pytest.raises(NotAllowedError):
            record(kpi, None, entered_for=wrong)
    row = record(kpi, None, entered_for=department)
    assert (row.entered_by, row.entered_for) == (None, department)
    assert Entry.objects.get(verb="kpi.actual_reported").data["department"] == department.name


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"value": None}, "value", "令和5年度の実績に値を書くか"),
        ({"availability": "not_available"}, "value", "値を書くか"),
        ({"value": Decimal("1.25")}, "value", "「1.25」は小数点以下が0けた"),
        ({"value": Decimal(10) ** 14}, "value", "大きすぎます"),
        ({"value": Decimal("NaN")}, "value", "NaN"),
        ({"yearly_value": Decimal(9)}, "yearly_value", "累計のKPI"),
        ({"reported_in": 2018}, "reported_in", "平成30年度の実績は入れられません.*令和元年度から"),
        ({"reported_in": 2099}, "reported_in", "2099|令和81年度"),
        ({"origin": "fed"}, "origin", "自動で入ります"),
        (
            {"value": None, "availability": "not_available", "carried_forward": True},
            "value",
            "据え置いた値も",
        ),
        (
            {"period_starts_on": date(2023, 4, 1), "period_ends_on": date(2023, 3, 31)},
            "period_ends_on",
            "2023-03-31.*2023-04-01",
        ),
        ({"period": "あ" * 61}, "period", "60文字まで"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_place_and_remedy(
    kpi: Kpi, planner: Person, wrong: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(ActualError, match=words) as refused:
        record(kpi, planner, **wrong)
    assert refused.value.field == field


def test_a_correction_is_a_new_row_and_the_old_one_stays(kpi: Kpi, planner: Person) -> None:
    first = kpi.actuals.get(reported_in=2022)
    second = correct_actual(actual=first, value=Decimal(141), reason="1世帯を数え忘れた", entered_by=planner)
    first.refresh_from_db()
    assert (first.value, second.value, second.replaces) == (140, 141, first)
    assert list(kpi.actuals.live().filter(reported_in=2022)) == [second]
    with pytest.raises(ActualError, match="ほかの人が先に直しました（141世帯"):
        correct_actual(actual=first, value=Decimal(142), reason="もう一度", entered_by=planner)
    with pytest.raises(ActualError, match="前と同じ"):
        correct_actual(actual=second, value=Decimal(141), reason="念のため", entered_by=planner)
    with pytest.raises(ActualError, match="直す理由"):
        correct_actual(actual=second, value=Decimal(142), reason=" ", entered_by=planner)


def test_the_database_refuses_to_change_a_value(kpi: Kpi) -> None:
    with pytest.raises(DatabaseError, match="Cannot"), connection.cursor() as cursor:
        cursor.execute("UPDATE strategy_kpiactual SET value = 1")


def test_many_are_recorded_all_or_none_and_each_problem_names_its_place(kpi: Kpi, planner: Person) -> None:
    held = kpi.actuals.get(reported_in=2022)
    reports = [
        Report(kpi, 2023, Decimal(150)),
        Report(kpi, 2024, Decimal("1.5")),
        Report(kpi, 2022, Decimal(139), replaces=held),
        Report(kpi, 2023, Decimal(151)),
    ]
    with pytest.raises(ActualsError) as refused:
        record_actuals(reports=reports, origin="imported", entered_by=planner, reason="表から")
    assert [place for place, _error in refused.value.problems] == [1, 3]
    assert kpi.actuals.count() == 3
    rows = record_actuals(
        reports=[reports[0], reports[2]], origin="imported", entered_by=planner, reason="表から"
    )
    assert [(row.origin, row.replaces, row.reason) for row in rows] == [
        ("imported", None, ""),
        ("typed", held, "表から"),
    ]
    assert Entry.objects.get(verb="kpi.actuals_recorded").data["count"] == 2
    with pytest.raises(ActualsError, match="もう入っています（150世帯"):
        record_actuals(
            reports=[Report(kpi, 2024, Decimal(1)), reports[0]], origin="imported", entered_by=planner
        )
    assert not kpi.actuals.filter(reported_in=2024).exists()


def test_so_many_values_take_as_many_queries_as_few(
    goal: BasicGoal, planner: Person, django_assert_max_num_queries: Any
) -> None:
    kpis = [make_kpi(goal, title=f"KPI{number}", position=number) for number in range(60)]
    with django_assert_max_num_queries(12):
        record_actuals(
            reports=[Report(kpi, 2023, Decimal(150)) for kpi in kpis], origin="imported", entered_by=planner
        )


def test_one_of_the_values_that_are_there_is_chosen_with_a_reason(kpi: Kpi, planner: Person) -> None:
    make_actual(kpi, 2022, 143, origin="imported")
    with pytest.raises(ActualError, match="事業の実績から自動"):
        choose_value(kpi=kpi, reported_in=2022, origin="fed", chosen_by=planner, reason="確か")
    with pytest.raises(ActualError, match="この値を使う理由"):
        choose_value(kpi=kpi, reported_in=2022, origin="imported", chosen_by=planner, reason="")
    made = choose_value(
        kpi=kpi, reported_in=2022, origin="imported", chosen_by=planner, reason="県の表が正しい"
    )
    assert list(ValueChoice.objects.all()) == [made]


# --- Two at once ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_people_who_record_the_same_year_at_once_one_is_kept_and_the_others_are_told(
    kpi: Kpi, planner: Person
) -> None:
    done, raised = at_once(*[lambda n=n: record(kpi, planner, value=Decimal(150 + n)) for n in range(4)])
    assert len(done) == 1
    assert [type(error) for error in raised] == [ActualError] * 3
    assert all("もう入っています" in str(error) for error in raised)
    assert kpi.actuals.filter(reported_in=2023).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_corrections_of_the_same_row_one_wins(kpi: Kpi, planner: Person) -> None:
    row = kpi.actuals.get(reported_in=2022)
    done, raised = at_once(
        *[
            lambda n=n: correct_actual(actual=row, value=Decimal(150 + n), reason="直す", entered_by=planner)
            for n in range(4)
        ]
    )
    assert len(done) == 1
    assert [type(error) for error in raised] == [ActualError] * 3
    assert all("ほかの人が先に直しました" in str(error) for error in raised)
    assert KpiActual.objects.filter(replaces=row).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_files_with_the_same_kpis_in_another_order_never_wait_for_each_other_for_ever(
    goal: BasicGoal, planner: Person
) -> None:
    kpis = [make_kpi(goal, title=f"KPI{number}", position=number) for number in range(30)]

    def send(order: list[Kpi]) -> list[KpiActual]:
        reports = [Report(kpi, 2023, Decimal(150)) for kpi in order]
        return record_actuals(reports=reports, origin="imported", entered_by=planner)

    done, raised = at_once(lambda: send(kpis), lambda: send(kpis[::-1]))
    assert len(done) == 1
    assert [type(error) for error in raised] == [ActualsError]
    assert KpiActual.objects.filter(reported_in=2023).count() == 30


# --- Numbers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1,234", "1234"),
        ("１，２３４人", "1234"),
        ("△5.6", "-5.6"),
        ("▲ 5.6 人", "-5.6"),
        ("−3", "-3"),
        ("０", "0"),
        (" 12 ", "12"),
    ],
)
def test_numbers_are_read_as_people_type_them(typed: str, value: str) -> None:
    assert read_number(typed, what="実績値", unit="人") == Decimal(value)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "「」は数ではありません"),
        ("調査中", "「調査中」は数ではありません"),
        ("1,23", "「1,23」は数ではありません"),
        ("12件", "単位「件」は、このKPIの単位「人」と違います"),
        ("1.23", "小数点以下が1けたを超えます"),
        ("1234²", "数ではありません"),
        ("-", "数ではありません"),
    ],
)
def test_what_is_no_number_is_refused_with_the_text_and_what_to_do(typed: str, words: str) -> None:
    with pytest.raises(ActualError, match=words) as refused:
        read_number(typed, what="令和5年度の実績", unit="人", decimals=1)
    assert "令和5年度の実績" in str(refused.value)


def test_values_are_printed_as_each_language_does() -> None:
    kpi = Kpi(unit="人", unit_en="persons", decimals=1)
    assert print_value(Decimal("-1234.55"), kpi) == "△1,234.6人"
    assert print_value(None, kpi) == ""
    with override("en"):
        assert print_value(Decimal("-1234.55"), kpi) == "−1,234.6 persons"
        assert print_value(Decimal(50), Kpi(unit="%")) == "50%"
