"""What the steps of a month share: the towns' rows, read once in each process, and questions about orders and bills."""

from __future__ import annotations

import random
import uuid
from typing import Any

from django.db import connection
from django.utils import timezone

from bench.site.month.town import Towns

Step = dict[str, Any]
LATER = 0.4
"""Seconds after which a guest looks again whether the gateway has answered."""


class World:
    """The towns, and rows that every step needs, read once: before processes of the site begin, or when first needed."""

    def __init__(self, towns: Towns) -> None:
        self.towns = towns
        self._people: dict[int, Any] = {}
        self._spaces: dict[int, Any] = {}

    def read_all(self) -> None:
        """All places and guests, for processes that begin with what this one has."""
        from sosei.core.people.models import Person

        self._spaces = {one.pk: one for one in _spaces()}
        self._people = Person.objects.in_bulk(self.towns.guests)

    def person(self, key: int) -> Any:
        """Somebody, with what he may do."""
        from sosei.core.people.models import Person

        if key not in self._people:
            self._people[key] = Person.objects.get(pk=key)
        return self._people[key]

    def space(self, key: int) -> Any:
        """A space with hours and prices."""
        if key not in self._spaces:
            self._spaces[key] = _spaces().get(pk=key)
        return self._spaces[key]

    def owner(self, host: int) -> Any:
        """Somebody who acts for a host."""
        return self.person(self.towns.owners[host])

    def staff(self, town: int) -> Any:
        """Programme staff of a town."""
        return self.person(self.towns.staff[town])


def _spaces() -> Any:
    from sosei.programmes.spaces.models import Space

    rows = Space.objects.select_related("municipality", "host__organisation", "host__municipality", "ladder")
    return rows.prefetch_related("hours", "host__closures", "price_lists__items", "extras")


Told = list[tuple[float, Step]]
"""What follows: after so many seconds, which step."""


def new_key(chance: random.Random) -> str:
    """A key as a form carries it."""
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def rows(query: str, *values: Any) -> list[Any]:
    """The rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def paying(step: Step) -> Step:
    """What of a step says how it is paid."""
    return {name: step[name] for name in ("way", "luck", "card")}


def to_pay(order: int, step: Step) -> Told:
    """Nine of ten pay; the others let it lapse, or owe it for ever."""
    if step["luck"] > 0.9:
        return []
    verb = {"card": "card", "konbini": "till", "bank": "bank", "invoice": "bank", "on_site": "cash"}
    if step["way"] not in verb:
        return []
    return [(LATER, {"do": verb[step["way"]], "order": order, "tries": 0, **paying(step)})]


def bill_payment(order: int) -> tuple[int, int, str, str, str] | None:
    """(bill, payment, its state, its key at the gateway, its way) of the newest payment of an order."""
    found = rows(
        "SELECT b.id, p.id, p.state, p.gateway_key, p.way FROM payments_bill b JOIN payments_payment p ON p.bill_id = b.id "
        "WHERE b.kind = 'spaces.order' AND b.object_key = %s ORDER BY p.id DESC LIMIT 1",
        str(order),
    )
    return found[0] if found else None


def one_of(states: str, luck: float, *, past: bool = False) -> Any:
    """Some booking in one of the states."""
    from sosei.programmes.spaces.models import Booking

    sign = "<" if past else ">"
    # What lies ahead was booked lately: the oldest half is not looked through for it.
    luck = luck if past else (1 + luck) / 2
    found = rows(
        f"SELECT id FROM spaces_booking WHERE id >= (SELECT max(id) FROM spaces_booking) * %s::float8 "  # noqa: S608
        f"AND state IN ({states}) AND lower(period) {sign} %s ORDER BY id LIMIT 1",
        luck,
        timezone.now(),
    )
    if not found:
        return None
    related = ("order__person", "order__host", "space__municipality", "space__host", "space__ladder")
    return Booking.objects.select_related(*related, "municipality", "person", "host").get(pk=found[0][0])


def chosen(step: Step, states: str, *, past: bool = False) -> Any:
    """The booking a step is for: found once, and the same one when the step is done again."""
    from sosei.programmes.spaces.models import Booking

    if "booking" not in step:
        found = one_of(states, step["luck"], past=past)
        step["booking"] = found.pk if found else None
        return found
    related = ("order__person", "order__host", "space__municipality", "space__host", "space__ladder")
    rows = Booking.objects.select_related(*related, "municipality", "person", "host")
    return rows.filter(pk=step["booking"]).first()
