"""The yearly review at work: stages and dates, evaluations, experts' comments, changes; who may, and what is refused."""

from __future__ import annotations

import datetime

import pytest
from django.utils import translation

from sosei.core.people import roles
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Municipality, Person
from sosei.core.people.tenancy import guarded
from sosei.core.records.models import Entry, Message
from sosei.planning.strategy.errors_reviews import ConflictError, ReviewError
from sosei.planning.strategy.models import (
    Change,
    Evaluation,
    ExpertComment,
    Review,
    Stage,
    StageMove,
    Strategy,
)
from sosei.planning.strategy.services import reviews as services
from sosei.planning.strategy.services import reviews_changes, reviews_writing
from sosei.planning.strategy.services.reviews_state import evaluations_of, next_thing
from tests.strategy.conftest import MakePerson
from tests.strategy.review_steps import WRITTEN, YEAR, Scene, make_scene


@pytest.fixture(autouse=True)
def japanese() -> None:
    translation.activate("ja")


@pytest.fixture
def scene(town: Municipality, make_person: MakePerson) -> Scene:
    return make_scene(town, make_person)


def test_a_review_opens_with_the_usual_calendar_and_tells_the_departments(scene: Scene) -> None:
    review = scene.opened()
    assert [(row.stage, row.due_on.isoformat()) for row in review.stages.all()] == [
        ("own", "2023-06-30"),
        ("office", "2023-07-31"),
        ("experts", "2023-08-31"),
        ("assembly", "2023-09-30"),
        ("changes", "2023-11-30"),
    ]
    assert set(Message.objects.values_list("recipient", "kind")) == {(scene.owner.pk, "review.your_turn")}
    assert Entry.objects.filter(verb="review.opened").count() == 1


def test_only_a_planner_opens_one_and_only_for_a_year_of_the_term_once(
    scene: Scene, other_planner: Person
) -> None:
    for person in (scene.owner, scene.expert, other_planner):
        with pytest.raises(NotAllowedError):
            services.open_review(strategy=scene.strategy, fiscal_year=YEAR, opened_by=person)
    with pytest.raises(ReviewError, match="令和7年度") as outside:
        services.open_review(strategy=scene.strategy, fiscal_year=2025, opened_by=scene.planner)
    assert outside.value.field == "fiscal_year"
    scene.opened()
    with pytest.raises(ReviewError, match="もうあります"):
        scene.opened()
    assert Review.objects.count() == 1


def test_dates_can_be_changed_but_keep_the_order_of_the_stages(scene: Scene) -> None:
    review = scene.opened()
    dates = services.usual_dates(YEAR)
    moved = {**dates, Stage.OWN: datetime.date(2023, 7, 10)}
    services.set_due_dates(review=review, dates=moved, changed_by=scene.planner)
    assert review.stages.get(stage="own").due_on == datetime.date(2023, 7, 10)
    with pytest.raises(ReviewError, match="外部有識者の意見") as refused:
        services.set_due_dates(
            review=review,
            dates={**moved, Stage.EXPERTS: datetime.date(2023, 7, 1)},
            changed_by=scene.planner,
        )
    assert refused.value.field == Stage.EXPERTS


def test_measures_and_packages_without_measures_are_evaluated(scene: Scene) -> None:
    scene.opened()
    assert [(t.kind, t.row.title) for t in scene.targets()] == [
        ("measure", "施策1-1-1"),
        ("measure", "施策1-1-2"),
        ("package", "政策パッケージ1-2"),
    ]
    assert [scene.department.pk in t.departments for t in scene.targets()] == [True, False, True]


def test_a_measure_that_ended_before_the_year_is_not_evaluated_and_one_that_ended_in_it_is(
    scene: Scene,
) -> None:
    scene.opened()
    scene.measures[1].ended_on = datetime.date(2022, 4, 1)
    scene.measures[1].save()
    assert len(scene.targets()) == 3
    scene.measures[1].ended_on = datetime.date(2022, 3, 31)
    scene.measures[1].save()
    assert [t.row.title for t in scene.targets()] == ["施策1-1-1", "政策パッケージ1-2"]


