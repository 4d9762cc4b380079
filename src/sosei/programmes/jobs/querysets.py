"""Reads of seasonal work: what is public, what the two sides of a contract share, what only a person or the town sees."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from sosei.core.people import roles
from sosei.core.people.querysets.persons import holders
from sosei.core.people.standing import standing_of

SEES_DEALS = roles.SEES_PERSONAL_DATA
"""Roles of a town that see its workers, contracts and wages."""


def employers_of(user: object) -> frozenset[int]:
    """Keys of the employers for which `user` acts."""
    return standing_of(user).organisations_as({roles.EMPLOYER})


def towns_of(user: object) -> frozenset[int]:
    """Towns in which `user` sees workers, contracts and wages."""
    return standing_of(user).towns_as(SEES_DEALS)


def staff_towns_of(user: object) -> frozenset[int]:
    """Towns in whose administration `user` works."""
    return standing_of(user).towns_as(roles.TOWN_STAFF)


class PublicQuerySet(models.QuerySet[Any]):
    """Reads of what everybody may know."""

    def visible_to(self, user: object) -> Self:
        """Public."""
        return self.all()


class NobodysQuerySet(models.QuerySet[Any]):
    """Rows that only the program itself reads."""

    def visible_to(self, user: object) -> Self:
        """Nobody."""
        return self.none()


class EmployerQuerySet(models.QuerySet[Any]):
    """Reads of employers."""

    def visible_to(self, user: object) -> Self:
        """Approved ones for everybody; all for the town's staff and for those who act for them."""
        return self.filter(
            Q(state="approved") | Q(municipality__in=staff_towns_of(user)) | Q(pk__in=employers_of(user))
        )


class OfEmployerQuerySet(models.QuerySet[Any]):
    """Reads of what is an employer's own business."""

    def visible_to(self, user: object) -> Self:
        """For those who act for the employer, and the town's staff who see contracts."""
        return self.filter(Q(employer__in=employers_of(user)) | Q(municipality__in=towns_of(user)))


class PublicOfEmployerQuerySet(models.QuerySet[Any]):
    """Reads of places of approved employers."""

    def visible_to(self, user: object) -> Self:
        """As the employer itself."""
        return self.filter(
            Q(employer__state="approved")
            | Q(municipality__in=staff_towns_of(user))
            | Q(employer__in=employers_of(user))
        )


class PostingQuerySet(models.QuerySet[Any]):
    """Reads of postings."""

    def visible_to(self, user: object) -> Self:
        """Published ones for everybody, drafts for the employer and the town's staff."""
        return self.filter(
            Q(published_at__isnull=False)
            | Q(municipality__in=staff_towns_of(user))
            | Q(employer__in=employers_of(user))
        )

    def open(self) -> Self:
        """Published and not closed."""
        return self.filter(state="published")


class OfPostingQuerySet(models.QuerySet[Any]):
    """Reads of what belongs to a posting."""

    def visible_to(self, user: object) -> Self:
        """As the posting."""
        return self.filter(
            Q(posting__published_at__isnull=False)
            | Q(municipality__in=staff_towns_of(user))
            | Q(employer__in=employers_of(user))
        )


class QuestionQuerySet(models.QuerySet[Any]):
    """Reads of questions about postings."""

    def visible_to(self, user: object) -> Self:
        """Answered ones for everybody; others for who asked, the employer and the town's staff."""
        standing = standing_of(user)
        answered = Q(answered_at__isnull=False)
        if standing.person is None:
            return self.filter(answered)
        return self.filter(
            answered
            | Q(person=standing.person)
            | Q(employer__in=employers_of(user))
            | Q(municipality__in=towns_of(user))
        )


class OwnQuerySet(models.QuerySet[Any]):
    """Reads of what only the person sees."""

    def visible_to(self, user: object) -> Self:
        """One's own."""
        person = standing_of(user).person
        return self.none() if person is None else self.filter(person=person)


