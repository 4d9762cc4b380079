"""A line as small as a word, drawn on the server: what was reported, year by year, and the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT, EDGE = 96, 28, 4


@dataclass(frozen=True)
class Dot:
    """A point of the line in pixels; hollow where an older value was printed again."""

    x: float
    y: float
    hollow: bool = False


@dataclass(frozen=True)
class Sparkline:
    """What the template draws.

    Attributes:
        line: points of a polyline.
        target: height of the target; None where there is none.
    """

    line: str
    dots: tuple[Dot, ...]
    target: float | None
    width: int = WIDTH
    height: int = HEIGHT


def sparkline(
    points: Sequence[tuple[int, Decimal, bool]], target: Decimal | None, first: int, last: int
) -> Sparkline | None:
    """The line through (year, value, carried forward), on an axis from `first` to `last`; None without a point."""
    if not points:
        return None
    values = [float(value) for _year, value, _carried in points]
    if target is not None:
        values.append(float(target))
    low, high = min(values), max(values)
    across = (WIDTH - 2 * EDGE) / max(last - first, 1)
    up = (HEIGHT - 2 * EDGE) / (high - low) if high > low else 0.0

    def height(value: Decimal) -> float:
        return round(HEIGHT - EDGE - (float(value) - low) * up if up else HEIGHT / 2, 1)

    dots = tuple(
        Dot(round(EDGE + (year - first) * across, 1), height(value), carried)
        for year, value, carried in points
    )
    return Sparkline(
        line=" ".join(f"{dot.x},{dot.y}" for dot in dots),
        dots=dots,
        target=None if target is None else height(target),
    )
