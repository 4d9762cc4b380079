"""The figures behind the sizing of networks and equipment, where each is from, and the formulas that use them; no Django.

Whole numbers throughout: kbit/s, percent, cm, inches. Marks say how firmly a figure is known: H official text or several
sources, M one secondary source, L unchecked, DESIGN our own practice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isqrt


class Mark(StrEnum):
    """How firmly a figure is known."""

    H = "H"
    M = "M"
    L = "L"
    DESIGN = "design"


class Unit(StrEnum):
    """What a number counts."""

    PEOPLE = "people"
    DEVICES = "devices"
    PERCENT = "percent"
    KBPS = "kbps"
    MS = "ms"
    SQUARE_METRES = "m2"
    CM = "cm"
    INCH = "inch"
    PIECES = "pieces"
    PORTS = "ports"
    WATT = "W"
    VA = "VA"
    NETWORKS = "networks"
    YEN = "yen"
    YEN_A_MONTH = "yen_a_month"
    MONTHS = "months"
    SEARCHES = "searches"


class Purpose(StrEnum):
    """What a space is to be used for."""

    VIDEO_MEETING = "video_meeting"
    COWORKING = "coworking"
    STREAMING = "streaming"
    CLASSES = "classes"
    LIGHT = "light"


class Need(StrEnum):
    """What the sizing gives."""

    DOWN = "down"
    UP = "up"
    PING = "ping"
    DEVICES = "devices"
    ACCESS_POINTS = "access_points"
    BOOTHS = "booths"
    OUTLETS = "outlets"
    DISPLAY = "display"
    CONFERENCE = "conference"
    CAMERAS = "cameras"
    LOCKS = "locks"
    POE_PORTS = "poe_ports"
    PORTS = "ports"
    NETWORKS = "networks"
    UPS = "ups"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a formula, under the name that the formula uses."""

    name: str
    value: int
    unit: Unit
    mark: Mark = Mark.DESIGN
    source: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One formula with its figures and its result.

    Attributes:
        code: what is reckoned; for demand, with the purpose behind a colon.
        formula: in the names of the figures, as it can be shown.
        source: key of `SOURCES`; empty for plain arithmetic on what was given.
    """

    code: str
    formula: str
    figures: tuple[Figure, ...]
    value: int
    unit: Unit
    mark: Mark
    source: str = ""


SOURCES: Mapping[str, str] = {
    "satellite": "chisou.go.jp/chitele/contents/3910",
    "video": "learn.microsoft.com Azure Communication Services: network requirements",
    "ap_cell": "xtech.nikkei.com 19/00060/00003",
    "ap_clients": "itpro.nikkei.co.jp 16/012100014",
    "ap_throughput": "community.arubanetworks.com 2025-04",
    "old_rule": "viva-musen.net 18708484",
    "site_minimum": "dime.jp 1475094",
    "own": "",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """What one active user of a purpose needs, and how many are active at once."""

    share: Figure
    down: Figure
    up: Figure


def _profile(share: int, down: tuple[int, Mark, str], up: tuple[int, Mark, str], share_mark: Mark) -> Profile:
    return Profile(
        Figure("share", share, Unit.PERCENT, share_mark, "own"),
        Figure("kbps", down[0], Unit.KBPS, down[1], down[2]),
        Figure("kbps", up[0], Unit.KBPS, up[1], up[2]),
    )


_HD = (2000, Mark.H, "video")
PROFILES: Mapping[Purpose, Profile] = {
    Purpose.VIDEO_MEETING: _profile(100, _HD, _HD, Mark.DESIGN),
    Purpose.COWORKING: _profile(50, (3000, Mark.H, "ap_throughput"), (1500, Mark.H, "video"), Mark.DESIGN),
    Purpose.STREAMING: _profile(100, (5000, Mark.DESIGN, "own"), (10_000, Mark.DESIGN, "own"), Mark.DESIGN),
    Purpose.CLASSES: _profile(100, _HD, (500, Mark.H, "video"), Mark.DESIGN),
    Purpose.LIGHT: _profile(50, (1000, Mark.M, "old_rule"), (500, Mark.DESIGN, "own"), Mark.DESIGN),
}

RESERVE = Figure("reserve", 130, Unit.PERCENT, Mark.DESIGN, "own")
SITE_DOWN = Figure("least", 30_000, Unit.KBPS, Mark.M, "site_minimum")
SITE_UP = Figure("least", 10_000, Unit.KBPS, Mark.M, "site_minimum")
SATELLITE = Figure("least", 50_000, Unit.KBPS, Mark.H, "satellite")
"""For coworking and satellite offices, effective."""
PING = Figure("ping", 10, Unit.MS, Mark.H, "satellite")
PING_OTHERS = Figure("ping", 50, Unit.MS, Mark.DESIGN, "own")
DEVICES_EACH = Figure("each", 2, Unit.DEVICES, Mark.H, "ap_cell")
CELL = Figure("cell", 225, Unit.SQUARE_METRES, Mark.H, "ap_cell")
"""15 m between access points, the nearer end of 15 to 20."""
AP_CLIENTS = Figure("per_ap", 25, Unit.DEVICES, Mark.H, "ap_clients")
AP_KBPS = Figure("per_ap", 60_000, Unit.KBPS, Mark.H, "ap_throughput")
SEATS_A_BOOTH = Figure("seats_per_booth", 8, Unit.PEOPLE, Mark.L, "own")
OUTLETS_EACH = Figure("each", 2, Unit.PIECES, Mark.DESIGN, "own")
VIEWING = Figure("heights", 6, Unit.PIECES, Mark.L, "own")
NETWORKS = Figure("networks", 3, Unit.NETWORKS, Mark.DESIGN, "own")
"""Guests, the host's own, and things (locks, cameras): none reaches another."""


