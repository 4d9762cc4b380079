"""Reads of entries: own ones, and those staff answer for."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from sosei.core.people.models import Municipality, Person
from sosei.core.people.standing import standing_of
from sosei.core.records import rules


def read_by_staff(standing: Any, *, readers: Any = rules.READERS, prefix: str = "") -> Q:
    """Rows with `scope` and `municipality` that this standing's roles open; the query of `rules.may_read`."""
    scopes_by_towns: dict[frozenset[int], list[str]] = {}
    for scope in rules.Scope:
        scopes_by_towns.setdefault(standing.towns_as(readers[scope]), []).append(scope)
    seen = Q(pk__in=())
    for towns, scopes in scopes_by_towns.items():
        if towns:
            seen |= Q(**{f"{prefix}scope__in": scopes, f"{prefix}municipality__in": towns})
    return seen | of_operators(prefix) if standing.is_operator else seen


def of_operators(prefix: str = "") -> Q:
    """The query of `rules.is_operators`."""
    of_no_town = Q(**{f"{prefix}municipality__isnull": True}) & ~Q(
        **{f"{prefix}scope": rules.NEVER_OPERATORS}
    )
    return of_no_town | Q(**{f"{prefix}scope": rules.OPERATOR_SCOPE})


class EntryQuerySet(models.QuerySet[Any]):
    """Reads of entries."""

    def visible_to(self, user: Any) -> Self:
        """What one did, had done, or was done for one; for staff, what their roles read in their towns."""
        standing = standing_of(user)
        if standing.person is None:
            return self.none()
        own = Q(actor=standing.person) | Q(on_behalf_of=standing.person) | Q(person=standing.person)
        return self.filter(own | read_by_staff(standing))

    def about(self, thing: models.Model) -> Self:
        """The history of one object; of a person, also what was done for that person."""
        kind = ContentType.objects.get_for_model(thing)
        history = Q(object_type=kind, object_id=str(thing.pk))
        if isinstance(thing, Person):
            history |= Q(person=thing)
        return self.filter(history)

    def of_town(self, municipality: Municipality) -> Self:
        """Entries of one municipality."""
        return self.filter(municipality=municipality)

    def of_operators(self) -> Self:
        """Entries of no municipality but those about citizens, and of how municipalities are administered."""
        return self.filter(of_operators())

    def between(self, start: datetime | None, end: datetime | None) -> Self:
        """Entries from `start` on and before `end`; None leaves that side open."""
        found = self
        if start is not None:
            found = found.filter(at__gte=start)
        if end is not None:
            found = found.filter(at__lt=end)
        return found

    def naming(self, words: str) -> Self:
        """Entries in which a person takes part whose name, reading or address of mail holds every word."""
        people = Person.objects.filter(erased_at__isnull=True)
        for word in words.split():
            people = people.filter(
                Q(family_name__icontains=word)
                | Q(given_name__icontains=word)
                | Q(family_kana__icontains=word)
                | Q(given_kana__icontains=word)
                | Q(email__icontains=word)
            )
        keys = people.values("pk")
        return self.filter(Q(actor__in=keys) | Q(person__in=keys) | Q(on_behalf_of__in=keys))

    def newest_first(self) -> Self:
        """For the screen; the names come from `names.attach_people`."""
        return self.select_related("municipality").order_by("-pk")
