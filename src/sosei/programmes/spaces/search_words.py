"""Words as the search compares them: one width, small letters, one kana; the same in Python and in the database.

A text is kept as its single letters and pairs of letters, so that a word of one letter is found by an index as well as
a longer one.
"""

# SQL is put together from the constants of this room alone; every value that somebody gave is a parameter.
# ruff: noqa: S608

from __future__ import annotations

import itertools

from sosei.engines.conventions.folding import fold_kana

MOST_WORDS = 5
LONGEST = 60
_DASHES = "〜～~‐‑‒–—―−－﹣ｰ"
_HIRAGANA = "".join(map(chr, range(0x3041, 0x3097)))
_KATAKANA = "".join(map(chr, range(0x30A1, 0x30F7)))


def folded(text: str) -> str:
    """One width, small letters, katakana; the long vowel as a dash, because half-width ones cannot be told from it."""
    return fold_kana(text).lower().replace("ー", "-")


def words_of(text: str) -> tuple[str, ...]:
    """The words of a search, folded, each once."""
    return tuple(dict.fromkeys(folded(text[:LONGEST]).split()))[:MOST_WORDS]


def bigrams(text: str) -> list[str]:
    """Single letters and pairs of letters of a text, each once: what `Space.words` holds of it."""
    found: dict[str, None] = {}
    for word in folded(text).split():
        found |= dict.fromkeys(word) | dict.fromkeys(map("".join, itertools.pairwise(word)))
    return list(found)


def pairs_of(word: str) -> list[str]:
    """What a text must hold to hold a folded word: its pairs of letters, or its only letter."""
    return [word] if len(word) == 1 else list(dict.fromkeys(map("".join, itertools.pairwise(word))))


def folded_sql(expression: str) -> str:
    """`folded` as the database computes it."""
    inner = f"normalize(translate({expression}, '{_DASHES}', '{'-' * len(_DASHES)}'), NFKC)"
    kana = f"translate({inner}, '{_HIRAGANA}{_DASHES}ー', '{_KATAKANA}{'-' * (len(_DASHES) + 1)}')"
    return f"btrim(regexp_replace(lower({kana}), '\\s+', ' ', 'g'))"


def words_sql(expression: str) -> str:
    """`bigrams` as the database computes it."""
    letters = (
        f"unnest(string_to_array({folded_sql(expression)}, NULL)) WITH ORDINALITY AS letters(letter, place)"
    )
    pairs = (
        f"SELECT unnest(ARRAY[letter, letter || lead(letter) OVER (ORDER BY place)]) AS part FROM {letters}"
    )
    return (
        f"(SELECT coalesce(array_agg(DISTINCT part), '{{}}') FROM ({pairs}) AS parts "
        "WHERE part IS NOT NULL AND strpos(part, ' ') = 0)"
    )
