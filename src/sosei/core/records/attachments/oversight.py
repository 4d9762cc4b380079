"""What the operator of an installation needs to know of its files: counts and sizes, never whose or which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, Sum

from sosei.core.people import tenancy
from sosei.core.records.attachments import config, storage
from sosei.core.records.attachments.antivirus import NO_SCANNER
from sosei.core.records.models import Attachment


@dataclass(frozen=True)
class FilesState:
    """How the files of an installation stand.

    Attributes:
        has_scanner: whether a virus scanner is set up.
        kept: files that are kept; `stored` their bytes, without previews.
        unexamined: of these, those that came in while no scanner was set up.
        waiting: those the scanner could not be asked about yet, the oldest since `waiting_since`.
        refused: files in which something was found.
        free: bytes free on the disk; below `reserve` no file is taken.
    """

    has_scanner: bool
    kept: int
    stored: int
    unexamined: int
    waiting: int
    waiting_since: datetime | None
    refused: int
    free: int
    reserve: int

    @property
    def is_full(self) -> bool:
        """Whether files are turned away for want of room."""
        return self.free < self.reserve


def files_state() -> FilesState:
    """Counts over all municipalities, in one query."""
    is_kept = Q(removed_at__isnull=True) & ~Q(state=Attachment.State.REFUSED)
    is_waiting = Q(removed_at__isnull=True, state=Attachment.State.QUARANTINED)
    with tenancy.unguarded():
        counts = Attachment.objects.aggregate(
            kept=Count("pk", filter=is_kept),
            stored=Sum("bytes", filter=is_kept, default=0),
            unexamined=Count("pk", filter=is_kept & Q(scanner=NO_SCANNER)),
            waiting=Count("pk", filter=is_waiting),
            waiting_since=Min("created_at", filter=is_waiting),
            refused=Count("pk", filter=Q(state=Attachment.State.REFUSED)),
        )
    return FilesState(
        has_scanner=config.has_scanner(),
        free=storage.free_bytes(),
        reserve=config.limits().reserve,
        **counts,
    )