def up_to(above: int, below: int) -> int:
    """Divided, and rounded up."""
    return -(-above // below)


FORMULAS: Mapping[str, Callable[..., int]] = {
    "users * share/100 * kbps": lambda users, share, kbps: up_to(users * share * kbps, 100),
    "sum * reserve/100": lambda total, reserve: up_to(total * reserve, 100),
    "max(demand, least)": max,
    "ping": lambda ping: ping,
    "people * each": lambda people, each: people * each,
    "ceil(area / cell)": up_to,
    "ceil(devices / per_ap)": up_to,
    "ceil(demand / per_ap)": up_to,
    "max(by_area, by_devices, by_demand)": max,
    "ceil(seats / seats_per_booth)": up_to,
    "seats * each": lambda seats, each: seats * each,
    "sqrt(area) * 120": lambda area: isqrt(area * 14_400 - 1) + 1,
    "ceil(depth / heights * 2.04 / 2.54)": lambda depth, heights: up_to(depth * 204, heights * 254),
    "users": lambda users: users,
    "cameras": lambda cameras: cameras,
    "doors": lambda doors: doors,
    "access_points + cameras + locks": lambda points, cameras, locks: points + cameras + locks,
    "poe_ports + wired_seats + uplink": lambda poe, wired, uplink: poe + wired + uplink,
    "networks": lambda networks: networks,
    "base + access_points * 25 + cameras * 15 + locks * 10": (
        lambda base, points, cameras, locks: base + points * 25 + cameras * 15 + locks * 10
    ),
    "ceil(watt * reserve / power_factor)": lambda watt, reserve, factor: up_to(watt * reserve, factor),
}
"""What each formula text means; tests hold the two together."""

UNITS: Mapping[str, Unit] = {
    "demand_down": Unit.KBPS,
    "demand_up": Unit.KBPS,
    "total_down": Unit.KBPS,
    "total_up": Unit.KBPS,
    Need.DOWN: Unit.KBPS,
    Need.UP: Unit.KBPS,
    Need.PING: Unit.MS,
    Need.DEVICES: Unit.DEVICES,
    "depth": Unit.CM,
    Need.DISPLAY: Unit.INCH,
    Need.CONFERENCE: Unit.PEOPLE,
    Need.POE_PORTS: Unit.PORTS,
    Need.PORTS: Unit.PORTS,
    Need.NETWORKS: Unit.NETWORKS,
    "watt": Unit.WATT,
    Need.UPS: Unit.VA,
}
"""Unit of each result; pieces where none is named."""
