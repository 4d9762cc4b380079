"""A finished contract fills the facts: the placement, the hours, the nights, and who came again."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from sosei.planning.outcomes.models import Fact
from sosei.programmes.jobs import facts
from sosei.programmes.jobs.models import Contract, Shift, WorkDay
from sosei.programmes.jobs.services import contracts
from tests.jobs.applications_world import make_contract
from tests.jobs.world import JST, JobsWorld, make_posting, make_shifts

pytestmark = pytest.mark.django_db


def worked(contract: Contract, last_day_ago: int) -> None:
    """All days of the contract lie in the past and were worked as agreed; the last one so many days ago."""
    days = list(contract.days.order_by("period"))
    today = timezone.now().astimezone(JST).date()
    shift_by = today - datetime.timedelta(days=last_day_ago) - days[-1].period.lower.astimezone(JST).date()
    for day in days:
        period = (day.period.lower + shift_by, day.period.upper + shift_by)
        WorkDay.objects.filter(pk=day.pk).update(period=period, state=WorkDay.State.WORKED)
        Shift.objects.filter(pk=day.shift_id).update(starts_at=period[0], ends_at=period[1])


def told(kind: str) -> list[tuple[int, Decimal | None]]:
    return [
        (fact.count, fact.amount)
        for fact in Fact.objects.filter(kind=kind, reverses__isnull=True, reversed_by__isnull=True).order_by(
            "on"
        )
    ]


def test_a_finished_contract_is_one_placement_and_the_hours_of_every_day(jobs: JobsWorld) -> None:
    contract = make_contract(jobs.posting, jobs.worker, jobs.shifts)
    worked(contract, 1)
    assert contracts.finish_contract(contract=contract)
    assert told("placement_finished") == [(1, None)]
    assert told("hours_worked") == [(1, Decimal("7.00"))] * 3
    assert told("nights") == told("worker_returned") == []


def test_nights_count_only_where_a_bed_was_taken(jobs: JobsWorld) -> None:
    contract = make_contract(jobs.posting, jobs.worker, jobs.shifts, needs_lodging=True)
    worked(contract, 1)
    contracts.finish_contract(contract=contract)
    [(count, nights)] = told("nights")
    assert (count, nights) == (1, Decimal(len(facts.nights_of(jobs.shifts))))


@pytest.mark.parametrize(("gap", "returned"), [(89, 0), (95, 1)])
def test_who_comes_again_after_a_season_has_returned(jobs: JobsWorld, gap: int, returned: int) -> None:
    earlier = make_contract(jobs.posting, jobs.worker, jobs.shifts)
    worked(earlier, gap + 4)
    contracts.finish_contract(contract=earlier)
    again = make_posting(jobs.workplace)
    later = make_contract(again, jobs.worker, make_shifts(again, days=1))
    worked(later, 4)
    contracts.finish_contract(contract=later)
    assert len(told("worker_returned")) == returned


def test_a_contract_on_which_nobody_came_tells_nothing(jobs: JobsWorld) -> None:
    contract = make_contract(jobs.posting, jobs.worker, jobs.shifts)
    worked(contract, 1)
    contract.days.update(state=WorkDay.State.ABSENT)
    assert contracts.finish_contract(contract=contract)
    assert not Fact.objects.exists()


def test_what_was_told_can_be_taken_back_and_is_never_deleted(jobs: JobsWorld) -> None:
    contract = make_contract(jobs.posting, jobs.worker, jobs.shifts)
    worked(contract, 1)
    contracts.finish_contract(contract=contract)
    counters = facts.withdraw_finished_contract(contract=contract, reason="日が違っていたため")
    assert len(counters) == 4
    assert told("placement_finished") == told("hours_worked") == []
    assert Fact.objects.count() == 8
    assert facts.withdraw_finished_contract(contract=contract, reason="もう一度") == []


def test_no_personal_data_goes_along(jobs: JobsWorld) -> None:
    contract = make_contract(jobs.posting, jobs.worker, jobs.shifts)
    worked(contract, 1)
    contracts.finish_contract(contract=contract)
    for fact in Fact.objects.all():
        assert set(fact.attributes) <= {"industry", "purpose"}
        assert jobs.worker.family_name not in f"{fact.object_type}{fact.object_key}{fact.place}"
