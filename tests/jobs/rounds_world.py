"""A round in the small world of seasonal work: its postings, people with wishes, and a clock that passes its end."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.utils import timezone

from sosei.core.people.models import Person
from sosei.programmes.jobs.models import Application, Posting, Round, RoundRun, Workplace
from sosei.programmes.jobs.services import rounds, rounds_run
from sosei.programmes.jobs.services.rounds_wishes import Wish, set_wishes
from tests.jobs.world import JobsWorld, MakePerson, day_from_now, make_posting, make_shifts, make_worker

HOUR = datetime.timedelta(hours=1)


@dataclass
class RoundWorld:
    """A round that takes applications for a day from now."""

    jobs: JobsWorld
    make_person: MakePerson
    monkeypatch: pytest.MonkeyPatch
    round: Round
    postings: list[Posting] = field(default_factory=list)

    def posting(
        self, places: int, *, workplace: Workplace | None = None, days: int = 2, **columns: Any
    ) -> Posting:
        """A posting of the round with so many places on each of its days."""
        made = make_posting(workplace or self.jobs.workplace, mode="round", round=self.round, **columns)
        make_shifts(made, day_from_now(20 + 3 * len(self.postings)), days, capacity=places)
        self.postings.append(made)
        return made

    def people(self, count: int) -> list[Person]:
        """Workers who may come."""
        return [make_worker(self.make_person, has_account=False) for _n in range(count)]

    def wish(self, person: Person, *postings: Posting, bed: bool = False) -> list[Application]:
        """The person's wishes, best first."""
        return set_wishes(
            round=self.round, person=person, wishes=[Wish(one, bed) for one in postings], actor=person
        )

    def close(self) -> None:
        """The clock stands after the end of applications from now on."""
        later = self.round.closes_at + HOUR
        self.monkeypatch.setattr(timezone, "now", lambda: later)

    def draw(self, reason: str = "") -> RoundRun:
        """Staff draw, or compute again."""
        return rounds_run.draw(round=self.round, actor=self.jobs.staff, reason=reason)

    def fresh(self) -> Round:
        """The round as it is now."""
        return Round.objects.get(pk=self.round.pk)


def make_plan(**given: Any) -> rounds.Plan:
    """Open for a day from now, three wishes each."""
    now = timezone.now()
    columns: dict[str, Any] = {
        "name": "桃の収穫（架空）",
        "name_en": "Peach harvest (invented)",
        "method": "stable",
        "opens_at": now - HOUR,
        "closes_at": now + 24 * HOUR,
        "max_wishes": 3,
        "caps": (),
    }
    return rounds.Plan(**{**columns, **given})


def open_world(
    jobs: JobsWorld, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch, **plan: Any
) -> RoundWorld:
    """A round without postings."""
    made = rounds.open_round(municipality=jobs.town, plan=make_plan(**plan), actor=jobs.staff)
    return RoundWorld(jobs, make_person, monkeypatch, made)


def places(run: RoundRun) -> dict[int, int | None]:
    """Person -> posting."""
    return dict(run.outcomes.order_by("lottery").values_list("person", "posting"))


def caps(*given: tuple[str, int]) -> Sequence[rounds.Cap]:
    """Caps whose names are their codes."""
    return tuple(rounds.Cap(code, code, count) for code, count in given)
