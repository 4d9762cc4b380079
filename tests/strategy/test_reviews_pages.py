"""The pages of the yearly review: who reaches which, what they say, and a whole year driven through them."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from sosei.core.people import roles
from sosei.core.people.models import Municipality
from sosei.planning.strategy.models import Change, Evaluation, ExpertComment, FrozenLine, Review, Stage
from sosei.planning.strategy.services.reviews import reopen_review
from sosei.planning.strategy.services.reviews_closing import close_review
from tests.strategy.conftest import MakePerson, SignedIn, make_kpi
from tests.strategy.review_steps import YEAR, Scene, make_scene

MOST_QUERIES = 20


@pytest.fixture(autouse=True)
def japanese() -> None:
    translation.activate("ja")


@pytest.fixture
def scene(town: Municipality, make_person: MakePerson) -> Scene:
    return make_scene(town, make_person)


def at(scene: Scene, name: str, **more: Any) -> str:
    """The address of one of a review's pages."""
    return reverse(f"strategy:{name}", kwargs={"code": scene.town.code, "review_id": scene.held.pk, **more})


def listed(scene: Scene) -> str:
    return reverse("strategy:reviews", kwargs={"code": scene.town.code, "strategy_id": scene.strategy.pk})


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def test_before_the_first_review_the_page_says_so(scene: Scene, signed_in: SignedIn) -> None:
    assert "公表した評価は、まだありません" in text(Client(), listed(scene))
    planner = signed_in(scene.planner)
    new = reverse("strategy:review-new", kwargs={"code": scene.town.code, "strategy_id": scene.strategy.pk})
    assert new in text(planner, listed(scene))
    office = reverse("strategy:reviews-office", kwargs={"code": scene.town.code})
    assert "進んでいる評価はありません" in text(planner, office)
    assert text(planner, reverse("people:office", kwargs={"code": scene.town.code})).count(office) == 1


def test_a_whole_year_is_driven_through_the_pages(scene: Scene, signed_in: SignedIn) -> None:
    planner, owner, expert = signed_in(scene.planner), signed_in(scene.owner), signed_in(scene.expert)
    new = reverse("strategy:review-new", kwargs={"code": scene.town.code, "strategy_id": scene.strategy.pk})
    assert planner.post(new, {"fiscal_year": YEAR}).status_code == 302
    scene.review = Review.objects.get()
    # The department finds its values in the form, and writes beside them.
    first = at(scene, "review-evaluate", kind="measure", target_id=scene.measures[0].pk)
    assert first in text(owner, at(scene, "review-work"))
    page = text(owner, first)
    assert "相談の件数：140件（目標 180件）" in page
    assert "企画担当の所見" not in page
    given = {"version": 0, "rating": "mostly", "done": "相談会", "result": "増えた", "submit": "1"}
    following = owner.post(first, given)
    assert following["Location"] == at(
        scene, "review-evaluate", kind="package", target_id=scene.packages[1].pk
    )
    assert "これに" not in text(owner, following["Location"])
    # The office evaluates the rest and adds its own view.
    for target in scene.targets():
        address = at(scene, "review-evaluate", kind=target.kind, target_id=target.row.pk)
        held = Evaluation.objects.filter(**target.columns).first()
        version = held.version if held else 0
        answer = planner.post(address, {**given, "version": version, "office_text": "続けてよい"})
        assert answer.status_code == 302
    for stage in (Stage.OWN, Stage.OFFICE):
        assert planner.post(at(scene, "review-forward"), {"stage": stage}).status_code == 302
    # The expert goes from measure to measure.
    here = at(scene, "review-comment", kind="measure", target_id=scene.measures[0].pk)
    assert here in text(expert, at(scene, "review-work"))
    page = text(expert, here)
    assert "相談の件数" in page
    assert "続けてよい" in page
    for _each in range(3):
        answer = expert.post(here, {"opinion": "effective", "text": "よい取り組みです"})
        assert answer.status_code == 302
        here = answer["Location"]
    assert here == at(scene, "review-my-comments")
    assert expert.post(here, {"name_shown": ""}).status_code == 302
    comment = ExpertComment.objects.first()
    assert comment is not None
    posted = {f"{comment.pk}-comment": comment.pk, f"{comment.pk}-answer": "ありがとうございます"}
    assert planner.post(at(scene, "review-answers"), posted).status_code == 302
    assert "ありがとうございます" in text(expert, at(scene, "review-my-comments"))
    assert planner.post(at(scene, "review-forward"), {"stage": Stage.EXPERTS}).status_code == 302
    # Closed, published, planned.
    assert "足りないものはありません" in text(planner, at(scene, "review-close"))
    assert planner.post(at(scene, "review-close")).status_code == 302
    assert text(Client(), at(scene, "review"), 404)
    assert planner.post(at(scene, "review-publish")).status_code == 302
    page = text(Client(), at(scene, "review"))
    assert "外部有識者" in page
    assert scene.expert.family_name not in page
    assert "決まったらここで公表します" in page
    change = at(scene, "review-change", kind="measure", target_id=scene.measures[0].pk)
    assert planner.post(change, {"kind": "ended", "reason": "役目を終えたため"}).status_code == 302
    assert planner.post(at(scene, "review-changes-keep"), {"reason": "続ける"}).status_code == 302
    assert planner.post(at(scene, "review-changes-publish")).status_code == 302
    assert "役目を終えたため" in text(Client(), at(scene, "review"))
    row = Change.objects.get(kind="ended")
    planner.post(at(scene, "review-change-done", change_id=row.pk), {"done": "1"})
    assert "反映した（" in text(planner, at(scene, "review-changes"))
    assert "戦略に反映した" in text(planner, at(scene, "review"))
    assert "戦略に反映した" not in text(Client(), at(scene, "review"))


