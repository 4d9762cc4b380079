"""Rounds of the demonstration: in each town one that was drawn and published, and one that takes wishes."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sosei.programmes.jobs.demonstration.employers import TEXTS
from sosei.programmes.jobs.demonstration.story import Story, Town
from sosei.programmes.jobs.models import Posting, Round
from sosei.programmes.jobs.services import postings, rounds, rounds_publish, rounds_run, shifts
from sosei.programmes.jobs.services.rounds_wishes import Wish, set_wishes

MORNING = (datetime.time(8, 30), datetime.time(12, 30))


@dataclass(frozen=True)
class Offer:
    """A posting of a round: its first day, and how many are wanted on two days."""

    key: str
    employer: str
    workplace: str
    title: str
    title_en: str
    first: int
    places: int


@dataclass(frozen=True)
class Plan:
    """A round: days on which it opens and closes, what it offers, who wishes what in which order.

    Attributes:
        published: it is drawn and published on the day after it closed.
    """

    key: str
    name: str
    name_en: str
    opens: int
    closes: int
    offers: tuple[Offer, ...]
    wishes: tuple[tuple[str, tuple[str, ...]], ...]
    published: bool = False


ROUNDS: dict[str, tuple[Plan, ...]] = {
    "07204": (
        Plan(
            "owari",
            "梨の枝ひろい 一回目（見本）",
            "Clearing pear branches, first round (sample)",
            -18,
            -8,
            (
                Offer(
                    "eda-nashi",
                    "nashi",
                    "nashi-hatake",
                    "梨の畑で枝ひろい（架空）",
                    "Clearing branches in the pear orchard (invented)",
                    58,
                    2,
                ),
                Offer(
                    "eda-momo",
                    "mihon",
                    "momo-hatake",
                    "桃の畑で枝ひろい（架空）",
                    "Clearing branches in the peach orchard (invented)",
                    58,
                    1,
                ),
            ),
            (
                ("hanako", ("eda-nashi", "eda-momo")),
                ("teinen", ("eda-nashi",)),
                ("matsu", ("eda-nashi", "eda-momo")),
                ("oyako", ("eda-momo", "eda-nashi")),
                ("yuki", ("eda-nashi", "eda-momo")),
            ),
            published=True,
        ),
        Plan(
            "ukeru",
            "摘花の手伝い（見本）",
            "Help with thinning blossoms (sample)",
            -3,
            11,
            (
                Offer(
                    "hana-momo",
                    "mihon",
                    "momo-hatake",
                    "桃の花をつむ（架空）",
                    "Thinning peach blossoms (invented)",
                    62,
                    4,
                ),
                Offer(
                    "hana-nashi",
                    "nashi",
                    "nashi-hatake",
                    "梨の花をつむ（架空）",
                    "Thinning pear blossoms (invented)",
                    65,
                    3,
                ),
            ),
            (("hanako", ("hana-momo", "hana-nashi")), ("gakusei", ("hana-nashi",))),
        ),
    ),
    "07201": (
        Plan(
            "owari",
            "りんごの箱はこび（見本）",
            "Carrying apple boxes (sample)",
            -16,
            -8,
            (
                Offer(
                    "hako-ringo",
                    "mihon",
                    "ringo-hatake",
                    "りんごの箱をはこぶ（架空）",
                    "Carrying apple boxes (invented)",
                    50,
                    1,
                ),
            ),
            (("hanako", ("hako-ringo",)), ("aruku", ("hako-ringo",))),
            published=True,
        ),
        Plan(
            "ukeru",
            "りんごの花つみ（見本）",
            "Thinning apple blossoms (sample)",
            -2,
            12,
            (
                Offer(
                    "hana-ringo",
                    "mihon",
                    "ringo-hatake",
                    "りんごの花をつむ（架空）",
                    "Thinning apple blossoms (invented)",
                    60,
                    3,
                ),
            ),
            (("hanako", ("hana-ringo",)),),
        ),
    ),
}


def plan_rounds(town: Town, story: Story) -> None:
    """From the round without postings to its publication."""
    for plan in ROUNDS.get(town.code, ()):
        _plan(town, story, plan)


def _plan(town: Town, story: Story, plan: Plan) -> None:
    made: list[Round] = []

    def open_it() -> None:
        told = rounds.Plan(
            name=plan.name,
            name_en=plan.name_en,
            method=Round.Method.STABLE,
            opens_at=town.at(plan.opens, "09:00"),
            closes_at=town.at(plan.closes, "17:00"),
            max_wishes=3,
        )
        made.append(rounds.open_round(municipality=town.municipality, plan=told, actor=town.staff()))

    def fresh() -> Round:
        return Round.objects.get(pk=made[0].pk)

    story.tell(town.at(plan.opens - 2, "10:00"), open_it)
    for offer in plan.offers:
        story.tell(town.at(plan.opens - 1, "11:00"), partial(_offer, town, offer, made))
    for number, (worker, wanted) in enumerate(plan.wishes):
        story.tell(
            town.at(plan.opens + 1, f"{18 + number // 6}:{number % 6}0"),
            partial(_wish, town, worker, wanted, made),
        )
    if plan.published:
        story.tell(
            town.at(plan.closes + 1, "09:00"), lambda: rounds_run.draw(round=fresh(), actor=town.staff())
        )
        story.tell(
            town.at(plan.closes + 1, "10:00"),
            lambda: rounds_publish.publish(round=fresh(), actor=town.staff()),
        )


def _offer(town: Town, offer: Offer, made: Sequence[Round]) -> None:
    actor = town.acting(offer.employer)
    columns = {
        **TEXTS,
        "title": offer.title,
        "title_en": offer.title_en,
        "kind": "fruit_harvest",
        "duties": "畑で、切った枝や花を集めて運びます。（架空）",
        "duties_en": "You collect cut branches or blossoms in the orchard and carry them away. (invented)",
        "mode": Posting.Mode.ROUND,
        "round": made[0],
        "workplace": town.workplaces[offer.workplace],
        "meals": "昼食を出します。",
        "rain": "小雨は仕事をします。",
        "has_overtime": False,
        "hourly_wage": 1180,
        "commuting_yen": 400,
        "whole_series": True,
        "skills": ["pear_apple"],
        "cancellation_grounds": ["force_majeure", "worker_unable", "missing_items"],
    }
    employer = town.employers[offer.employer]
    posting = postings.write_posting(employer=employer, columns=columns, actor=actor)
    series = shifts.Series(
        first=town.day(offer.first),
        last=town.day(offer.first + 1),
        weekdays=range(7),
        starts=MORNING[0],
        ends=MORNING[1],
        break_minutes=0,
        capacity=offer.places,
    )
    shifts.add_series(posting=posting, series=series, actor=actor)
    town.postings[offer.key] = postings.publish_posting(posting=posting, actor=actor)


def _wish(town: Town, worker: str, wanted: Sequence[str], made: Sequence[Round]) -> None:
    person = town.person(worker)
    wishes = [Wish(Posting.objects.get(pk=town.postings[key].pk)) for key in wanted]
    set_wishes(round=made[0], person=person, wishes=wishes, actor=person)
