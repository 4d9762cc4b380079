"""What a finished contract achieved, told to outcomes in the same transaction; no personal data goes along."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from django.db.models import Max, Q

from sosei.core.people.models import Person
from sosei.planning.outcomes.models import Fact
from sosei.planning.outcomes.services.recording import record_fact, withdraw_fact
from sosei.programmes.jobs.models import Contract, Employer, WorkDay
from sosei.programmes.jobs.services.days import day_for_pay
from sosei.programmes.jobs.services.places import nights_of

CONTRACT = "jobs.contract"
DAY = "jobs.work_day"
SEASON_BETWEEN = timedelta(days=90)
"""Somebody who comes again after this long has returned; sooner, it is the same season."""
INDUSTRIES: dict[str, str] = {
    Employer.Industry.FARMING: "farming",
    Employer.Industry.LIVESTOCK: "farming",
    Employer.Industry.FORESTRY: "farming",
    Employer.Industry.FISHING: "fishing",
    Employer.Industry.FOOD: "manufacturing",
    Employer.Industry.TOURISM: "tourism",
    Employer.Industry.RETAIL: "retail",
    Employer.Industry.CARE: "care",
    Employer.Industry.OTHER: "other",
}
"""An employer's industry -> the value by which outcomes group."""


def record_finished_contract(contract: Contract) -> list[Fact]:
    """A placement, the hours of each day, the nights, and whether somebody came again.

    Raises:
        As `record_fact`.
    """
    worked = list(_worked_days(contract))
    if not worked:
        return []
    zone = ZoneInfo(contract.municipality.zone)
    last = worked[-1].period.lower.astimezone(zone).date()
    industry = {"industry": INDUSTRIES[contract.employer.industry]}
    about = (CONTRACT, str(contract.pk))
    common = {"municipality": contract.municipality, "place": ""}
    facts = [
        record_fact(**common, kind="placement_finished", on=last, obj=about, attributes=industry),
        *(
            record_fact(
                **common,
                kind="hours_worked",
                on=day.period.lower.astimezone(zone).date(),
                obj=(DAY, str(day.pk)),
                amount=_hours(day),
                attributes=industry,
            )
            for day in worked
        ),
    ]
    if contract.lodging_id is not None:
        nights = nights_of([day.shift for day in worked])
        if nights:
            facts.append(
                record_fact(
                    **common,
                    kind="nights",
                    on=nights[0],
                    obj=about,
                    amount=Decimal(len(nights)),
                    attributes={"purpose": "work"},
                )
            )
    if _worked_before(contract, worked[0]):
        facts.append(record_fact(**common, kind="worker_returned", on=last, obj=about, attributes=industry))
    return facts


def withdraw_finished_contract(
    *, contract: Contract, reason: str, withdrawn_by: Person | None = None
) -> list[Fact]:
    """Takes back all that a contract told, because it turned out otherwise; returns the counter-facts."""
    days = [str(key) for key in contract.days.values_list("pk", flat=True)]
    of_contract = Q(object_type=CONTRACT, object_key=str(contract.pk))
    of_days = Q(object_type=DAY, object_key__in=days)
    standing = Fact.objects.filter(
        of_contract | of_days,
        municipality=contract.municipality,
        reverses__isnull=True,
        reversed_by__isnull=True,
    )
    return [
        withdraw_fact(fact=fact, reason=reason, withdrawn_by=withdrawn_by) for fact in standing.order_by("pk")
    ]


def _worked_days(contract: Contract) -> list[WorkDay]:
    return list(
        contract.days.filter(state=WorkDay.State.WORKED)
        .select_related("shift")
        .prefetch_related("punches", "corrections")
        .order_by("period")
    )


def _hours(day: WorkDay) -> Decimal:
    counted = day_for_pay(day)
    minutes = counted.minutes if counted else 0
    return (Decimal(minutes) / 60).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _worked_before(contract: Contract, first: WorkDay) -> bool:
    earlier = (
        WorkDay.objects.filter(
            person=contract.person_id,
            municipality=contract.municipality_id,
            state=WorkDay.State.WORKED,
            period__startswith__lt=first.period.lower,
        )
        .exclude(contract=contract)
        .aggregate(last=Max("period__startswith"))
    )["last"]
    return earlier is not None and first.period.lower - earlier >= SEASON_BETWEEN
