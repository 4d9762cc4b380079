"""The table of file types that are received, and what each is called, in plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What sort of file it is; limits are set by kind."""

    IMAGE = "image"
    PDF = "pdf"
    TEXT = "text"
    OFFICE = "office"


@dataclass(frozen=True)
class FileType:
    """One type of file.

    Attributes:
        label: the name a person knows it by, the same in every language.
        extensions: endings a name may carry, the usual one first, lower case with the dot.
        main_part: for Office files, the content type of the main part in `[Content_Types].xml`.
    """

    label: str
    media_type: str
    kind: Kind
    extensions: tuple[str, ...]
    main_part: str = ""

    @property
    def short_label(self) -> str:
        """The ending alone, as it fits into a small square."""
        return self.extensions[0].removeprefix(".").upper()

    @property
    def shown_in_browser(self) -> bool:
        """Whether a browser may show it itself; all others are only ever saved."""
        return self.kind in (Kind.IMAGE, Kind.PDF)


_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"

JPEG = FileType("JPEG", "image/jpeg", Kind.IMAGE, (".jpg", ".jpeg"))
PNG = FileType("PNG", "image/png", Kind.IMAGE, (".png",))
WEBP = FileType("WebP", "image/webp", Kind.IMAGE, (".webp",))
HEIC = FileType("HEIC", "image/heic", Kind.IMAGE, (".heic", ".heif"))
PDF = FileType("PDF", "application/pdf", Kind.PDF, (".pdf",))
CSV = FileType("CSV", "text/csv", Kind.TEXT, (".csv",))
TXT = FileType("TXT", "text/plain", Kind.TEXT, (".txt",))
XLSX = FileType(
    "Excel (XLSX)",
    f"{_OPEN_XML}.spreadsheetml.sheet",
    Kind.OFFICE,
    (".xlsx",),
    f"{_OPEN_XML}.spreadsheetml.sheet.main+xml",
)
DOCX = FileType(
    "Word (DOCX)",
    f"{_OPEN_XML}.wordprocessingml.document",
    Kind.OFFICE,
    (".docx",),
    f"{_OPEN_XML}.wordprocessingml.document.main+xml",
)
PPTX = FileType(
    "PowerPoint (PPTX)",
    f"{_OPEN_XML}.presentationml.presentation",
    Kind.OFFICE,
    (".pptx",),
    f"{_OPEN_XML}.presentationml.presentation.main+xml",
)
ODS = FileType("ODS", f"{_OPEN_DOCUMENT}.spreadsheet", Kind.OFFICE, (".ods",))
ODT = FileType("ODT", f"{_OPEN_DOCUMENT}.text", Kind.OFFICE, (".odt",))

RECEIVED = (JPEG, PNG, WEBP, PDF, CSV, TXT, XLSX, DOCX, PPTX, ODS, ODT)
"""Every type that may be sent. HEIC is known, so that it can be refused by its name."""

MACRO_EXTENSIONS = frozenset(
    {".xlsm", ".xltm", ".xlam", ".docm", ".dotm", ".pptm", ".potm", ".ppsm", ".ppam"}
)
OLD_OFFICE_EXTENSIONS = frozenset({".xls", ".doc", ".ppt"})


def type_by_extension(extension: str, allowed: tuple[FileType, ...] = RECEIVED) -> FileType | None:
    """The type whose name ends in `extension` (lower case, with the dot)."""
    return next((each for each in allowed if extension in each.extensions), None)


def type_by_media_type(media_type: str) -> FileType:
    """The type stored under `media_type`.

    Raises:
        LookupError: no type of the table is called so.
    """
    for each in (*RECEIVED, HEIC):
        if each.media_type == media_type:
            return each
    raise LookupError(f"{media_type!r} is not in the table of file types")
