"""Rows of campaigns, as the grids need them: one open campaign in each town, with the town's department and another."""

from __future__ import annotations

import datetime

from django.utils import timezone

from sosei.core.people.models import Organisation
from sosei.planning.strategy.models import (
    Answer,
    Ask,
    AskLink,
    BasicGoal,
    Campaign,
    Kpi,
    SheetLayout,
    Strategy,
    ValueImport,
)
from tests.permissions.world import HERE, THERE, World, filler


@filler
def campaign_rows(world: World) -> None:
    """A campaign that asks the department whose KPI owner the grids have, and one that they have not."""
    for place, whose in ((HERE, "here"), (THERE, "there")):
        _fill(world, place, whose)


def _fill(world: World, place: str, whose: str) -> None:
    now, town = timezone.now(), world.towns[place]
    strategy = Strategy.objects.create(
        municipality=town, title="例の調査の戦略", term=70, first_fiscal_year=2020, last_fiscal_year=2024
    )
    goal = BasicGoal.objects.create(strategy=strategy, number=1, title="例")
    draft = Campaign.objects.create(
        strategy=strategy, fiscal_year=2022, due_on=datetime.date(2023, 5, 1), created_at=now
    )
    campaign = Campaign.objects.create(
        strategy=strategy,
        fiscal_year=2023,
        due_on=datetime.date(2024, 5, 1),
        state="open",
        created_at=now,
        opened_at=now,
    )
    world.add(f"draft {whose}", draft)
    world.add(f"open {whose}", campaign)
    other = Organisation.objects.create(municipality=town, kind="department", name="例のほかの課")
    for name, department in (("department", world.departments[place]), ("other department", other)):
        kpi = Kpi.objects.create(strategy=strategy, goal=goal, title="例", department=department)
        ask = Ask.objects.create(strategy=strategy, campaign=campaign, department=department)
        answer = Answer.objects.create(strategy=strategy, ask=ask, kpi=kpi)
        link = AskLink.objects.create(
            strategy=strategy, ask=ask, token_hash=f"{name}{place}".ljust(64, "0"), made_at=now
        )
        for row in (ask, answer, link):
            world.add(f"{name} {whose}", row)
    layout = SheetLayout.objects.create(
        strategy=strategy, name="例", columns={"parts": {"title": "A"}, "years": {"2020": "B"}}, made_at=now
    )
    made = ValueImport.objects.create(
        strategy=strategy, file_name="例.xlsx", sha256="0" * 64, layout_name="例", lines=[], read_at=now
    )
    world.add(whose, layout)
    world.add(whose, made)
