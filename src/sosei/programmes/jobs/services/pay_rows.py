"""The rows from which wages are computed, a constant number of queries for many contracts; read outside the guard."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Count, Max, Min, Prefetch, Q, prefetch_related_objects

from sosei.engines.labour.spans import JST
from sosei.programmes.jobs.models import (
    Contract,
    ContractVersion,
    Payslip,
    PayslipLine,
    WorkDay,
    WorkerProfile,
)

DateSpan = tuple[datetime.date, datetime.date]
WEEK = datetime.timedelta(days=7)


def date_of(moment: datetime.datetime) -> datetime.date:
    """The civil date in Japan."""
    return moment.astimezone(JST).date()


def conditions(contracts: Collection[int]) -> dict[int, list[tuple[datetime.datetime, dict[str, Any]]]]:
    """The conditions to which both sides agreed, first to last, each with the moment of the second consent."""
    rows = (
        ContractVersion.objects.filter(contract__in=contracts)
        .annotate(agreed=Count("consents", filter=Q(consents__agreed=True)), agreed_at=Max("consents__at"))
        .filter(agreed=2)
    )
    found: dict[int, list[tuple[datetime.datetime, dict[str, Any]]]] = defaultdict(list)
    for contract, agreed_at, terms in rows.order_by("number").values_list(
        "contract_id", "agreed_at", "terms"
    ):
        found[contract].append((agreed_at, terms))
    return found


def days_around(contracts: Sequence[Contract]) -> list[WorkDay]:
    """Days of these workers at all employers, in all weeks and months that the contracts touch."""
    bounds = WorkDay.objects.filter(contract__in=contracts).aggregate(
        first=Min("period__startswith"), last=Max("period__endswith")
    )
    if bounds["first"] is None:
        return []
    first, last = date_of(bounds["first"]), date_of(bounds["last"])
    start = first.replace(day=1) - WEEK
    end = (last.replace(day=1) + datetime.timedelta(days=32)).replace(day=1) + WEEK
    zone = {"tzinfo": JST}
    around = (
        datetime.datetime.combine(start, datetime.time(), **zone),
        datetime.datetime.combine(end, datetime.time(), **zone),
    )
    return list(
        WorkDay.objects.filter(person__in={one.person_id for one in contracts}, period__overlap=around)
        .select_related("employer", "cancellation", "contract__posting__workplace")
        .order_by("period", "pk")
    )


def standing_lines(contracts: Sequence[Contract]) -> list[PayslipLine]:
    """Lines of payslips that stand, of these workers with these employers."""
    return list(
        PayslipLine.objects.filter(
            person__in={one.person_id for one in contracts},
            employer__in={one.employer_id for one in contracts},
            payslip__replaced_by__isnull=True,
        ).select_related("payslip", "day")
    )


def contract_spans(contracts: Sequence[Contract]) -> dict[tuple[int, int], dict[int, DateSpan]]:
    """First and last days of all contracts of these workers with these employers, by (person, employer), contract."""
    # A contract that was called off as a whole engaged nobody; the ones asked for keep their days all the same.
    rows = (
        WorkDay.objects.filter(
            Q(contract__in=contracts) | ~Q(state=WorkDay.State.CANCELLED),
            person__in={one.person_id for one in contracts},
            employer__in={one.employer_id for one in contracts},
        )
        .order_by()
        .values_list("person", "employer", "contract")
        .annotate(first=Min("period__startswith"), last=Max("period__startswith"))
    )
    found: dict[tuple[int, int], dict[int, DateSpan]] = defaultdict(dict)
    for person, employer, contract, first, last in rows:
        found[(person, employer)][contract] = (date_of(first), date_of(last))
    return found


def students(contracts: Sequence[Contract]) -> frozenset[int]:
    """Which of these workers go to school."""
    profiles = WorkerProfile.objects.filter(person__in={one.person_id for one in contracts}, is_student=True)
    return frozenset(profiles.values_list("person_id", flat=True))


def lines_of(payslip: Payslip) -> list[PayslipLine]:
    """Its lines in their order, each with its day; asked for once."""
    prefetch_related_objects([payslip], Prefetch("lines", PayslipLine.objects.select_related("day")))
    return sorted(payslip.lines.all(), key=lambda line: line.position)