def test_a_department_writes_its_own_measures_and_no_others(
    scene: Scene, make_person: MakePerson, town: Municipality
) -> None:
    review = scene.opened()
    first, other, package = scene.targets()
    for target in (first, package):
        with guarded(person=scene.owner.pk, town=town.code):
            reviews_writing.save_evaluation(
                review=review, target=target, texts=WRITTEN, version=0, saved_by=scene.owner
            )
    with pytest.raises(NotAllowedError):
        reviews_writing.save_evaluation(
            review=review, target=other, texts=WRITTEN, version=0, saved_by=scene.owner
        )
    with pytest.raises(NotAllowedError):
        reviews_writing.save_evaluation(
            review=review,
            target=first,
            texts=WRITTEN,
            version=1,
            saved_by=scene.owner,
            office_text="自分で書く",
        )
    with pytest.raises(NotAllowedError):
        reviews_writing.save_evaluation(
            review=review,
            target=first,
            texts=WRITTEN,
            version=1,
            saved_by=make_person(roles.MAYORS_OFFICE, town),
        )
    assert Evaluation.objects.count() == 2


def test_what_was_saved_meanwhile_is_not_overwritten(scene: Scene) -> None:
    review, target = scene.opened(), scene.targets()[0]
    common = {"review": review, "target": target, "saved_by": scene.owner}
    reviews_writing.save_evaluation(texts=WRITTEN, version=0, **common)
    with pytest.raises(ConflictError) as refused:
        reviews_writing.save_evaluation(texts=reviews_writing.Texts(done="別の人"), version=0, **common)
    assert refused.value.held.done == WRITTEN.done
    kept = reviews_writing.save_evaluation(
        texts=reviews_writing.Texts(done="読んだうえで"), version=1, **common
    )
    assert (kept.version, Evaluation.objects.get().done) == (2, "読んだうえで")


@pytest.mark.parametrize("missing", ["rating", "done", "result"])
def test_a_draft_may_be_bare_but_what_is_submitted_may_not(scene: Scene, missing: str) -> None:
    review, target = scene.opened(), scene.targets()[0]
    bare = reviews_writing.Texts(**{**WRITTEN.__dict__, missing: " "})
    common = {"review": review, "target": target, "texts": bare, "saved_by": scene.owner}
    reviews_writing.save_evaluation(version=0, **common)
    with pytest.raises(ReviewError) as refused:
        reviews_writing.save_evaluation(version=1, submit=True, **common)
    assert refused.value.field == missing
    assert Evaluation.objects.get().submitted_at is None


def test_after_its_stage_a_department_changes_only_what_was_given_back(scene: Scene) -> None:
    review = scene.at(Stage.OFFICE)
    target = scene.targets()[0]
    common = {"review": review, "target": target, "texts": WRITTEN, "saved_by": scene.owner}
    with pytest.raises(ReviewError, match="差し戻し"):
        reviews_writing.save_evaluation(version=1, **common)
    reviews_writing.return_evaluation(
        review=review, target=target, reason="成果を数で書いてください", returned_by=scene.planner
    )
    told = Message.objects.get(subject__contains="直してください")
    assert told.recipient_id == scene.owner.pk
    assert "成果を数で書いてください" in told.body
    kept = reviews_writing.save_evaluation(version=2, submit=True, **common)
    assert (kept.returned_reason, kept.office_text) == ("", "続ける価値がある。")


