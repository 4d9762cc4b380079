"""Kinds, uses and equipment by the words people type for them, in either language."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.utils.translation import override

from sosei.programmes.spaces import kinds
from sosei.programmes.spaces.models import Space
from sosei.programmes.spaces.search_words import folded


@cache
def _names(name: Any) -> tuple[str, ...]:
    found = []
    for language in ("ja", "en"):
        with override(language):
            found.append(folded(str(name)))
    return tuple(found)


def _is_called(name: Any, word: str) -> bool:
    return any(word in each for each in _names(name))


def kinds_called(word: str) -> list[str]:
    """Kinds of spaces in whose name a folded word stands."""
    return [kind.value for kind in Space.Kind if _is_called(kind.label, word)]


def masks_called(word: str) -> dict[str, int]:
    """Bits of the uses and of the equipment in whose names a folded word stands."""
    lists = {"uses": kinds.USES, "equipment": kinds.EQUIPMENT}
    return {
        column: sum(1 << item.bit for item in named if _is_called(item.name, word))
        for column, named in lists.items()
    }
