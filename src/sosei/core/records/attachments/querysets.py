"""Reads of attachments: one's own, those of what one may see, those of the towns one serves."""

from __future__ import annotations

import datetime
from typing import Any, Self

from django.contrib.contenttypes.models import ContentType
from django.db import connections, models
from django.db.models import Q

from sosei.core.people import roles
from sosei.core.people.standing import standing_of
from sosei.core.records.attachments.subjects import registered_subjects

SEES_TOWN = roles.READS_WHOLE_TOWN | roles.SERVES_PEOPLE
"""Roles that see the attachments of their town: those who serve its people, and those who oversee it."""


class AttachmentQuerySet(models.QuerySet[Any]):
    """Reads of attachments."""

    def visible_to(self, user: Any) -> Self:
        """One's own, those of the towns one serves or oversees, and those bound to something one may see."""
        seen = Q(pk__in=())
        standing = standing_of(user)
        if standing.person is not None:
            seen = Q(owner=standing.person) | Q(municipality__in=standing.towns_as(SEES_TOWN))
        for subject in registered_subjects():
            kind = ContentType.objects.get_for_model(subject.model)
            things = subject.visible_to(user).order_by().values("pk")
            seen |= Q(about_type=kind, about_id__in=things)
        return self.filter(seen)

    def of(self, owner: Any) -> Self:
        """Those of one person."""
        return self.filter(owner=owner)

    def about(self, thing: models.Model) -> Self:
        """Those bound to one object."""
        return self.filter(about_type=ContentType.objects.get_for_model(thing), about_id=thing.pk)

    def with_file(self) -> Self:
        """Those whose bytes are kept."""
        return self.filter(removed_at__isnull=True).exclude(state="refused")

    def waiting(self) -> Self:
        """Those that the scanner has not seen yet."""
        return self.filter(state="quarantined", removed_at__isnull=True)


class SentInADayQuerySet(models.QuerySet[Any]):
    """Reads of what persons sent, and the one write that refuses too much."""

    def visible_to(self, user: Any) -> Self:
        """One's own."""
        return self.filter(owner=standing_of(user).person) if standing_of(user).person else self.none()

    def add(self, *, owner: Any, day: datetime.date, size: int, limit: int) -> bool:
        """Adds `size` bytes to the day unless that passes `limit`; the database decides, whoever comes at once."""
        if size > limit:
            return False
        with connections[self.db].cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO records_sentinaday AS held (owner_id, day, bytes) VALUES (%s, %s, %s)
                ON CONFLICT (owner_id, day) DO UPDATE SET bytes = held.bytes + EXCLUDED.bytes
                WHERE held.bytes + EXCLUDED.bytes <= %s
                """,
                [owner.pk, day, size, limit],
            )
            return bool(cursor.rowcount)

    def sent(self, *, owner: Any, day: datetime.date) -> int:
        """Bytes sent by `owner` on that day."""
        return int(self.filter(owner=owner, day=day).values_list("bytes", flat=True).first() or 0)
