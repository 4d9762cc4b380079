"""Lotteries of the demonstration: one drawn, with its seed and one winner who has taken the room, and one that is open."""

from __future__ import annotations

import datetime
from functools import partial

from django.utils import timezone

from sosei.programmes.spaces.demonstration.bookings import SHOWN
from sosei.programmes.spaces.demonstration.story import DAY, Story, Town
from sosei.programmes.spaces.demonstration.tables import IWAKI
from sosei.programmes.spaces.models import Host, Lottery, LotteryEntry
from sosei.programmes.spaces.services import lotteries, lottery_draws

ROOM = "meeting-b"
MORNING, AFTERNOON = ("09:00", "12:00"), ("13:00", "17:00")
Wish = tuple[int, tuple[str, str]]
DRAWN: tuple[tuple[str, str, str, tuple[Wish, ...]], ...] = (
    ("tsukau", "resident", "meeting", ((3, MORNING), (4, MORNING))),
    ("jumin", "resident", "community", ((3, MORNING),)),
    ("enpou", "outside", "training", ((3, MORNING), (8, AFTERNOON))),
    ("sakasu", "resident", "lesson", ((3, MORNING), (10, AFTERNOON))),
)
OPEN: tuple[tuple[str, str, str, tuple[Wish, ...]], ...] = (
    ("jumin", "resident", "lesson", ((5, MORNING),)),
    ("maria", "outside", "training", ((5, MORNING), (12, AFTERNOON))),
)
"""Who enters, as what, for which use, and for which days after the first one and which hours."""


def plan_lotteries(town: Town, story: Story) -> None:
    """Both of them, for a room of the community centre."""
    if town.code != IWAKI:
        return
    drawn = _plan(town, 25, -40, -12, "来月の第2会議室（見本）", "Room 2, next month (sample)")
    open_ = _plan(town, 60, -5, 12, "その次の月の第2会議室（見本）", "Room 2, the month after (sample)")
    made: list[Lottery] = []
    for plan, entries in ((drawn, DRAWN), (open_, OPEN)):
        story.tell(plan.enter_from - DAY, partial(_announce, town, plan, made))
        for place, entry in enumerate(entries):
            story.tell(plan.enter_from + DAY + place * DAY / 8, partial(_enter, town, made, entry))
    story.tell(drawn.draw_at, lambda: _draw(made[0]))
    story.tell(drawn.draw_at + DAY, lambda: _take_one(made[0]))


def _plan(town: Town, first: int, opens: int, closes: int, title: str, title_en: str) -> lotteries.Plan:
    """A lottery for the 30 days from day `first`, entered between two days."""
    return lotteries.Plan(
        title=title,
        title_en=title_en,
        use_from=town.day(first),
        use_until=town.day(first + 29),
        enter_from=town.at(opens, "09:00"),
        enter_until=town.at(closes, "17:00"),
        draw_at=town.at(closes + 1, "10:00"),
        confirm_until=town.at(first - 8, "17:00"),
        max_entries=3,
    )


def _announce(town: Town, plan: lotteries.Plan, made: list[Lottery]) -> None:
    host = Host.objects.get(pk=town.hosts["public"].pk)
    made.append(lotteries.announce(host=host, spaces=[town.space(ROOM)], plan=plan, actor=town.staff()))


def _enter(town: Town, made: list[Lottery], entry: tuple[str, str, str, tuple[Wish, ...]]) -> None:
    login, tier, purpose, wishes = entry
    person, lottery = town.person(login), made[-1]
    lotteries.enter(
        lottery=lottery,
        person=person,
        wishes=[
            lotteries.Wish(
                town.space(ROOM), town.period(lottery.use_from + datetime.timedelta(days=day), *hours)
            )
            for day, hours in wishes
        ],
        tier=tier,
        purpose=purpose,
        heads=20,
        actor=person,
    )


def _draw(lottery: Lottery) -> None:
    lottery_draws.draw(lottery=lottery, now=timezone.now())


def _take_one(lottery: Lottery) -> None:
    won = LotteryEntry.objects.filter(lottery=lottery, state="won").select_related("person", "lottery")
    entry = won.earliest("number")
    lottery_draws.confirm(entry=entry, way_to_pay="on_site", shown=SHOWN, actor=entry.person)