def test_a_refused_form_says_where_and_keeps_what_was_typed(scene: Scene, signed_in: SignedIn) -> None:
    scene.opened()
    owner = signed_in(scene.owner)
    address = at(scene, "review-evaluate", kind="measure", target_id=scene.measures[0].pk)
    answer = owner.post(address, {"version": 0, "done": "書いたこと", "submit": "1"})
    page = answer.content.decode()
    assert "自己評価を選んでください" in page
    assert "書いたこと" in page
    owner.post(address, {"version": 0, "done": "先に保存", "draft": "1"})
    page = owner.post(address, {"version": 0, "done": "あとから", "draft": "1"}).content.decode()
    assert "先に保存" in page
    assert "あとから" in page
    assert Evaluation.objects.get().done == "先に保存"
    # Having seen both, the same form can be sent again.
    assert 'name="version" value="1"' in page
    assert owner.post(address, {"version": 1, "done": "あとから", "draft": "1"}).status_code == 302


def test_what_is_missing_stands_in_the_form_with_a_box_for_the_reason(
    scene: Scene, signed_in: SignedIn
) -> None:
    scene.at(Stage.ASSEMBLY)
    kpi = make_kpi(scene.packages[0], title="未報告のKPI", actuals={2020: 1})
    planner = signed_in(scene.planner)
    page = text(planner, at(scene, "review-close"))
    assert "「未報告のKPI」の令和4年度の値がありません" in page
    page = planner.post(at(scene, "review-close"), {}).content.decode()
    assert "理由を書くか、先にそろえてください" in page
    assert planner.post(at(scene, "review-close"), {f"value-kpi-{kpi.pk}": "調査中"}).status_code == 302
    assert FrozenLine.objects.get(kpi=kpi).waiver == "調査中"


def test_the_work_is_closed_to_everybody_else(
    scene: Scene, signed_in: SignedIn, make_person: MakePerson, other_town: Municipality
) -> None:
    scene.at(Stage.EXPERTS)
    target = {"kind": "measure", "target_id": scene.measures[1].pk}
    planners = ["review-dates", "review-forward", "review-back", "review-experts", "review-summary"]
    work = [at(scene, name) for name in ("review-work", "review-answers", "review-changes")]
    mine = at(scene, "review-evaluate", **target)
    comment = at(scene, "review-comment", **target)
    citizen, owner = signed_in(make_person(roles.CITIZEN, scene.town)), signed_in(scene.owner)
    expert, stranger = signed_in(scene.expert), signed_in(make_person(roles.PLANNER, other_town))
    for address in (*work, mine, comment, *(at(scene, name) for name in planners)):
        assert Client().get(address).status_code == 302
        assert citizen.get(address).status_code == 403
        assert stranger.get(address).status_code == 403
    for name in planners:
        assert owner.get(at(scene, name)).status_code == 403
        assert expert.get(at(scene, name)).status_code == 403
    # Not the department's own measure; and no comments by the town's own people.
    assert owner.get(mine).status_code == 404
    assert owner.get(comment).status_code == 403
    assert expert.get(work[1]).status_code == 403
    assert expert.get(work[0]).status_code == 200


