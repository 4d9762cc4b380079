"""Readings of difficult words, for pages that people who read little kanji use: the reading stands above the word.

Which word is read how stands in `reading_words.py`. Where one has several readings write `{% ruby "上手" "じょうず" %}`.
"""

from __future__ import annotations

import re

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from sosei.core.design.reading_words import STEMS, WORDS

_KANJI = "\u3005\u4e00-\u9fff"
_BESIDE_KANA = ("日", "人")
# Alone they are a weekday or a count, and read otherwise.
_SINGLE = sorted(word for word in WORDS if len(word) == 1 and word not in _BESIDE_KANA)
_LONG = sorted((word for word in WORDS if len(word) > 1), key=len, reverse=True)
_PATTERN = re.compile(
    "|".join(
        [
            *map(re.escape, _LONG),
            rf"(?<![{_KANJI}0-9０-９])(?:{'|'.join(_SINGLE)})(?![{_KANJI}])",
            rf"(?<=[ぁ-ん])(?:{'|'.join(_BESIDE_KANA)})(?![{_KANJI}])",
            rf"(?<![{_KANJI}0-9０-９])(?:{'|'.join(_BESIDE_KANA)})(?=[ぁ-ん])",
            rf"(?<![{_KANJI}0-9０-９])(?:{'|'.join(STEMS)})(?=[ぁ-ん])",
        ]
    )
)
_RUNS = re.compile(rf"([{_KANJI}]+)")
_RUBY = "<ruby>{}<rp>（</rp><rt>{}</rt><rp>）</rp></ruby>"
_TAG = re.compile(r"(<[^>]*>)")
_NAME = re.compile(r"</?([a-zA-Z0-9]+)")
# Where a reading may not stand, or stands already.
_LEFT_ALONE = frozenset({"ruby", "script", "style", "textarea", "option", "select", "title", "svg", "code"})


def with_reading(word: str, reading: str) -> SafeString:
    """A word with readings above its kanji alone: 申し込み, もうしこみ -> もう above 申 and こ above 込."""
    parts = [part for part in _RUNS.split(word) if part]
    shape = "".join("(.+?)" if _is_kanji(part) else re.escape(part) for part in parts)
    found = re.fullmatch(shape, reading)
    above = iter(found.groups() if found else ())
    if not found or not found.groups():
        return format_html(_RUBY, word, reading) if found is None else format_html("{}", word)
    return SafeString(
        "".join(format_html(_RUBY, part, next(above)) if _is_kanji(part) else escape(part) for part in parts)
    )


def _is_kanji(part: str) -> bool:
    return bool(_RUNS.fullmatch(part))


def annotate(html: str) -> SafeString:
    """HTML that Django has rendered, with readings above the words it shows; attributes and controls stay as they are."""
    made: list[str] = []
    left_alone: list[str] = []
    for part in _TAG.split(html):
        if not part.startswith("<"):
            made.append(part if left_alone else _PATTERN.sub(_one, part))
            continue
        named = _NAME.match(part)
        name = named.group(1).lower() if named else ""
        if name in _LEFT_ALONE and not part.endswith("/>"):
            if not part.startswith("</"):
                left_alone.append(name)
            elif left_alone and left_alone[-1] == name:
                left_alone.pop()
        made.append(part)
    return SafeString("".join(made))


def _one(found: re.Match[str]) -> str:
    word = found.group()
    return with_reading(word, WORDS.get(word) or STEMS[word])


def unread(text: str) -> list[str]:
    """Kanji of a text for which there is no reading, each with what follows it; for whoever writes pages."""
    rest = _PATTERN.sub(" ", text)
    return sorted(set(re.findall(rf"[{_KANJI}]+[ぁ-ん]?", rest)))
