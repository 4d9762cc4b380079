"""The only row locks of this room, always in the order of primary keys."""

from __future__ import annotations

from sosei.core.people import roles
from sosei.core.people.models import Invitation, Membership, Municipality, Person


def lock_holders(role: str, municipality: Municipality | None) -> list[Membership]:
    """Everybody who holds the role there now, locked: who counts them and ends one does so alone."""
    held = (
        Membership.objects.select_for_update(of=("self",)).held().filter(role=role, municipality=municipality)
    )
    return list(held.order_by("pk"))


def other_holders(membership: Membership) -> list[Membership]:
    """Roles of the same kind in the same place that other persons hold now, locked with one's own."""
    held = lock_holders(membership.role, membership.municipality)
    return [one for one in held if one.person_id != membership.person_id]


def lock_membership(key: int) -> Membership:
    """One role, with those that count with it locked before where the last one may not go.

    Raises:
        Membership.DoesNotExist: no such role.
    """
    found: Membership = Membership.objects.select_related("person", "municipality", "organisation").get(
        pk=key
    )
    if found.role in roles.NEVER_WITHOUT:
        lock_holders(found.role, found.municipality)
    return (
        Membership.objects.select_for_update(of=("self",))
        .select_related("person", "municipality", "organisation")
        .get(pk=key)
    )


def lock_invitation(key: int) -> Invitation:
    """One invitation.

    Raises:
        Invitation.DoesNotExist: no such invitation.
    """
    return (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("municipality", "organisation", "invited_by")
        .get(pk=key)
    )


def lock_person(key: int) -> Person:
    """One person.

    Raises:
        Person.DoesNotExist: no such person.
    """
    return Person.objects.select_for_update().get(pk=key)  # type: ignore[no-any-return]