def test_a_reader_finds_the_published_reviews_compares_them_and_takes_the_file(scene: Scene) -> None:
    scene.published()
    first = scene.held
    for kpi in scene.kpis:
        type(kpi.actuals.first())(  # type: ignore[misc]
            strategy=scene.strategy, kpi=kpi, reported_in=2023, value=179, entered_at=first.opened_at
        ).save()
    scene.published(year=2023)
    visitor = Client()
    page = text(visitor, listed(scene))
    assert f"/strategy/reviews/{first.pk}" in page
    compare = reverse("strategy:reviews-compare", kwargs={"code": scene.town.code})
    page = text(visitor, f"{compare}?then={first.pk}&now={scene.held.pk}")
    assert "良くなった" in page
    assert "令和4年度" in page
    assert text(visitor, compare) == text(visitor, compare)
    assert "選んでください" in text(visitor, f"{compare}?then=999999&now=1")
    answer = visitor.get(at(scene, "review-file"))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 1 + FrozenLine.objects.filter(review=scene.held).count()
    assert rows[2][5] == "移住した世帯の数"
    assert rows[2][10] == "179"


def test_where_nothing_is_published_there_is_nothing_to_compare(scene: Scene) -> None:
    scene.closed()
    assert Client().get(at(scene, "review-file")).status_code == 404
    assert (
        Client().get(reverse("strategy:reviews-compare", kwargs={"code": scene.town.code})).status_code == 404
    )


def test_a_review_is_found_in_its_own_town_only(scene: Scene, other_town: Municipality) -> None:
    review = scene.published()
    other = reverse("strategy:review", kwargs={"code": other_town.code, "review_id": review.pk})
    assert Client().get(other).status_code == 404


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_of_every_stage_opens_in_few_queries(
    scene: Scene, signed_in: SignedIn, language: str
) -> None:
    planner, owner, expert = signed_in(scene.planner), signed_in(scene.owner), signed_in(scene.expert)
    target = {"kind": "measure", "target_id": scene.measures[0].pk}

    translation.activate(language)
    counts: list[tuple[int, str]] = []

    def walk(client: Client, *names: str) -> None:
        for name in names:
            more = (
                target
                if name in {"review-evaluate", "review-comment", "review-change", "review-return"}
                else {}
            )
            address = at(scene, name, **more)
            # The first page of a day also notes that the role was used.
            text(client, address)
            with CaptureQueriesContext(connection) as queries:
                text(client, address)
            counts.append((len(queries), name))

    common = ("review-work", "review")
    scene.at(Stage.OWN)
    walk(
        planner,
        *common,
        "review-dates",
        "review-summary",
        "review-forward",
        "review-return",
        "review-evaluate",
    )
    walk(owner, *common, "review-evaluate", "review-changes", "review-answers")
    walk(expert, *common, "review-my-comments", "review-comment")
    Review.objects.all().update(stage=Stage.EXPERTS)
    scene.commented()
    walk(expert, *common, "review-my-comments", "review-comment")
    walk(planner, *common, "review-experts", "review-answers", "review-back")
    Review.objects.all().update(stage=Stage.ASSEMBLY)
    walk(planner, *common, "review-close")
    scene.review = close_review(review=scene.held, closed_by=scene.planner)
    walk(planner, *common, "review-publish", "review-again", "review-changes", "review-change", "review-file")
    walk(owner, *common, "review-evaluate")
    scene.review = reopen_review(review=scene.held, reason="数え違い", reopened_by=scene.planner)
    walk(planner, *common)
    text(planner, listed(scene))
    assert [count for count in counts if count[0] > MOST_QUERIES] == [], counts


def test_the_reminder_goes_to_those_who_are_not_done(scene: Scene, signed_in: SignedIn) -> None:
    scene.at(Stage.EXPERTS)
    planner = signed_in(scene.planner)
    page = text(planner, at(scene, "review-experts"))
    assert "?role=reviewer" in page
    assert "0/3" in page
    assert planner.post(at(scene, "review-experts")).status_code == 302
    scene.commented()
    assert "出し終えた" in text(planner, at(scene, "review-experts"))
