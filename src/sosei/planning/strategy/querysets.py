"""Reads of strategies and their parts: published ones for everybody, all of the town for those who work on them."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from sosei.core.people import roles
from sosei.core.people.standing import standing_of

SEES_DRAFTS = roles.TOWN_STAFF | {roles.REVIEWER}
"""Roles that see what their town has not published."""


def towns_of(user: object) -> frozenset[int]:
    """Towns of which `user` sees what is not published."""
    return standing_of(user).towns_as(SEES_DRAFTS)


class PublicQuerySet(models.QuerySet[Any]):
    """Reads of the nation's reference tables."""

    def visible_to(self, user: object) -> Self:
        """Public."""
        return self.all()


class RuleQuerySet(models.QuerySet[Any]):
    """Reads of rules of judgement."""

    def visible_to(self, user: object) -> Self:
        """By which rule a town judges itself is public."""
        return self.all()


class StrategyQuerySet(models.QuerySet[Any]):
    """Reads of strategies."""

    def visible_to(self, user: object) -> Self:
        """Published ones, and all of the towns in which one works on them."""
        return self.filter(Q(published_at__isnull=False) | Q(municipality__in=towns_of(user)))

    def of(self, municipality: Any) -> Self:
        """Those of one town, the latest first."""
        return self.filter(municipality=municipality).order_by("-first_fiscal_year", "-pk")


class PartQuerySet(models.QuerySet[Any]):
    """Reads of what belongs to a strategy."""

    def visible_to(self, user: object) -> Self:
        """Of the strategies one sees."""
        return self.filter(
            Q(strategy__published_at__isnull=False) | Q(strategy__municipality__in=towns_of(user))
        )


class WorkQuerySet(models.QuerySet[Any]):
    """Reads of what the people of the town work with and never publish as such."""

    def visible_to(self, user: object) -> Self:
        """For those who work on the town's strategies."""
        return self.filter(strategy__municipality__in=towns_of(user))


class ActualQuerySet(models.QuerySet[Any]):
    """Reads of what was reported for a year."""

    def visible_to(self, user: object) -> Self:
        """Years that were published, and all of the towns in which one works on strategies."""
        published = Q(strategy__published_at__isnull=False, reported_in__lte=F("strategy__published_through"))
        return self.filter(published | Q(strategy__municipality__in=towns_of(user)))

    def live(self) -> Self:
        """Rows that no later row replaces."""
        return self.filter(replaced_by__isnull=True)
