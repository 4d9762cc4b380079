"""Names and their readings: what may stand in them, and readings folded to full-width katakana."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _

from sosei.engines.conventions.folding import fold_kana

# Spacing voiced marks, which NFKC would part from their kana by a space.
_MARKS = str.maketrans({"゛": "\u3099", "゜": "\u309a", "ゝ": "ヽ", "ゞ": "ヾ"})
# NFKC writes the half-width long vowel as a dash, and people type many others in its place.
_LONG_VOWEL = re.compile(r"(?<=[ァ-ヺーヽヾ])-")
_KANA = re.compile(r"[ァ-ヺーヽヾ]")
_BESIDE_KANA = frozenset(" ・")
_BESIDE_LATIN = frozenset(" .'’-")
_JAPANESE = re.compile(
    r"[\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)


class UnfitNameError(ValueError):
    """A name or reading that cannot be taken, with the letters at fault and the remedy in the reader's language."""


def fold_name_text(text: str) -> str:
    """A name as typed, with its spaces tidied: a variant letter of a family's name (﨑, 神) is never replaced.

    Raises:
        UnfitNameError: a letter that nobody can see or read.
    """
    unseen = [letter for letter in text if unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cs", "Cn"}]
    if unseen:
        raise UnfitNameError(
            _("見えない文字（%(codes)s）が入っています。消して、入力し直してください。")
            % {"codes": "、".join(dict.fromkeys(f"U+{ord(letter):04X}" for letter in unseen))}
        )
    return " ".join(text.split())


def fold_reading(text: str) -> str:
    """A reading in full-width katakana, from katakana, hiragana or half-width kana; Latin letters stay as they are.

    Raises:
        UnfitNameError: names the letters that are neither kana nor, where there is no kana at all, Latin.
    """
    folded = _LONG_VOWEL.sub("ー", fold_kana(text.translate(_MARKS)))
    has_kana = bool(_KANA.search(folded))
    wrong = [letter for letter in folded if not (_fits_kana(letter) if has_kana else _fits_latin(letter))]
    if wrong:
        raise UnfitNameError(
            _("「%(letters)s」はカナではありません。カタカナかひらがなで入力してください（例：サトウ）。")
            % {"letters": "".join(dict.fromkeys(wrong))}
        )
    return folded


def _fits_kana(letter: str) -> bool:
    return letter in _BESIDE_KANA or bool(_KANA.match(letter))


def _fits_latin(letter: str) -> bool:
    return letter in _BESIDE_LATIN or unicodedata.name(letter, "").startswith(("LATIN ", "COMBINING "))


def is_japanese(name: str) -> bool:
    """Whether a name is written with kanji or kana, so that others need its reading."""
    return bool(_JAPANESE.search(name))


@dataclass(frozen=True)
class Name:
    """A person's name and its reading, ready to be kept."""

    family_name: str
    given_name: str
    family_kana: str
    given_kana: str


def name_problems(name: Name) -> dict[str, str]:
    """What is missing, by column: a reading beside every Japanese name; nobody needs two names who has one."""
    problems: dict[str, str] = {}
    if not name.family_name:
        problems["family_name"] = _("姓を入力してください。名が一つだけの人は、ここに入力してください。")
    if is_japanese(name.family_name) and not name.given_name:
        problems["given_name"] = _("名を入力してください。")
    for part, reading in (("family", name.family_kana), ("given", name.given_kana)):
        if is_japanese(getattr(name, f"{part}_name")) and not reading:
            problems[f"{part}_kana"] = _("読みかたをカタカナかひらがなで入力してください（例：サトウ）。")
    return problems
