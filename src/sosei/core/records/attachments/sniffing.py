"""Says what a file is by its content, whatever it is called, and refuses what hides something."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import filetype  # type: ignore[import-untyped]

from sosei.core.records.attachments import rules
from sosei.core.records.attachments.office_files import look_inside
from sosei.core.records.attachments.pdf_files import check_pdf
from sosei.core.records.attachments.rules import Reason, RefusedFileError
from sosei.core.records.attachments.types import (
    CSV,
    HEIC,
    JPEG,
    PDF,
    PNG,
    RECEIVED,
    TXT,
    WEBP,
    FileType,
)

HEAD = 8192
ZIP = b"PK\x03\x04"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Office files before 2007, and newer ones with a password."""
_IMAGES = {each.media_type: each for each in (JPEG, PNG, WEBP, HEIC)}
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_MARKUP = re.compile(
    r"<\s*(?:!doctype|html|head|body|script|svg|iframe|object|embed|link|meta|style|img|\?xml|\?php)"
    r"|^\s*#!|^\s*\{\\rtf|^\s*%!PS|^\s*MIME-Version:|^\s*From - ",
    re.IGNORECASE,
)
MARKUP_WITHIN = 8192
"""Letters at the beginning of a text in which markup is looked for; browsers that guess look at 1,445 bytes."""


def sniff(path: Path, name: str, *, allowed: tuple[FileType, ...] = RECEIVED) -> FileType:
    """The type of the file at `path`, proved by its content, and agreeing with the ending of `name`.

    Raises:
        RefusedFileError: the content is of no type we take, disagrees with the name, or hides something.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise RefusedFileError(Reason.EMPTY, name=name)
    found = _by_signature(path, head, name)
    if found is None:
        found = _text(path, head, name)
    if found in (TXT, CSV):
        found = CSV if rules.ending_of(name) in CSV.extensions else TXT
    if found is HEIC and HEIC not in allowed:
        raise RefusedFileError(Reason.HEIC, name=name)
    refusal = rules.check_ending(name, found, allowed)
    if refusal:
        raise RefusedFileError.of(refusal)
    if found is PDF:
        check_pdf(path, name)
    return found


def _by_signature(path: Path, head: bytes, name: str) -> FileType | None:
    """The type a file declares by its first bytes; None where it may be text."""
    if head.startswith(b"%PDF-"):
        return PDF
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return HEIC
    if head.startswith(ZIP):
        found = look_inside(path, name)
        if found is None:
            raise _not_received(name, "ZIP")
        return found
    if head.startswith(COMPOUND):
        raise RefusedFileError(Reason.OLD_OFFICE, name=name, ending=rules.ending_of(name) or "―")
    guessed = filetype.guess(head)
    return _IMAGES.get(guessed.mime) if guessed else None


def _text(path: Path, head: bytes, name: str) -> FileType:
    """Plain text in UTF-8, UTF-16 or CP932."""
    text = decoded(path.read_bytes())
    if text is None:
        guessed = filetype.guess(head)
        if guessed is None and rules.ending_of(name) in (*TXT.extensions, *CSV.extensions):
            raise RefusedFileError(Reason.NOT_TEXT, name=name)
        raise _not_received(name, guessed.extension.upper() if guessed else "")
    if _MARKUP.search(text[:MARKUP_WITHIN]):
        raise RefusedFileError(Reason.WEB_PAGE, name=name)
    return TXT


def _not_received(name: str, found: str) -> RefusedFileError:
    """What it was recognised as, where that is known at all."""
    return RefusedFileError(
        Reason.UNKNOWN_CONTENT,
        name=name,
        ending=rules.ending_of(name) or "―",
        found=found or "―",
        allowed=rules.labels(RECEIVED),
    )


def decoded(content: bytes) -> str | None:
    """The text, if the bytes are text in UTF-8, UTF-16 with its mark, or CP932; None if they are not."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text if is_readable(text) else None
    return None


# Old Japanese programs end their files with 0x1A.
_CONTROLS_IN_TEXT = frozenset("\t\n\r\f\x1a")


def is_readable(text: str) -> bool:
    """Whether a text holds letters and line ends alone: no controls, no marks from outside the encoding."""
    strange = set(text) - _CONTROLS_IN_TEXT
    return not any(unicodedata.category(letter) in {"Cc", "Cs", "Cn"} for letter in strange)
