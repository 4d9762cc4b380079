"""Reads of campaigns, asks and answers: planners and readers of the whole town see all, KPI owners their department's."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from sosei.core.people import roles
from sosei.core.people.standing import standing_of

SEES_ALL_ASKS = frozenset({roles.PLANNER}) | roles.READS_WHOLE_TOWN
"""Roles that see what every department answers, sent or not."""


class CampaignQuerySet(models.QuerySet[Any]):
    """Reads of campaigns."""

    def visible_to(self, user: object) -> Self:
        """For the town's staff."""
        return self.filter(strategy__municipality__in=standing_of(user).towns_as(roles.TOWN_STAFF))

    def of(self, municipality: Any) -> Self:
        """Those of one town, the latest year first."""
        return self.filter(strategy__municipality=municipality).order_by("-fiscal_year", "-pk")


class AskQuerySet(models.QuerySet[Any]):
    """Reads of what departments are asked; `department_path` leads from the row to the department."""

    department_path = "department"

    def visible_to(self, user: object) -> Self:
        """Planners, the mayor's office and auditors see all of their town; KPI owners their own department's."""
        standing = standing_of(user)
        own = {f"{self.department_path}__in": standing.organisations_as({roles.KPI_OWNER})}
        return self.filter(Q(strategy__municipality__in=standing.towns_as(SEES_ALL_ASKS)) | Q(**own))


class AnswerQuerySet(AskQuerySet):
    """Reads of answers and of links."""

    department_path = "ask__department"


class PlannersQuerySet(models.QuerySet[Any]):
    """Reads of what planners alone work with."""

    def visible_to(self, user: object) -> Self:
        """For planners of the town."""
        return self.filter(strategy__municipality__in=standing_of(user).towns_as({roles.PLANNER}))
