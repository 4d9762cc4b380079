"""What stands in a PDF made by this program: its words without blanks, page after page, as a reader's program finds them."""

from __future__ import annotations

import re
import zlib
from base64 import a85decode

_OBJECT = re.compile(rb"(?ms)^(\d+) 0 obj\s(.*?)\bendobj")
_STREAM = re.compile(rb"(?s)stream\r?\n(.*?)\r?\n?endstream")
_SHOWN = re.compile(rb"(?s)/(F[\w+]+) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\)\s*Tj")
_ESCAPED = re.compile(rb"(?s)\\([0-7]{1,3}|.)")
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pdf_text(file: bytes) -> str:
    """All words of a file, in the order in which they were written.

    Raises:
        AssertionError: no PDF, or none with words in embedded fonts.
    """
    assert file.startswith(b"%PDF-")
    objects = dict(_OBJECT.findall(file))
    fonts = {
        name: _letters(objects, objects[number])
        for body in objects.values()
        for name, number in re.findall(rb"/(F\d+\+\d+) (\d+) 0 R", body)
    }
    pages = [
        _stream(objects[number])
        for body in objects.values()
        if b"/Type /Page\n" in body
        for number in re.findall(rb"/Contents (\d+) 0 R", body)
    ]
    text = "".join(_words(page, fonts) for page in pages)
    assert text, "no words"
    return "".join(text.split())


def _stream(body: bytes) -> bytes:
    found = _STREAM.search(body)
    assert found is not None, body[:200]
    packed = a85decode(found[1], adobe=True) if b"/ASCII85Decode" in body[: found.start()] else found[1]
    return zlib.decompress(packed)


def _letters(objects: dict[bytes, bytes], font: bytes) -> dict[int, str]:
    """Which letter each number of a font stands for."""
    named = re.search(rb"/ToUnicode (\d+) 0 R", font)
    assert named is not None, font
    table = _stream(objects[named[1]]).decode("ascii")
    made: dict[int, str] = {}
    for block in re.findall(r"(?s)beginbfrange(.*?)endbfrange", table):
        for low, _high, listed, first in re.findall(r"<(\w+)>\s*<(\w+)>\s*(?:\[(.*?)\]|<(\w+)>)", block):
            letters = re.findall(r"<(\w+)>", listed) if listed else [first]
            made |= {int(low, 16) + place: _letter(one) for place, one in enumerate(letters)}
    for block in re.findall(r"(?s)beginbfchar(.*?)endbfchar", table):
        made |= {int(code, 16): _letter(one) for code, one in re.findall(r"<(\w+)>\s*<(\w+)>", block)}
    return made


def _letter(digits: str) -> str:
    return bytes.fromhex(digits.zfill(4)).decode("utf-16-be")


def _words(page: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    made, letters = [], {}
    for font, shown in _SHOWN.findall(page):
        if font:
            letters = fonts.get(font, {})
        else:
            made += [letters.get(code, "") for code in _ESCAPED.sub(_unescaped, shown)]
    return "".join(made)


def _unescaped(found: re.Match[bytes]) -> bytes:
    digits = found[1]
    return bytes([int(digits, 8) & 255]) if digits.isdigit() else _LETTERS.get(digits, digits)
