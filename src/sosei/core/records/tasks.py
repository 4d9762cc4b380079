"""Background work of records, done by `sosei worker`."""

from __future__ import annotations

from procrastinate.contrib.django import app

from sosei.core.records import delivery
from sosei.core.records.attachments import tasks as attachment_tasks  # noqa: F401 - the worker looks here alone
from sosei.core.records.queue import DELIVER


@app.task(name=DELIVER)
def deliver(message_id: int) -> str | None:
    """Send one message; run twice, it sends once."""
    return delivery.deliver(message_id)


@app.periodic(cron="* * * * *")
@app.task(name="records.deliver_due", queueing_lock="records.deliver_due")
def deliver_due(timestamp: int) -> dict[str, int]:
    """Send every message whose time has come, and take up those a dead worker left; counts by outcome."""
    return delivery.deliver_due()