def test_stages_go_forward_one_by_one_and_back_with_a_reason(scene: Scene) -> None:
    review = scene.at(Stage.EXPERTS)
    assert review.stages.get(stage="own").finished_by == scene.planner
    with pytest.raises(ReviewError, match="もう別の段階"):
        services.finish_stage(review=review, stage=Stage.OWN, finished_by=scene.planner)
    with pytest.raises(ReviewError) as refused:
        services.send_back(review=review, to_stage="own", reason="　", sent_by=scene.planner)
    assert refused.value.field == "reason"
    with pytest.raises(ReviewError):
        services.send_back(review=review, to_stage="assembly", reason="先へ", sent_by=scene.planner)
    services.send_back(review=review, to_stage="own", reason="数値の誤り", sent_by=scene.planner)
    assert scene.held.stage == "own"
    assert not review.stages.filter(finished_at__isnull=False).exists()
    last = StageMove.objects.last()
    assert last is not None
    assert (last.kind, last.reason, last.by) == ("sent_back", "数値の誤り", scene.planner)


def test_experts_are_told_once_even_where_their_stage_opens_twice(scene: Scene) -> None:
    review = scene.at(Stage.EXPERTS)
    mine = Message.objects.filter(recipient=scene.expert)
    assert mine.count() == 1
    services.send_back(review=review, to_stage="office", reason="直す", sent_by=scene.planner)
    services.finish_stage(review=review, stage=Stage.OFFICE, finished_by=scene.planner)
    assert mine.count() == 1
    for _time in range(2):
        reviews_writing.remind(review=review, people=[scene.expert], reminded_by=scene.planner)
    assert mine.count() == 2


def test_only_invited_experts_of_the_town_comment_and_only_in_their_stage(
    scene: Scene, make_person: MakePerson, other_town: Municipality
) -> None:
    review, target = scene.at(Stage.OFFICE), scene.targets()[0]
    common = {"target": target, "opinion": "effective", "text": "良い"}
    with pytest.raises(ReviewError, match="企画担当のまとめ"):
        reviews_writing.save_comment(review=review, written_by=scene.expert, **common)
    services.finish_stage(review=review, stage=Stage.OFFICE, finished_by=scene.planner)
    for person in (scene.planner, scene.owner, make_person(roles.REVIEWER, other_town)):
        with pytest.raises(NotAllowedError):
            reviews_writing.save_comment(review=review, written_by=person, **common)
    with guarded(person=scene.expert.pk, town=scene.town.code):
        reviews_writing.save_comment(review=review, written_by=scene.expert, **common)
        reviews_writing.save_comment(
            review=review, written_by=scene.expert, target=target, opinion="none", text=""
        )
    assert [(row.opinion, row.text) for row in ExpertComment.objects.all()] == [("none", "")]


def test_an_expert_is_done_when_he_said_something_to_everything(scene: Scene) -> None:
    review = scene.at(Stage.EXPERTS)
    with pytest.raises(ReviewError, match="3件"):
        reviews_writing.finish_comments(review=review, name_shown="", finished_by=scene.expert)
    with pytest.raises(ReviewError) as refused:
        reviews_writing.save_comment(
            review=review,
            target=scene.targets()[0],
            opinion="not_effective",
            text="",
            written_by=scene.expert,
        )
    assert refused.value.field == "text"
    scene.commented("○○大学教授 見本太郎")
    row = review.experts.get()
    assert (row.person, row.name_shown, row.finished_at is not None) == (
        scene.expert,
        "○○大学教授 見本太郎",
        True,
    )


def test_an_answer_goes_when_the_comment_becomes_another(scene: Scene) -> None:
    review = scene.at(Stage.EXPERTS)
    scene.commented()
    comment = ExpertComment.objects.first()
    assert comment is not None
    with pytest.raises(NotAllowedError):
        reviews_writing.answer_comment(comment=comment, answer="はい", answered_by=scene.owner)
    reviews_writing.answer_comment(comment=comment, answer="はい", answered_by=scene.planner)
    target = scene.targets()[0]
    reviews_writing.save_comment(
        review=review, target=target, opinion="effective", text=comment.text, written_by=scene.expert
    )
    assert ExpertComment.objects.get(pk=comment.pk).answer == "はい"
    reviews_writing.save_comment(
        review=review, target=target, opinion="effective", text="やはり違う", written_by=scene.expert
    )
    assert ExpertComment.objects.get(pk=comment.pk).answer == ""


