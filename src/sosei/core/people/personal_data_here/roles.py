"""A person's roles and invitations: exported; roles end and stay without a name."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet
from django.utils import timezone

from sosei.core.people.models import (
    Invitation,
    Membership,
    Person,
)
from sosei.core.people.personal_data import Outcome, Rows
from sosei.core.people.personal_data_here.tools import (
    DOCUMENTS_LAW,
    history_of,
    kept,
    moment,
    town_of,
)


def export_roles(person: Person) -> Rows:
    """Roles held now and before."""
    rows = person.memberships.select_related("municipality", "organisation").order_by("pk")
    return [
        {
            "role": row.role,
            "municipality": town_of(row),
            "organisation": row.organisation.name if row.organisation_id else None,
            "granted_at": moment(row.granted_at),
            "last_used_on": moment(row.last_used_on),
            "ended_at": moment(row.ended_at),
            "ended_because": row.ended_because,
        }
        for row in rows
    ]


def erase_roles(person: Person) -> Outcome:
    """Roles end; that somebody held them stays, without a name."""
    person.memberships.held().update(ended_at=timezone.now(), ended_because=Membership.Ending.ERASED)
    person.__dict__.pop("standing", None)
    return kept(
        "役割の記録（名前なし）", "Roles held (without a name)", DOCUMENTS_LAW, person.memberships.count()
    )


def invitations_of(person: Person) -> QuerySet[Any]:
    """Invitations that the person accepted, or that went to one of the person's addresses."""
    own = Q(accepted_by=person) | Q(email__in=EmailAddress.objects.filter(user=person).values("email"))
    if person.email:
        own |= Q(email=person.email)
    return Invitation.objects.filter(own).select_related("municipality")


def export_invitations(person: Person) -> Rows:
    """Invitations to roles."""
    return [
        {
            "role": one.role,
            "municipality": town_of(one),
            "email": one.email,
            "invited_at": moment(one.invited_at),
            "accepted_at": moment(one.accepted_at),
        }
        for one in invitations_of(person).order_by("pk")
    ]


def erase_invitations(person: Person) -> Outcome:
    """The address goes from every invitation and its history; one still open is withdrawn."""
    keys = list(invitations_of(person).values_list("pk", flat=True))
    rows = Invitation.objects.filter(pk__in=keys)
    rows.filter(accepted_at=None, withdrawn_at=None).update(withdrawn_at=timezone.now())
    rows.update(email="")
    history_of(Invitation).filter(pgh_obj_id__in=keys).update(email="")
    return Outcome(len(keys))
