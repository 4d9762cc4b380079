"""Reads of yearly reviews: published ones for everybody, all of the town for those who work on its strategies."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from sosei.planning.strategy.querysets import towns_of


class ReviewQuerySet(models.QuerySet[Any]):
    """Reads of reviews."""

    def visible_to(self, user: object) -> Self:
        """Published ones of published strategies, and all of the towns in which one works on strategies."""
        published = Q(strategy__published_at__isnull=False, published_at__isnull=False)
        return self.filter(published | Q(strategy__municipality__in=towns_of(user)))

    def in_force(self) -> Self:
        """Reviews that no published review replaces."""
        return self.filter(Q(superseded_by__isnull=True) | Q(superseded_by__published_at__isnull=True))


class FrozenQuerySet(models.QuerySet[Any]):
    """Reads of what was frozen when a review was closed."""

    def visible_to(self, user: object) -> Self:
        """Of the reviews one sees."""
        published = Q(strategy__published_at__isnull=False, review__published_at__isnull=False)
        return self.filter(published | Q(strategy__municipality__in=towns_of(user)))


class FrozenChangeQuerySet(models.QuerySet[Any]):
    """Reads of the frozen improvement plan; its rows are written at the moment it is published."""

    def visible_to(self, user: object) -> Self:
        """Of published plans, and all of the towns in which one works on strategies."""
        published = Q(strategy__published_at__isnull=False, review__plan_published_at__isnull=False)
        return self.filter(published | Q(strategy__municipality__in=towns_of(user)))
