"""Leaves the examination of a file in the queue, within the transaction under way."""

from __future__ import annotations

from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

EXAMINE = "records.examine_attachment"
_manager = JobManager(DjangoConnector())


def leave_examination(key: int) -> None:
    """The worker asks the scanner about this file as soon as the transaction under way is complete."""
    configure_task(name=EXAMINE, job_manager=_manager).defer(attachment_id=key)
