"""Rows of yearly reviews, as the grids need them: one at work and one published, in each town."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from sosei.planning.strategy import models as strategy
from tests.permissions.world import HERE, THERE, World, filler

TERM = 90
"""No other room's examples use it."""


@filler
def reviews_rows(world: World) -> None:
    """A row of every table: what is worked with, and what everybody reads once it is published."""
    for place, whose in ((HERE, "here"), (THERE, "there")):
        plan = strategy.Strategy.objects.create(
            municipality=world.towns[place],
            title="例の戦略",
            term=TERM,
            first_fiscal_year=2020,
            last_fiscal_year=2024,
            published_at=timezone.now(),
        )
        goal = strategy.BasicGoal.objects.create(strategy=plan, number=1, title="例")
        package = strategy.PolicyPackage.objects.create(strategy=plan, goal=goal, number="1-1", title="例")
        measure = strategy.Measure.objects.create(
            strategy=plan, package=package, title="例", department=world.departments[place]
        )
        kpi = strategy.Kpi.objects.create(strategy=plan, package=package, title="例")
        _at_work(world, f"review at work {whose}", plan, measure)
        _published(
            world, f"published review {'' if whose == 'here' else 'elsewhere'}".strip(), plan, measure, kpi
        )


def _at_work(world: World, name: str, plan: Any, measure: Any) -> None:
    now, expert = timezone.now(), world.kinds["reviewer"]
    review = strategy.Review.objects.create(strategy=plan, fiscal_year=2021, opened_at=now)
    common = {"strategy": plan, "review": review}
    world.add(name, review)
    world.add(
        name,
        strategy.ReviewStage.objects.create(
            **common, stage="own", position=1, due_on=datetime.date(2022, 6, 30)
        ),
    )
    world.add(name, strategy.StageMove.objects.create(**common, kind="finished", stage="own", at=now))
    world.add(name, strategy.Evaluation.objects.create(**common, measure=measure, saved_at=now))
    world.add(name, strategy.ReviewExpert.objects.create(**common, person=expert))
    world.add(
        name,
        strategy.ExpertComment.objects.create(
            **common, measure=measure, author=expert, opinion="none", written_at=now
        ),
    )
    world.add(
        name,
        strategy.Change.objects.create(**common, measure=measure, kind="kept", reason="例", decided_at=now),
    )


def _published(world: World, name: str, plan: Any, measure: Any, kpi: Any) -> None:
    now = timezone.now()
    review = strategy.Review.objects.create(strategy=plan, fiscal_year=2020, opened_at=now)
    common = {"strategy": plan, "review": review}
    change = strategy.Change.objects.create(
        **common, measure=measure, kind="kept", reason="例", decided_at=now
    )
    report = strategy.FrozenReport.objects.create(
        **common,
        town="例",
        title="例",
        first_fiscal_year=2020,
        last_fiscal_year=2024,
        fiscal_year=2020,
        number=1,
        closed_on=now.date(),
    )
    part = strategy.FrozenPart.objects.create(
        **common, position=1, level="measure", measure=measure, title="例"
    )
    line = strategy.FrozenLine.objects.create(
        **common, part=part, position=1, kpi=kpi, title="例", waiver="例"
    )
    comment = strategy.FrozenComment.objects.create(**common, part=part, position=1, opinion="例")
    frozen = strategy.FrozenChange.objects.create(
        **common, change=change, position=1, title="例", kind_key="kept", kind="継続", reason="例"
    )
    for column in ("closed_at", "published_at", "plan_published_at"):
        setattr(review, column, now)
        review.save(update_fields=[column])
    for row in (review, report, part, line, comment, frozen):
        world.add(name, row)
