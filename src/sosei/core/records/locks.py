"""The only row locks of this room: who sends a message."""

from __future__ import annotations

from typing import Any

from sosei.core.records.models import Message


def lock_due_message(message_id: int, now: Any) -> Message | None:
    """The message, if it waits to be sent and nobody else holds it; locked until the transaction ends."""
    return (
        Message.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk=message_id, state=Message.State.WAITING, next_try_at__lte=now)
        .select_related("recipient", "municipality")
        .first()
    )


def lock_abandoned_message(message_id: int, now: Any) -> Message | None:
    """The message, if its sender should have been done by now; locked until the transaction ends."""
    return (
        Message.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk=message_id, state=Message.State.SENDING, claimed_until__lt=now)
        .first()
    )


def lock_claimed_message(message_id: int, claim: Any) -> Message | None:
    """The message, if the claim still stands; locked until the transaction ends."""
    return Message.objects.select_for_update(of=("self",)).filter(pk=message_id, claim=claim).first()


def lock_message(message_id: int) -> Message:
    """The message; locked until the transaction ends."""
    return Message.objects.select_for_update(of=("self",)).get(pk=message_id)