class OfPersonQuerySet(models.QuerySet[Any]):
    """Reads of what a person tells of himself."""

    def visible_to(self, user: object) -> Self:
        """One's own, and those of persons whom one's role serves."""
        standing = standing_of(user)
        if standing.person is None:
            return self.none()
        scopes = standing.personal_scopes()
        own = Q(person=standing.person)
        return self.filter(own | Q(person__in=holders(scopes)) if scopes else own)


class DealQuerySet(models.QuerySet[Any]):
    """Reads of what an employer and a worker share."""

    def visible_to(self, user: object) -> Self:
        """For the worker, those who act for the employer, and the town's staff who see contracts."""
        standing = standing_of(user)
        if standing.person is None:
            return self.none()
        return self.filter(
            Q(person=standing.person)
            | Q(employer__in=employers_of(user))
            | Q(municipality__in=towns_of(user))
        )


class PersonAndTownQuerySet(models.QuerySet[Any]):
    """Reads of what a person shares with the town alone."""

    def visible_to(self, user: object) -> Self:
        """For the person, and the town's staff who see contracts."""
        standing = standing_of(user)
        if standing.person is None:
            return self.none()
        return self.filter(Q(person=standing.person) | Q(municipality__in=towns_of(user)))


class AboutEmployerQuerySet(models.QuerySet[Any]):
    """Reads of what a person tells the town about an employer."""

    def visible_to(self, user: object) -> Self:
        """For the person, and the town's staff who see contracts and do not act for that employer."""
        standing = standing_of(user)
        if standing.person is None:
            return self.none()
        town = Q(municipality__in=towns_of(user)) & ~Q(about__in=employers_of(user))
        return self.filter(Q(person=standing.person) | town)


class ReviewQuerySet(models.QuerySet[Any]):
    """Reads of reviews."""

    def visible_to(self, user: object) -> Self:
        """One's own words at once; the other side's when shown; what workers said of an employer is then public."""
        standing = standing_of(user)
        shown = Q(shown_at__isnull=False, hidden_at__isnull=True)
        public = shown & Q(side="worker")
        if standing.person is None:
            return self.filter(public)
        worker, mine = Q(person=standing.person), Q(employer__in=employers_of(user))
        return self.filter(
            public
            | (worker & (Q(side="worker") | shown))
            | (mine & (Q(side="employer") | shown))
            | Q(municipality__in=towns_of(user))
        )

    def shown(self) -> Self:
        """Shown and not hidden, of both sides."""
        return self.filter(shown_at__isnull=False, hidden_at__isnull=True)

    def public(self) -> Self:
        """What everybody reads of an employer: what workers said, shown and not hidden."""
        return self.shown().filter(side="worker")


class SafetyNoticeQuerySet(models.QuerySet[Any]):
    """Reads of safety notices."""

    def visible_to(self, user: object) -> Self:
        """For those on site, those who act for the employer, and the town's staff who see contracts."""
        standing = standing_of(user)
        if standing.person is None:
            return self.none()
        on_site = self.model._meta.get_field("answers").related_model.objects.filter(person=standing.person)
        return self.filter(
            Q(pk__in=on_site.order_by().values("notice"))
            | Q(employer__in=employers_of(user))
            | Q(municipality__in=towns_of(user))
        )


class RoundQuerySet(models.QuerySet[Any]):
    """Reads of rounds."""

    def visible_to(self, user: object) -> Self:
        """Public: when they are, by which method, and the lottery's digest."""
        return self.all()


class OutcomeQuerySet(models.QuerySet[Any]):
    """Reads of the computations of a round."""

    def visible_to(self, user: object) -> Self:
        """Public when the round is published; before, for the town's staff who see contracts."""
        return self.filter(Q(round__state="published") | Q(municipality__in=towns_of(user)))


class ResultQuerySet(models.QuerySet[Any]):
    """Reads of what a round gave a person."""

    def visible_to(self, user: object) -> Self:
        """For the town's staff who see contracts; for the worker and the employer when the round is published."""
        standing = standing_of(user)
        if standing.person is None:
            return self.none()
        published = Q(run__round__state="published")
        return self.filter(
            (published & (Q(person=standing.person) | Q(employer__in=employers_of(user))))
            | Q(municipality__in=towns_of(user))
        )
