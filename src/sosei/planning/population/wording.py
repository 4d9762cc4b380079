"""Numbers in words: persons, ratios and shares as the page, its text alternatives and its charts write them."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _


def in_english() -> bool:
    """Whether the reader's language is English."""
    return (get_language() or "ja").startswith("en")


def number(value: float, decimals: int = 0) -> str:
    """Digits with thousands separators; the minus is U+2212 so that screen readers and columns treat it as one."""
    text = f"{abs(value):,.{decimals}f}"
    return f"−{text}" if value < 0 and text.strip("0.,") else text


def signed(value: float, decimals: int = 0) -> str:
    """Like `number`, with a plus sign in front of a gain."""
    text = number(value, decimals)
    return f"+{text}" if value > 0 and text.strip("0.,") else text


def persons(value: float) -> str:
    """350,237人 / 350,237 people."""
    return _("%(count)s人") % {"count": number(value)}


def short_persons(value: float) -> str:
    """Three significant figures in the language's own units: 17.9万人, 1.04万人, 8,450人 / 179k, 10.4k, 8,450."""
    if abs(value) < 10_000:
        return _("%(count)s人") % {"count": number(value)}
    finer = abs(value) < 100_000
    if in_english():
        return f"{number(value / 1000, int(finer))}k"
    return f"{number(value / 10_000, 1 + finer)}万人"


def ages(label: str) -> str:
    """An age group in a sentence: 20～24歳, 90歳以上 / 20-24, 90 and over."""
    if label.endswith("+"):
        return _("%(age)s歳以上") % {"age": label[:-1]}
    return label if in_english() else f"{label.replace('-', '～')}歳"


def about_persons(value: float) -> str:
    """A round figure for a sentence: 約17万9千人 / about 179,000 people; in full below ten thousand."""
    if abs(value) < 10_000:
        return persons(round(value, -1))
    thousands = round(value / 1000)
    if in_english():
        return f"about {number(thousands * 1000)} people"
    tens, rest = divmod(abs(thousands), 10)
    sign = "−" if value < 0 else ""
    return f"約{sign}{tens:,}万{f'{rest}千' if rest else ''}人"


def percent(share: float, decimals: int = 1) -> str:
    """0.5064 → 50.6%."""
    return f"{number(share * 100, decimals)}%"


def signed_percent(share: float, decimals: int = 1) -> str:
    """−0.494 → −49.4%; a gain carries its plus."""
    return f"{signed(share * 100, decimals)}%"


def ratio(value: float) -> str:
    """A support ratio to one decimal, as cities print it."""
    return number(value, 1)
