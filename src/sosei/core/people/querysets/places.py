"""Reads of municipalities and organisations."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from sosei.core.people import roles
from sosei.core.people.standing import standing_of


class MunicipalityQuerySet(models.QuerySet[Any]):
    """Reads of municipalities."""

    def visible_to(self, user: object) -> Self:
        """Which towns use this installation is public."""
        return self.all()

    def open(self) -> Self:
        """Towns that have not stopped using the installation."""
        return self.filter(closed_at__isnull=True)

    def staffed_by(self, user: object) -> Self:
        """Towns in which `user` holds a role of the municipality's own people."""
        return self.filter(pk__in=standing_of(user).towns_as(roles.TOWN_STAFF))


class OrganisationQuerySet(models.QuerySet[Any]):
    """Reads of organisations."""

    def visible_to(self, user: object) -> Self:
        """Staff see those of their town, members their own, an operator all."""
        standing = standing_of(user)
        if standing.is_operator:
            return self.all()
        return self.filter(
            Q(municipality__in=standing.towns_as(roles.TOWN_STAFF)) | Q(pk__in=standing.organisations_as())
        )

    def of(self, municipality: Any) -> Self:
        """Those of one town that still exist."""
        return self.filter(municipality=municipality, closed_at__isnull=True)
