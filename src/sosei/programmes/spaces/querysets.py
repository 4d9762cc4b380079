"""Reads of spaces: what is public, what guest and host share, what only a person, a host, a partner or the town sees."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from sosei.core.people import roles
from sosei.core.people.standing import standing_of

SEES_DEALS = roles.SEES_PERSONAL_DATA
"""Roles of a town that see its guests, bookings and payments."""


def hosts_of(user: object) -> frozenset[int]:
    """Keys of the hosts for which `user` acts."""
    return standing_of(user).organisations_as({roles.SPACE_HOST})


def partners_of(user: object) -> frozenset[int]:
    """Keys of the organisations for which `user` acts as a partner, in whatever role of the people of the town."""
    return standing_of(user).organisations_as(roles.CIVIL)


def towns_of(user: object) -> frozenset[int]:
    """Towns in which `user` sees guests, bookings and payments."""
    return standing_of(user).towns_as(SEES_DEALS)


def staff_towns_of(user: object) -> frozenset[int]:
    """Towns in whose administration `user` works."""
    return standing_of(user).towns_as(roles.TOWN_STAFF)


class PublicQuerySet(models.QuerySet[Any]):
    """Reads of what everybody may know."""

    def visible_to(self, user: object) -> Self:
        """Public."""
        return self.all()


class HostQuerySet(models.QuerySet[Any]):
    """Reads of hosts."""

    def visible_to(self, user: object) -> Self:
        """Approved ones for everybody; all for the town's staff and for those who act for them."""
        return self.filter(
            Q(state="approved") | Q(municipality__in=staff_towns_of(user)) | Q(pk__in=hosts_of(user))
        )

    def approved(self) -> Self:
        """Checked by the town's staff."""
        return self.filter(state="approved")


class BusinessQuerySet(models.QuerySet[Any]):
    """Reads of what is a host's own business."""

    def visible_to(self, user: object) -> Self:
        """For those who act for the host, and the town's staff who see bookings."""
        return self.filter(Q(host__in=hosts_of(user)) | Q(municipality__in=towns_of(user)))


class SpaceQuerySet(models.QuerySet[Any]):
    """Reads of spaces."""

    def visible_to(self, user: object) -> Self:
        """What is or was published for everybody, drafts for the host and the town's staff."""
        return self.filter(
            Q(published_at__isnull=False)
            | Q(municipality__in=staff_towns_of(user))
            | Q(host__in=hosts_of(user))
        )

    def published(self) -> Self:
        """What can be found and booked."""
        return self.filter(state="published")

    def smallest(self) -> Self:
        """Spaces without parts, for which is noted what is taken."""
        return self.filter(parts__isnull=True)


class OfSpaceQuerySet(models.QuerySet[Any]):
    """Reads of what belongs to a space."""

    def visible_to(self, user: object) -> Self:
        """As the space."""
        return self.filter(
            Q(space__published_at__isnull=False)
            | Q(municipality__in=staff_towns_of(user))
            | Q(host__in=hosts_of(user))
        )


class DealQuerySet(models.QuerySet[Any]):
    """Reads of what a guest and a host share."""

    def visible_to(self, user: object) -> Self:
        """For the guest, those who act for the host, and the town's staff who see bookings."""
        standing = standing_of(user)
        if standing.person is None:
            return self.none()
        return self.filter(
            Q(person=standing.person) | Q(host__in=hosts_of(user)) | Q(municipality__in=towns_of(user))
        )


class DoorCodeQuerySet(models.QuerySet[Any]):
    """Reads of codes that open doors."""

    def visible_to(self, user: object) -> Self:
        """For the guest, those who act for the host, and programme staff; who only looks on opens no doors."""
        standing = standing_of(user)
        if standing.person is None:
            return self.none()
        served = standing.towns_as({roles.PROGRAMME_STAFF})
        return self.filter(
            Q(person=standing.person) | Q(host__in=hosts_of(user)) | Q(municipality__in=served)
        )


