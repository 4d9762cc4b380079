"""The only row lock of wishes: whoever offers, chooses, changes or ends something of a wish does so alone.

It is taken before any place and any order; nobody who holds a place waits for it.
"""

from __future__ import annotations

from sosei.programmes.spaces.models import SpaceWish


def lock_wish(key: int) -> SpaceWish:
    """One wish, with its offers.

    Raises:
        SpaceWish.DoesNotExist: no such wish.
    """
    rows = SpaceWish.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("person", "municipality").get(pk=key)  # type: ignore[no-any-return]
