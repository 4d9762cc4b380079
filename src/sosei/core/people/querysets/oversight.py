"""Reads of looks, proxy sessions and erasures."""

from __future__ import annotations

import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q

from sosei.core.people import roles
from sosei.core.people.standing import standing_of


class LookQuerySet(models.QuerySet[Any]):
    """Reads of looks at personal data."""

    def visible_to(self, user: object) -> Self:
        """Looks at oneself, looks one took, and, for who oversees a town, all in it."""
        standing = standing_of(user)
        if standing.person is None:
            return self.none()
        return self.filter(
            Q(person=standing.person)
            | Q(staff=standing.person)
            | Q(municipality__in=standing.towns_as(roles.READS_WHOLE_TOWN))
        )


class ProxySessionQuerySet(LookQuerySet):
    """Reads of proxy sessions: seen by the same people as looks."""

    def under_way(self, moment: datetime.datetime) -> Self:
        """Neither ended nor expired."""
        return self.filter(ended_at__isnull=True, expires_at__gt=moment)


class ErasureQuerySet(models.QuerySet[Any]):
    """Reads of erasures."""

    def visible_to(self, user: object) -> Self:
        """One's own, and, for who oversees a town, those of persons who had a role in it."""
        from sosei.core.people.models import Membership

        standing = standing_of(user)
        if standing.person is None:
            return self.none()
        towns = standing.towns_as(roles.READS_WHOLE_TOWN)
        had_a_role = Membership.objects.filter(municipality__in=towns).order_by().values("person")
        return self.filter(Q(person=standing.person) | Q(person__in=had_a_role))