class PersonAndTownQuerySet(models.QuerySet[Any]):
    """Reads of what a person shares with the town alone."""

    def visible_to(self, user: object) -> Self:
        """For the person, and the town's staff who see bookings."""
        standing = standing_of(user)
        if standing.person is None:
            return self.none()
        return self.filter(Q(person=standing.person) | Q(municipality__in=towns_of(user)))


class StaffQuerySet(models.QuerySet[Any]):
    """Reads of what helps the town to plan."""

    def visible_to(self, user: object) -> Self:
        """For the town's staff."""
        return self.filter(municipality__in=staff_towns_of(user))


class ReviewQuerySet(models.QuerySet[Any]):
    """Reads of reviews."""

    def visible_to(self, user: object) -> Self:
        """One's own words at once; the other side's when shown; what guests said of a space is then public."""
        standing = standing_of(user)
        shown = Q(shown_at__isnull=False, hidden_at__isnull=True)
        public = shown & Q(side="guest")
        if standing.person is None:
            return self.filter(public)
        guest, mine = Q(person=standing.person), Q(host__in=hosts_of(user))
        return self.filter(
            public
            | (guest & (Q(side="guest") | shown))
            | (mine & (Q(side="host") | shown))
            | Q(municipality__in=towns_of(user))
        )

    def public(self) -> Self:
        """What everybody reads of a space: what guests said, shown and not hidden."""
        return self.filter(shown_at__isnull=False, hidden_at__isnull=True, side="guest")


class WishQuerySet(models.QuerySet[Any]):
    """Reads of what people look for."""

    def visible_to(self, user: object) -> Self:
        """For the person, the town's staff who see bookings, and approved hosts of the town while it is open.

        Hosts see on what they answered.
        """
        standing = standing_of(user)
        if standing.person is None:
            return self.none()
        offers = self.model._meta.get_field("offers").related_model
        answered = offers.objects.filter(host__in=hosts_of(user)).order_by().values("wish")
        return self.filter(
            Q(person=standing.person)
            | Q(municipality__in=towns_of(user))
            | Q(
                Q(state="open", hidden_at__isnull=True) | Q(pk__in=answered),
                municipality__in=_towns_with(self.model, "space_hosts", hosts_of(user)),
            )
        )

    def open(self, now: Any) -> Self:
        """Those that hosts can still answer."""
        return self.filter(state="open", hidden_at__isnull=True, answer_until__gt=now)

    def unanswered(self) -> Self:
        """Those for which nobody has offered anything that stands."""
        offers = self.model._meta.get_field("offers").related_model
        return self.exclude(pk__in=offers.objects.filter(state="sent").order_by().values("wish"))


class IctNeedQuerySet(models.QuerySet[Any]):
    """Reads of what spaces need."""

    def visible_to(self, user: object) -> Self:
        """For those who act for the host, the town's staff who see bookings, and partners of the town."""
        return self.filter(
            Q(host__in=hosts_of(user))
            | Q(municipality__in=towns_of(user))
            | Q(municipality__in=_towns_with(self.model, "ict_partners", partners_of(user)))
        )


class IctQuerySet(models.QuerySet[Any]):
    """Reads of what a host and a partner share."""

    def visible_to(self, user: object) -> Self:
        """For those who act for the host or the partner, and the town's staff who see bookings."""
        return self.filter(
            Q(host__in=hosts_of(user)) | Q(partner__in=partners_of(user)) | Q(municipality__in=towns_of(user))
        )


def _towns_with(model: Any, relation: str, keys: frozenset[int]) -> Any:
    """Towns in which one of these is an approved host, or an admitted partner."""
    related = model._meta.get_field("municipality").related_model._meta.get_field(relation).related_model
    rows = related.objects.filter(pk__in=keys)
    rows = rows.filter(state="approved") if relation == "space_hosts" else rows.filter(ended_at__isnull=True)
    return rows.order_by().values("municipality")
