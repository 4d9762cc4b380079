"""Boundaries as closed rings of whole grid steps: snapped, joined where they share a border, never empty.

Every vertex is moved to the nearest point of one grid of the whole country, so that two neighbours that shared a
border before still share it, without gap or overlap, whatever files they came from. What two areas have in common
then is an edge run once each way, and to join them those edges are cancelled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

STEP = 0.0025
"""Degrees a grid step: about 280 m north-south, 225 m east-west; a fifth of a dot where Japan fills a screen."""
Point = tuple[int, int]
Ring = list[Point]


def snapped(ring: Iterable[Sequence[float]], step: float = STEP) -> Ring:
    """A ring of longitude and latitude as grid points, without repetition and without the closing point."""
    found: Ring = []
    for lon, lat, *_ in ring:
        point = (round(lon / step), round(lat / step))
        if not found or found[-1] != point:
            found.append(point)
    while len(found) > 1 and found[0] == found[-1]:
        found.pop()
    return found


def coarser(ring: Ring, steps: int) -> Ring:
    """The ring on a grid of so many steps."""
    return snapped(ring, steps)


def twice_area(ring: Ring) -> int:
    """Twice the signed area in grid cells: above 0 where the ring runs against the clock."""
    return sum(x * v - u * y for (x, y), (u, v) in zip(ring, ring[1:] + ring[:1], strict=True))


def turned(ring: Ring, *, hole: bool) -> Ring:
    """The ring against the clock, a hole with it."""
    return ring[::-1] if (twice_area(ring) > 0) == hole else ring


def joined(rings: Iterable[Ring]) -> list[Ring]:
    """The outline of many polygons: edges that two of them run in opposite directions are gone.

    Args:
        rings: outlines against the clock, holes with it (`turned`).
    """
    edges: Counter[tuple[Point, Point]] = Counter()
    for ring in rings:
        for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
            if edges[b, a] > 0:
                edges[b, a] -= 1
            else:
                edges[a, b] += 1
    onward: dict[Point, list[Point]] = {}
    for (a, b), times in edges.items():
        onward.setdefault(a, []).extend([b] * times)
    found = []
    for start in list(onward):
        while onward.get(start):
            found += _loops(_walk(onward, start))
    return [straightened(ring) for ring in found]


def _walk(onward: dict[Point, list[Point]], start: Point) -> Ring:
    """A way along unused edges until it can go no further, which is where it began."""
    way, here = [start], start
    while onward.get(here):
        here = onward[here].pop()
        way.append(here)
    return way


def _loops(way: Ring) -> list[Ring]:
    """A closed way cut where it meets itself, so that every ring passes each of its points once."""
    found, path, place = [], [], {}
    for point in way:
        if point in place:
            loop = path[place[point] :]
            if len(loop) > 2:
                found.append(loop)
            for gone in loop[1:]:
                del place[gone]
            del path[place[point] + 1 :]
        else:
            place[point] = len(path)
            path.append(point)
    return found


def straightened(ring: Ring) -> Ring:
    """The ring without points that lie on the straight line between their neighbours."""
    count = len(ring)
    kept = [point for i, point in enumerate(ring) if not _in_line(ring[i - 1], point, ring[(i + 1) % count])]
    return kept if len(kept) > 2 else ring


def _in_line(a: Point, b: Point, c: Point) -> bool:
    return (b[0] - a[0]) * (c[1] - b[1]) == (b[1] - a[1]) * (c[0] - b[0])


def smallest_around(point: Point) -> Ring:
    """A square of two steps: what is drawn of an island that is smaller than a step."""
    x, y = point
    return [(x - 1, y - 1), (x + 1, y - 1), (x + 1, y + 1), (x - 1, y + 1)]


def outline(polygons: Iterable[Sequence[Sequence[Sequence[float]]]]) -> list[Ring]:
    """Polygons (each an outer ring and its holes, in degrees) as one outline of grid points, never empty."""
    rings: list[Ring] = []
    first: Point | None = None
    for polygon in polygons:
        for number, ring in enumerate(polygon):
            points = snapped(ring)
            first = first or (points[0] if points else None)
            if len(points) > 2 and twice_area(points) != 0:
                rings.append(turned(points, hole=number > 0))
    whole = joined(rings)
    if not whole and first is not None:
        return [smallest_around(first)]
    return whole
