"""Which colours of the stylesheet stand on which, how well each pair can be seen, and how well it must.

The values are read from `static/design/tokens.css`, so that page and tests speak of what readers really get.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TOKENS = Path(__file__).parent / "static" / "design" / "tokens.css"
MODES = ("light", "dark")
WORDS, MARKS = 4.5, 3.0
"""WCAG 2.2: success criteria 1.4.3 for words, 1.4.11 for borders, icons and focus."""

_TOKEN = re.compile(r"--([a-z0-9-]+): (#[0-9a-f]{6});")

SURFACES = ("surface", "surface-sunken", "surface-raised")
_ON_EVERY_SURFACE = {
    "text": WORDS,
    "text-muted": WORDS,
    "link": WORDS,
    "link-hover": WORDS,
    "good": WORDS,
    "bad": WORDS,
    "control": MARKS,
    "key": MARKS,
    "note": MARKS,
    "focus": MARKS,
}
_OTHERS = {
    ("on-key", "key"): WORDS,
    ("on-key", "key-hover"): WORDS,
    ("on-bad", "bad"): WORDS,
    ("on-bad", "bad-hover"): WORDS,
    ("on-alert", "alert"): WORDS,
    ("text", "band"): WORDS,
    ("text", "key-soft"): WORDS,
    ("text-muted", "key-soft"): WORDS,
    ("link", "key-soft"): WORDS,
    ("link-hover", "key-soft"): WORDS,
    ("text-muted", "disabled-surface"): WORDS,
    ("bad", "bad-soft"): WORDS,
    ("good", "surface"): WORDS,
    ("note", "surface"): WORDS,
    ("link-visited", "surface"): WORDS,
    ("focus-ring", "focus"): MARKS,
}


@dataclass(frozen=True)
class Pair:
    """One colour on another in one mode: their values, the ratio that holds and the least that must."""

    fore: str
    ground: str
    fore_value: str
    ground_value: str
    ratio: float
    least: float

    @property
    def holds(self) -> bool:
        """Whether it can be seen well enough."""
        return self.ratio >= self.least


@cache
def tokens(mode: str) -> dict[str, str]:
    """Colours by name. The dark ones stand in the stylesheet's only `@media screen` part, over the light ones."""
    light, _at, dark = TOKENS.read_text(encoding="utf-8").partition("@media screen")
    values = dict(_TOKEN.findall(light))
    return values if mode == "light" else {**values, **dict(_TOKEN.findall(dark))}


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` as WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def pairs(mode: str) -> list[Pair]:
    """Every pair of colours that the stylesheet lays one on the other."""
    wanted = {(fore, ground): least for fore, least in _ON_EVERY_SURFACE.items() for ground in SURFACES}
    wanted |= _OTHERS
    values = tokens(mode)
    return [
        Pair(fore, ground, values[fore], values[ground], ratio(values[fore], values[ground]), least)
        for (fore, ground), least in wanted.items()
    ]
