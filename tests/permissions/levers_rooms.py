"""Rows of the loop in each town, as the grids need them: levers and targets, shares of published packages and drafts."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone

from sosei.planning.outcomes import models as outcomes
from sosei.planning.strategy.models import BasicGoal, PolicyPackage, Strategy
from tests.permissions.world import HERE, THERE, World, filler


@filler
def levers_rows(world: World) -> None:
    """A row of every table of the loop in each town."""
    now = timezone.now()
    for place, whose in ((HERE, "here"), (THERE, "there")):
        town = world.towns[place]
        decided = {"reason": "例", "set_by": world.desks[place], "set_at": now}
        world.add(
            f"published {whose}", outcomes.Lever.objects.create(municipality=town, kind="settled", **decided)
        )
        world.add(
            f"published {whose}",
            outcomes.GapTarget.objects.create(municipality=town, year=1995, total=1, **decided),
        )
        for term, published_at, name in ((97, now, "published"), (98, None, "draft")):
            strategy = Strategy.objects.create(
                municipality=town,
                title="例",
                term=term,
                first_fiscal_year=1990,
                last_fiscal_year=1994,
                published_at=published_at,
            )
            goal = BasicGoal.objects.create(strategy=strategy, number=1, title="例")
            package = PolicyPackage.objects.create(strategy=strategy, goal=goal, number="1-1", title="例")
            share = outcomes.GapShare.objects.create(package=package, weight=Decimal(1), **decided)
            world.add(f"{name} {whose}", share)
