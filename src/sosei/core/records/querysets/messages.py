"""Reads of messages: a person's own notifications, and what could not be delivered."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from sosei.core.people.models import Person
from sosei.core.people.standing import standing_of
from sosei.core.records import rules
from sosei.core.records.querysets.entries import of_operators, read_by_staff


def _seen(user: Any, prefix: str = "") -> Q | None:
    standing = standing_of(user)
    if standing.person is None:
        return None
    # Codes and links open something: as long as they stand in a message it is the recipient's alone.
    harmless = Q(**{f"{prefix}is_secret": False}) | Q(**{f"{prefix}emptied_at__isnull": False})
    return Q(**{f"{prefix}recipient": standing.person}) | (read_by_staff(standing, prefix=prefix) & harmless)


class MessageQuerySet(models.QuerySet[Any]):
    """Reads of messages."""

    def visible_to(self, user: Any) -> Self:
        """Those to oneself; for staff, those of their towns that their roles read."""
        seen = _seen(user)
        return self.none() if seen is None else self.filter(seen)

    def notifications_of(self, person: Person) -> Self:
        """What stands in a person's list, newest first."""
        return self.filter(recipient=person, in_app=True).order_by("-pk")

    def unread(self) -> Self:
        """Notifications not read yet."""
        return self.filter(in_app=True, read_at__isnull=True)

    def undelivered(self) -> Self:
        """Given up, or handed over without an answer: somebody should look after these."""
        return self.filter(state__in=("failed", "unknown")).order_by("-pk")

    def of_operators(self) -> Self:
        """Messages of no municipality but those to citizens, and of how municipalities are administered."""
        return self.filter(of_operators())

    def to_citizens_of_no_town(self) -> Self:
        """Messages that only their recipients read; counted, never listed."""
        return self.filter(municipality__isnull=True, scope=rules.NEVER_OPERATORS)

    def due(self, now: datetime) -> Self:
        """Waiting, and their time has come."""
        return self.filter(state="waiting", next_try_at__lte=now).order_by("next_try_at", "pk")

    def abandoned(self, now: datetime) -> Self:
        """Being sent by a worker that should have been done by now."""
        return self.filter(state="sending", claimed_until__lt=now).order_by("pk")


class MessageAttemptQuerySet(models.QuerySet[Any]):
    """Reads of attempts."""

    def visible_to(self, user: Any) -> Self:
        """Those of the messages one sees."""
        seen = _seen(user, "message__")
        return self.none() if seen is None else self.filter(seen)


class PreferenceQuerySet(models.QuerySet[Any]):
    """Reads of preferences."""

    def visible_to(self, user: Any) -> Self:
        """One's own."""
        standing = standing_of(user)
        return self.none() if standing.person is None else self.filter(person=standing.person)


class DemonstrationMailQuerySet(models.QuerySet[Any]):
    """Reads of the demonstration's mailbox."""

    def visible_to(self, user: Any) -> Self:
        """In the demonstration everybody sees all; elsewhere nobody anything."""
        return self.all() if getattr(settings, "DEMONSTRATION", False) else self.none()
