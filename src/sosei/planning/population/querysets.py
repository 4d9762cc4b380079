"""Reads of the population vision: every public one starts from `visible_to(user)`."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Subquery


class PublishedQuerySet(models.QuerySet[Any]):
    """Reads of tables that hold nothing but what is published, or is part of it."""

    def visible_to(self, user: object) -> Self:
        """Published: everyone sees all."""
        return self.all()


class AreaQuerySet(models.QuerySet[Any]):
    """Reads of areas."""

    def visible_to(self, user: object) -> Self:
        """Areas are public statistics' own units: everyone sees all."""
        return self.all()

    def with_vision(self) -> Self:
        """Areas that can be projected: with assumptions of their own, or with two censuses for the default ones."""
        censuses = models.Count(
            "observations__date",
            distinct=True,
            filter=models.Q(
                observations__group="all",
                observations__kind__in=("census_enumerated", "census_unknown_distributed"),
            ),
        )
        own = Exists(self.model._default_manager.filter(pk=OuterRef("pk"), assumption_sets__isnull=False))
        return self.annotate(censuses=censuses, own_assumptions=own).filter(
            models.Q(own_assumptions=True) | models.Q(censuses__gte=2)
        )


class ObservationQuerySet(models.QuerySet[Any]):
    """Reads of observed populations."""

    def visible_to(self, user: object) -> Self:
        """Published statistics: everyone sees all."""
        return self.all()

    def current(self) -> Self:
        """The newest observation of each area, date, kind and group (older ones are superseded)."""
        newest = (
            self.model._default_manager.filter(
                area=OuterRef("area"), date=OuterRef("date"), kind=OuterRef("kind"), group=OuterRef("group")
            )
            .order_by("-id")
            .values("id")[:1]
        )
        return self.filter(id=Subquery(newest))


class VitalStatisticQuerySet(models.QuerySet[Any]):
    """Reads of vital statistics."""

    def visible_to(self, user: object) -> Self:
        """Published statistics: everyone sees all."""
        return self.all()

    def current(self) -> Self:
        """The newest figure of each area, year and kind."""
        newest = (
            self.model._default_manager.filter(
                area=OuterRef("area"), year=OuterRef("year"), kind=OuterRef("kind")
            )
            .order_by("-id")
            .values("id")[:1]
        )
        return self.filter(id=Subquery(newest))


class ScenarioQuerySet(models.QuerySet[Any]):
    """Reads of scenarios."""

    def visible_to(self, user: object) -> Self:
        """Scenarios are published with the vision: everyone sees all."""
        return self.all()

    def offered_to(self, area: Any) -> Self:
        """The area's own scenarios and those shipped for every area; the newest row of each name."""
        newest = (
            self.model._default_manager.filter(
                models.Q(area=area) | models.Q(area=None), name=OuterRef("name")
            )
            .order_by(models.F("area").asc(nulls_last=True), "-id")
            .values("id")[:1]
        )
        return self.filter(models.Q(area=area) | models.Q(area=None)).filter(id=Subquery(newest))


class ProjectionRunQuerySet(models.QuerySet[Any]):
    """Reads of stored projections."""

    def visible_to(self, user: object) -> Self:
        """Projections are published with the vision: everyone sees all."""
        return self.all()

    def latest_of(self, area: Any, scenario_name: str) -> Any | None:
        """The newest run of a scenario for an area, or None."""
        return self.filter(area=area, scenario__name=scenario_name).order_by("-id").first()


class BoundaryQuerySet(models.QuerySet[Any]):
    """Reads of boundaries."""

    def visible_to(self, user: object) -> Self:
        """Published: everyone sees all."""
        return self.all()

    def current(self) -> Self:
        """The newest boundary of each area."""
        newest = self.model._default_manager.filter(area=OuterRef("area")).order_by("-id").values("id")[:1]
        return self.filter(id=Subquery(newest))


class NationalRunQuerySet(models.QuerySet[Any]):
    """Reads of runs over the whole nation."""

    def visible_to(self, user: object) -> Self:
        """Published: everyone sees all."""
        return self.all()

    def newest(self) -> Any | None:
        """The run that pages show, or None."""
        return self.order_by("-id").first()

    def newest_compared(self) -> Any | None:
        """The newest run that stands beside an official projection, or None."""
        return self.filter(comparisons__isnull=False).order_by("-id").first()
