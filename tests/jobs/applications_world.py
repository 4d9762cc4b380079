"""Builders of applications and contracts on top of the small world of seasonal work."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from sosei.core.people.models import Person
from sosei.programmes.jobs.models import Application, Contract, Posting, Shift
from sosei.programmes.jobs.services import applications


def apply(posting: Posting, person: Person, shifts: Sequence[Shift], **options: Any) -> Application:
    """The person applies, in their own name unless `actor` is given."""
    options.setdefault("actor", person)
    return applications.apply_for(posting=posting, person=person, shifts=shifts, **options)


def make_contract(posting: Posting, person: Person, shifts: Sequence[Shift], **options: Any) -> Contract:
    """A contract by an instant application."""
    made = apply(posting, person, shifts, **options)
    assert made.state == "contracted", made.state
    contract: Contract = made.contract
    return contract


def age(years: int, on: datetime.date) -> datetime.date:
    """A date of birth by which one has been that old for half a year on a day."""
    born = on.replace(year=on.year - years, day=min(on.day, 28))
    return born - datetime.timedelta(days=180)
