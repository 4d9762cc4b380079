"""Roles and what follows from holding them, in plain Python: no Django, no database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

PLANNER = "planner"
KPI_OWNER = "kpi_owner"
PROGRAMME_STAFF = "programme_staff"
REVIEWER = "reviewer"
MAYORS_OFFICE = "mayors_office"
EMPLOYER = "employer"
SPACE_HOST = "space_host"
CITIZEN = "citizen"
AUDITOR = "auditor"
OPERATOR = "operator"

ALL = (
    PLANNER,
    KPI_OWNER,
    PROGRAMME_STAFF,
    REVIEWER,
    MAYORS_OFFICE,
    EMPLOYER,
    SPACE_HOST,
    CITIZEN,
    AUDITOR,
    OPERATOR,
)
STAFF = frozenset({PLANNER, KPI_OWNER, PROGRAMME_STAFF, MAYORS_OFFICE, AUDITOR, OPERATOR})
"""Roles of a municipality's own people: by invitation only, with a second factor, lost when unused."""
TOWN_STAFF = STAFF - {OPERATOR}
INVITED = STAFF | {REVIEWER}
"""Roles nobody takes for himself."""
CIVIL = frozenset({EMPLOYER, SPACE_HOST, CITIZEN})
"""Roles of the people of the town."""
OF_AN_ORGANISATION = frozenset({KPI_OWNER, EMPLOYER})
"""Roles that are held in an organisation, never without one."""
NEVER_WITHOUT = frozenset({PLANNER, OPERATOR})
"""Roles whose last holder may not go: nobody could invite another."""
READS_WHOLE_TOWN = frozenset({MAYORS_OFFICE, AUDITOR})
SERVES_PEOPLE = frozenset({PROGRAMME_STAFF})
"""Roles that work with the people of the town and may act for them."""

GRANTS: dict[str, frozenset[str]] = {
    PLANNER: frozenset({PLANNER, KPI_OWNER, PROGRAMME_STAFF, REVIEWER, MAYORS_OFFICE}),
    PROGRAMME_STAFF: CIVIL,
    OPERATOR: frozenset({OPERATOR, PLANNER, AUDITOR}),
}
"""Which roles a holder of a role may give and end. An auditor is never appointed by those he audits."""

SEES_MEMBERS: dict[str, frozenset[str]] = {
    PLANNER: INVITED,
    PROGRAMME_STAFF: CIVIL,
    MAYORS_OFFICE: frozenset(ALL),
    AUDITOR: frozenset(ALL),
    OPERATOR: STAFF,
}
"""Holders of which roles a holder of a role sees: an operator everywhere, all others in their own town."""
SEES_PERSONAL_DATA = frozenset({PROGRAMME_STAFF, MAYORS_OFFICE, AUDITOR})
"""Roles whose work needs addresses, consents and the like of those they see."""


@dataclass(frozen=True)
class Scope:
    """Holders of `roles` in `municipality`, or in every municipality where it is None."""

    roles: frozenset[str]
    municipality: int | None = None

    def covers(self, role: str, municipality: int | None) -> bool:
        """Whether a role held in that municipality lies in this scope."""
        return role in self.roles and self.municipality in (None, municipality)


@dataclass(frozen=True)
class Held:
    """A role that a person holds now.

    Attributes:
        municipality: the municipality's key; None for an operator.
        organisation: the organisation's key, or None.
    """

    role: str
    municipality: int | None = None
    organisation: int | None = None


@dataclass(frozen=True)
class Standing:
    """Who is asking: the person's key and the roles that count at this moment.

    Attributes:
        person: the person's key; None for somebody who is not signed in.
        held: every role that counts now.
        waiting: staff roles that do not count yet, because no second factor is set up.
    """

    person: int | None = None
    held: tuple[Held, ...] = ()
    waiting: tuple[Held, ...] = ()

    def towns_as(self, roles: Iterable[str]) -> frozenset[int]:
        """Keys of the municipalities in which one of these roles is held."""
        wanted = frozenset(roles)
        return frozenset(h.municipality for h in self.held if h.role in wanted and h.municipality is not None)

    def organisations_as(self, roles: Iterable[str] = ALL) -> frozenset[int]:
        """Keys of the organisations in which one of these roles is held."""
        wanted = frozenset(roles)
        return frozenset(h.organisation for h in self.held if h.role in wanted and h.organisation is not None)

    def holds(self, role: str, municipality: int | None = None) -> bool:
        """Whether the role is held in that municipality (or at all, where none is named)."""
        return any(
            h.role == role and (municipality is None or h.municipality == municipality) for h in self.held
        )

    @property
    def is_operator(self) -> bool:
        """Whether the person runs the installation."""
        return self.holds(OPERATOR)

    def member_scopes(self) -> tuple[Scope, ...]:
        """Whose roles, names and ways to be reached this person sees."""
        return tuple(Scope(SEES_MEMBERS[h.role], h.municipality) for h in self.held if h.role in SEES_MEMBERS)

    def personal_scopes(self) -> tuple[Scope, ...]:
        """Whose addresses, consents and other personal data this person sees."""
        return tuple(
            Scope(SEES_MEMBERS[h.role], h.municipality) for h in self.held if h.role in SEES_PERSONAL_DATA
        )

    def may_grant(self, role: str, municipality: int | None) -> bool:
        """Whether this person may give and end `role` in that municipality."""
        if self.is_operator and role in GRANTS[OPERATOR]:
            return True
        return municipality is not None and any(
            role in GRANTS.get(h.role, ()) for h in self.held if h.municipality == municipality
        )


def split_by_second_factor(
    held: Iterable[Held], *, secured: bool
) -> tuple[tuple[Held, ...], tuple[Held, ...]]:
    """Roles that count, and staff roles that wait until a second factor is set up."""
    counting: list[Held] = []
    waiting: list[Held] = []
    for one in held:
        (waiting if one.role in STAFF and not secured else counting).append(one)
    return tuple(counting), tuple(waiting)
