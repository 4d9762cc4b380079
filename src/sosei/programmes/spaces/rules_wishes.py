"""How well a space answers a wish: what fits, what lacks, and whether it is near enough to be worth an offer."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

MOST_LACKS = 2
"""So much may lack, and a host is still asked."""


class Point(StrEnum):
    """What is compared."""

    USE = "use"
    SEATS = "seats"
    KIND = "kind"
    EQUIPMENT = "equipment"
    STEP_FREE = "step_free"
    DISTANCE = "distance"
    TIME = "time"
    YEN = "yen"


@dataclass(frozen=True)
class Wanted:
    """What somebody needs; empty fields ask for nothing."""

    use: str
    heads: int
    kind: str = ""
    equipment: frozenset[str] = frozenset()
    step_free: bool = False
    metres: int | None = None
    yen: int | None = None
    resident: bool = False


@dataclass(frozen=True)
class Place:
    """What a space has to set against it.

    Attributes:
        metres: how far it is from the wished place; None where no place is wished.
        opens: whether it can be open at a wished time.
        yen: what the wished time costs by its list; None where it has no price for it.
    """

    use: frozenset[str]
    seats: int
    kind: str
    equipment: frozenset[str]
    step_free: bool
    residents_only: bool
    metres: float | None
    opens: bool
    yen: int | None


@dataclass(frozen=True)
class Fit:
    """How a space answers a wish.

    Attributes:
        good, lacks: points, in the order in which they are told.
        missing: equipment that it has not.
        can: it may be offered at all: nobody can be asked to squeeze in, or to be a resident.
    """

    good: tuple[Point, ...]
    lacks: tuple[Point, ...]
    missing: tuple[str, ...] = ()
    can: bool = True
    yen: int | None = field(default=None, compare=False)
    metres: float | None = field(default=None, compare=False)

    @property
    def is_whole(self) -> bool:
        """Nothing lacks."""
        return self.can and not self.lacks

    @property
    def is_near(self) -> bool:
        """Worth an offer."""
        return self.can and len(self.lacks) <= MOST_LACKS


def compare(wanted: Wanted, place: Place) -> Fit:
    """Sets a space against a wish; a place without any uses named is for all of them."""
    missing = tuple(sorted(wanted.equipment - place.equipment))
    too_far = wanted.metres is not None and place.metres is not None and place.metres > wanted.metres
    asked: dict[Point, bool | None] = {
        Point.TIME: place.opens,
        Point.SEATS: place.seats >= wanted.heads,
        Point.USE: not place.use or wanted.use in place.use,
        Point.KIND: place.kind == wanted.kind if wanted.kind else None,
        Point.EQUIPMENT: not missing if wanted.equipment else None,
        Point.STEP_FREE: place.step_free if wanted.step_free else None,
        Point.DISTANCE: not too_far if wanted.metres is not None else None,
        Point.YEN: place.yen <= wanted.yen if wanted.yen is not None and place.yen is not None else None,
    }
    can = place.seats >= wanted.heads and (wanted.resident or not place.residents_only)
    return Fit(
        good=tuple(point for point, fits in asked.items() if fits is True),
        lacks=tuple(point for point, fits in asked.items() if fits is False),
        missing=missing,
        can=can,
        yen=place.yen,
        metres=place.metres,
    )
