"""Rows of the strategy, as the grids need them: a published strategy and a draft in each town."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone

from sosei.planning.strategy import models as strategy
from tests.permissions.world import HERE, THERE, World, filler


@filler
def strategy_rows(world: World) -> None:
    """A row of every table of strategies and KPIs."""
    framework = strategy.NationalFramework.objects.create(code="example", title="例", source="例")
    grant = strategy.GrantProgramme.objects.create(code="example", title="例", source="例")
    world.add("published", framework)
    world.add("published", grant)
    for place, whose in ((HERE, "here"), (THERE, "there")):
        for term, published in ((8, True), (9, False)):
            _strategy(world, place, f"{'published' if published else 'draft'} {whose}", term, grant)


def _strategy(world: World, place: str, name: str, term: int, grant: Any) -> None:
    published = name.startswith("published")
    town, department = world.towns[place], world.departments[place]
    now, staff = timezone.now(), world.desks[place]
    plan = strategy.Strategy.objects.create(
        municipality=town,
        title="例の戦略",
        term=term,
        first_fiscal_year=1901,
        last_fiscal_year=1905,
        published_at=now if published else None,
        published_through=1901 if published else None,
    )
    world.strategies[name] = plan
    own = {"strategy": plan}
    goal = strategy.BasicGoal.objects.create(**own, number=1, title="例の目標")
    package = strategy.PolicyPackage.objects.create(**own, goal=goal, number="1-1", title="例")
    measure = strategy.Measure.objects.create(**own, package=package, title="例", department=department)
    model = strategy.PromotionModel.objects.create(**own, number=1, title="例")
    kpi = strategy.Kpi.objects.create(**own, goal=goal, title="例", department=department)
    rows = [
        plan,
        goal,
        package,
        measure,
        model,
        kpi,
        strategy.Lineage.objects.create(**own, later=package, kind="new"),
        strategy.FormationStep.objects.create(**own, title="例"),
        strategy.PromotionTag.objects.create(**own, model=model, package=package),
        strategy.MeasurePartner.objects.create(**own, measure=measure, name="例", part="例"),
        strategy.MeasureBudget.objects.create(
            **own, measure=measure, fiscal_year=1901, amount_yen=2, grant=grant, grant_yen=1
        ),
        strategy.Action.objects.create(**own, measure=measure, title="例"),
        strategy.KpiTarget.objects.create(**own, kpi=kpi, fiscal_year=1905, value=Decimal(1)),
    ]
    for row in rows:
        world.add(name, row)
    rule = strategy.JudgementRule.objects.create(municipality=town, name=f"例{term}", definition={})
    world.add(f"published {name.split()[-1]}", rule)
    for year in (1901, 1902):
        told = f"{'published' if published and year == 1901 else 'unpublished'} year of {name}"
        world.add(
            told,
            strategy.KpiActual.objects.create(
                **own, kpi=kpi, reported_in=year, value=1, entered_at=now, entered_by=staff
            ),
        )
        world.add(
            told,
            strategy.ValueChoice.objects.create(
                **own, kpi=kpi, reported_in=year, origin="typed", reason="例", chosen_at=now, chosen_by=staff
            ),
        )
        world.add(
            told,
            strategy.Overrule.objects.create(
                **own, kpi=kpi, reported_in=year, label="例", reason="例", decided_at=now, decided_by=staff
            ),
        )
