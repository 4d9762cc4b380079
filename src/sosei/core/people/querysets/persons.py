"""Reads of persons and of what is known of them."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.models import Q

from sosei.core.people.roles import Scope
from sosei.core.people.standing import standing_of


def holders(scopes: tuple[Scope, ...]) -> models.QuerySet[Any]:
    """Keys of the persons who hold a role in one of the scopes now."""
    from sosei.core.people.models import Membership

    return Membership.objects.held().within(scopes).order_by().values("person")


class PersonQuerySet(models.QuerySet[Any]):
    """Reads of persons."""

    def visible_to(self, user: object) -> Self:
        """Oneself, and the holders of roles that one's own role works with."""
        standing = standing_of(user)
        if standing.person is None:
            return self.none()
        scopes = standing.member_scopes()
        own = Q(pk=standing.person)
        return self.filter(own | Q(pk__in=holders(scopes)) if scopes else own)

    def with_role(self, municipality: Any, wanted: Any) -> Self:
        """Persons who hold one of the roles in that municipality now."""
        from sosei.core.people.models import Membership

        held = Membership.objects.held().filter(municipality=municipality, role__in=wanted)
        return self.filter(pk__in=held.order_by().values("person"))

    def named_like(self, words: str) -> Self:
        """Persons whose name, reading, e-mail or telephone begins with each of the words."""
        found = self
        for word in words.split():
            found = found.filter(
                Q(family_name__istartswith=word)
                | Q(given_name__istartswith=word)
                | Q(family_kana__istartswith=word)
                | Q(given_kana__istartswith=word)
                | Q(email__istartswith=word)
                | Q(phone__contains=word)
            )
        return found


class PersonManager(BaseUserManager.from_queryset(PersonQuerySet)):  # type: ignore[misc]
    """The manager Django's sign-in asks for."""

    def get_by_natural_key(self, username: str | None) -> Any:
        """By e-mail address, whatever its case."""
        return self.get(email__iexact=username)


class AboutAPersonQuerySet(models.QuerySet[Any]):
    """Reads of tables whose rows are about one `person`."""

    def visible_to(self, user: object) -> Self:
        """One's own, and those of persons one's role serves."""
        standing = standing_of(user)
        if standing.person is None:
            return self.none()
        scopes = standing.personal_scopes()
        own = Q(person=standing.person)
        return self.filter(own | Q(person__in=holders(scopes)) if scopes else own)
