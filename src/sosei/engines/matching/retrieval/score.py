"""How well a posting fits a worker: seven components from 0 to 1000, weighed by the town, in whole numbers only.

Whole numbers, because the database must put the same pairs in the same order. With `//` as the division of numbers
that are not negative:

    dlat = |lat_w - lat_p|, dlon = |lon_w - lon_p|, and 360_000_000 - dlon where dlon > 180_000_000
    dy = dlat * 111195 // 1_000_000
    dx = dlon * COSINE[|lat_w + lat_p| // 20_000] // 1_000_000,  COSINE[i] = round(111195 * cos(i / 100 degrees))
    distance = whole part of the root of dx * dx + dy * dy, in metres

    skills    500 if none is wanted, else (wanted and held) * 1000 // wanted, counted in bits
    kinds     500 without a wish, else 1000 for a wished kind of work, else 0
    wage      min(max(wage - from + span, 0), 2 * span) * 1000 // (2 * span), from = the worker's wish or the town's
    distance  max(scale - distance, 0) * 1000 // scale
    lodging   500 without a bed or without need of one, else 700 + 100 * meals
    half_days 500 without a wish, else 1000 if a wished half day is offered, else 0
    desk      500 if not needed, else 1000 if there is one, else 0

    points = sum of weight * component;  fit = points // sum of weights;  order: points falling, then id rising
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np

from sosei.engines.matching.retrieval.errors import ErrorCode, RetrievalError
from sosei.engines.matching.retrieval.jit import compiled
from sosei.engines.matching.retrieval.rows import Ints

METRES_PER_DEGREE = 111_195
HALF_TURN, WHOLE_TURN = 180_000_000, 360_000_000
NEUTRAL, FULL = 500, 1000
COSINE: Ints = np.rint(METRES_PER_DEGREE * np.cos(np.radians(np.arange(9001) / 100))).astype(np.int64)
COSINE.setflags(write=False)


class Components(NamedTuple):
    """What the points are made of, each from 0 to 1000."""

    skills: int
    kinds: int
    wage: int
    distance: int
    lodging: int
    half_days: int
    desk: int


@dataclass(frozen=True, slots=True)
class Weights:
    """What the town gives weight to, and the three scales of wage (yen an hour) and distance (metres).

    Raises:
        RetrievalError: a number outside its range, or no weight at all.
    """

    skills: int = 200
    kinds: int = 200
    wage: int = 150
    distance: int = 200
    lodging: int = 100
    half_days: int = 75
    desk: int = 75
    wage_from: int = 1094
    wage_span: int = 500
    distance_scale: int = 50_000

    def __post_init__(self) -> None:
        limits = {"wage_from": (0, 1_000_000), "wage_span": (1, 100_000), "distance_scale": (1, 10_000_000)}
        for each in fields(self):
            low, high = limits.get(each.name, (0, 1000))
            value = getattr(self, each.name)
            if not isinstance(value, int) or not low <= value <= high:
                remedy = f"give a whole number from {low} to {high}"
                raise RetrievalError(ErrorCode.RANGE, each.name, value, remedy=remedy)
        if self.total == 0:
            remedy = "give at least one weight above 0"
            raise RetrievalError(ErrorCode.NO_WEIGHT, "weights", 0, remedy=remedy)

    @property
    def total(self) -> int:
        """The sum of the weights, by which points become a fit from 0 to 1000."""
        return int(self.packed[: len(Components._fields)].sum())

    @property
    def packed(self) -> Ints:
        """The ten numbers as the compiled functions read them."""
        return np.array([getattr(self, name) for name in self.__slots__], np.int64)


@compiled
def metres(dlat: int, dlon: int, cosine: int) -> int:
    """The way between two places by their differences in micro-degrees and the cosine between them."""
    dy = int(dlat) * METRES_PER_DEGREE // 1_000_000
    dx = int(dlon) * int(cosine) // 1_000_000
    return int(math.sqrt(dx * dx + dy * dy))


@compiled
def distance(worker: Any, posting: Any) -> int:
    """The way from the worker's home to the posting in whole metres."""
    lat_w, lat_p = int(worker["lat"]), int(posting["lat"])
    dlon = abs(int(worker["lon"]) - int(posting["lon"]))
    if dlon > HALF_TURN:
        dlon = WHOLE_TURN - dlon
    return metres(abs(lat_w - lat_p), dlon, COSINE[abs(lat_w + lat_p) // 20_000])


@compiled
def bits(mask: int) -> int:
    """How many of the 63 bits are set, by adding neighbours in ever wider groups."""
    left = int(mask)
    left -= (left >> 1) & 0x5555555555555555
    left = (left & 0x3333333333333333) + ((left >> 2) & 0x3333333333333333)
    left = (left + (left >> 4)) & 0x0F0F0F0F0F0F0F0F
    left += left >> 8
    left += left >> 16
    return int(left + (left >> 32)) & 127


@compiled
def share(part: int, whole: int) -> int:
    """`part * 1000 // whole`; the processor divides these small numbers exactly and faster as fractions."""
    return int(part * FULL / whole)


@compiled
def skills_fit(worker: Any, posting: Any) -> int:
    """The share of the wanted skills that the worker has."""
    wanted = posting["skills"]
    if wanted == 0:
        return NEUTRAL
    return share(bits(wanted & worker["skills"]), bits(wanted))


@compiled
def kinds_fit(worker: Any, posting: Any) -> int:
    """Whether the kind of work is among the worker's wishes."""
    if worker["kinds"] == 0:
        return NEUTRAL
    return FULL if (worker["kinds"] >> posting["kind"]) & 1 else 0


@compiled
def wage_fit(worker: Any, posting: Any, wage_from: int, span: int) -> int:
    """How the wage stands to the worker's wish, or to the town's figure for who named none."""
    wish = int(worker["wage_wish"]) if worker["wage_wish"] > 0 else wage_from
    return share(min(max(int(posting["wage"]) - wish + span, 0), 2 * span), 2 * span)


@compiled
def distance_fit(away: int, scale: int) -> int:
    """Falls evenly from 1000 at the door to 0 at the town's scale."""
    return share(max(scale - away, 0), scale)


@compiled
def lodging_fit(worker: Any, posting: Any) -> int:
    """A bed for who would take one, better with meals."""
    if posting["beds"] <= 0 or worker["lodging"] == 0:
        return NEUTRAL
    return 700 + 100 * bits(posting["meals"] & 7)


@compiled
def half_days_fit(worker: Any, posting: Any) -> int:
    """Whether a wished half day is offered."""
    if worker["half_days"] == 0:
        return NEUTRAL
    return FULL if worker["half_days"] & posting["half_days"] else 0


@compiled
def desk_fit(worker: Any, posting: Any) -> int:
    """Whether there is a desk for who needs one."""
    if not worker["desk"]:
        return NEUTRAL
    return FULL if posting["desk"] else 0


@compiled
def points(worker: Any, posting: Any, weights: Ints) -> int:
    """The weighed sum of the components."""
    return int(
        weights[0] * skills_fit(worker, posting)
        + weights[1] * kinds_fit(worker, posting)
        + weights[2] * wage_fit(worker, posting, weights[7], weights[8])
        + weights[3] * distance_fit(distance(worker, posting), weights[9])
        + weights[4] * lodging_fit(worker, posting)
        + weights[5] * half_days_fit(worker, posting)
        + weights[6] * desk_fit(worker, posting)
    )


@compiled
def fill_components(workers: Any, postings: Any, weights: Ints, out: Ints) -> None:
    """The seven components and the distance of each pair; the shorter of the two sides has one row for all."""
    for i in range(len(out)):
        worker, posting = workers[min(i, len(workers) - 1)], postings[min(i, len(postings) - 1)]
        away = distance(worker, posting)
        out[i, 0], out[i, 1] = skills_fit(worker, posting), kinds_fit(worker, posting)
        out[i, 2] = wage_fit(worker, posting, weights[7], weights[8])
        out[i, 3], out[i, 4] = distance_fit(away, weights[9]), lodging_fit(worker, posting)
        out[i, 5], out[i, 6] = half_days_fit(worker, posting), desk_fit(worker, posting)
        out[i, 7] = away
