"""Japan on paper: an equal-area projection, insets for the far islands, and boundaries as SVG paths.

Albers' equal-area conic projection, so that the colour of an area weighs as much as its land (Snyder 1987, Map
Projections: A Working Manual, USGS Professional Paper 1395, p. 100, for the sphere).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sosei.planning.population.importing.rings import STEP, Ring

Array = npt.NDArray[np.float64]
PARALLELS = (32.0, 43.0)
ORIGIN = (137.0, 36.0)
EARTH_KM = 6371.0
KM_A_UNIT = 0.85
"""Of the whole map: a unit is less than a dot of a screen 1280 wide, so paths of whole units lose nothing."""


def albers(
    lon: Array,
    lat: Array,
    *,
    parallels: tuple[float, float] = PARALLELS,
    origin: tuple[float, float] = ORIGIN,
    radius: float = EARTH_KM,
) -> tuple[Array, Array]:
    """East and north of the origin (longitude, latitude), in the unit of the radius: kilometres."""
    low, high = np.radians(parallels)
    lon_0, lat_0 = np.radians(origin)
    n = (np.sin(low) + np.sin(high)) / 2
    c = np.cos(low) ** 2 + 2 * n * np.sin(low)
    rho = np.sqrt(c - 2 * n * np.sin(np.radians(lat))) / n
    rho_0 = np.sqrt(c - 2 * n * np.sin(lat_0)) / n
    theta = n * (np.radians(lon) - lon_0)
    return radius * rho * np.sin(theta), radius * (rho_0 - rho * np.cos(theta))


@dataclass(frozen=True)
class Inset:
    """Far islands in a frame of their own.

    Attributes:
        west, east, south, north: degrees; rings whose middle lies here belong to the frame.
        left, top: where its upper left corner stands on the map, in units.
        scale: beside the scale of the map.
    """

    west: float
    east: float
    south: float
    north: float
    left: float
    top: float
    scale: float

    def holds(self, lon: float, lat: float) -> bool:
        """Whether a point belongs here."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north

    @property
    def corner(self) -> tuple[float, float]:
        """Kilometres of the upper left corner."""
        lon = np.array([self.west, self.west, self.east])
        lat = np.array([self.north, self.south, self.north])
        x, y = albers(lon, lat)
        return float(x.min()), float(y.max())

    @property
    def frame(self) -> tuple[float, float, float, float]:
        """Left, top, width and height in units."""
        lon = np.array([self.west, self.west, self.east, self.east])
        lat = np.array([self.north, self.south, self.north, self.south])
        x, y = albers(lon, lat)
        factor = self.scale / KM_A_UNIT
        return self.left, self.top, float(np.ptp(x)) * factor, float(np.ptp(y)) * factor


INSETS = (
    Inset(west=122.8, east=131.5, south=23.9, north=30.1, left=10, top=60, scale=0.72),
    Inset(west=141.9, east=142.4, south=26.4, north=27.9, left=1600, top=1760, scale=1.4),
)
"""The south-western islands (Tokara, Amami, Okinawa), and Chichijima and Hahajima of Ogasawara."""
SOUTH_OF_MAIN = 30.1
"""Rings wholly south of here and in no inset (Minamitorishima, Okinotorishima) are nobody's home, and are not drawn."""
LEFT_KM, TOP_KM = -810.0, 1085.0
WIDTH, HEIGHT = 2120, 2080
"""The whole map, in units: 129 E to 149 E, 30 N to 46 N."""


def on_map(rings: Iterable[Ring]) -> list[Array]:
    """Rings in units of the whole map, each of shape (points, 2); rings that are not drawn are left out."""
    found = []
    for ring in rings:
        degrees = np.array(ring, dtype=float) * STEP
        middle = degrees.mean(axis=0)
        inset = next((one for one in INSETS if one.holds(*middle)), None)
        if inset is None and middle[1] < SOUTH_OF_MAIN:
            continue
        x, y = albers(degrees[:, 0], degrees[:, 1])
        left, top = (LEFT_KM, TOP_KM) if inset is None else inset.corner
        scale = 1.0 if inset is None else inset.scale
        points = np.stack([x - left, top - y], axis=-1) * (scale / KM_A_UNIT)
        found.append(points if inset is None else points + np.array([inset.left, inset.top]))
    return found


def path(rings: Iterable[Array]) -> str:
    """Rings as the `d` of an SVG path of whole units; a place smaller than a unit becomes a small square."""
    parts, first = [], None
    for ring in rings:
        whole = np.rint(ring).astype(int)
        kept = whole[np.any(whole != np.roll(whole, 1, axis=0), axis=1)] if len(whole) else whole
        first = whole[0] if first is None and len(whole) else first
        if len(kept) < 3:
            continue
        steps = np.diff(kept, axis=0)
        parts.append(f"M{kept[0][0]} {kept[0][1]}l{_numbers(steps)}z")
    if not parts and first is not None:
        return f"M{first[0] - 2} {first[1] - 2}h4v4h-4z"
    return "".join(parts)


def _numbers(steps: npt.NDArray[np.int64]) -> str:
    """Pairs run together: a minus sign separates as well as a space."""
    text = " ".join(map(str, steps.ravel().tolist()))
    return text.replace(" -", "-")


@dataclass(frozen=True)
class Frame:
    """What a drawing shows: a window of kilometres, and units a kilometre."""

    left: float
    top: float
    width: float
    height: float
    units: float

    def place(self, rings: Iterable[Ring]) -> list[Array]:
        """Rings in units of this frame."""
        found = []
        for ring in rings:
            degrees = np.array(ring, dtype=float) * STEP
            x, y = albers(degrees[:, 0], degrees[:, 1])
            found.append(np.stack([x - self.left, self.top - y], axis=-1) * self.units)
        return found

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in units."""
        return round(self.width * self.units), round(self.height * self.units)


REACH = 1.9
"""A prefecture's frame holds what lies within so many times the mean distance of its land from its middle."""
FRAME_UNITS = 1200
MARGIN_KM = 3.0


def frame_around(rings: Sequence[Ring]) -> Frame:
    """The window of a prefecture; far islands (of Tokyo, Kagoshima) may lie outside."""
    blocks, areas, middles = [], [], []
    for ring in rings:
        degrees = np.array(ring, dtype=float) * STEP
        block = np.stack(albers(degrees[:, 0], degrees[:, 1]), axis=-1)
        x, y = block[:, 0], block[:, 1]
        blocks.append(block)
        areas.append(abs(float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))) + 1e-6)
        middles.append(block.mean(axis=0))
    weights, centres = np.array(areas), np.array(middles)
    middle = np.average(centres, axis=0, weights=weights)
    away = np.hypot(*(centres - middle).T)
    sizes = np.sqrt(weights / 2 / np.pi)
    mean = float(np.average(away + sizes, weights=weights))
    near = np.concatenate([b for b, d in zip(blocks, away, strict=True) if d <= REACH * mean])
    (left, bottom), (right, top) = near.min(axis=0) - MARGIN_KM, near.max(axis=0) + MARGIN_KM
    width, height = float(right - left), float(top - bottom)
    return Frame(float(left), float(top), width, height, FRAME_UNITS / max(width, height))
