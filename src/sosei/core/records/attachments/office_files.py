"""Looks inside zip files: which Office file it is, and whether it carries macros, links outside or a bomb."""

from __future__ import annotations

import copy
import re
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from xml.parsers import expat

from sosei.core.records.attachments.rules import Reason, RefusedFileError
from sosei.core.records.attachments.types import DOCX, ODS, ODT, PPTX, XLSX, FileType

MOST_ENTRIES = 5000
MOST_UNPACKED = 300 * 1024 * 1024
"""Bytes an Office file may have when unpacked: three times what spreadsheet programs open with ease."""
LARGEST_XML_READ = 4 * 1024 * 1024
CHUNK = 1024 * 1024
ENCRYPTED = 0x1
_MACRO_PART = re.compile(r"(vbaproject\.bin|vbadata\.xml|/macrosheets/|/activex/|\.class$)", re.IGNORECASE)
_ODF_MACRO_FOLDERS = ("basic/", "scripts/")
_OUTSIDE = ("attachedtemplate", "oleobject", "frame", "subdocument", "externallinkpath", "package")
_OPEN_DOCUMENTS = {each.media_type: each for each in (ODS, ODT)}
_OPEN_XML = {each.main_part: each for each in (XLSX, DOCX, PPTX)}


def look_inside(path: Path, name: str) -> FileType | None:
    """The Office type of the zip file at `path`; None for a zip file that is none of ours.

    Raises:
        RefusedFileError: the file is damaged, locked, a bomb, or carries macros or links that fetch from outside.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_entries(archive, name, path.stat().st_size)
            _check_true_size(archive, name)
            return _open_document(archive, name) or _open_xml(archive, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError) as error:
        raise RefusedFileError(Reason.DAMAGED, name=name) from error


def _check_entries(archive: zipfile.ZipFile, name: str, size: int) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES or sum(each.file_size for each in entries) > MOST_UNPACKED:
        raise RefusedFileError(Reason.ZIP_BOMB, name=name)
    # Entries that share their bytes are how a small file claims to be endless.
    if sum(each.compress_size for each in entries) > size:
        raise RefusedFileError(Reason.ZIP_BOMB, name=name)
    if any(each.flag_bits & ENCRYPTED for each in entries):
        raise RefusedFileError(Reason.LOCKED, name=name)
    names = [each.filename for each in entries]
    if len({each.casefold() for each in names}) != len(names) or any(_escapes(each) for each in names):
        raise RefusedFileError(Reason.DAMAGED, name=name)
    if any(_MACRO_PART.search(f"/{each}") for each in names):
        raise RefusedFileError(Reason.MACROS, name=name)


def _escapes(entry: str) -> bool:
    return entry.startswith("/") or "\\" in entry or ":" in entry or ".." in PurePosixPath(entry).parts


def _check_true_size(archive: zipfile.ZipFile, name: str) -> None:
    """Unpacks everything and counts, for a bomb lies about its sizes."""
    left = MOST_UNPACKED
    for entry in archive.infolist():
        honest = copy.copy(entry)
        # zipfile stops at the size an entry claims; told a larger one it goes on, past what is allowed.
        honest.file_size = left + 2 * CHUNK
        with archive.open(honest) as unpacked:
            while chunk := unpacked.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise RefusedFileError(Reason.ZIP_BOMB, name=name)


def _open_document(archive: zipfile.ZipFile, name: str) -> FileType | None:
    names = archive.namelist()
    if "mimetype" not in names:
        return None
    found = _OPEN_DOCUMENTS.get(_read(archive, "mimetype", name).decode("ascii", "replace").strip())
    if found is None:
        return None
    if any(each.lower().startswith(_ODF_MACRO_FOLDERS) for each in names):
        raise RefusedFileError(Reason.MACROS, name=name)
    if "META-INF/manifest.xml" in names and b"encryption-data" in _read(
        archive, "META-INF/manifest.xml", name
    ):
        raise RefusedFileError(Reason.LOCKED, name=name)
    return found


def _open_xml(archive: zipfile.ZipFile, name: str) -> FileType | None:
    names = archive.namelist()
    if "[Content_Types].xml" not in names:
        return None
    declared = {
        each["ContentType"]
        for each in _attributes(archive, "[Content_Types].xml", name)
        if "ContentType" in each
    }
    if any("macroenabled" in each.lower() or "vbaproject" in each.lower() for each in declared):
        raise RefusedFileError(Reason.MACROS, name=name)
    found = [each for part, each in _OPEN_XML.items() if part in declared]
    if len(found) != 1:
        return None
    for each in names:
        if each.lower().endswith(".rels"):
            _check_links(archive, each, name)
    return found[0]


def _check_links(archive: zipfile.ZipFile, part: str, name: str) -> None:
    """No relation that a program follows by itself when the file is opened; links to click are left."""
    for each in _attributes(archive, part, name):
        kind = each.get("Type", "").rsplit("/", 1)[-1].lower()
        if each.get("TargetMode", "").lower() == "external" and kind in _OUTSIDE:
            raise RefusedFileError(Reason.OUTSIDE_LINK, name=name)


def _attributes(archive: zipfile.ZipFile, part: str, name: str) -> list[dict[str, str]]:
    """The attributes of every element of an XML part; a part with a document type, and so with entities, is refused."""
    found: list[dict[str, str]] = []

    def refuse_document_type(*declared: object) -> None:
        raise RefusedFileError(Reason.DAMAGED, name=name)

    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, attributes: found.append(attributes)
    parser.StartDoctypeDeclHandler = refuse_document_type
    try:
        parser.Parse(_read(archive, part, name), True)
    except (expat.ExpatError, ValueError) as error:
        raise RefusedFileError(Reason.DAMAGED, name=name) from error
    return found


def _read(archive: zipfile.ZipFile, part: str, name: str) -> bytes:
    if archive.getinfo(part).file_size > LARGEST_XML_READ:
        raise RefusedFileError(Reason.DAMAGED, name=name)
    return archive.read(part)
