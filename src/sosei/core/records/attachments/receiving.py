"""From a file of a request to one that may be kept: examined, drawn anew, scanned; nothing is stored yet."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sosei.core.records.attachments import rules
from sosei.core.records.attachments.antivirus import ScannerUnavailableError, Verdict
from sosei.core.records.attachments.config import limits, scanner
from sosei.core.records.attachments.images import draw_anew
from sosei.core.records.attachments.rules import RefusedFileError
from sosei.core.records.attachments.sniffing import sniff
from sosei.core.records.attachments.storage import Draft, check_free_space
from sosei.core.records.attachments.types import RECEIVED, FileType, Kind
from sosei.core.records.attachments.uploads import ReceivedFile

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Prepared:
    """A file that may be kept. Its drafts are removed when it is dropped.

    Attributes:
        sent: bytes as they came, which count for the day.
        verdict: of the scanner; None where the scanner could not be asked.
    """

    name: str
    file_type: FileType
    sent: int
    draft: Draft
    preview: Draft | None
    width: int | None
    height: int | None
    verdict: Verdict | None


def prepare(file: Any, *, allowed: Sequence[FileType] = RECEIVED) -> Prepared:
    """Examines an uploaded file as a whole and makes ready what will be kept of it.

    Args:
        file: of `request.FILES`; of our upload handler, or any other that has a name and chunks.
        allowed: the types that this form takes.

    Raises:
        RefusedFileError: the file is not taken; nothing of it is left.
    """
    name = rules.clean_name(file.name or "")
    received = _draft_of(file, name)
    limit = limits()
    found = sniff(received.path, name, allowed=tuple(allowed))
    refusal = rules.check_size(name, received.size, limit.bytes_by_kind[found.kind])
    if refusal:
        raise RefusedFileError.of(refusal)
    if found.kind is not Kind.IMAGE:
        return Prepared(name, found, received.size, received, None, None, None, examine(received.path))
    picture = draw_anew(received.path, name, found, limit)
    drawn = Draft.of(name, picture.content)
    preview = Draft.of(name, picture.preview)
    sent = received.size
    received.discard()
    verdict = examine(drawn.path)
    return Prepared(name, found, sent, drawn, preview, picture.width, picture.height, verdict)


def _draft_of(file: Any, name: str) -> Draft:
    if isinstance(file, ReceivedFile):
        if file.refusal:
            raise RefusedFileError.of(file.refusal)
        draft = file.take_draft()
        if draft is None:
            raise ValueError(f"{name} was taken already")
        return draft
    refusal = rules.check_size(name, file.size, limits().largest_file)
    if refusal:
        raise RefusedFileError.of(refusal)
    check_free_space(name, file.size)
    draft = Draft(name)
    for chunk in file.chunks():
        draft.write(chunk)
    return draft


def examine(path: Any) -> Verdict | None:
    """The scanner's verdict; None, and a line in the log, where it could not be asked."""
    try:
        return scanner().scan(path)
    except ScannerUnavailableError as error:
        logger.warning("no verdict of the virus scanner: %s", error)
        return None
