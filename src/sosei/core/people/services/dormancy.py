"""Staff roles that nobody uses are ended after a set time, with two warnings before."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from sosei.core.design import civil_day
from sosei.core.people import journal, letters, tenancy
from sosei.core.people.errors import LastHolderError
from sosei.core.people.models import Membership, Municipality, Person, Role
from sosei.core.people.roles import OPERATOR
from sosei.core.people.services import memberships

WARN_BEFORE = (14, 3)
"""So many days before the end the holder is warned."""


def today() -> datetime.date:
    """The civil day in Japan."""
    return civil_day.today()


def note_use(*, person: int, roles: Iterable[str], municipality: int | None, on: datetime.date) -> int:
    """Notes that the person used these roles on that day; one statement, which writes nothing the second time.

    Args:
        municipality: the town of the page; None for pages that belong to no town.
    """
    wanted = Membership.objects.held().filter(person=person, role__in=sorted(roles))
    if municipality is not None:
        wanted = wanted.filter(municipality=municipality)
    due = wanted.filter(Q(last_used_on__isnull=True) | Q(last_used_on__lt=on)).order_by()
    # Row security lets nobody but the town's staff write a role of the municipality's own.
    with tenancy.unguarded():
        return due.update(last_used_on=on)


def end_dormant_roles(*, on: datetime.date) -> int:
    """Ends the roles unused for `DORMANT_DAYS`; returns how many. The last planner and operator stay, and are reported."""
    ended = 0
    since = on - datetime.timedelta(days=settings.DORMANT_DAYS)
    due = Membership.objects.dormant_since(since).order_by("pk").values_list("pk", flat=True)
    for key in list(due):
        ended += _end_one(key, on)
    return ended


@transaction.atomic
def _end_one(key: int, on: datetime.date) -> int:
    membership = Membership.objects.select_related("person", "municipality").get(pk=key)
    try:
        done = memberships.end_dormant(membership=membership)
    except LastHolderError:
        _report_to_operators(membership, on)
        return 0
    return int(done)


def warn_of_dormancy(*, on: datetime.date) -> int:
    """Writes to the holders of roles that end in 14 or 3 days; a night twice sends nothing twice. Returns to how many.

    A night that was left out is made up for: who has at most so many days left and was not told yet is told.
    """
    warned = 0
    for days in sorted(WARN_BEFORE):
        since = on - datetime.timedelta(days=settings.DORMANT_DAYS - days)
        nearer = [each for each in WARN_BEFORE if each < days]
        not_before = on - datetime.timedelta(days=settings.DORMANT_DAYS - max(nearer, default=0))
        due = (
            Membership.objects.dormant_since(since)
            .exclude(pk__in=Membership.objects.dormant_since(not_before).values("pk"))
            .select_related("person", "municipality")
            .order_by("pk")
        )
        for membership in due:
            _warn(membership, days, on)
            warned += 1
    return warned


@transaction.atomic
def _warn(membership: Membership, days: int, on: datetime.date) -> None:
    last = _last_use(membership)
    ends_on = last + datetime.timedelta(days=settings.DORMANT_DAYS + 1)
    journal.send_message(
        key=f"membership.dormancy:{membership.pk}:{last.isoformat()}:{days}",
        kind="membership.dormancy",
        recipient=membership.person,
        municipality=membership.municipality,
        about=membership,
        **letters.dormancy_warning(membership, ends_on=ends_on, days=(ends_on - on).days).as_arguments(),
    )


def _last_use(membership: Membership) -> datetime.date:
    # The same day as `dormant_since` counts from.
    return membership.last_used_on or civil_day.day_of(membership.granted_at)


def _report_to_operators(membership: Membership, on: datetime.date) -> None:
    """Once a month as long as it lasts: a town whose last planner is away needs somebody to look."""
    town: Municipality | None = membership.municipality
    holders = Membership.objects.held().filter(role=OPERATOR).order_by().values("person")
    for operator in Person.objects.filter(pk__in=holders).order_by("pk"):
        journal.send_message(
            key=f"membership.last_dormant:{membership.pk}:{operator.pk}:{on:%Y-%m}",
            kind="membership.last_dormant",
            recipient=operator,
            municipality=town,
            about=membership,
            **letters.last_holder_dormant(membership, role=Role(membership.role)).as_arguments(),
        )
