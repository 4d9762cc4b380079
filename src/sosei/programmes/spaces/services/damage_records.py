"""A report of damage as its services hold it: the locked row, what it claims, and the entries that are written of it."""

from __future__ import annotations

from typing import Any

from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.programmes.spaces import locks
from sosei.programmes.spaces.locks_care import lock_report
from sosei.programmes.spaces.models import DamageReport, Order
from sosei.programmes.spaces.rules_care import ClaimLine, LineKind


def lines_of(report: DamageReport) -> list[ClaimLine]:
    """What a claim is made of."""
    return [ClaimLine(LineKind(one["kind"]), one["text"], one["yen"]) for one in report.lines]


def held_report(report: DamageReport, order: Order) -> DamageReport:
    """The report locked, with its booking; the order is locked already."""
    held = lock_report(report.pk)
    held.booking = locks.bookings_of({order.pk: order}, [held.booking_id])[0]
    return held


def record(
    what: str, report: DamageReport, order: Order, actor: Person | None, *, reason: str = "", **data: Any
) -> None:
    """An entry for the order's person; one that a guest's own side made through staff says for whom."""
    of_guest = (
        what in ("told", "withdrawn")
        if report.side == DamageReport.Side.GUEST
        else what in ("accepted", "disputed")
    )
    person = order.person
    served = of_guest and actor is not None and person is not None and actor.pk != person.pk
    write_entry(
        actor=actor,
        verb=f"space_damage.{what}",
        subject=report,
        person=person,
        municipality=report.municipality,
        on_behalf_of=person if served else None,
        reason=reason,
        data={"number": order.number, **data},
    )
