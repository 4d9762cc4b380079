"""A closed review never changes: whatever happens to the live strategy, the same bytes; closing is all or nothing, once."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sosei.core.people.errors import NotAllowedError, RefusedError
from sosei.core.people.models import Municipality
from sosei.core.people.tenancy import guarded
from sosei.planning.strategy.errors_reviews import MissingError, ReviewError
from sosei.planning.strategy.judgement.presets import FUJI
from sosei.planning.strategy.models import (
    Change,
    Evaluation,
    ExpertComment,
    FrozenComment,
    FrozenLine,
    FrozenPart,
    FrozenReport,
    JudgementRule,
    Kpi,
    KpiActual,
    KpiTarget,
    Lineage,
    Overrule,
    Review,
    Stage,
    Strategy,
)
from sosei.planning.strategy.services import reviews_closing
from sosei.planning.strategy.services.actuals import correct_actual
from sosei.planning.strategy.services.reviews import finish_stage, reopen_review
from sosei.planning.strategy.services.reviews_closing import close_review, publish_review
from sosei.planning.strategy.services.reviews_compare import compare
from tests.strategy.conftest import MakePerson, make_actual, make_goal, make_kpi, make_strategy
from tests.strategy.review_steps import YEAR, Scene, make_scene

FROZEN = (FrozenReport, FrozenPart, FrozenLine, FrozenComment)


@pytest.fixture(autouse=True)
def japanese() -> None:
    translation.activate("ja")


@pytest.fixture
def scene(town: Municipality, make_person: MakePerson) -> Scene:
    return make_scene(town, make_person)


def main_part(review: Review, language: str = "") -> str:
    """The report on its public page, as a visitor gets it."""
    prefix = f"/{language}" if language else ""
    code = review.strategy.municipality.code
    answer = Client().get(f"{prefix}/{code}/strategy/reviews/{review.pk}")
    assert answer.status_code == 200
    page = answer.content.decode()
    begin, end = page.index("<article"), page.index("</article>")
    return page[begin:end]


def test_closing_keeps_every_figure_judgement_and_text_as_rows(scene: Scene) -> None:
    review = scene.closed()
    report = review.report
    assert (report.title, report.rule, report.experts) == ("第2期 架空の総合戦略", "標準の基準", 1)
    assert "予定どおり" in report.rule_words
    assert "On pace" in report.rule_words_en
    line = FrozenLine.objects.get(kpi=scene.kpis[1])
    assert (line.target, line.target_year, line.actual, line.base) == ("180世帯", 2024, "140世帯", "100世帯")
    assert (line.actual_en, line.unit_en, line.actual_value) == ("140 households", "households", Decimal(140))
    # 40 of 80 after three of five years: behind the straight line.
    assert (line.judgement, line.judgement_en, line.tone) == ("遅れ", "Behind", "fair")
    assert line.progress == Decimal("0.5")
    worse = FrozenLine.objects.get(kpi=scene.kpis[0])
    assert (worse.judgement, worse.tone) == ("後退", "poor")
    part = FrozenPart.objects.get(measure=scene.measures[0])
    assert (part.department, part.rating, part.rating_en, part.done) == (
        scene.department.name,
        "おおむね進んだ",
        "Mostly on track",
        "相談会を6回開いた。",
    )
    assert [row.level for row in review.parts.all()] == ["goal", "package", "measure", "measure", "package"]
    assert FrozenComment.objects.filter(name_shown="").count() == 3


def test_an_expert_is_named_only_where_he_agreed(scene: Scene) -> None:
    scene.closed(name_shown="見本大学 見本太郎")
    publish_review(review=scene.held, published_by=scene.planner)
    assert "見本大学 見本太郎" in main_part(scene.held)
    assert scene.expert.family_name not in main_part(scene.held)


def test_after_everything_live_has_changed_the_public_report_is_the_same_to_the_byte(scene: Scene) -> None:
    decide(scene.kpis[2])
    review = scene.planned()
    before = {language: main_part(review, language) for language in ("", "en")}
    assert "強化" in before[""]
    change_everything(scene)
    assert {language: main_part(review, language) for language in ("", "en")} == before
    assert Client().get(f"/{scene.town.code}/strategy/reviews/{review.pk}.csv").status_code == 200


def decide(kpi: Kpi) -> None:
    Overrule.objects.create(
        strategy=kpi.strategy,
        kpi=kpi,
        reported_in=YEAR,
        label="達成とみなす",
        label_en="Taken as met",
        tone="good",
        reason="台風で相談会を3回中止したため",
        decided_at=timezone.now(),
    )


def change_everything(scene: Scene) -> None:
    """Renames, corrects, sets new targets, adopts another rule, ends KPIs, deletes and rewrites the work of the review."""
    rule = JudgementRule.objects.create(
        municipality=scene.town, name="別の基準", definition=FUJI.to_json(), preset="fuji"
    )
    Strategy.objects.filter(pk=scene.strategy.pk).update(
        title="改名した戦略", title_en="Renamed", rule=rule, source="別の出典", concept="別"
    )
    for model in (type(scene.packages[0]), type(scene.measures[0]), Kpi, type(scene.kpis[0].goal)):
        model.objects.all().update(title="改名", title_en="Renamed", text="別の説明", text_en="Other")
    Kpi.objects.all().update(
        unit="kg",
        unit_en="kg",
        direction="down",
        decimals=2,
        source="別",
        base_value=Decimal(7),
        ended_on=datetime.date(2020, 1, 1),
    )
    KpiTarget.objects.all().update(value=Decimal(5), fiscal_year=2023)
    for actual in KpiActual.objects.filter(reported_in=YEAR):
        actual.kpi.ended_on = None
        correct_actual(actual=actual, value=Decimal(999), reason="数え直し", entered_by=scene.planner)
    Overrule.objects.create(
        strategy=scene.strategy,
        kpi=scene.kpis[2],
        reported_in=YEAR,
        withdrawn=True,
        reason="やめる",
        decided_at=timezone.now(),
    )
    scene.department.name = "改名した課"
    scene.department.save()
    scene.town.name = "改名市"
    scene.town.save()
    type(scene.measures[0]).objects.all().update(department=None, ended_on=datetime.date(2020, 1, 1))
    Evaluation.objects.all().update(
        done="書き換え", result="書き換え", rating="rethink", office_text="書き換え"
    )
    ExpertComment.objects.all().update(text="書き換え", answer="書き換え", opinion="none")
    Change.objects.all().update(kind="ended", reason="書き換え", text="書き換え")
    scene.review = reopen_review(review=scene.held, reason="直し", reopened_by=scene.planner)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    corrections=st.lists(
        st.tuples(
            st.integers(0, 3),
            st.sampled_from([2020, 2021, 2022]),
            st.one_of(st.none(), st.decimals(-(10**9), 10**9, places=0)),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_adding_a_correction_never_changes_a_closed_review(
    closed_scene: tuple[Scene, str], corrections: list[tuple[int, int, Decimal | None]]
) -> None:
    scene, before = closed_scene
    for place, year, value in corrections:
        live = KpiActual.objects.live().get(kpi=scene.kpis[place], reported_in=year)
        KpiActual.objects.create(
            strategy=scene.strategy,
            kpi=scene.kpis[place],
            reported_in=year,
            origin=live.origin,
            replaces=live,
            reason="訂正",
            value=value,
            availability="value" if value is not None else "not_available",
            entered_at=timezone.now(),
        )
    assert main_part(scene.held) == before


@pytest.fixture
def closed_scene(scene: Scene) -> tuple[Scene, str]:
    """A published review and its report."""
    review = scene.published()
    return scene, main_part(review)


def test_frozen_rows_can_neither_be_changed_deleted_nor_added_to(scene: Scene) -> None:
    review = scene.closed()
    for model in FROZEN:
        row = model.objects.filter(review=review).first()
        assert row is not None
        for action in (
            lambda model=model: model.objects.filter(review=review).update(strategy=scene.strategy),
            row.delete,
            lambda row=row: again(row),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                action()
    with pytest.raises(DatabaseError), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(summary="あとから")
    with pytest.raises(DatabaseError), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(closed_at=None)


def again(row: Any) -> None:
    """The same row once more, in another place."""
    row.pk, row._state.adding = None, True
    if hasattr(row, "position"):
        row.position += 1000
    if hasattr(row, "kpi_id"):
        row.kpi = make_kpi(make_goal(row.strategy, 9), title="あとから")
    row.save(force_insert=True)


def test_closing_names_all_that_is_missing_and_takes_a_reason_for_each(scene: Scene) -> None:
    scene.at(Stage.ASSEMBLY)
    Evaluation.objects.filter(measure=scene.measures[1]).update(submitted_at=None)
    empty = make_kpi(scene.packages[0], title="未報告のKPI", actuals={2020: 1})
    with pytest.raises(MissingError, match="2件") as refused:
        close_review(review=scene.held, closed_by=scene.planner)
    keys = [one.key for one in refused.value.missing]
    assert keys == [f"value:kpi:{empty.pk}", f"evaluation:measure:{scene.measures[1].pk}"]
    with pytest.raises(MissingError, match="1件"):
        close_review(
            review=scene.held, closed_by=scene.planner, waivers={keys[0]: "調査が終わらない", keys[1]: " "}
        )
    review = close_review(
        review=scene.held,
        closed_by=scene.planner,
        waivers={keys[0]: "調査が終わらない", keys[1]: "担当の部署がない"},
    )
    assert FrozenLine.objects.get(kpi=empty).waiver == "調査が終わらない"
    part = FrozenPart.objects.get(measure=scene.measures[1])
    # What nobody submitted is nobody's word: it is not published.
    assert (part.waiver, part.done) == ("担当の部署がない", "")
    publish_review(review=review, published_by=scene.planner)
    assert "調査が終わらない" in main_part(review)


def test_a_value_of_which_is_said_why_it_is_not_there_is_not_missing(scene: Scene) -> None:
    scene.at(Stage.ASSEMBLY)
    kpi = make_kpi(scene.packages[0], title="国勢調査のKPI", kind="census", actuals={2020: 1})
    make_actual(kpi, 2022, 1, carried_forward=True)
    other = make_kpi(scene.packages[0], title="中止した調査のKPI", actuals={2020: 1})
    KpiActual.objects.create(
        strategy=scene.strategy,
        kpi=other,
        reported_in=YEAR,
        availability="not_available",
        entered_at=timezone.now(),
    )
    close_review(review=scene.held, closed_by=scene.planner)
    assert FrozenLine.objects.get(kpi=other).actual == "値がない"
    assert FrozenLine.objects.get(kpi=kpi).actual == "1世帯"


def test_only_a_planner_closes_and_publishes_and_in_the_right_order(scene: Scene) -> None:
    scene.at(Stage.EXPERTS)
    with pytest.raises(ReviewError, match="外部有識者の意見"):
        close_review(review=scene.held, closed_by=scene.planner)
    with pytest.raises(ReviewError, match="先に評価を締めて"):
        publish_review(review=scene.held, published_by=scene.planner)
    finish_stage(review=scene.held, stage=Stage.EXPERTS, finished_by=scene.planner)
    with pytest.raises(NotAllowedError):
        close_review(review=scene.held, closed_by=scene.owner)
    close_review(review=scene.held, closed_by=scene.planner)
    with pytest.raises(ReviewError, match="もう締めました"):
        close_review(review=scene.held, closed_by=scene.planner)
    assert Client().get(f"/{scene.town.code}/strategy/reviews/{scene.held.pk}").status_code == 404
    assert Strategy.objects.get().published_through == 2020
    publish_review(review=scene.held, published_by=scene.planner)
    assert Strategy.objects.get().published_through == YEAR
    with pytest.raises(ReviewError, match="もう公表"):
        publish_review(review=scene.held, published_by=scene.planner)


def test_a_planner_closes_and_publishes_under_the_database_s_own_guard(scene: Scene) -> None:
    scene.at(Stage.ASSEMBLY)
    with guarded(person=scene.planner.pk, town=scene.town.code):
        close_review(review=scene.held, closed_by=scene.planner)
        publish_review(review=scene.held, published_by=scene.planner)
    with guarded(person=None):
        assert FrozenLine.objects.count() == 4
        assert not Evaluation.objects.exists()


def test_a_later_review_of_an_earlier_year_takes_no_published_year_back(scene: Scene) -> None:
    Strategy.objects.update(published_through=2023)
    scene.published()
    assert Strategy.objects.get().published_through == 2023


def test_reopening_makes_a_new_review_and_leaves_the_old_one(scene: Scene) -> None:
    first = scene.planned()
    before = main_part(first)
    with pytest.raises(ReviewError) as refused:
        reopen_review(review=first, reason=" ", reopened_by=scene.planner)
    assert refused.value.field == "reason"
    made = reopen_review(review=first, reason="人口の数え違い", reopened_by=scene.planner)
    assert (made.number, made.supersedes, made.stage) == (2, first, "office")
    assert made.evaluations.count() == made.comments.count() == made.changes.count() == 3
    with pytest.raises(ReviewError, match="もう始まって"):
        reopen_review(review=first, reason="もう一度", reopened_by=scene.planner)
    scene.review = made
    for stage in (Stage.OFFICE, Stage.EXPERTS):
        finish_stage(review=scene.held, stage=stage, finished_by=scene.planner)
    close_review(review=scene.held, closed_by=scene.planner)
    publish_review(review=scene.held, published_by=scene.planner)
    assert main_part(first) == before
    page = Client().get(f"/{scene.town.code}/strategy/reviews/{first.pk}").content.decode()
    assert f"/strategy/reviews/{made.pk}" in page
    assert "第2回：人口の数え違い" in main_part(made)


# --- comparison ---------------------------------------------------------------------------------------------------


def test_two_reviews_are_compared_kpi_by_kpi(scene: Scene) -> None:
    for kpi in scene.kpis:
        make_actual(kpi, 2023, 179)
    scene.published()
    then = scene.held
    added = make_kpi(scene.packages[0], title="新しいKPI", actuals={2023: 150})
    Kpi.objects.filter(pk=scene.kpis[3].pk).update(ended_on=datetime.date(2023, 3, 31))
    scene.published(year=2023)
    found = compare(then, scene.held, AnonymousUser())
    states = {(pair.now or pair.then).kpi_id: pair.state for pair in found.pairs}  # type: ignore[union-attr]
    assert states == {
        scene.kpis[0].pk: "better",
        scene.kpis[1].pk: "better",
        scene.kpis[2].pk: "better",
        added.pk: "added",
        scene.kpis[3].pk: "ended",
    }


def test_across_terms_a_kpi_is_compared_with_the_one_it_continues(scene: Scene) -> None:
    scene.published()
    then = scene.held
    following = make_strategy(
        scene.town, term=3, first_fiscal_year=2025, last_fiscal_year=2029, previous=scene.strategy
    )
    goal = make_goal(following)
    make_kpi(
        goal,
        title="移住した人の数",
        base_year=2024,
        targets={2029: 180},
        actuals={2025: 170},
        continues=scene.kpis[1],
    )
    Lineage.objects.create(strategy=following, earlier=scene.packages[0], kind="ended")
    other = make_scene_of(scene, following)
    found = compare(then, other.published(year=2025), AnonymousUser())
    first = found.pairs[0]
    assert (first.title, first.renamed, first.then and first.then.title) == (
        "移住した人の数",
        True,
        "移住した世帯の数",
    )
    assert first.state == "better"
    assert [pair.state for pair in found.pairs[1:]] == ["ended"] * 3
    assert [row.kind for row in found.lineage] == ["ended"]


def make_scene_of(scene: Scene, strategy: Strategy) -> Scene:
    return Scene(scene.town, strategy, scene.department, scene.planner, scene.owner, scene.expert, [], [], [])


# --- all or nothing, and once -------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", ["report", "FrozenPart", "FrozenLine", "FrozenComment", "record"])
def test_an_error_in_the_middle_of_closing_leaves_nothing(
    scene: Scene, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.at(Stage.ASSEMBLY)

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the power went out")

    if broken == "report":
        monkeypatch.setattr(FrozenReport, "save", fail)
    elif broken == "record":
        monkeypatch.setattr(reviews_closing, "record", fail)
    else:
        monkeypatch.setattr(getattr(reviews_closing, broken).objects, "bulk_create", fail)
    with pytest.raises(RuntimeError):
        close_review(review=scene.held, closed_by=scene.planner)
    assert [model.objects.count() for model in FROZEN] == [0, 0, 0, 0]
    assert scene.held.closed_at is None
    monkeypatch.undo()
    assert close_review(review=scene.held, closed_by=scene.planner).closed_at is not None


@pytest.fixture
def racing_scene(transactional_db: None, make_person: MakePerson) -> Iterator[Scene]:
    """A review ready to be closed, in tables that several connections see."""
    town = Municipality.objects.create(code="07204", name="いわき市", opened_at=timezone.now())
    scene = make_scene(town, make_person)
    scene.at(Stage.ASSEMBLY)
    yield scene


@pytest.mark.django_db(transaction=True)
def test_two_planners_who_close_at_once_make_one_closed_review(racing_scene: Scene) -> None:
    together, outcomes = threading.Barrier(4), []

    def close() -> None:
        try:
            review = racing_scene.held
            together.wait(timeout=20)
            close_review(review=review, closed_by=racing_scene.planner)
            outcomes.append("closed")
        except RefusedError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=close) for _one in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == ["closed", "refused", "refused", "refused"]
    assert FrozenReport.objects.count() == 1
    assert FrozenLine.objects.count() == len(racing_scene.kpis)


@pytest.mark.django_db(transaction=True)
def test_two_planners_who_reopen_at_once_make_one_new_review(racing_scene: Scene) -> None:
    close_review(review=racing_scene.held, closed_by=racing_scene.planner)
    together, outcomes = threading.Barrier(3), []

    def reopen() -> None:
        try:
            review = racing_scene.held
            together.wait(timeout=20)
            reopen_review(review=review, reason="数え違い", reopened_by=racing_scene.planner)
            outcomes.append("made")
        except RefusedError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=reopen) for _one in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == ["made", "refused", "refused"]
    assert Review.objects.filter(number=2).count() == 1
