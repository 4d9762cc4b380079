"""Writing a strategy: who may, what needs a reason, the next term, taking away and putting back."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from sosei.core.people import roles
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Municipality, Organisation, Person
from sosei.core.records.models import Entry
from sosei.planning.strategy.errors import StrategyError
from sosei.planning.strategy.grant_rules import grant_breaches
from sosei.planning.strategy.models import (
    Action,
    BasicGoal,
    GrantProgramme,
    Kpi,
    Lineage,
    Measure,
    MeasureBudget,
    MeasurePartner,
    PolicyPackage,
    PromotionTag,
    Strategy,
)
from sosei.planning.strategy.services.structure import checks, lineage, measures, parts, removal, terms
from tests.strategy.conftest import (
    MakePerson,
    make_actual,
    make_department,
    make_goal,
    make_kpi,
    make_measure,
    make_package,
    make_promotion_model,
    make_strategy,
)

TERM = {"title": "第3期戦略", "term": 3, "first_fiscal_year": 2025, "last_fiscal_year": 2029}


def text_of_term(**columns: Any) -> terms.StrategyText:
    """The text of a third term."""
    return terms.StrategyText(**{**TERM, **columns})


def last_entry(verb: str) -> Entry:
    """The last entry of a verb."""
    found: Entry = Entry.objects.filter(verb=verb).order_by("-pk")[0]
    return found


@pytest.fixture
def draft(town: Municipality) -> Strategy:
    """A draft."""
    return make_strategy(town, published=False)


def test_a_planner_writes_a_strategy_as_a_draft_with_an_entry(town: Municipality, planner: Person) -> None:
    made = terms.write_strategy(municipality=town, text=text_of_term(), written_by=planner)
    assert made.published_at is None
    entry = last_entry("strategy.written")
    assert (entry.object_id, entry.municipality, entry.actor) == (str(made.pk), town, planner)


@pytest.mark.parametrize("role", [roles.KPI_OWNER, roles.MAYORS_OFFICE, roles.REVIEWER, roles.CITIZEN])
def test_nobody_but_planners_of_the_town_writes(
    role: str, make_person: MakePerson, town: Municipality, other_planner: Person, draft: Strategy
) -> None:
    for person in (make_person(role, town), other_planner):
        with pytest.raises(NotAllowedError):
            terms.write_strategy(municipality=town, text=text_of_term(), written_by=person)
        with pytest.raises(NotAllowedError):
            parts.add_goal(strategy=draft, text=parts.PartText(title="目標"), added_by=person)
        with pytest.raises(NotAllowedError):
            terms.publish_strategy(strategy=draft, published_by=person)
    assert not BasicGoal.objects.exists()


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"title": " "}, "title"),
        ({"term": 0}, "term"),
        ({"first_fiscal_year": 25}, "first_fiscal_year"),
        ({"last_fiscal_year": 2024}, "last_fiscal_year"),
        ({"term": 2}, "term"),
    ],
)
def test_a_strategy_that_cannot_be_is_refused_at_its_box(
    columns: dict[str, Any], field: str, strategy: Strategy, town: Municipality, planner: Person
) -> None:
    with pytest.raises(StrategyError) as refused:
        terms.write_strategy(municipality=town, text=text_of_term(**columns), written_by=planner)
    assert refused.value.field == field


def test_the_next_term_copies_the_structure_and_notes_every_package_as_kept(
    strategy: Strategy, kpi: Kpi, measure: Measure, planner: Person
) -> None:
    model = make_promotion_model(strategy)
    PromotionTag.objects.create(strategy=strategy, model=model, package=measure.package)
    MeasurePartner.objects.create(strategy=strategy, measure=measure, name="商工会議所", part="相談")
    ended = make_measure(measure.package, 2, ended_on=date(2023, 3, 31))
    make_kpi(ended, title="終えた施策のKPI")
    made = terms.write_next_term(
        previous=strategy, text=text_of_term(), written_by=planner, with_measures=True, with_kpis=True
    )
    package = made.packages.get()
    link = Lineage.objects.get(strategy=made)
    assert (link.kind, link.earlier, link.later) == ("kept", measure.package, package)
    assert [one.title for one in made.measures.all()] == [measure.title]
    assert made.measures.get().department == measure.department
    assert made.partners.get().measure == made.measures.get()
    assert made.promotion_tags.get().package == package
    copied = made.kpis.get()
    assert (copied.continues, copied.package, copied.base_value) == (kpi, package, None)
    assert not copied.targets.exists() and not copied.actuals.exists()


def test_a_published_strategy_changes_only_with_a_reason(
    strategy: Strategy, goal: BasicGoal, planner: Person
) -> None:
    with pytest.raises(StrategyError) as refused:
        parts.change_goal(goal=goal, text=parts.PartText(title="新しい名"), number=1, changed_by=planner)
    assert refused.value.field == "reason"
    goal.refresh_from_db()
    parts.change_goal(
        goal=goal, text=parts.PartText(title="新しい名"), number=1, changed_by=planner, reason="議会の意見"
    )
    goal.refresh_from_db()
    assert goal.title == "新しい名" and last_entry("strategy.part_changed").reason == "議会の意見"


def test_saving_what_stands_there_already_leaves_no_entry(
    strategy: Strategy, goal: BasicGoal, planner: Person
) -> None:
    text = parts.PartText(title=goal.title, title_en=goal.title_en)
    parts.change_goal(goal=goal, text=text, number=1, changed_by=planner)
    assert not Entry.objects.filter(verb="strategy.part_changed").exists()


def test_a_number_that_is_taken_is_refused_at_its_box(draft: Strategy, planner: Person) -> None:
    make_package(make_goal(draft))
    with pytest.raises(StrategyError) as refused:
        parts.add_package(
            goal=draft.goals.get(), text=parts.PartText(title="二つ目"), number="1-1", added_by=planner
        )
    assert refused.value.field == "number" and "1-1" in str(refused.value)


def test_goals_and_packages_change_places_with_their_neighbours(draft: Strategy, planner: Person) -> None:
    first, second = make_goal(draft, 1), make_goal(draft, 2)
    packages = [make_package(first, i) for i in (1, 2, 3)]
    assert parts.move_part(part=second, up=True, moved_by=planner)
    assert [goal.pk for goal in draft.goals.all()] == [second.pk, first.pk]
    assert parts.move_part(part=packages[0], up=False, moved_by=planner)
    order = list(
        PolicyPackage.objects.filter(goal=first).order_by("position").values_list("number", flat=True)
    )
    assert order == ["1-2", "1-1", "1-3"]
    packages[2].refresh_from_db()
    assert not parts.move_part(part=packages[2], up=False, moved_by=planner)


def test_a_department_of_another_town_cannot_be_in_charge(
    package: PolicyPackage, other_town: Municipality, planner: Person
) -> None:
    text = measures.MeasureText(title="相談", department=make_department(other_town, "よその課"))
    with pytest.raises(StrategyError) as refused:
        measures.add_measure(package=package, text=text, added_by=planner, reason="追加")
    assert refused.value.field == "department" and not Measure.objects.exists()


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"amount_yen": -1}, "amount_yen"),
        ({"grant_yen": 10}, "grant"),
        ({"fiscal_year": 6}, "fiscal_year"),
    ],
)
def test_a_budget_that_cannot_be_is_refused_at_its_box(
    columns: dict[str, Any], field: str, measure: Measure, planner: Person
) -> None:
    given = {"fiscal_year": 2021, "amount_yen": 1_000, **columns}
    with pytest.raises(StrategyError) as refused:
        measures.add_budget(
            measure=measure, text=measures.BudgetText(**given), added_by=planner, reason="予算"
        )
    assert refused.value.field == field


def test_a_measure_of_a_published_strategy_is_ended_not_removed(measure: Measure, planner: Person) -> None:
    with pytest.raises(StrategyError):
        removal.remove_part(part=measure, removed_by=planner, reason="やめる")
    measures.end_measure(measure=measure, ended_on=date(2023, 3, 31), ended_by=planner, reason="役目を終えた")
    assert last_entry("strategy.measure_ended").reason == "役目を終えた"
    measures.resume_measure(measure=measure, resumed_by=planner, reason="要望")
    measure.refresh_from_db()
    assert measure.ended_on is None


def whole(strategy: Strategy) -> dict[str, list[dict[str, Any]]]:
    """Every row of a strategy's parts."""
    tables = (
        BasicGoal,
        PolicyPackage,
        Measure,
        MeasurePartner,
        MeasureBudget,
        Action,
        Kpi,
        PromotionTag,
        Lineage,
    )
    found = {
        table.__name__: list(table.objects.filter(strategy=strategy).order_by("pk").values())  # type: ignore[attr-defined]
        for table in tables
    }
    return {**found, "targets": list(strategy.kpi_targets.order_by("pk").values())}


