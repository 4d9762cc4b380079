"""Texts on their way into a table and back: what a file cannot hold, and what a spreadsheet would take for a formula."""

from __future__ import annotations

import re

from sosei.core.records.csv_file import FORMULA_STARTS

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")


def writable(text: str) -> str:
    """A text without characters that no table holds, with line breaks of one kind and no gaps around."""
    return _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def is_like_formula(text: str) -> bool:
    """Whether a spreadsheet might take it for a formula, apostrophes before it left aside."""
    return text.lstrip("'").startswith(FORMULA_STARTS)


def guarded(text: str) -> str:
    """A text that a spreadsheet keeps as text when it opens CSV."""
    return f"'{text}" if is_like_formula(text) else text


def unguarded(text: str) -> str:
    """A text as it was before `guarded`."""
    return text[1:] if text.startswith("'") and is_like_formula(text) else text
