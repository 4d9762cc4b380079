"""Reads of levers, targets and shares: on what a published projection rests is public."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from sosei.planning.strategy.querysets import towns_of


class LeverQuerySet(models.QuerySet[Any]):
    """Reads of levers and targets."""

    def visible_to(self, user: object) -> Self:
        """How a town counts its facts into its projection is public."""
        return self.all()

    def of(self, municipality: Any) -> Self:
        """Those of one town."""
        return self.filter(municipality=municipality)


class GapShareQuerySet(models.QuerySet[Any]):
    """Reads of the packages' shares."""

    def visible_to(self, user: object) -> Self:
        """Of the packages one sees."""
        return self.filter(
            Q(package__strategy__published_at__isnull=False)
            | Q(package__strategy__municipality__in=towns_of(user))
        )