def test_what_was_removed_comes_back_as_it_was(town: Municipality, draft: Strategy, planner: Person) -> None:
    before = make_strategy(town, term=1, first_fiscal_year=2015, last_fiscal_year=2019)
    draft.previous = before
    draft.save()
    goal = make_goal(draft)
    package = make_package(goal)
    measure = make_measure(package, department=make_department(town), output="相談")
    Lineage.objects.create(
        strategy=draft, earlier=make_package(make_goal(before)), later=package, kind="kept", note="同じ"
    )
    PromotionTag.objects.create(strategy=draft, model=make_promotion_model(draft), measure=measure)
    MeasurePartner.objects.create(strategy=draft, measure=measure, name="商工会議所", part="相談")
    MeasureBudget.objects.create(strategy=draft, measure=measure, fiscal_year=2021, amount_yen=1)
    Action.objects.create(strategy=draft, measure=measure, title="始める", starts_on=date(2021, 4, 1))
    make_kpi(goal)
    make_kpi(package)
    make_kpi(measure, targets={2022: 5, 2024: 9})
    as_it_was = whole(draft)
    entry = removal.remove_part(part=goal, removed_by=planner)
    assert not any(whole(draft).values())
    title = removal.put_back_part(strategy=draft, entry=entry, put_back_by=planner)
    assert title == "1 基本目標1" and whole(draft) == as_it_was
    with pytest.raises(StrategyError):
        removal.put_back_part(strategy=draft, entry=entry, put_back_by=planner)


