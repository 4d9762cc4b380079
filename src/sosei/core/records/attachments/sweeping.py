"""The sweep: files that no row names are removed once they are old, rows whose file is missing are reported."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from sosei.core.people import tenancy
from sosei.core.records.attachments import rules, storage
from sosei.core.records.models import Attachment

logger = logging.getLogger(__name__)
OLD = timedelta(days=1)
"""No sending takes so long: an older draft or file without a row belongs to one that was cut off."""
BATCH = 500


@dataclass(frozen=True)
class Sweep:
    """What a sweep did.

    Attributes:
        drafts: drafts removed.
        orphans: kept files removed, because no row names them.
        left: orphans not removed, because they were too many to be believed.
        missing: uids of rows whose file, or preview, is not there.
    """

    drafts: int
    orphans: int
    left: int
    missing: tuple[str, ...]


def sweep_files(*, now: datetime | None = None) -> Sweep:
    """Tidies the files folder; what a sending under way has written is left alone."""
    before = (now or timezone.now()) - OLD
    with tenancy.unguarded():
        removed_drafts = _remove(path for path in storage.drafts() if _is_old(path, before))
        total, orphans = _orphans(before)
        left = 0
        if rules.check_sweep(len(orphans), total):
            removed = _remove(orphans)
        else:
            removed, left = 0, len(orphans)
            logger.error(
                "%d of %d files belong to no row; none was removed. Is this the database these files belong to?",
                left,
                total,
            )
        missing = tuple(_missing())
    for uid in missing:
        logger.error("the file of attachment %s is missing; restore it from a backup", uid)
    return Sweep(removed_drafts, removed, left, missing)


def _is_old(path: Path, before: datetime) -> bool:
    try:
        state = path.stat()
    except FileNotFoundError:
        return False
    # A renaming, which is how a draft becomes a kept file, sets the time of change alone.
    return max(state.st_mtime, state.st_ctime) < before.timestamp()


def _orphans(before: datetime) -> tuple[int, list[Path]]:
    total = 0
    orphans: list[Path] = []
    for part in _in_parts(storage.kept_files()):
        total += len(part)
        names = {name for name, _path in part}
        known = set(
            Attachment.objects.with_file().filter(stored_name__in=names).values_list("stored_name", flat=True)
        )
        orphans += [path for name, path in part if name not in known and _is_old(path, before)]
    return total, orphans


def _in_parts(files: Iterator[tuple[str, Path]]) -> Iterator[list[tuple[str, Path]]]:
    part: list[tuple[str, Path]] = []
    for each in files:
        part.append(each)
        if len(part) == BATCH:
            yield part
            part = []
    if part:
        yield part


def _remove(paths: Iterable[Path]) -> int:
    removed = 0
    for path in paths:
        path.unlink(missing_ok=True)
        removed += 1
    return removed


def _missing() -> Iterator[str]:
    rows = Attachment.objects.with_file().order_by("pk").only("pk", "uid", "stored_name", "kind")
    for row in rows.iterator(BATCH):
        # Asked again: it may have been removed since the list was read.
        if not _is_whole(row) and Attachment.objects.with_file().filter(pk=row.pk).exists():
            yield str(row.uid)


def _is_whole(row: Attachment) -> bool:
    endings = ("", storage.PREVIEW_ENDING) if row.has_preview else ("",)
    return all(storage.path_of(row.stored_name, ending).is_file() for ending in endings)
