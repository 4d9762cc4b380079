"""Who is asking, read from the tables: the roles a person holds now, whether they count, in one query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sosei.core.people.roles import Held, Standing, split_by_second_factor

if TYPE_CHECKING:
    from sosei.core.people.models import Person

NOBODY = Standing()


def standing_of(user: Any) -> Standing:
    """The standing of whoever asks; that of nobody for a visitor who is not signed in, or an account switched off."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return NOBODY
    return user.standing  # type: ignore[no-any-return]


def read_standing(person: Person) -> Standing:
    """The roles held now; staff roles wait as long as no second factor is set up."""
    from allauth.mfa.models import Authenticator
    from django.db.models import Exists, OuterRef

    second_factor = Authenticator.objects.filter(
        user=OuterRef("person"), type__in=(Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    )
    rows = list(
        person.memberships.held()
        .annotate(secured=Exists(second_factor))
        .values_list("role", "municipality_id", "organisation_id", "secured")
    )
    held, waiting = split_by_second_factor(
        (Held(*row[:3]) for row in rows), secured=any(row[3] for row in rows)
    )
    return Standing(person.pk, held, waiting)