def test_everybody_is_told_the_one_thing_he_has_to_do_next(
    scene: Scene, make_person: MakePerson, town: Municipality
) -> None:
    def told(person: Person) -> str:
        thing = next_thing(scene.held, scene.targets(), evaluations_of(scene.held), person, town.code)
        return f"{thing.text}|{thing.url}"

    scene.opened()
    assert "2件" in told(scene.owner)
    assert "/evaluate/measure/" in told(scene.owner)
    assert "あと3件" in told(scene.planner)
    assert "お知らせします" in told(scene.expert)
    assert told(make_person(roles.MAYORS_OFFICE, town)).endswith("ありません。|")
    scene.evaluated()
    assert "/forward" in told(scene.planner)
    assert told(scene.owner).endswith("ありません。|")
    for stage in (Stage.OWN, Stage.OFFICE):
        services.finish_stage(review=scene.held, stage=stage, finished_by=scene.planner)
    assert "/comment/measure/" in told(scene.expert)
    assert "/experts" in told(scene.planner)
    scene.commented()
    assert "出し終えました" in told(scene.expert)
    services.finish_stage(review=scene.held, stage=Stage.EXPERTS, finished_by=scene.planner)
    assert "/close" in told(scene.planner)


# --- changes for next year ----------------------------------------------------------------------------------------


def test_the_plan_needs_a_decision_on_everything_and_the_results_before_it(scene: Scene) -> None:
    review = scene.closed()
    reviews_changes.keep_the_rest(review=review, reason="予定どおり", decided_by=scene.planner)
    assert set(Change.objects.values_list("kind", flat=True)) == {"kept"}
    with pytest.raises(ReviewError, match="先に評価の結果"):
        reviews_changes.publish_plan(review=review, published_by=scene.planner)


def test_the_published_plan_is_frozen_and_its_carrying_out_is_noted(scene: Scene) -> None:
    review = scene.planned()
    assert [(row.title, row.kind, row.reason) for row in review.frozen_changes.all()] == [
        ("施策1-1-1", "強化", "相談が増えたため"),
        ("施策1-1-2", "継続", "予定どおりのため"),
        ("政策パッケージ1-2", "継続", "予定どおりのため"),
    ]
    with pytest.raises(ReviewError, match="もう公表しました"):
        reviews_changes.keep_the_rest(review=review, reason="x", decided_by=scene.planner)
    change = Change.objects.get(kind="strengthened")
    with pytest.raises(NotAllowedError):
        reviews_changes.mark_carried_out(change=change, carried_out=True, by=scene.owner)
    assert reviews_changes.mark_carried_out(change=change, carried_out=True, by=scene.planner).carried_out_at
    assert review.stages.get(stage="changes").finished_at is not None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "gone", "reason": "x"}, "kind"),
        ({"kind": "ended", "reason": " "}, "reason"),
        ({"kind": "merged", "reason": "x", "into": " "}, "into"),
    ],
)
def test_a_decision_names_kind_reason_and_where_to(scene: Scene, given: dict[str, str], field: str) -> None:
    review = scene.published()
    with pytest.raises(ReviewError) as refused:
        reviews_changes.decide_change(
            review=review, target=scene.targets()[0], decided_by=scene.planner, **given
        )
    assert refused.value.field == field
    with pytest.raises(ReviewError, match="3件"):
        reviews_changes.publish_plan(review=review, published_by=scene.planner)


def test_nothing_of_another_town_is_seen(scene: Scene, other_planner: Person) -> None:
    review = scene.at(Stage.ASSEMBLY)
    with guarded(person=other_planner.pk):
        assert not Review.objects.filter(pk=review.pk).exists()
        assert not Evaluation.objects.exists()
        assert not ExpertComment.objects.exists()
        assert Strategy.objects.filter(pk=scene.strategy.pk).exists()
