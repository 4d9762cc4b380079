"""Sosei's own folder, `SOSEI_HOME`: embedded database, secret key, built assets, collected static files."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def read_or_make_secret_key(home: Path, given: str) -> str:
    """Returns the key given, else the key kept in `home`, made once and readable by its owner only.

    Raises:
        OSError: the folder can be neither read nor written.
    """
    if given:
        return given
    kept = home / "secret-key"
    if not kept.exists():
        home.mkdir(parents=True, exist_ok=True)
        fresh = home / f".secret-key.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50), encoding="ascii")
        try:
            # A link, unlike a rename, leaves the key of a process that was quicker in place.
            kept.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return kept.read_text(encoding="ascii").strip()
