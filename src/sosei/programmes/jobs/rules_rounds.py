"""The rules of rounds: how the lottery is bound beforehand, the tree of caps, values, beds, who waits; no Django."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

MOST_WISHES = 20
FOR_A_PLACE, FOR_A_RANK = 100, 100
"""Of the value of a wish: for somebody who gets a place at all; divided by the wish's rank."""
PREFECTURE = 2
"""Digits of a prefecture's code; a municipality's begins with them."""
CODES = (PREFECTURE, 5)


class Code(StrEnum):
    """What became of a wish, besides the codes of `engines.matching.assignment.Reason`."""

    NO_BED = "no_bed"
    BUSY = "busy"
    PAUSED = "paused"
    CLOSED = "closed"
    FRIENDS_MISSING = "friends_missing"
    TOTAL_VALUE = "total_value"


MAY_WAIT = frozenset({"higher_score", "lottery", "group_no_room", "blocking", Code.NO_BED, Code.TOTAL_VALUE})
"""Reasons that end when somebody else does not come."""


# --- The lottery ------------------------------------------------------------------------------------------------------


def seed_of(secret: str, round_id: int, made: str) -> str:
    """The seed of a round's lottery: nobody without the server's secret knows it, and it is the same each time.

    Args:
        made: when the round was made, as it is stored.
    """
    text = f"sosei.jobs.round:{round_id}:{made}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def digest_of(text: str) -> str:
    """SHA-256 as hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of_input(told: Mapping[str, Any]) -> str:
    """The same input gives the same digest, whatever order its keys came in."""
    return digest_of(json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":")))


def lot_of(seed: str, identity: str) -> str:
    """The lot of one person, as anybody can compute it; the smallest is drawn first."""
    return hashlib.blake2b(f"{seed}:{identity}".encode(), digest_size=8).hexdigest()


# --- Regions ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tree:
    """Caps as the engine takes them.

    Attributes:
        codes: the regions in their order.
        parent: the place of each one's prefecture in `codes`, -1 for none.
    """

    codes: tuple[str, ...]
    parent: tuple[int, ...]
    caps: tuple[int, ...]

    def region_of(self, municipality_code: str) -> int:
        """The narrowest region with a cap, -1 for none."""
        for code in (municipality_code, municipality_code[:PREFECTURE]):
            if code in self.codes:
                return self.codes.index(code)
        return -1


def tree_of(caps: Mapping[str, int]) -> Tree:
    """Municipalities under their prefecture, where it has a cap too."""
    codes = tuple(sorted(caps))
    parent = tuple(
        codes.index(code[:PREFECTURE]) if len(code) > PREFECTURE and code[:PREFECTURE] in codes else -1
        for code in codes
    )
    return Tree(codes, parent, tuple(caps[code] for code in codes))


def is_region(code: str) -> bool:
    """Two digits from 01 to 47, or five that begin so."""
    return code.isascii() and code.isdecimal() and len(code) in CODES and 1 <= int(code[:PREFECTURE]) <= 47


# --- Value ------------------------------------------------------------------------------------------------------------


def value_of(fit: int, rank: int) -> int:
    """What a fulfilled wish counts for where the total is to be greatest: a place, the fit, the rank of the wish."""
    return FOR_A_PLACE + fit + FOR_A_RANK // rank


def weights_of(values: Sequence[int], order: Sequence[int], places: int, most: int) -> tuple[list[int], int]:
    """Values spread so far that the lottery parts equal sums and never outweighs a point of value.

    Args:
        order: for each value, the place of its person in the draw, 0 first.
        most: the greatest weight that leaves the engine exact.

    Returns:
        The weights, and by how much the values were multiplied.
    """
    people = max(order, default=0) + 1
    wanted = people * max(1, places) + 1
    factor = max(1, min(wanted, most // max(1, max(values, default=1))))
    share = people * max(1, places)
    return [
        value * factor + (people - 1 - place) * (factor - 1) // share
        for value, place in zip(values, order, strict=True)
    ], factor


# --- Beds -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sleeper:
    """Somebody, or friends, who would be placed and need beds.

    Attributes:
        key: how the caller knows them.
        standing: higher is better.
        draw: lower is better among equals.
    """

    key: int
    lodging: int
    nights: frozenset[date]
    people: int
    standing: float
    draw: int


def without_bed(sleepers: Iterable[Sleeper], free: Mapping[tuple[int, date], int]) -> list[int]:
    """Whom no bed is left for: the best ranked come first, and one night without a bed is enough.

    Args:
        free: beds free in a lodging in a night.

    Returns:
        Keys of those without a bed.
    """
    left = dict(free)
    without = []
    for one in sorted(sleepers, key=lambda each: (-each.standing, each.draw)):
        if any(left.get((one.lodging, night), 0) < one.people for night in one.nights):
            without.append(one.key)
            continue
        for night in one.nights:
            left[(one.lodging, night)] -= one.people
    return without


# --- After the draw ---------------------------------------------------------------------------------------------------


def may_wait(code: str, *, posting_full: bool, has_caps: bool) -> bool:
    """Whether somebody without a place waits for one: only where a place that gets free breaks no region's cap."""
    return code in MAY_WAIT and (posting_full or not has_caps)


@dataclass(frozen=True)
class Moved:
    """Somebody whom a second computation gave something else; None for no place, or for not taking part any more."""

    person: int
    before: int | None
    after: int | None
    left: bool = False


def moves_between(before: Mapping[int, int | None], after: Mapping[int, int | None]) -> list[Moved]:
    """Who moves from where to where between two runs: person -> posting."""
    found = [
        Moved(person, place, after.get(person), left=person not in after)
        for person, place in before.items()
        if person not in after or place != after[person]
    ]
    return found + [Moved(person, None, place) for person, place in after.items() if person not in before]
