"""How a review stands: what is evaluated, who is waited for, and the one thing that each person has to do next."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from sosei.core.people import roles
from sosei.core.people.standing import standing_of
from sosei.planning.strategy.models import (
    Evaluation,
    ExpertComment,
    Kpi,
    Measure,
    PolicyPackage,
    Review,
    ReviewExpert,
    Stage,
)
from sosei.planning.strategy.permissions import plans_for
from sosei.planning.strategy.permissions_reviews import reviews_for


@dataclass(frozen=True)
class Target:
    """A measure, or a package without measures, that a review evaluates.

    Attributes:
        departments: keys of the departments that evaluate it.
    """

    kind: str
    row: Any
    departments: frozenset[int]

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from all others of the review."""
        return self.kind, self.row.pk

    @property
    def package(self) -> PolicyPackage:
        """The package it stands under, or is."""
        return self.row.package if self.kind == "measure" else self.row  # type: ignore[no-any-return]

    @property
    def columns(self) -> dict[str, Any]:
        """The columns that name it in the tables of reviews."""
        return {"measure": None, "package": None, self.kind: self.row}

    def address(self, name: str, review: Review, code: str) -> str:
        """The address of one of its pages."""
        return reverse(
            f"strategy:{name}",
            kwargs={"code": code, "review_id": review.pk, "kind": self.kind, "target_id": self.row.pk},
        )


def begins_on(fiscal_year: int) -> datetime.date:
    """The first day of a fiscal year."""
    return datetime.date(fiscal_year, 4, 1)


def kpis_of(review: Review) -> list[Kpi]:
    """KPIs that had not ended before the year, in the order of the strategy."""
    rows = (
        Kpi.objects.filter(strategy=review.strategy_id)
        .select_related("goal", "package__goal", "measure__package__goal")
        .order_by("position", "pk")
    )
    first = begins_on(review.fiscal_year)
    return [kpi for kpi in rows if kpi.ended_on is None or kpi.ended_on >= first]


def targets_of(review: Review, kpis: Sequence[Kpi] | None = None) -> list[Target]:
    """Everything that is evaluated, in the order of the strategy.

    Args:
        kpis: those of the review, where they were read already.
    """
    first = begins_on(review.fiscal_year)
    by_kpis: dict[tuple[str, int | None], set[int]] = {}
    for kpi in kpis_of(review) if kpis is None else kpis:
        if kpi.department_id is not None and kpi.ended_on is None:
            for key in (("measure", kpi.measure_id), ("package", kpi.package_id)):
                by_kpis.setdefault(key, set()).add(kpi.department_id)
    measures: dict[int, list[Measure]] = {}
    for measure in (
        Measure.objects.filter(strategy=review.strategy_id)
        .select_related("package__goal", "department")
        .order_by("position", "pk")
    ):
        if measure.ended_on is None or measure.ended_on >= first:
            measures.setdefault(measure.package_id, []).append(measure)
    found = []
    for package in (
        PolicyPackage.objects.filter(strategy=review.strategy_id)
        .select_related("goal")
        .order_by("goal__number", "position", "pk")
    ):
        held = measures.get(package.pk, [])
        for measure in held:
            own = {measure.department_id} if measure.department_id else by_kpis.get(("measure", measure.pk))
            found.append(Target("measure", measure, frozenset(own or ())))
        if not held:
            found.append(Target("package", package, frozenset(by_kpis.get(("package", package.pk), ()))))
    return found


@dataclass(frozen=True)
class Ground:
    """What most pages of a review stand on, read once."""

    review: Review
    kpis: list[Kpi]
    targets: list[Target]
    evaluations: dict[tuple[str, int], Evaluation]

    @cached_property
    def comments(self) -> list[ExpertComment]:
        """What the experts said, each with the name that may stand beside it as `name_shown`."""
        expert = ReviewExpert.objects.filter(review=self.review, person=OuterRef("author"))
        found = ExpertComment.objects.filter(review=self.review).order_by("pk")
        return list(found.annotate(name_shown=Subquery(expert.values("name_shown")[:1])))


def ground_of(review: Review) -> Ground:
    """Reads it, in four queries."""
    kpis = kpis_of(review)
    return Ground(review, kpis, targets_of(review, kpis), evaluations_of(review))


def may_evaluate(review: Review, target: Target, user: Any) -> bool:
    """As the permission on its evaluation says, without asking the database for each."""
    return plans_for(user, review.strategy.municipality_id) or bool(mine([target], user))


def evaluations_of(review: Review) -> dict[tuple[str, int], Evaluation]:
    """Target -> its evaluation."""
    return {target_key(row): row for row in Evaluation.objects.filter(review=review)}


def target_key(row: Any) -> tuple[str, int]:
    """The key of what a row of the review is about."""
    return ("measure", row.measure_id) if row.measure_id is not None else ("package", row.package_id)


