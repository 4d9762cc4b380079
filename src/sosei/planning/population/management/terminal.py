"""What the room's commands share: the reader's language, and progress of long work on the terminal."""

from __future__ import annotations

import getpass
import os
import time
from collections.abc import Mapping
from typing import Any

NO_TABLES = (
    "データベースに表がありません。対処: sosei migrate を実行してください。\n"
    "The database has no tables. Remedy: run sosei migrate."
)
QUIET_SECONDS = 1.0
"""Work shorter than this shows no progress; longer work shows it so often."""


def reader_language(option: str | None, environment: Mapping[str, str] | None = None) -> str:
    """ "en" if asked for, by --language or by the locale of the terminal; else "ja"."""
    if option:
        return option
    given = os.environ if environment is None else environment
    locale = given.get("LC_ALL") or given.get("LC_MESSAGES") or given.get("LANG") or ""
    return "en" if locale.lower().startswith("en") else "ja"


def operator_name() -> str:
    """Who runs the command, as the machine knows them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"uid {os.getuid()}"


class ProgressLine:
    """Progress on a stream: one line that is overwritten on a terminal, a line a second elsewhere."""

    def __init__(self, stream: Any, stages: Mapping[str, str]) -> None:
        self._stream = stream
        self._stages = stages
        self._shown = time.monotonic()
        self._terminal = bool(getattr(stream, "isatty", lambda: False)())
        self._open = False

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show a stage's progress, unless one was shown within the last second."""
        now = time.monotonic()
        if now - self._shown < QUIET_SECONDS:
            return
        self._shown = now
        share = min(100, 100 * done // total) if total else 100
        text = f"{self._stages.get(stage, stage)} {share}% ({done:,} / {total:,})"
        self._stream.write(f"\r{text}  " if self._terminal else text, ending="" if self._terminal else "\n")
        self._open = self._terminal

    def close(self) -> None:
        """End the overwritten line."""
        if self._open:
            self._stream.write("")
            self._open = False
