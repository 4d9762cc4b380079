"""Reads of facts, imports and feeds: the town's own people see them, the public sees sums only (`services.public`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from sosei.core.people import roles
from sosei.core.people.standing import standing_of
from sosei.planning.outcomes import feeding

if TYPE_CHECKING:
    from sosei.planning.outcomes.models import Feed


def towns_seen_by(user: object) -> frozenset[int]:
    """Towns whose facts `user` sees one by one."""
    return standing_of(user).towns_as(roles.TOWN_STAFF)


class OfTownQuerySet(models.QuerySet[Any]):
    """Reads of rows that belong to one town."""

    def visible_to(self, user: object) -> Self:
        """The town's own people."""
        return self.filter(municipality__in=towns_seen_by(user))

    def of(self, municipality: Any) -> Self:
        """Those of one town."""
        return self.filter(municipality=municipality)


class FactQuerySet(OfTownQuerySet):
    """Reads of facts."""

    def standing(self) -> Self:
        """Neither withdrawn nor a withdrawal."""
        return self.filter(reverses__isnull=True, reversed_by__isnull=True)

    def fed_to(self, feed: Feed, year: int | None = None) -> Self:
        """The facts on which a feed's value rests: of one of its years, or of all."""
        rule = feed.rule
        found = self.filter(municipality=feed.municipality_id, kind=rule.kind)
        wanted = rule.within if rule.aggregation == feeding.Aggregation.SHARE else rule.filter
        for name, values in (wanted or {}).items():
            found = found.filter(**{f"attributes__{name}__in": list(values)})
        if rule.measure is not None:
            found = found.filter(measure=rule.measure)
        if rule.aggregation == feeding.Aggregation.DISTINCT:
            found = found.filter(_has(rule.distinct))
        return found._in_years_of(rule, year)

    def _in_years_of(self, rule: feeding.Rule, year: int | None) -> Self:
        column = "on__year" if rule.period == feeding.Period.CALENDAR else "fiscal_year"
        if rule.period == feeding.Period.CUMULATIVE:
            found = self.filter(fiscal_year__gte=rule.since)
            return found if year is None else found.filter(fiscal_year__lte=year)
        return self if year is None else self.filter(**{column: year})


def _has(distinct: str) -> Q:
    return ~Q(place="") if distinct == feeding.PLACE else Q(attributes__has_key=distinct)


class FeedQuerySet(OfTownQuerySet):
    """Reads of feeds."""

    def active(self) -> Self:
        """Those that feed their KPI now."""
        return self.filter(ended_at__isnull=True)
