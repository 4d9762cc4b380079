"""Builders of what comes after work: a contract that is over, and reviews of it."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.utils import timezone

from sosei.core.people.models import Person
from sosei.programmes.jobs.models import Contract, Posting, Review, Shift, WorkDay
from sosei.programmes.jobs.services import contracts, reviews
from tests.jobs.applications_world import make_contract
from tests.jobs.days_world import SetClock
from tests.jobs.world import JST, JobsWorld, make_shift

SetDays = Callable[[int], None]


def finished_contract(
    jobs: JobsWorld,
    clock: SetClock,
    *,
    worker: Person | None = None,
    posting: Posting | None = None,
    shifts: list[Shift] | None = None,
) -> Contract:
    """A contract whose one day was worked as agreed, at nine in the evening of that day."""
    wanted = shifts or jobs.shifts[:1]
    contract = make_contract(posting or jobs.posting, worker or jobs.worker, wanted)
    last = max(shift.ends_at for shift in wanted).astimezone(JST).date()
    clock(last, "21:00")
    WorkDay.objects.filter(contract=contract).update(state="worked")
    assert contracts.finish_contract(contract=contract)
    contract.refresh_from_db()
    return contract


def days_later(clock: SetClock, contract: Contract, days: int) -> datetime.datetime:
    """So many days after the contract's end, at ten in the evening."""
    assert contract.ended_at is not None
    return clock(contract.ended_at.astimezone(JST).date() + datetime.timedelta(days=days), "22:00")


def review(
    jobs: JobsWorld, contract: Contract, side: str, *, good: bool = True, comment: str = "よい畑でした"
) -> Review:
    """What one side says, by who speaks for it."""
    actor = contract.person if side == "worker" else jobs.farmer
    return reviews.write_review(contract=contract, side=side, good=good, comment=comment, actor=actor)


def another_shift(jobs: JobsWorld) -> Shift:
    """A shift of the posting a month ahead of the clock."""
    day = timezone.now().astimezone(JST).date() + datetime.timedelta(days=30)
    return make_shift(jobs.posting, day)
