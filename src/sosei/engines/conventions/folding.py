"""Folding of widths, dashes and kana, so that two spellings of one thing compare equal.

Widths follow Unicode NFKC (UAX #15). Dashes are folded apart from it, because NFKC keeps several: the wave
dash U+301C and the full-width tilde U+FF5E are one character to a Japanese writer (they differ only in how
CP932 and JIS X 0208 map to Unicode), and minus, hyphen and en dash are all used between two ages.
"""

from __future__ import annotations

import re
import unicodedata

_DASHES = dict.fromkeys(map(ord, "〜～~‐‑‒–—―−－﹣ｰ"), "-")
_HIRAGANA_TO_KATAKANA = {point: point + 0x60 for point in range(0x3041, 0x3097)}


def fold_width(text: str) -> str:
    """Full-width digits, letters and signs to ASCII, every dash and wave dash to "-", spaces to one space."""
    if text.isascii():
        return " ".join(text.split()).replace("~", "-")
    folded = unicodedata.normalize("NFKC", text.translate(_DASHES)).translate(_DASHES)
    return " ".join(folded.split())


def fold_kana(text: str) -> str:
    """`fold_width`, and hiragana to katakana: いわき, ｲﾜｷ and イワキ become one."""
    return fold_width(text).translate(_HIRAGANA_TO_KATAKANA)


def fold_name(text: str) -> str:
    """A place name for comparison: widths folded, no spaces, ヶ and ケ as one."""
    return re.sub(r"[ヶケｹ]", "ケ", fold_width(text).replace(" ", ""))
