"""Rows of outcomes in each town, as the grids need them."""

from __future__ import annotations

import datetime

from django.utils import timezone

from sosei.planning.outcomes import models as outcomes
from sosei.planning.strategy.models import BasicGoal, Kpi, Strategy
from tests.permissions.world import HERE, THERE, World, filler


@filler
def outcomes_rows(world: World) -> None:
    """A row of every table of facts and feeds in each town."""
    now = timezone.now()
    for place, whose in ((HERE, "here"), (THERE, "there")):
        town = world.towns[place]
        strategy = Strategy.objects.create(
            municipality=town, title="例", term=99, first_fiscal_year=1990, last_fiscal_year=1994
        )
        goal = BasicGoal.objects.create(strategy=strategy, number=1, title="例")
        kpi = Kpi.objects.create(strategy=strategy, goal=goal, title="例")
        batch = outcomes.FactImport.objects.create(
            municipality=town,
            system="例の台帳",
            kind="venture_started",
            file_name="例.csv",
            sha256="0" * 64,
            encoding="utf-8",
            lines=1,
            recorded=1,
            unchanged=0,
            imported_by=world.desks[place],
            imported_at=now,
        )
        fact = outcomes.Fact.objects.create(
            municipality=town,
            kind="venture_started",
            on=datetime.date(1990, 4, 1),
            fiscal_year=1990,
            object_type="例の台帳",
            object_key="1",
            origin="import",
            batch=batch,
            entered_by=world.desks[place],
            recorded_at=now,
        )
        feed = outcomes.Feed.objects.create(
            municipality=town, kpi=kpi, kind="venture_started", aggregation="sum", reason="例", made_at=now
        )
        of_feed = {"municipality": town, "feed": feed, "year": 1990}
        for row in (
            batch,
            fact,
            feed,
            outcomes.FeedTotal.objects.create(**of_feed),
            outcomes.FeedKey.objects.create(**of_feed, key="例"),
            outcomes.FeedPoint.objects.create(**of_feed, fact=fact, on=fact.on, figure=1),
            outcomes.FeedPending.objects.create(**of_feed),
        ):
            world.add(whose, row)
