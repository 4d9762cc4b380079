"""Reasons that the program itself gives, as for charges and refunds: kept in Japanese, read by everybody in his language.

They stand in books and in what a person is given of his data, so what is kept is the sentence and no code of it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from django.utils.translation import override

_declared: list[Any] = []


def declare_reasons(*texts: Any) -> None:
    """Lazy texts, perhaps with placeholders (`%(number)s`), that services give as reasons."""
    _declared.extend(texts)
    _known.cache_clear()


def in_japanese(text: Any, **filled: str) -> str:
    """A declared reason as it is kept."""
    with override("ja"):
        return str(text) % filled if filled else str(text)


def reason_words(kept: str) -> str:
    """A kept reason in the language of the reader; what somebody wrote is given as it was written."""
    for pattern, text in _known():
        found = pattern.fullmatch(kept)
        if found:
            return str(text) % found.groupdict() if found.groupdict() else str(text)
    return kept


@cache
def _known() -> tuple[tuple[re.Pattern[str], Any], ...]:
    return tuple((re.compile(_pattern(in_japanese(text))), text) for text in _declared)


def _pattern(text: str) -> str:
    return re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+)", re.escape(text))