def test_a_part_whose_number_is_taken_by_now_is_not_put_back(draft: Strategy, planner: Person) -> None:
    entry = removal.remove_part(part=make_goal(draft), removed_by=planner)
    make_goal(draft, title="別の目標")
    with pytest.raises(StrategyError):
        removal.put_back_part(strategy=draft, entry=entry, put_back_by=planner)
    assert [goal.title for goal in draft.goals.all()] == ["別の目標"]


def test_a_part_with_reported_values_is_not_removed(draft: Strategy, planner: Person) -> None:
    goal = make_goal(draft)
    make_actual(make_kpi(goal), 2020, 5)
    with pytest.raises(StrategyError):
        removal.remove_part(part=goal, removed_by=planner)
    assert BasicGoal.objects.filter(pk=goal.pk).exists()
    assert not Entry.objects.filter(verb="strategy.part_removed").exists()


def test_publishing_refuses_without_goals_and_warns_of_the_rest(draft: Strategy, planner: Person) -> None:
    with pytest.raises(StrategyError):
        terms.publish_strategy(strategy=draft, published_by=planner)
    goal = make_goal(draft)
    with pytest.raises(StrategyError):
        terms.publish_strategy(strategy=draft, published_by=planner)
    make_measure(make_package(goal))
    findings = checks.publication_findings(draft)
    assert findings and not any(finding.refuses for finding in findings)
    told = " ".join(finding.text for finding in findings)
    for words in (
        "数値目標がありません",
        "にKPIがありません",
        "担当の部署がありません",
        "人口のどこに効くか",
    ):
        assert words in told
    published = terms.publish_strategy(strategy=draft, published_by=planner)
    assert published.published_at is not None
    with pytest.raises(StrategyError):
        terms.publish_strategy(strategy=draft, published_by=planner)


@pytest.mark.django_db(transaction=True)
def test_two_planners_who_publish_at_once_publish_once(make_person: MakePerson, town: Municipality) -> None:
    draft = make_strategy(town, published=False)
    make_package(make_goal(draft))
    planners = [make_person(roles.PLANNER, town) for _i in range(2)]
    ready, outcomes = threading.Barrier(2), []

    def publish(person: Person) -> None:
        held = Strategy.objects.select_related("municipality").get(pk=draft.pk)
        ready.wait(10)
        try:
            terms.publish_strategy(strategy=held, published_by=person)
            outcomes.append("published")
        except StrategyError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=publish, args=(person,)) for person in planners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["published", "refused"]
    assert Entry.objects.filter(verb="strategy.published").count() == 1


