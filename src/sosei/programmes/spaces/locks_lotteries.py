"""The only row locks of lotteries: rooms to be announced; a lottery, then an entry; orders and places come after."""

from __future__ import annotations

from collections.abc import Iterable

from sosei.programmes.spaces.models import Lottery, LotteryEntry, Space


def lock_lottery(key: int) -> Lottery:
    """One lottery: whoever enters, draws or calls off does so alone.

    Raises:
        Lottery.DoesNotExist: no such lottery.
    """
    rows = Lottery.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("municipality", "host__organisation").get(pk=key)  # type: ignore[no-any-return]


def lock_entry(key: int) -> LotteryEntry:
    """One entry: it is confirmed, withdrawn or lapses once.

    Raises:
        LotteryEntry.DoesNotExist: no such entry.
    """
    rows = LotteryEntry.objects.select_for_update(of=("self",), no_key=True)
    related = ("municipality", "host", "person", "group", "lottery", "space__municipality", "space__host")
    return rows.select_related(*related).get(pk=key)  # type: ignore[no-any-return]


def lock_rooms(keys: Iterable[int]) -> None:
    """Rooms that are just announced for: no other lottery of theirs is announced meanwhile."""
    rows = Space.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=set(keys))
    list(rows.order_by("pk").values_list("pk", flat=True))
