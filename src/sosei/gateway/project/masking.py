"""Takes what may point at a person or open a door out of texts that leave the program: logs and traces.

A safety net, not the rule: code does not log persons in the first place (tests/frame/test_logs.py looks).
"""

from __future__ import annotations

import re
from collections.abc import Callable

_DASH = "[-‐‑−ー－]"
_BETWEEN = "[-‐‑−ー－ ()（）]"
_BEFORE, _AFTER = r"(?<![0-9A-Za-z.\-])", r"(?![0-9A-Za-z])"


def _phone(found: re.Match[str]) -> str:
    # Ten digits or eleven, with the country's number one or two more: neither a code nor a key of a row.
    digits = sum(character.isdigit() for character in found.group())
    return "[phone]" if digits in ((11, 12) if found.group()[0] in "+＋" else (10, 11)) else found.group()


_PATTERNS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    # Account and password in an address such as postgresql://user:password@host.
    (re.compile(r"://[^\s/@]+@"), "://[secret]@"),
    (re.compile(r"[\w.+%-]+[@＠][\w-]+(?:\.[\w-]+)+"), "[mail]"),
    # What PostgreSQL repeats of a row it refuses.
    (
        re.compile(r"(Key \([^)]*\)=)\(.*?\)(?= (?:already|is|conflicts|does)|\.?$)", re.M | re.S),
        r"\1([value])",
    ),
    (re.compile(r"(conflicts with existing key \([^)]*\)=)\(.*\)"), r"\1([value])"),
    (re.compile(r"(Failing row contains )\(.*\)", re.S), r"\1([row])"),
    (re.compile(r"(?i)\b((?:pass(?:word|wd)?|token|secret|api[_-]?key)\s*[=:]\s*)\S+"), r"\1[secret]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), r"\1 [secret]"),
    # Before postcodes, whose form is part of a number's.
    (
        re.compile(
            rf"{_BEFORE}(?:[+＋]81{_DASH}?|[0０])\d{{1,4}}{_BETWEEN}?\d{{1,4}}{_BETWEEN}?\d{{3,4}}{_AFTER}"
        ),
        _phone,
    ),
    (re.compile(rf"{_BEFORE}〒?\s?\d{{3}}{_DASH}\d{{4}}(?!{_DASH}){_AFTER}|〒\s?\d{{7}}"), "[postcode]"),
    (re.compile(rf"{_BEFORE}\d{{4}}[ -]?\d{{4}}[ -]?\d{{4}}{_AFTER}"), "[number]"),
)


def mask(text: str) -> str:
    """The text without e-mail addresses, telephone numbers, postcodes, individual numbers, passwords and row values."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text
