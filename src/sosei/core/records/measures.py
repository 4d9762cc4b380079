"""Figures of the outbox for monitoring: how old the oldest message is that should have gone, how many nobody got."""

from __future__ import annotations

from django.db.models import Min
from django.utils import timezone

from sosei.core.records.models import Message


def oldest_due_seconds() -> float:
    """Since when the oldest message waits whose time has come; 0 where none does."""
    now = timezone.now()
    oldest = Message.objects.due(now).order_by().aggregate(oldest=Min("next_try_at"))["oldest"]
    return (now - oldest).total_seconds() if oldest else 0.0


def undelivered() -> int:
    """Messages given up, or handed over without an answer."""
    return Message.objects.undelivered().count()


MEASURES = [
    (
        "sosei_outbox_oldest_due_seconds",
        "Age of the oldest message that should have gone",
        oldest_due_seconds,
    ),
    ("sosei_outbox_undelivered", "Messages that reached nobody, or perhaps nobody", undelivered),
]
