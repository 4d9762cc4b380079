"""Reads of consents."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from sosei.core.people.querysets.persons import AboutAPersonQuerySet


class ConsentTextQuerySet(models.QuerySet[Any]):
    """Reads of texts."""

    def visible_to(self, user: object) -> Self:
        """What people are asked to agree to is public."""
        return self.all()

    def current(self) -> Self:
        """The newest version of each text."""
        of_town = Coalesce("municipality", Value(0))
        newest = (
            self.model._default_manager.alias(of_town=of_town)
            .filter(key=OuterRef("key"), of_town=Coalesce(OuterRef("municipality"), Value(0)))
            .order_by("-version")
            .values("pk")[:1]
        )
        return self.filter(pk=Subquery(newest))

    def asked_in(self, municipality: Any) -> Self:
        """Texts of the installation, and those of one town."""
        return self.filter(Q(municipality__isnull=True) | Q(municipality=municipality))


class ConsentQuerySet(AboutAPersonQuerySet):
    """Reads of decisions."""

    def newest(self) -> Self:
        """The decision that counts, for each person and text."""
        latest = (
            self.model._default_manager.filter(person=OuterRef("person"), text=OuterRef("text"))
            .order_by("-pk")
            .values("pk")[:1]
        )
        return self.filter(pk=Subquery(latest))