def test_a_draft_is_dropped_whole_and_a_published_one_never(
    town: Municipality, strategy: Strategy, planner: Person
) -> None:
    draft = terms.write_next_term(
        previous=strategy, text=text_of_term(), written_by=planner, with_measures=True, with_kpis=True
    )
    make_kpi(make_goal(draft, 7))
    terms.drop_strategy(strategy=draft, dropped_by=planner, reason="作り直す")
    assert list(Strategy.objects.all()) == [strategy] and last_entry("strategy.dropped").reason == "作り直す"
    with pytest.raises(StrategyError):
        terms.drop_strategy(strategy=strategy, dropped_by=planner, reason="消したい")


def test_the_rest_of_the_lineage_is_noted_as_ended_and_new(
    town: Municipality, strategy: Strategy, package: PolicyPackage, planner: Person
) -> None:
    draft = make_strategy(
        town, term=3, first_fiscal_year=2025, last_fiscal_year=2029, published=False, previous=strategy
    )
    new = make_package(make_goal(draft))
    with pytest.raises(StrategyError) as refused:
        lineage.add_lineage(
            strategy=draft,
            text=lineage.LineageText(kind="ended", earlier=package, later=new),
            added_by=planner,
        )
    assert refused.value.field == "later"
    assert lineage.complete_lineage(strategy=draft, completed_by=planner) == 2
    found = {(link.kind, link.earlier_id, link.later_id) for link in draft.lineage.all()}
    assert found == {("ended", package.pk, None), ("new", None, new.pk)}
    assert lineage.complete_lineage(strategy=draft, completed_by=planner) == 0


def grant(**columns: Any) -> GrantProgramme:
    """A grant that pays half, at most 1,000 yen a year, three years (five at most), four KPIs."""
    made: GrantProgramme = GrantProgramme.objects.create(
        **{
            "code": "grant",
            "title": "交付金",
            "source": "要綱",
            "ceiling_yen": 1_000,
            "years": 3,
            "years_at_most": 5,
            "kpis_at_most": 4,
            "last_fiscal_year": 2026,
            **columns,
        }
    )
    return made


@pytest.mark.parametrize(
    ("rows", "kpis", "words"),
    [
        ([(2021, 2_000, 1_000)], 4, []),
        ([(2021, 2_000, 1_001)], 0, ["1/2まで", "1年に1,000円"]),
        ([(2021, 1_500, 751)], 0, ["750円以下"]),
        ([(year, 10, 5) for year in range(2020, 2024)], 0, ["原則3年"]),
        ([(year, 10, 5) for year in range(2020, 2026)], 0, ["最長5年まで"]),
        ([(2027, 10, 5)], 0, ["令和9年度にはありません"]),
        ([(2021, 10, 5)], 5, ["KPIは4個まで"]),
    ],
)
def test_a_breach_of_a_grants_rules_is_told_with_its_remedy(
    db: None, rows: list[tuple[int, int, int]], kpis: int, words: list[str]
) -> None:
    named = grant()
    budgets = [MeasureBudget(fiscal_year=y, amount_yen=a, grant=named, grant_yen=g) for y, a, g in rows]
    told = grant_breaches(budgets, kpis)
    assert len(told) == len(words)
    for breach, word in zip(told, words, strict=True):
        assert word in breach


def test_promotion_models_of_another_strategy_are_refused(
    strategy: Strategy, package: PolicyPackage, other_town: Municipality, planner: Person
) -> None:
    foreign = make_promotion_model(make_strategy(other_town))
    own = make_promotion_model(strategy)
    with pytest.raises(StrategyError):
        measures.set_promotion_models(of=package, models=[foreign], set_by=planner, reason="印")
    assert measures.set_promotion_models(of=package, models=[own], set_by=planner, reason="印")
    assert not measures.set_promotion_models(of=package, models=[own], set_by=planner)
    assert measures.set_promotion_models(of=package, models=[], set_by=planner, reason="外す")
    assert not PromotionTag.objects.exists()


def test_a_closed_department_stays_named_until_somebody_chooses_another(
    measure: Measure, department: Organisation, planner: Person
) -> None:
    department.closed_at = timezone.now()
    department.save()
    text = measures.MeasureText(title="新しい題", department=department, number=measure.number)
    changed = measures.change_measure(
        measure=measure, package=measure.package, text=text, changed_by=planner, reason="題"
    )
    assert changed.title == "新しい題"
    with pytest.raises(StrategyError):
        measures.add_measure(package=measure.package, text=text, added_by=planner, reason="追加")
