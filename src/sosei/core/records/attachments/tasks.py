"""Background work of attachments, done by `sosei worker`; every task may be run twice."""

from __future__ import annotations

import logging

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from sosei.core.records.attachments import services, sweeping
from sosei.core.records.attachments.antivirus import ScannerUnavailableError
from sosei.core.records.attachments.queue import EXAMINE
from sosei.core.records.models import Attachment

logger = logging.getLogger(__name__)
FIRST_WAIT = 30
LONGEST_WAIT = 3600


class AskAgainLater(BaseRetryStrategy):
    """After half a minute, then twice as long each time up to an hour, for as long as the scanner does not answer."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to ask again; never for anything but a scanner that is not there."""
        if not isinstance(exception, ScannerUnavailableError):
            return None
        return RetryDecision(retry_in={"seconds": min(FIRST_WAIT * 2 ** min(job.attempts, 20), LONGEST_WAIT)})


@app.task(name=EXAMINE, retry=AskAgainLater())
def examine_attachment(attachment_id: int) -> str:
    """Ask the scanner about one file in quarantine; what became of it, for the worker's log."""
    found = services.examine_attachment(attachment=Attachment.objects.get(pk=attachment_id))
    return str(found.state)


@app.periodic(cron="23 3 * * *")
@app.task(name="records.sweep_files", queueing_lock="records.sweep_files")
def sweep_files(timestamp: int) -> dict[str, int]:
    """Remove what sendings that were cut off left behind, and report files that are missing; counts of each."""
    done = sweeping.sweep_files()
    return {
        "drafts": done.drafts,
        "orphans": done.orphans,
        "left": done.left,
        "missing": len(done.missing),
    }
