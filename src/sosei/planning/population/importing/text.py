"""Bytes to text: which encoding, and a refusal with its remedy for what is no table of text.

Read: UTF-8 with and without BOM, CP932 (Shift_JIS as Windows writes it), UTF-16 little and big endian with and
without BOM, each also gzipped. Only the head is read before the file is known to be text in a known format, so
that a large file of noise is refused at once.
"""

from __future__ import annotations

import codecs
import contextlib
import gzip
import hashlib
import io
import zlib
from dataclasses import dataclass
from pathlib import Path

from sosei.planning.population.importing.findings import WHOLE_FILE, ImportRefusedError, Place

HEAD = 64 * 1024
LIMIT = 200 * 1024 * 1024
"""Largest file, in bytes after unpacking; the whole nation by sex and age takes about 8 MB a census."""

_BOMS = {
    codecs.BOM_UTF8: "utf-8-bom",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


def _kind(found: str, found_en: str, remedy: str, remedy_en: str) -> dict[str, object]:
    return {"found": found, "found_en": found_en, "remedy": remedy, "remedy_en": remedy_en}


_AS_CSV = ("CSV として書き出したファイルを指定してください。", "Give the file exported as CSV.")
_FROM_EXCEL = (
    "Excel で開き「CSV UTF-8」として保存してください。",
    'Open it in Excel and save it as "CSV UTF-8".',
)
_ZIP = _kind(
    "ZIP ファイル",
    "a ZIP archive",
    "展開し、中の CSV を指定してください。",
    "Unpack it and give the CSV inside.",
)
_EXCEL = _kind("Excel ブック（.xlsx）", "an Excel workbook (.xlsx)", *_FROM_EXCEL)
_PAGE = _kind(
    "ウェブページまたは XML",
    "a web page or XML",
    "ページではなく、データのファイルそのものをダウンロードしてください。",
    "Download the data file itself, not the page that links to it.",
)
_SIGNATURES = {
    b"PK\x03\x04": _ZIP,
    b"PK\x05\x06": _ZIP,
    b"7z\xbc\xaf": _kind("圧縮ファイル", "an archive", "展開してください。", "Unpack it."),
    b"\xd0\xcf\x11\xe0": _kind(
        "古い形式の Excel ブック（.xls）", "an old Excel workbook (.xls)", *_FROM_EXCEL
    ),
    b"%PDF": _kind("PDF", "a PDF", *_AS_CSV),
    b"\x89PNG": _kind("画像", "an image", *_AS_CSV),
    b"\xff\xd8\xff": _kind("画像", "an image", *_AS_CSV),
}


@dataclass(frozen=True)
class Source:
    """A file found to be text.

    Attributes:
        path: where it is.
        encoding: the name a report gives it: utf-8, utf-8-bom, cp932, utf-16-le, utf-16-be.
        head: the text of its first 64 KiB, up to the last whole line.
        gzipped: whether it is packed.
    """

    path: Path
    encoding: str
    head: str
    gzipped: bool

    @property
    def codec(self) -> str:
        """Python's name of the encoding."""
        return "utf-8-sig" if self.encoding == "utf-8-bom" else self.encoding


def open_source(path: Path, *, limit: int = LIMIT) -> Source:
    """Look at a file's head: is it text, and in which encoding?

    Raises:
        ImportRefusedError: not there, empty, too large, packed, binary, noise, or an encoding that is not read.
    """
    if not path.is_file():
        raise ImportRefusedError.because(path.name, "not_found", path=path)
    size = path.stat().st_size
    if size > limit:
        raise _too_large(path, size, limit)
    with path.open("rb") as stream:
        gzipped = stream.read(2) == b"\x1f\x8b"
    head = _read(path, gzipped=gzipped, size=HEAD)
    if not head.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise ImportRefusedError.because(path.name, "empty")
    _refuse_binary(path, head)
    encoding = _encoding(path, head, whole=len(head) < HEAD)
    return Source(path, encoding, _decode_head(head, encoding, whole=len(head) < HEAD), gzipped)


def read_text(source: Source, *, limit: int = LIMIT) -> tuple[str, str]:
    """The whole text without BOM, and its encoding (known for sure only now, when the head was plain ASCII).

    Raises:
        ImportRefusedError: too large when unpacked, or a byte further down that the encoding does not have.
    """
    data = _read(source.path, gzipped=source.gzipped, size=limit + 1)
    if len(data) > limit:
        raise _too_large(source.path, len(data), limit)
    text, encoding = _decode(source, data)
    if "\ufffd" in text:
        raise ImportRefusedError.because(source.path.name, "damaged_text")
    nul = text.find("\x00")
    if nul >= 0:
        raise ImportRefusedError.because(
            source.path.name, "noise", Place(text.count("\n", 0, nul) + 1), byte=0
        )
    return text.removeprefix("\ufeff"), encoding


def _decode(source: Source, data: bytes) -> tuple[str, str]:
    try:
        return data.decode(source.codec), source.encoding
    except UnicodeDecodeError as error:
        if source.encoding == "utf-8" and not _was_utf8(data, error):
            with contextlib.suppress(UnicodeDecodeError):
                return data.decode("cp932"), "cp932"
        raise _wrong_encoding(source.path, data, error) from None


def sha256_of(path: Path) -> str:
    """Fingerprint of the file as it lies there."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _read(path: Path, *, gzipped: bool, size: int) -> bytes:
    try:
        with _opened(path, gzipped=gzipped) as stream:
            return stream.read(size)
    except (OSError, EOFError, zlib.error) as error:
        if not gzipped:
            raise
        raise ImportRefusedError.because(
            path.name,
            "binary",
            found=f"壊れた gzip ファイル（{error}）",
            found_en=f"a damaged gzip file ({error})",
            remedy="もう一度取得してください。",
            remedy_en="Fetch it again.",
        ) from None


def _opened(path: Path, *, gzipped: bool) -> io.BufferedIOBase:
    return gzip.GzipFile(path, "rb") if gzipped else path.open("rb")


def _refuse_binary(path: Path, head: bytes) -> None:
    for signature, found in _SIGNATURES.items():
        if head.startswith(signature):
            if found is _ZIP and (b"[Content_Types].xml" in head or b"xl/" in head):
                found = _EXCEL
            raise ImportRefusedError.because(path.name, "binary", WHOLE_FILE, **found)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise ImportRefusedError.because(path.name, "binary", WHOLE_FILE, **_PAGE)


def _encoding(path: Path, head: bytes, *, whole: bool) -> str:
    for bom, encoding in _BOMS.items():
        if head.startswith(bom):
            return encoding
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 10 * even and odd > len(head) // 50:
        return "utf-16-le"
    if even > 10 * odd and even > len(head) // 50:
        return "utf-16-be"
    _refuse_noise(path, head)
    if b"\x1b$" in head:
        raise _named_encoding(path, 0x1B, "ISO-2022-JP")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=whole)
    except UnicodeDecodeError as error:
        return _other_than_utf8(path, head, error, whole=whole)
    return "utf-8"


def _other_than_utf8(path: Path, head: bytes, error: UnicodeDecodeError, *, whole: bool) -> str:
    """CP932, unless the bytes were UTF-8 as far as they go, or are EUC-JP (which passes as half-width kana)."""
    if _was_utf8(head, error):
        raise _wrong_encoding(path, head, error)
    euc = _decodes(head, "euc_jp", whole=whole)
    text = _decodes(head, "cp932", whole=whole)
    if text is not None:
        high = [character for character in text if not character.isascii()]
        half_kana = sum("\uff61" <= character <= "\uff9f" for character in high)
        if euc is None or half_kana * 3 <= len(high):
            return "cp932"
    if euc is not None:
        raise _named_encoding(path, head[error.start], "EUC-JP")
    raise _wrong_encoding(path, head, error)


def _was_utf8(data: bytes, error: UnicodeDecodeError) -> bool:
    """Whether several characters before the error are UTF-8; text in another encoding does not begin so."""
    before = data[: error.start].decode("utf-8")
    return sum(not character.isascii() for character in before) >= 3


def _decodes(head: bytes, encoding: str, *, whole: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head, final=whole)
    except UnicodeDecodeError:
        return None


def _decode_head(head: bytes, encoding: str, *, whole: bool) -> str:
    codec = "utf-8-sig" if encoding == "utf-8-bom" else encoding
    text = codecs.getincrementaldecoder(codec)(errors="replace").decode(head, final=whole)
    text = text.removeprefix("\ufeff")
    return text if whole or "\n" not in text else text[: text.rfind("\n") + 1]


def _refuse_noise(path: Path, head: bytes) -> None:
    for position, byte in enumerate(head):
        if byte < 0x20 and byte not in b"\t\n\r\x0c\x1b\x1a":
            raise ImportRefusedError.because(
                path.name, "noise", Place(head.count(b"\n", 0, position) + 1), byte=byte
            )


def _wrong_encoding(path: Path, data: bytes, error: UnicodeDecodeError) -> ImportRefusedError:
    return ImportRefusedError.because(
        path.name,
        "wrong_encoding",
        Place(data.count(b"\n", 0, error.start) + 1),
        byte=data[error.start],
        guess="UTF-8・CP932・UTF-16 のどれでもありません",
        guess_en="neither UTF-8, CP932 nor UTF-16",
    )


def _named_encoding(path: Path, byte: int, name: str) -> ImportRefusedError:
    return ImportRefusedError.because(
        path.name,
        "wrong_encoding",
        Place(1),
        byte=byte,
        guess=f"{name} と思われます",
        guess_en=f"it looks like {name}",
    )


def _too_large(path: Path, size: int, limit: int) -> ImportRefusedError:
    megabyte = 1024 * 1024
    return ImportRefusedError.because(
        path.name, "too_large", size_mb=-(-size // megabyte), limit_mb=limit // megabyte
    )
