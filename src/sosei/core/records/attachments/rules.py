"""The rules a file must meet before it is kept, one a function: None, or the refusal with its values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath

from sosei.core.records.attachments.types import (
    MACRO_EXTENSIONS,
    OLD_OFFICE_EXTENSIONS,
    FileType,
    Kind,
    type_by_extension,
)

LONGEST_NAME = 120
"""Characters of a file name that are kept, ending included."""
LONGEST_NAME_BYTES = 240
"""Bytes of it in UTF-8: file systems of those who save the file stop at 255."""
UNNAMED = "file"
LONGEST_ENDING = 12


class Reason(StrEnum):
    """Why a file is refused; `messages.py` has the sentence of each."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY_FILES = "too_many_files"
    DAY_LIMIT = "day_limit"
    UNKNOWN_ENDING = "unknown_ending"
    UNKNOWN_CONTENT = "unknown_content"
    ENDING_DISAGREES = "ending_disagrees"
    NOT_HERE = "not_here"
    HEIC = "heic"
    OLD_OFFICE = "old_office"
    MACROS = "macros"
    OUTSIDE_LINK = "outside_link"
    ZIP_BOMB = "zip_bomb"
    LOCKED = "locked"
    DAMAGED = "damaged"
    PDF_SCRIPT = "pdf_script"
    WEB_PAGE = "web_page"
    TWO_FILES_IN_ONE = "two_files_in_one"
    NOT_TEXT = "not_text"
    TOO_MANY_PIXELS = "too_many_pixels"
    MOVING_PICTURE = "moving_picture"
    INFECTED = "infected"
    NO_SPACE = "no_space"


@dataclass(frozen=True)
class Refusal:
    """Why a file is not kept, with the values its sentence names."""

    reason: Reason
    values: Mapping[str, object] = field(default_factory=dict)


class RefusedFileError(Exception):
    """A file that is not kept; `refusal` says why."""

    def __init__(self, reason: Reason, **values: object) -> None:
        self.refusal = Refusal(reason, values)
        super().__init__(f"{reason}: {dict(values)}")

    @classmethod
    def of(cls, refusal: Refusal) -> RefusedFileError:
        """The error that carries `refusal`."""
        return cls(refusal.reason, **refusal.values)


@dataclass(frozen=True)
class Limits:
    """What a site allows; bytes are of the file as it was sent.

    Attributes:
        bytes_by_kind: largest file of each kind.
        bytes_per_day: what one person may send in one day of the place.
        files_per_form: files in one sending.
        pixels: width times height of a picture before it is decoded.
        long_side: pixels of the longer side of a picture as it is kept.
        preview_side: the same for its preview.
        reserve: bytes of the disk that files never take.
    """

    bytes_by_kind: Mapping[Kind, int]
    bytes_per_day: int
    files_per_form: int
    pixels: int
    long_side: int
    preview_side: int
    reserve: int

    @property
    def largest_file(self) -> int:
        """The most that any file may have."""
        return max(self.bytes_by_kind.values())


def check_size(name: str, size: int, limit: int) -> Refusal | None:
    """A file has something in it and is not larger than its kind may be."""
    if size == 0:
        return Refusal(Reason.EMPTY, {"name": name})
    if size > limit:
        return Refusal(Reason.TOO_LARGE, {"name": name, "size": size, "limit": limit})
    return None


def check_space(name: str, size: int, free: int, reserve: int) -> Refusal | None:
    """The disk keeps its reserve when the file has been written."""
    if free - size < reserve:
        return Refusal(Reason.NO_SPACE, {"name": name, "size": size})
    return None


def check_count(count: int, limit: int) -> Refusal | None:
    """Not too many files in one sending."""
    if count > limit:
        return Refusal(Reason.TOO_MANY_FILES, {"count": count, "limit": limit})
    return None


def check_ending(name: str, found: FileType, allowed: tuple[FileType, ...]) -> Refusal | None:
    """The ending of the name is one we take, and is the one that the content has."""
    ending = ending_of(name)
    values: dict[str, object] = {"name": name, "ending": ending or "―", "found": found.label}
    if ending in MACRO_EXTENSIONS:
        return Refusal(Reason.MACROS, values)
    declared = type_by_extension(ending)
    if declared is None:
        return Refusal(Reason.UNKNOWN_ENDING, values | {"allowed": labels(allowed)})
    if declared != found and not (declared.kind is Kind.TEXT and found.kind is Kind.TEXT):
        return Refusal(Reason.ENDING_DISAGREES, values)
    if found not in allowed:
        return Refusal(Reason.NOT_HERE, values | {"allowed": labels(allowed)})
    return None


def check_old_ending(name: str) -> Refusal | None:
    """The name does not end as Office files did before 2007."""
    ending = ending_of(name)
    if ending in OLD_OFFICE_EXTENSIONS:
        return Refusal(Reason.OLD_OFFICE, {"name": name, "ending": ending})
    return None


def labels(allowed: tuple[FileType, ...]) -> str:
    """The types as a person knows them, in one line."""
    return ", ".join(each.label for each in allowed)


def ending_of(name: str) -> str:
    """The ending of a file name in lower case with its dot; nothing where there is none."""
    return PurePosixPath(name.rstrip(". ")).suffix.lower()


_FORBIDDEN = re.compile(r'[<>:"|?*\\/]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def clean_name(given: str) -> str:
    """The name a file is shown and saved under: what the sender called it, without what could mislead or escape.

    Folders, control characters and marks that turn the direction of writing are taken away; signs that some
    systems forbid become `_`; a long name is cut before its ending. Never empty.
    """
    last = re.split(r"[\\/]", given)[-1]
    seen = "".join(letter for letter in unicodedata.normalize("NFC", last) if _may_be_seen(letter))
    name = " ".join(_FORBIDDEN.sub("_", seen).split()).strip(". ")
    if not name:
        return UNNAMED
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    return _shortened(name)


def _may_be_seen(letter: str) -> bool:
    """Letters, signs and spaces; no controls (Cc), formatting marks (Cf), lone surrogates (Cs) or line ends."""
    return unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _shortened(name: str) -> str:
    ending = PurePosixPath(name).suffix
    if len(ending) > LONGEST_ENDING:
        ending = ""
    stem = name.removesuffix(ending) if ending else name
    stem = stem[: LONGEST_NAME - len(ending)]
    while len((stem + ending).encode()) > LONGEST_NAME_BYTES:
        stem = stem[:-1]
    return (stem.rstrip(". ") or UNNAMED) + ending


FEW = 20


def check_sweep(orphans: int, total: int) -> bool:
    """Whether so many files without a row can be left over from sendings that were cut off.

    Where most files seem to belong to nobody, it is more likely that the database is the wrong one.
    """
    return orphans <= FEW or orphans * 2 <= total
