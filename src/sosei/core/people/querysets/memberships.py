"""Reads of roles and invitations."""

from __future__ import annotations

import datetime
from functools import reduce
from operator import or_
from typing import Any, Self

from django.db import models
from django.db.models import Q

from sosei.core.design import civil_day
from sosei.core.people import roles
from sosei.core.people.roles import Scope
from sosei.core.people.standing import standing_of

NOTHING = Q(pk__in=())


def in_scopes(scopes: tuple[Scope, ...]) -> Q:
    """Rows with a role and a municipality that lie in one of the scopes."""
    conditions = (
        Q(role__in=sorted(scope.roles))
        if scope.municipality is None
        else Q(role__in=sorted(scope.roles), municipality=scope.municipality)
        for scope in scopes
    )
    return reduce(or_, conditions, NOTHING)


class MembershipQuerySet(models.QuerySet[Any]):
    """Reads of roles."""

    def visible_to(self, user: object) -> Self:
        """One's own roles, and those one's own role works with, ended ones included."""
        standing = standing_of(user)
        if standing.person is None:
            return self.none()
        return self.filter(Q(person=standing.person) | in_scopes(standing.member_scopes()))

    def held(self) -> Self:
        """Roles that have not ended."""
        return self.filter(ended_at__isnull=True)

    def within(self, scopes: tuple[Scope, ...]) -> Self:
        """Roles in one of the scopes."""
        return self.filter(in_scopes(scopes))

    def dormant_since(self, day: datetime.date) -> Self:
        """Staff roles held and not used since before `day` (those never used count from their granting)."""
        return self.held().filter(
            Q(last_used_on__lt=day) | Q(last_used_on__isnull=True, granted_at__lt=civil_day.start_of(day)),
            role__in=sorted(roles.STAFF),
        )


class InvitationQuerySet(models.QuerySet[Any]):
    """Reads of invitations."""

    def visible_to(self, user: object) -> Self:
        """Those to the roles one's own role works with."""
        return self.filter(in_scopes(standing_of(user).member_scopes()))

    def open_at(self, moment: datetime.datetime) -> Self:
        """Neither accepted nor withdrawn nor expired."""
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=moment)
