"""Leaves tasks in the queue within the transaction under way, in pages and in the worker alike.

The worker runs with a connector of its own, whose tasks would be visible before the transaction that leaves them ends.
"""

from __future__ import annotations

from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

DELIVER = "records.deliver"
_manager = JobManager(DjangoConnector())


def leave_delivery(message_id: int, *, urgent: bool = False) -> None:
    """The worker sends this message as soon as the transaction under way is complete."""
    configure_task(name=DELIVER, job_manager=_manager, priority=10 if urgent else 0).defer(
        message_id=message_id
    )
