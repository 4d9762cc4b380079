"""Maps without tiles: points, distance rings, labels that do not overlap, drawn on the server as SVG.

A map here tells how far and in which direction things lie from each other; the list beside it tells the rest.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

METRES_A_DEGREE = 111_195
"""Of latitude."""
NORTHERNMOST, SOUTHERNMOST, WESTERNMOST, EASTERNMOST = 46.0, 20.0, 122.0, 154.0
"""Japan, with its islands."""
WIDTH, HEIGHT = 400, 300
MARGIN = 34
LEAST_METRES_A_PIXEL = 2.0
MOST_METRES_A_PIXEL = 4_000.0
STEPS = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000)
MARK, LETTER, LINE = 11, 13, 17
"""Radius of a mark, width of a full-width letter, height of a line of a label."""


@dataclass(frozen=True)
class MapPoint:
    """A place on a map.

    Attributes:
        label: its name.
        url: the page about it; "" for none.
        kind: "place", "lodging" or "here", by which it is drawn.
        detail: what the list says beside the name.
    """

    latitude: float
    longitude: float
    label: str
    url: str = ""
    kind: str = "place"
    detail: str = ""


@dataclass(frozen=True)
class Frame:
    """What a map shows: its middle, how many metres one pixel is, and its size."""

    latitude: float
    longitude: float
    metres_a_pixel: float
    width: int = WIDTH
    height: int = HEIGHT

    def xy(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Where a place lies, in pixels from the upper left corner."""
        east = (longitude - self.longitude) * METRES_A_DEGREE * math.cos(math.radians(self.latitude))
        north = (latitude - self.latitude) * METRES_A_DEGREE
        return self.width / 2 + east / self.metres_a_pixel, self.height / 2 - north / self.metres_a_pixel

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Latitude and longitude of a pixel, to a tenth of a metre, within Japan."""
        north = (self.height / 2 - y) * self.metres_a_pixel
        east = (x - self.width / 2) * self.metres_a_pixel
        latitude = self.latitude + north / METRES_A_DEGREE
        longitude = self.longitude + east / (METRES_A_DEGREE * math.cos(math.radians(self.latitude)))
        return (
            round(min(max(latitude, SOUTHERNMOST), NORTHERNMOST), 6),
            round(min(max(longitude, WESTERNMOST), EASTERNMOST), 6),
        )

    def zoomed(self, factor: float) -> Frame:
        """The same middle, `factor` times as large."""
        scale = min(max(self.metres_a_pixel / factor, LEAST_METRES_A_PIXEL), MOST_METRES_A_PIXEL)
        return Frame(self.latitude, self.longitude, scale, self.width, self.height)

    def around(self, latitude: float, longitude: float) -> Frame:
        """The same scale around another middle."""
        return Frame(latitude, longitude, self.metres_a_pixel, self.width, self.height)

    def holds(self, latitude: float, longitude: float) -> bool:
        """Whether a place lies on the map."""
        x, y = self.xy(latitude, longitude)
        return 0 <= x <= self.width and 0 <= y <= self.height

    def __str__(self) -> str:
        return f"{self.latitude:.6f},{self.longitude:.6f},{self.metres_a_pixel:.4g}"


def read_frame(text: str, *, width: int = WIDTH, height: int = HEIGHT) -> Frame | None:
    """The frame that `str(frame)` wrote; None for anything else."""
    try:
        latitude, longitude, scale = (float(part) for part in text.split(","))
    except ValueError:
        return None
    within = (
        SOUTHERNMOST <= latitude <= NORTHERNMOST
        and WESTERNMOST <= longitude <= EASTERNMOST
        and LEAST_METRES_A_PIXEL <= scale <= MOST_METRES_A_PIXEL
    )
    return Frame(latitude, longitude, scale, width, height) if within else None


WHOLE_COUNTRY = (36.5, 138.0, 4_000.0)


def frame_of(places: Sequence[tuple[float, float]], *, width: int = WIDTH, height: int = HEIGHT) -> Frame:
    """The smallest frame that holds all places with a margin; two kilometres across where there is one alone."""
    if not places:
        return Frame(*WHOLE_COUNTRY, width, height)
    north, south = max(p[0] for p in places), min(p[0] for p in places)
    east, west = max(p[1] for p in places), min(p[1] for p in places)
    latitude, longitude = (north + south) / 2, (east + west) / 2
    across = (east - west) * METRES_A_DEGREE * math.cos(math.radians(latitude)) / (width - 2 * MARGIN)
    down = (north - south) * METRES_A_DEGREE / (height - 2 * MARGIN)
    scale = min(max(across, down, 2_000 / width), MOST_METRES_A_PIXEL)
    return Frame(latitude, longitude, scale, width, height)


@dataclass(frozen=True)
class Mark:
    """A point as it is drawn; `label_x` is None where no place was left for its name."""

    number: int
    point: MapPoint
    x: float
    y: float
    label_x: float | None = None
    label_y: float | None = None
    anchor: str = "start"


@dataclass(frozen=True)
class Ring:
    """All places at one distance from the middle of the rings."""

    radius: float
    text: str
    text_y: float


@dataclass(frozen=True)
class Bar:
    """The scale bar."""

    start: float
    end: float
    y: float
    text: str


@dataclass(frozen=True)
class MapDrawing:
    """A map, ready for `design/map.html`."""

    frame: Frame
    marks: Sequence[Mark]
    centre: tuple[float, float]
    rings: Sequence[Ring]
    bar: Bar

    @property
    def width(self) -> int:
        """In pixels of the drawing."""
        return self.frame.width

    @property
    def height(self) -> int:
        """In pixels of the drawing."""
        return self.frame.height


def draw_map(
    points: Iterable[MapPoint], *, frame: Frame | None = None, centre: tuple[float, float] | None = None
) -> MapDrawing:
    """Draws points with distance rings around `centre` (the middle of the frame where none is given)."""
    shown = list(points)
    places = [(one.latitude, one.longitude) for one in shown]
    held = frame or frame_of([*places, centre] if centre else places)
    middle = centre or (held.latitude, held.longitude)
    marks = _labelled(
        [Mark(n, one, *held.xy(one.latitude, one.longitude)) for n, one in enumerate(shown, 1)], held
    )
    return MapDrawing(held, marks, held.xy(*middle), _rings(held, held.xy(*middle)), _bar(held))


def distance_text(metres: float) -> str:
    """A distance as people read it: 800 m, 1.5 km, 12 km."""
    if metres < 1_000:
        return f"{metres:.0f} m"
    return (
        f"{metres / 1_000:.1f} km".replace(".0 km", " km") if metres < 10_000 else f"{metres / 1_000:.0f} km"
    )


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The way through the air between two places (latitude, longitude), good to a metre or two within a town."""
    middle = math.radians((one[0] + other[0]) / 2)
    north = (one[0] - other[0]) * METRES_A_DEGREE
    east = (one[1] - other[1]) * METRES_A_DEGREE * math.cos(middle)
    return math.hypot(north, east)


