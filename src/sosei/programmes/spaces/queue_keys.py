"""Leaves the work of keys and calendars in the queue, within the transaction under way."""

from __future__ import annotations

from typing import Any

from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

SETTLE = "spaces.settle_keys"
FILL = "spaces.fill_lock"
SYNC = "spaces.sync_lock"
READ = "spaces.read_calendar"
_manager = JobManager(DjangoConnector())


def leave(name: str, **arguments: Any) -> None:
    """The worker does this once the transaction under way is complete."""
    configure_task(name=name, job_manager=_manager, priority=5).defer(**arguments)
