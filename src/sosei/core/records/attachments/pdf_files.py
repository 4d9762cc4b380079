"""Looks through a PDF for what acts by itself: scripts, programs to start, forms with scripts, a second file."""

from __future__ import annotations

import re
import zipfile
import zlib
from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from sosei.core.records.attachments.rules import Reason, RefusedFileError

MOST_UNPACKED = 200 * 1024 * 1024
MOST_STREAMS = 100_000
"""More than any document of the size we take; a file made to keep us busy has more."""
LONGEST_DICTIONARY = 4096
_HEX_IN_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_ACTS = re.compile(rb"/(?:JavaScript|Launch|RichMedia|XFA|ImportData|SubmitForm)(?![A-Za-z0-9_.-])")
_LOCKED = re.compile(rb"/Encrypt(?![A-Za-z0-9_.-])")
_OBJECT_STREAM = re.compile(rb"/ObjStm(?![A-Za-z0-9_.-])")
_STREAM = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r)")
_STREAM_END = re.compile(rb"endstream")
_FILTER = re.compile(rb"/Filter\s*(\[[^\]]*\]|/[A-Za-z0-9]+|[0-9]+\s+[0-9]+\s+R)")
_PARAMETERS = re.compile(rb"/(?:DecodeParms|DP|F|FFilter)(?![A-Za-z0-9_.-])")


def check_pdf(path: Path, name: str) -> None:
    """Goes through the objects of a PDF, packed ones included.

    Raises:
        RefusedFileError: the PDF is locked, damaged, or holds something that acts by itself.
    """
    content = path.read_bytes()
    if b"%%EOF" not in content[-2048:]:
        raise RefusedFileError(Reason.DAMAGED, name=name)
    if zipfile.is_zipfile(path):
        raise RefusedFileError(Reason.TWO_FILES_IN_ONE, name=name)
    plain = _plain_names(content)
    if _LOCKED.search(plain):
        raise RefusedFileError(Reason.LOCKED, name=name)
    _check_objects(plain, name)
    left = MOST_UNPACKED
    for packed, dictionary in _packed_objects(content, name):
        unpacked = _unpack(packed, dictionary, left, name)
        left -= len(unpacked)
        _check_objects(_plain_names(unpacked), name)


def _plain_names(content: bytes) -> bytes:
    """The content with every #41 turned into A, as readers do in names."""
    return _HEX_IN_NAME.sub(lambda match: bytes([int(match[1], 16)]), content)


def _check_objects(objects: bytes, name: str) -> None:
    found = _ACTS.search(objects)
    if found:
        raise RefusedFileError(Reason.PDF_SCRIPT, name=name, what=found[0].decode("ascii"))


def _packed_objects(content: bytes, name: str) -> Iterator[tuple[bytes, bytes]]:
    """The bytes of each object stream, with its dictionary."""
    begins = list(islice(_STREAM.finditer(content), MOST_STREAMS + 1))
    if len(begins) > MOST_STREAMS:
        raise RefusedFileError(Reason.DAMAGED, name=name)
    ends = [end.start() for end in _STREAM_END.finditer(content)]
    for begin in begins:
        before = content[max(0, begin.start() - LONGEST_DICTIONARY) : begin.start()]
        dictionary = _plain_names(before[before.rfind(b"obj") + 3 :])
        if _OBJECT_STREAM.search(dictionary):
            following = bisect_left(ends, begin.end())
            yield content[begin.end() : ends[following] if following < len(ends) else begin.end()], dictionary


def _unpack(packed: bytes, dictionary: bytes, left: int, name: str) -> bytes:
    given = _FILTER.search(dictionary)
    if given is None:
        # Not packed at all: it has been looked through with the rest.
        return b""
    if given[1].strip(b"[] \t\r\n") not in (b"/FlateDecode", b"/Fl") or _PARAMETERS.search(dictionary):
        raise RefusedFileError(Reason.PDF_SCRIPT, name=name, what="/ObjStm")
    opened = zlib.decompressobj()
    try:
        unpacked = opened.decompress(packed, left + 1)
    except zlib.error as error:
        raise RefusedFileError(Reason.DAMAGED, name=name) from error
    if len(unpacked) > left:
        raise RefusedFileError(Reason.ZIP_BOMB, name=name)
    if not opened.eof:
        # It goes on behind a false end, where we have not looked.
        raise RefusedFileError(Reason.DAMAGED, name=name)
    return unpacked
