"""Where files lie: drafts and kept files in one folder of one file system, so that keeping a draft is a renaming.

`incoming/` holds drafts; a kept file lies in `ab/cd/<name>`, its preview beside it. A name is random and says
nothing. Whatever stops the program leaves a draft or a file that no row names; `sweep` takes both away.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import weakref
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from sosei.core.records.attachments import rules
from sosei.core.records.attachments.config import files_folder, limits
from sosei.core.records.attachments.rules import Reason, RefusedFileError

INCOMING = "incoming"
PREVIEW_ENDING = ".preview"
STORED_NAME = re.compile(r"[0-9a-f]{32}")
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""The disk is full, this user's share of it is, or a file may not grow further."""
CHUNK = 1024 * 1024


def refused_if_full(error: OSError, name: str) -> OSError | RefusedFileError:
    """The refusal that names the file, if `error` says that there is no room; else `error` itself."""
    return RefusedFileError(Reason.NO_SPACE, name=name) if error.errno in FULL else error


def free_bytes() -> int:
    """Bytes that may still be written where files lie."""
    folder = _made(files_folder())
    state = os.statvfs(folder)
    return state.f_bavail * state.f_frsize


def check_free_space(name: str, size: int) -> None:
    """Asks before anything is written.

    Raises:
        RefusedFileError: `size` bytes more would take from the disk's reserve.
    """
    refusal = rules.check_space(name, size, free_bytes(), limits().reserve)
    if refusal:
        raise RefusedFileError.of(refusal)


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Draft:
    """A file being written. It is removed when nobody holds it any more, unless it was kept.

    Attributes:
        name: what its sender calls it, for messages.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        try:
            self.path = _made(files_folder() / INCOMING) / secrets.token_hex(16)
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise refused_if_full(error, name) from error
        self._file = os.fdopen(handle, "wb", buffering=0)
        self._hash = hashlib.sha256()
        self.size = 0
        self._removal = weakref.finalize(self, _remove_draft, self.path)

    def write(self, content: bytes) -> None:
        """Appends; all or nothing.

        Raises:
            RefusedFileError: there is no room; the draft is gone.
        """
        left = memoryview(content)
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            self.discard()
            raise refused_if_full(error, self.name) from error
        self._hash.update(content)
        self.size += len(content)

    @classmethod
    def of(cls, name: str, content: bytes) -> Self:
        """A draft with this content.

        Raises:
            RefusedFileError: there is no room.
        """
        draft = cls(name)
        draft.write(content)
        return draft

    @property
    def sha256(self) -> str:
        """Of what was written."""
        return self._hash.hexdigest()

    def keep(self, stored_name: str, ending: str = "") -> None:
        """Writes through to the disk and moves to its place, which survives a loss of power.

        Raises:
            RefusedFileError: there is no room; neither draft nor file is left.
        """
        target = path_of(stored_name, ending)
        try:
            os.fsync(self._file.fileno())
            self._file.close()
            _made(target.parent.parent)
            _made(target.parent)
            self.path.rename(target)
            for folder in (target.parent, target.parent.parent, files_folder()):
                _sync_folder(folder)
        except OSError as error:
            self.discard()
            target.unlink(missing_ok=True)
            raise refused_if_full(error, self.name) from error
        self._removal.detach()

    def discard(self) -> None:
        """Removes it now."""
        with suppress(OSError):
            self._file.close()
        self._removal()


def _remove_draft(path: Path) -> None:
    path.unlink(missing_ok=True)


def new_stored_name() -> str:
    """A name that nobody can guess."""
    return secrets.token_hex(16)


def path_of(stored_name: str, ending: str = "") -> Path:
    """Where a kept file lies.

    Raises:
        ValueError: not a name made by `new_stored_name`.
    """
    if not STORED_NAME.fullmatch(stored_name):
        raise ValueError(f"{stored_name!r} is not the name of a stored file")
    return files_folder() / stored_name[:2] / stored_name[2:4] / (stored_name + ending)


def remove_file(stored_name: str) -> None:
    """Removes a kept file and its preview; what is gone already is no error."""
    for ending in ("", PREVIEW_ENDING):
        path_of(stored_name, ending).unlink(missing_ok=True)


def kept_files() -> Iterator[tuple[str, Path]]:
    """The stored name and path of every kept file and preview."""
    for path in files_folder().glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
        yield path.name.removesuffix(PREVIEW_ENDING), path


def drafts() -> Iterator[Path]:
    """Every draft, those of sendings under way included."""
    yield from (files_folder() / INCOMING).glob("*")