def mine(targets: Sequence[Target], user: Any) -> list[Target]:
    """What the person's departments evaluate."""
    own = standing_of(user).organisations_as({roles.KPI_OWNER})
    return [target for target in targets if own & target.departments]


def not_submitted(targets: Sequence[Target], held: Mapping[tuple[str, int], Evaluation]) -> list[Target]:
    """Those whose evaluation isn't in."""
    return [t for t in targets if t.key not in held or held[t.key].submitted_at is None]


def uncommented(review: Review, targets: Sequence[Target], user: Any) -> list[Target]:
    """What an expert has said nothing on yet."""
    said = {
        target_key(row)
        for row in ExpertComment.objects.filter(review=review, author=standing_of(user).person)
    }
    return [target for target in targets if target.key not in said]


@dataclass(frozen=True)
class NextThing:
    """The one thing that a person has to do next: a sentence, and where; nothing to press where `url` is empty."""

    text: str
    label: str = ""
    url: str = ""


def next_thing(
    review: Review,
    targets: Sequence[Target],
    held: Mapping[tuple[str, int], Evaluation],
    user: Any,
    code: str,
) -> NextThing:
    """What `user` has to do next in this review."""
    town = review.strategy.municipality_id
    if plans_for(user, town):
        return _next_of_planner(review, targets, held, code)
    own = not_submitted(mine(targets, user), held)
    if own and review.closed_at is None:
        return NextThing(
            _("担当の施策のうち、評価を出していないものが%(count)s件あります。") % {"count": len(own)},
            _("「%(title)s」の評価を書く") % {"title": own[0].row},
            own[0].address("review-evaluate", review, code),
        )
    if reviews_for(user, town):
        return _next_of_expert(review, targets, user, code)
    return NextThing(_("いま、あなたがすることはありません。"))


def _next_of_expert(review: Review, targets: Sequence[Target], user: Any, code: str) -> NextThing:
    if review.stage != Stage.EXPERTS or review.closed_at is not None:
        return NextThing(_("いま、意見を書くことはできません。書くときになったら、お知らせします。"))
    left = uncommented(review, targets, user)
    if left:
        return NextThing(
            _("意見を書いていない施策が%(count)s件あります。") % {"count": len(left)},
            _("「%(title)s」を読んで意見を書く") % {"title": left[0].row},
            left[0].address("review-comment", review, code),
        )
    done = ReviewExpert.objects.filter(
        review=review, person=standing_of(user).person, finished_at__isnull=False
    )
    if done.exists():
        return NextThing(_("意見を出し終えました。ありがとうございます。"))
    return NextThing(
        _("すべての施策に意見を書きました。"),
        _("確かめて、出し終える"),
        _page("review-my-comments", review, code),
    )


def _page(name: str, review: Review, code: str) -> str:
    return reverse(f"strategy:{name}", kwargs={"code": code, "review_id": review.pk})


def _next_of_planner(
    review: Review, targets: Sequence[Target], held: Mapping[tuple[str, int], Evaluation], code: str
) -> NextThing:
    left = not_submitted(targets, held)
    if review.stage == Stage.OWN:
        if left:
            return NextThing(
                _("部署の評価を待っています。あと%(count)s件です。") % {"count": len(left)},
                _("評価の一覧を見る"),
                f"{_page('review-work', review, code)}#evaluations",
            )
        return NextThing(
            _("すべての部署の評価が出ました。次の段階に進めます。"),
            _("段階を終える"),
            _page("review-forward", review, code),
        )
    if review.stage == Stage.OFFICE:
        bare = [t for t in targets if t.key not in held or not held[t.key].office_text]
        if bare:
            return NextThing(
                _("企画担当の所見がない施策が%(count)s件あります。") % {"count": len(bare)},
                _("「%(title)s」の所見を書く") % {"title": bare[0].row},
                bare[0].address("review-evaluate", review, code),
            )
        return NextThing(
            _("すべての施策に所見を書きました。外部有識者に読んでもらいましょう。"),
            _("段階を終える"),
            _page("review-forward", review, code),
        )
    if review.stage == Stage.EXPERTS:
        return NextThing(
            _("外部有識者の意見を待っています。"),
            _("だれが書いたかを見る"),
            _page("review-experts", review, code),
        )
    if review.closed_at is None:
        return NextThing(
            _("評価を締めて、内容を固めてください。"),
            _("締める前の確かめ"),
            _page("review-close", review, code),
        )
    if review.published_at is None:
        return NextThing(
            _("締めた評価を議会に報告したら、公表してください。"),
            _("公表する"),
            _page("review-publish", review, code),
        )
    if review.plan_published_at is None:
        return NextThing(
            _("次の年度にどう見直すかを、施策ごとに決めてください。"),
            _("見直しを決める"),
            _page("review-changes", review, code),
        )
    return NextThing(_("この年度の評価は、すべて終わりました。"))
