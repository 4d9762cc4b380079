"""What is drawn: every municipality's path in the order of the map, kept by the process until boundaries are newer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sosei.engines.conventions.prefectures import PREFECTURES
from sosei.planning.population.importing.rings import Ring, joined, twice_area
from sosei.planning.population.models import Area
from sosei.planning.population.nation import drawing
from sosei.planning.population.nation.models import Boundary


@dataclass(frozen=True)
class Shape:
    """One municipality on a map: its code, its name in the boundary file, its path."""

    code: str
    name: str
    path: str


@dataclass(frozen=True)
class Drawing:
    """A map without values: shapes in order, the lines of prefectures, frames of insets, and its size in units."""

    shapes: tuple[Shape, ...]
    lines: str
    frames: tuple[tuple[int, int, int, int], ...]
    width: int
    height: int


@lru_cache(maxsize=2)
def _outlines(newest: int) -> dict[str, tuple[str, list[Ring]]]:
    """Name and rings of every municipality with a boundary, by code."""
    rows = (
        Boundary.objects.current()
        .filter(area__kind=Area.Kind.MUNICIPALITY)
        .order_by("area__code")
        .values_list("area__code", "area__name", "rings")
    )
    return {
        code: (name, [list(zip(flat[::2], flat[1::2], strict=True)) for flat in rings])
        for code, name, rings in rows
    }


@lru_cache(maxsize=64)
def drawing_of(newest: int, prefecture: str = "") -> Drawing | None:
    """The map of the nation, or of one prefecture (two digits); None where there is no boundary for it.

    Args:
        newest: the newest boundary (`reading.newest_boundary`), by which what is kept is known to be current.
    """
    held = {code: one for code, one in _outlines(newest).items() if code.startswith(prefecture)}
    if not held:
        return None
    return _prefecture(held) if prefecture else _nation(held)


def _nation(held: dict[str, tuple[str, list[Ring]]]) -> Drawing:
    shapes = tuple(
        Shape(code, name, drawing.path(drawing.on_map(rings))) for code, (name, rings) in held.items()
    )
    lines = "".join(
        drawing.path(
            drawing.on_map(
                joined(r for code, (_n, rings) in held.items() if code[:2] == number for r in rings)
            )
        )
        for number in PREFECTURES
        if any(code[:2] == number for code in held)
    )
    frames = tuple(tuple(round(part) for part in inset.frame) for inset in drawing.INSETS)
    return Drawing(shapes, lines, frames, drawing.WIDTH, drawing.HEIGHT)


def _prefecture(held: dict[str, tuple[str, list[Ring]]]) -> Drawing:
    every = [ring for _name, rings in held.values() for ring in rings if twice_area(ring)]
    frame = drawing.frame_around(every)
    shapes = tuple(
        Shape(code, name, drawing.path(frame.place(rings))) for code, (name, rings) in held.items()
    )
    return Drawing(shapes, drawing.path(frame.place(joined(every))), (), *frame.size)


def names_by_code(newest: int) -> dict[str, str]:
    """Names of boundary files, which know those that a census file leaves out."""
    return {code: name for code, (name, _rings) in _outlines(newest).items()}
