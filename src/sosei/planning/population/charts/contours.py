"""Contours of a value on a rectangular grid: lines of equal value, and the areas between two of them.

The value is linear along the edges of the grid (marching squares; Lorensen & Cline 1987 in two dimensions). Where a
cell is a saddle, the mean of its corners says which two sides are joined.
"""

from __future__ import annotations

from collections.abc import Sequence

Point = tuple[float, float]
Corner = tuple[float, float, float]  # x, y, value
Values = Sequence[Sequence[float]]
Edge = tuple[str, int, int]


def isolines(xs: Sequence[float], ys: Sequence[float], values: Values, level: float) -> list[list[Point]]:
    """Lines along which the value is `level`; a closed line ends where it begins.

    Args:
        xs, ys: the grid, ascending.
        values: value at (xs[i], ys[j]) as values[i][j].
    """
    joins: dict[Edge, list[Edge]] = {}
    for i in range(len(xs) - 1):
        for j in range(len(ys) - 1):
            for one, other in _cell_segments(i, j, values, level):
                joins.setdefault(one, []).append(other)
                joins.setdefault(other, []).append(one)
    lines = []
    # Ends first, so that an open line is walked from one end to the other; what is left is closed.
    for start in sorted(joins, key=lambda edge: (len(joins[edge]), edge)):
        while joins[start]:
            line = [start]
            while joins[line[-1]]:
                following = joins[line[-1]].pop()
                joins[following].remove(line[-1])
                line.append(following)
            lines.append([_crossing(edge, xs, ys, values, level) for edge in line])
    return lines


def band_polygons(
    xs: Sequence[float], ys: Sequence[float], values: Values, low: float, high: float
) -> list[list[Point]]:
    """In each cell of the grid the part whose value lies between `low` and `high`, as a polygon."""
    found = []
    for i in range(len(xs) - 1):
        for j in range(len(ys) - 1):
            corners = [
                (xs[a], ys[b], values[a][b]) for a, b in ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1))
            ]
            for polygon in _without_saddle(corners):
                for bound, side in ((low, 1.0), (high, -1.0)):
                    polygon = _clipped(polygon, bound, side)
                if len(polygon) > 2:
                    found.append([(x, y) for x, y, _value in polygon])
    return found


def _without_saddle(corners: list[Corner]) -> list[list[Corner]]:
    """The cell itself, or the four triangles around its middle where opposite corners are the two highest."""
    heights = [value for _x, _y, value in corners]
    one, other = heights[0::2], heights[1::2]
    if max(min(one), min(other)) <= min(max(one), max(other)):
        return [corners]
    x, y, value = (sum(corner[n] for corner in corners) / 4 for n in range(3))
    return [[corners[n - 1], corners[n], (x, y, value)] for n in range(4)]


def _clipped(polygon: list[Corner], bound: float, side: float) -> list[Corner]:
    """The part with side·(value - bound) of 0 or more (Sutherland & Hodgman 1974)."""
    kept = []
    for n, here in enumerate(polygon):
        before = polygon[n - 1]
        inside, was_inside = side * (here[2] - bound) >= 0, side * (before[2] - bound) >= 0
        if inside != was_inside:
            part = (bound - before[2]) / (here[2] - before[2])
            kept.append(
                (before[0] + part * (here[0] - before[0]), before[1] + part * (here[1] - before[1]), bound)
            )
        if inside:
            kept.append(here)
    return kept


def _cell_segments(i: int, j: int, values: Values, level: float) -> list[tuple[Edge, Edge]]:
    """Pairs of a cell's edges that a line joins."""
    corners = (values[i][j], values[i + 1][j], values[i + 1][j + 1], values[i][j + 1])
    above = [value >= level for value in corners]
    edges: tuple[Edge, ...] = (("x", i, j), ("y", i + 1, j), ("x", i, j + 1), ("y", i, j))
    crossed = [edges[n] for n in range(4) if above[n] != above[(n + 1) % 4]]
    if len(crossed) < 4:
        return [(crossed[0], crossed[1])] if crossed else []
    bottom, right, top, left = crossed
    middle_above = sum(corners) / 4 >= level
    if above[0] == middle_above:
        return [(bottom, right), (top, left)]
    return [(left, bottom), (right, top)]


def _crossing(edge: Edge, xs: Sequence[float], ys: Sequence[float], values: Values, level: float) -> Point:
    direction, i, j = edge
    k, m = (i + 1, j) if direction == "x" else (i, j + 1)
    part = (level - values[i][j]) / (values[k][m] - values[i][j])
    return xs[i] + part * (xs[k] - xs[i]), ys[j] + part * (ys[m] - ys[j])
