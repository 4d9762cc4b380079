"""What the settings say about files: where they lie, how large they may be, who examines them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sosei.core.records.attachments.antivirus import Scanner, scanner_at
from sosei.core.records.attachments.rules import Limits
from sosei.core.records.attachments.types import Kind

MEGABYTE = 1_000_000
LIMITS = {
    "bytes_per_day": 300 * MEGABYTE,
    "files_per_form": 10,
    "pixels": 60_000_000,
    "long_side": 2560,
    "preview_side": 480,
    "reserve": 500 * MEGABYTE,
}
"""Of a site that says nothing else in `ATTACHMENT_LIMITS`; see `rules.Limits` for each."""


def _needed(name: str) -> Any:
    if not hasattr(settings, name):
        raise ImproperlyConfigured(
            f"設定 {name} がありません。対処: settings.py に書いてください。\n"
            f"The setting {name} is missing. Remedy: write it in settings.py."
        )
    return getattr(settings, name)


def limits() -> Limits:
    """The limits of this site.

    Raises:
        ImproperlyConfigured: `UPLOAD_LIMIT` is missing, or `ATTACHMENT_LIMITS` has a key nobody knows.
    """
    changed: dict[str, int] = getattr(settings, "ATTACHMENT_LIMITS", {})
    unknown = changed.keys() - LIMITS.keys()
    if unknown:
        raise ImproperlyConfigured(
            f"ATTACHMENT_LIMITS に知らない項目 {sorted(unknown)} があります。"
            f"対処: {sorted(LIMITS)} のどれかにしてください。\n"
            f"ATTACHMENT_LIMITS has unknown keys {sorted(unknown)}. Remedy: use any of {sorted(LIMITS)}."
        )
    largest = int(_needed("UPLOAD_LIMIT"))
    return Limits(bytes_by_kind=dict.fromkeys(Kind, largest), **(LIMITS | changed))


def files_folder() -> Path:
    """The folder of all files, outside of anything a web server shows.

    Raises:
        ImproperlyConfigured: `FILES_FOLDER` is missing.
    """
    return Path(_needed("FILES_FOLDER"))


def has_scanner() -> bool:
    """Whether the site has set up a scanner.

    Raises:
        ImproperlyConfigured: `ANTIVIRUS` is missing.
    """
    return bool(_needed("ANTIVIRUS"))


def scanner() -> Scanner:
    """The scanner set up in `ANTIVIRUS`.

    Raises:
        ImproperlyConfigured: `ANTIVIRUS` is missing or no address.
    """
    address = str(_needed("ANTIVIRUS") or "")
    try:
        return scanner_at(address)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"ANTIVIRUS「{address}」を読めません。対処: ホスト:ポート、またはソケットのパスを書いてください。\n"
            f"ANTIVIRUS: {error}. Remedy: write host:port or the path of a socket."
        ) from error


def sent_by_server() -> str:
    """How a web server in front sends the file itself: "" (it does not), "x-accel-redirect" or "x-sendfile".

    Raises:
        ImproperlyConfigured: `FILES_SENT_BY` is none of these.
    """
    chosen = str(getattr(settings, "FILES_SENT_BY", ""))
    if chosen not in ("", "x-accel-redirect", "x-sendfile"):
        raise ImproperlyConfigured(
            f"FILES_SENT_BY「{chosen}」は使えません。対処: x-accel-redirect か x-sendfile、または空にしてください。\n"
            f"FILES_SENT_BY is {chosen!r}. Remedy: use x-accel-redirect, x-sendfile, or leave it empty."
        )
    return chosen
