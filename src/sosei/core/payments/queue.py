"""Leaves this room's tasks in the queue within the transaction under way, in pages and in the worker alike."""

from __future__ import annotations

import datetime
from typing import Any

from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

ASK = "payments.ask_gateway"
CANCEL = "payments.cancel_at_gateway"
REFUND = "payments.send_refund"
DELIVER = "payments.deliver_embedded_notices"
_manager = JobManager(DjangoConnector())


def leave(name: str, *, at: datetime.datetime | None = None, **arguments: Any) -> None:
    """The worker does this once the transaction under way is complete, and not before `at`."""
    options: dict[str, Any] = {"schedule_at": at} if at is not None else {}
    configure_task(name=name, job_manager=_manager, priority=5, **options).defer(**arguments)