def _rings(frame: Frame, centre: tuple[float, float]) -> list[Ring]:
    reach = max(math.hypot(centre[0] - x, centre[1] - y) for x in (0, frame.width) for y in (0, frame.height))
    step = next((s for s in STEPS if s >= reach * frame.metres_a_pixel / 4), STEPS[-1])
    rings = []
    for times in range(1, 5):
        radius = times * step / frame.metres_a_pixel
        if radius >= reach:
            break
        rings.append(Ring(round(radius, 1), distance_text(times * step), round(centre[1] - radius - 3, 1)))
    return [ring for ring in rings if ring.text_y > LINE] or rings[:1]


def _bar(frame: Frame) -> Bar:
    longest = frame.width * 0.28 * frame.metres_a_pixel
    length = max((s for s in STEPS if s <= longest), default=STEPS[0])
    return Bar(12, round(12 + length / frame.metres_a_pixel, 1), frame.height - 12, distance_text(length))


Box = tuple[float, float, float, float]


def _labelled(marks: list[Mark], frame: Frame) -> list[Mark]:
    """Names where they cover neither a mark nor another name; those that find no place stand in the list alone."""
    taken: list[Box] = [(m.x - MARK, m.y - MARK, m.x + MARK, m.y + MARK) for m in marks]
    taken.append((0, frame.height - 34, frame.width * 0.3, frame.height))
    placed = []
    for mark in marks:
        width = label_width(mark.point.label)
        for x, y, anchor, box in _ways(mark, width):
            inside = box[0] >= 2 and box[2] <= frame.width - 2 and box[1] >= 2 and box[3] <= frame.height - 2
            own = (mark.x - MARK, mark.y - MARK, mark.x + MARK, mark.y + MARK)
            if inside and not any(_overlap(box, other) for other in taken if other != own):
                taken.append(box)
                mark = Mark(mark.number, mark.point, mark.x, mark.y, round(x, 1), round(y, 1), anchor)
                break
        placed.append(mark)
    return placed


def _ways(mark: Mark, width: float) -> list[tuple[float, float, str, Box]]:
    gap, half = MARK + 4, LINE / 2
    right, left = mark.x + gap, mark.x - gap
    ways: list[tuple[float, float, str, Box]] = []
    for lift in (0.0, -half - 4, half + 4):
        y = mark.y + lift
        ways.append((right, y + 5, "start", (right, y - half, right + width, y + half)))
        ways.append((left, y + 5, "end", (left - width, y - half, left, y + half)))
    for y in (mark.y - gap - half, mark.y + gap + half):
        box = (mark.x - width / 2, y - half, mark.x + width / 2, y + half)
        ways.append((mark.x, y + 5, "middle", box))
    return ways


def label_width(text: str) -> float:
    """About how wide a label is drawn."""
    return sum(LETTER if unicodedata.east_asian_width(letter) in "WFA" else LETTER * 0.58 for letter in text)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
