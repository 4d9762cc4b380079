"""Compiles the catalogues of `locale/` from .po to .mo, which git does not keep."""

from __future__ import annotations

import io
import os
from pathlib import Path

LOCALE_FOLDER = Path(__file__).resolve().parents[2] / "locale"


def compile_catalogues(folder: Path = LOCALE_FOLDER) -> list[Path]:
    """Compiles every catalogue whose .mo is absent or other than its .po says; returns the files written.

    Each .mo is replaced whole, so that a running server never reads half a file.
    """
    written = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns > source.stat().st_mtime_ns:
            continue
        content = _compiled(source)
        fresh = target.with_name(f".{target.name}.{os.getpid()}")
        fresh.write_bytes(content)
        fresh.replace(target)
        written.append(target)
    return written


def _compiled(source: Path) -> bytes:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as stream:
        catalogue = read_po(stream, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    return compiled.getvalue()
