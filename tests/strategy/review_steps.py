"""A review taken to any stage with few words, for the tests of reviews."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Organisation, Person
from sosei.planning.strategy.models import Kpi, Measure, PolicyPackage, Review, Stage, Strategy
from sosei.planning.strategy.services import reviews_changes, reviews_closing, reviews_writing
from sosei.planning.strategy.services.reviews import finish_stage, open_review
from sosei.planning.strategy.services.reviews_state import Target, targets_of
from sosei.planning.strategy.services.reviews_writing import Texts, save_comment, save_evaluation
from tests.strategy.conftest import (
    MakePerson,
    make_department,
    make_goal,
    make_kpi,
    make_measure,
    make_package,
    make_strategy,
)

YEAR = 2022
WRITTEN = Texts(
    "mostly", "相談会を6回開いた。", "移住の相談が増えた。", "空き家が足りない。", "空き家を調べる。"
)


@dataclass
class Scene:
    """A town with one strategy under review.

    The first package has two measures, one KPI on it and one on the first measure; the second has none of its own.
    """

    town: Municipality
    strategy: Strategy
    department: Organisation
    planner: Person
    owner: Person
    expert: Person
    packages: list[PolicyPackage]
    measures: list[Measure]
    kpis: list[Kpi]
    review: Review | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def held(self) -> Review:
        """The review as it stands in the database."""
        assert self.review is not None
        return Review.objects.select_related("strategy__municipality", "strategy__rule").get(
            pk=self.review.pk
        )

    def targets(self) -> list[Target]:
        """What is evaluated."""
        return targets_of(self.held)

    def opened(self, year: int = YEAR) -> Review:
        """Opens the review of a year."""
        self.review = open_review(strategy=self.strategy, fiscal_year=year, opened_by=self.planner)
        return self.review

    def evaluated(self, texts: Texts = WRITTEN) -> None:
        """Every measure is evaluated by the planner."""
        for target in self.targets():
            save_evaluation(
                review=self.held,
                target=target,
                texts=texts,
                version=0,
                saved_by=self.planner,
                office_text="続ける価値がある。",
                submit=True,
            )

    def at(self, stage: str, *, year: int = YEAR, name_shown: str = "") -> Review:
        """Everything up to a stage is done."""
        self.opened(year)
        self.evaluated()
        for each in (Stage.OWN, Stage.OFFICE, Stage.EXPERTS):
            if each == stage:
                return self.held
            if each == Stage.EXPERTS:
                self.commented(name_shown)
            finish_stage(review=self.held, stage=each, finished_by=self.planner)
        return self.held

    def commented(self, name_shown: str = "") -> None:
        """The expert has something to say to everything."""
        for target in self.targets():
            save_comment(
                review=self.held,
                target=target,
                opinion="effective",
                text=f"「{target.row.title}」は良い取り組みです。",
                written_by=self.expert,
            )
        reviews_writing.finish_comments(review=self.held, name_shown=name_shown, finished_by=self.expert)

    def closed(self, *, year: int = YEAR, name_shown: str = "") -> Review:
        """The review is closed."""
        self.at(Stage.ASSEMBLY, year=year, name_shown=name_shown)
        return reviews_closing.close_review(review=self.held, closed_by=self.planner)

    def published(self, *, year: int = YEAR) -> Review:
        """The results are published."""
        self.closed(year=year)
        return reviews_closing.publish_review(review=self.held, published_by=self.planner)

    def planned(self, *, year: int = YEAR) -> Review:
        """The improvement plan is published as well."""
        self.published(year=year)
        first = self.targets()[0]
        reviews_changes.decide_change(
            review=self.held,
            target=first,
            kind="strengthened",
            text="相談会を毎月開く。",
            reason="相談が増えたため",
            decided_by=self.planner,
        )
        reviews_changes.keep_the_rest(review=self.held, reason="予定どおりのため", decided_by=self.planner)
        return reviews_changes.publish_plan(review=self.held, published_by=self.planner)


def make_scene(town: Municipality, make_person: MakePerson) -> Scene:
    """The scene, with nothing reviewed yet."""
    strategy = make_strategy(town, published_through=2020)
    department = make_department(town)
    goal = make_goal(strategy)
    first, second = make_package(goal, 1), make_package(goal, 2)
    measures = [make_measure(first, 1, department=department), make_measure(first, 2)]
    values = {2020: 110, 2021: 125, 2022: 140}
    kpis = [
        make_kpi(goal, title="社会増減", title_en="Social change", actuals={2020: 100, 2021: 100, 2022: 90}),
        make_kpi(first, department=department, actuals=values),
        make_kpi(
            measures[0],
            title="相談の件数",
            title_en="Consultations",
            unit="件",
            unit_en="",
            department=department,
            actuals=values,
        ),
        make_kpi(second, title="起業の件数", title_en="Start-ups", department=department, actuals=values),
    ]
    return Scene(
        town,
        strategy,
        department,
        make_person(roles.PLANNER, town),
        make_person(roles.KPI_OWNER, town, organisation=department),
        make_person(roles.REVIEWER, town),
        [first, second],
        measures,
        kpis,
    )
