"""What an accepted installation achieved, told to outcomes in the same transaction."""

from __future__ import annotations

import datetime

from sosei.core.people.models import Person
from sosei.planning.outcomes.models import Fact
from sosei.planning.outcomes.services.recording import record_fact, withdraw_fact
from sosei.programmes.spaces.models import Installation
from sosei.programmes.spaces.words_facts_ict import ICT_INSTALLED

OBJECT = "spaces.installation"


def record_installed(work: Installation, on: datetime.date) -> Fact:
    """A space that is equipped, and measured.

    Raises:
        As `record_fact`.
    """
    return record_fact(
        municipality=work.municipality,
        kind=ICT_INSTALLED,
        on=on,
        obj=(OBJECT, str(work.pk)),
        attributes={"purpose": work.proposal.need.use},
    )


def withdraw_installed(*, work: Installation, reason: str, withdrawn_by: Person) -> list[Fact]:
    """Takes back what an acceptance told, because it turned out otherwise; returns the counter-facts."""
    standing = Fact.objects.filter(
        municipality=work.municipality,
        object_type=OBJECT,
        object_key=str(work.pk),
        reverses__isnull=True,
        reversed_by__isnull=True,
    )
    return [
        withdraw_fact(fact=one, reason=reason, withdrawn_by=withdrawn_by) for one in standing.order_by("pk")
    ]
