"""How large a space's network and equipment must be for its uses: every formula as a step that can be shown; no Django."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sosei.programmes.spaces.rules_errors import ErrorCode, RulesError, need_range
from sosei.programmes.spaces.rules_ict_figures import (
    AP_CLIENTS,
    AP_KBPS,
    CELL,
    DEVICES_EACH,
    FORMULAS,
    NETWORKS,
    OUTLETS_EACH,
    PING,
    PING_OTHERS,
    PROFILES,
    RESERVE,
    SATELLITE,
    SEATS_A_BOOTH,
    SITE_DOWN,
    SITE_UP,
    SOURCES,
    UNITS,
    VIEWING,
    Figure,
    Mark,
    Need,
    Purpose,
    Step,
    Unit,
)

__all__ = ["SOURCES", "Figure", "Mark", "Need", "Purpose", "Site", "Sizing", "Step", "Unit", "Use", "size"]


@dataclass(frozen=True, slots=True)
class Use:
    """A purpose and how many use it at once (streaming: streams); the profile's figures unless others are given.

    Raises:
        RulesError: figures out of range.
    """

    purpose: Purpose
    users: int
    share_percent: int | None = None
    down_kbps: int | None = None
    up_kbps: int | None = None

    def __post_init__(self) -> None:
        need_range(self.users, 1, 5000, place="Use.users")
        if self.share_percent is not None:
            need_range(self.share_percent, 1, 100, place="Use.share_percent")
        for name, kbps in (("down_kbps", self.down_kbps), ("up_kbps", self.up_kbps)):
            if kbps is not None:
                need_range(kbps, 1, 1_000_000, place=f"Use.{name}")


@dataclass(frozen=True, slots=True)
class Site:
    """What is known of the space.

    Attributes:
        depth_cm: from the display to the last seat; None: taken from the area.
        wired_seats: seats with a cable.

    Raises:
        RulesError: figures out of range.
    """

    area_m2: int
    seats: int
    doors: int = 1
    cameras: int = 0
    wired_seats: int = 0
    depth_cm: int | None = None

    def __post_init__(self) -> None:
        need_range(self.area_m2, 1, 100_000, place="Site.area_m2")
        need_range(self.seats, 1, 5000, place="Site.seats")
        need_range(self.doors, 0, 100, place="Site.doors")
        need_range(self.cameras, 0, 500, place="Site.cameras")
        need_range(self.wired_seats, 0, self.seats, place="Site.wired_seats")
        if self.depth_cm is not None:
            need_range(self.depth_cm, 50, 10_000, place="Site.depth_cm")


@dataclass(frozen=True)
class Sizing:
    """What is needed, and every step to it, in the order in which they build on each other."""

    steps: tuple[Step, ...]
    needs: Mapping[Need, int] = field(default_factory=dict)

    def step(self, code: str) -> Step:
        """The step of a code.

        Raises:
            RulesError: there is none.
        """
        for each in self.steps:
            if each.code == code:
                return each
        raise RulesError(ErrorCode.MISSING, place="Sizing.steps", value=code, remedy="code of a step")


def size(uses: Sequence[Use], site: Site) -> Sizing:
    """What a space needs for all its uses at the same time.

    Raises:
        RulesError: no use is given.
    """
    if not uses:
        raise RulesError(ErrorCode.MISSING, place="uses", value="", remedy="1..")
    purposes = {use.purpose for use in uses}
    steps: list[Step] = []
    down = _demand(uses, "down", steps)
    up = _demand(uses, "up", steps)
    least = SATELLITE if Purpose.COWORKING in purposes else SITE_DOWN
    line_down = _step(steps, Need.DOWN, "max(demand, least)", [_given("demand", down, Unit.KBPS), least])
    line_up = _step(steps, Need.UP, "max(demand, least)", [_given("demand", up, Unit.KBPS), SITE_UP])
    ping = PING if purposes & {Purpose.COWORKING, Purpose.VIDEO_MEETING} else PING_OTHERS
    _step(steps, Need.PING, "ping", [ping])
    people = max(site.seats, sum(use.users for use in uses if use.purpose is not Purpose.STREAMING))
    devices = _step(
        steps, Need.DEVICES, "people * each", [_given("people", people, Unit.PEOPLE), DEVICES_EACH]
    )
    points = _access_points(site, devices, down + up, steps)
    needs = {Need.DOWN: line_down, Need.UP: line_up, Need.PING: ping.value, Need.DEVICES: devices}
    needs[Need.ACCESS_POINTS] = points
    needs.update(_furniture(uses, site, steps))
    needs.update(_cabinet(site, points, steps))
    return Sizing(tuple(steps), needs)


def _given(name: str, value: int, unit: Unit) -> Figure:
    return Figure(name, value, unit, Mark.H, "")


def _weakest(figures: Sequence[Figure]) -> Mark:
    """A result is known no better than its least known figure."""
    order = list(Mark)
    return max((figure.mark for figure in figures), key=order.index)


def _step(steps: list[Step], code: str, formula: str, figures: list[Figure], source: str = "") -> int:
    """Reckon one formula of those below, write it down, and give its result."""
    value = FORMULAS[formula](*(figure.value for figure in figures))
    named = source or next((figure.source for figure in reversed(figures) if figure.source), "")
    unit = UNITS.get(code.split(":")[0], Unit.PIECES)
    steps.append(Step(str(code), formula, tuple(figures), value, unit, _weakest(figures), named))
    return value


def _demand(uses: Sequence[Use], way: str, steps: list[Step]) -> int:
    total = 0
    for place, use in enumerate(uses):
        profile = PROFILES[use.purpose]
        asked = use.down_kbps if way == "down" else use.up_kbps
        kbps = profile.down if way == "down" else profile.up
        figures = [
            _given("users", use.users, Unit.PEOPLE),
            profile.share if use.share_percent is None else _given("share", use.share_percent, Unit.PERCENT),
            kbps if asked is None else _given("kbps", asked, Unit.KBPS),
        ]
        total += _step(steps, f"demand_{way}:{place}:{use.purpose}", "users * share/100 * kbps", figures)
    return _step(steps, f"total_{way}", "sum * reserve/100", [_given("sum", total, Unit.KBPS), RESERVE])


def _access_points(site: Site, devices: int, demand: int, steps: list[Step]) -> int:
    """One band carries both directions; the 2.4 GHz band is not counted on, for neighbours disturb it."""
    area = _step(
        steps, "ap_by_area", "ceil(area / cell)", [_given("area", site.area_m2, Unit.SQUARE_METRES), CELL]
    )
    clients = _step(
        steps,
        "ap_by_devices",
        "ceil(devices / per_ap)",
        [_given("devices", devices, Unit.DEVICES), AP_CLIENTS],
    )
    load = _step(
        steps, "ap_by_demand", "ceil(demand / per_ap)", [_given("demand", demand, Unit.KBPS), AP_KBPS]
    )
    return _step(
        steps,
        Need.ACCESS_POINTS,
        "max(by_area, by_devices, by_demand)",
        [
            Figure("by_area", area, Unit.PIECES, CELL.mark, CELL.source),
            Figure("by_devices", clients, Unit.PIECES, AP_CLIENTS.mark, AP_CLIENTS.source),
            Figure("by_demand", load, Unit.PIECES, AP_KBPS.mark, AP_KBPS.source),
        ],
    )


def _furniture(uses: Sequence[Use], site: Site, steps: list[Step]) -> dict[Need, int]:
    purposes = {use.purpose for use in uses}
    seats = _given("seats", site.seats, Unit.PEOPLE)
    found = {Need.OUTLETS: _step(steps, Need.OUTLETS, "seats * each", [seats, OUTLETS_EACH])}
    if Purpose.COWORKING in purposes:
        found[Need.BOOTHS] = _step(
            steps, Need.BOOTHS, "ceil(seats / seats_per_booth)", [seats, SEATS_A_BOOTH]
        )
    if purposes & {Purpose.VIDEO_MEETING, Purpose.CLASSES}:
        if site.depth_cm is None:
            area = Figure("area", site.area_m2, Unit.SQUARE_METRES, Mark.DESIGN, "own")
            depth = _step(steps, "depth", "sqrt(area) * 120", [area])
        else:
            depth = site.depth_cm
        found[Need.DISPLAY] = _step(
            steps,
            Need.DISPLAY,
            "ceil(depth / heights * 2.04 / 2.54)",
            [_given("depth", depth, Unit.CM), VIEWING],
        )
    meeting = [use.users for use in uses if use.purpose is Purpose.VIDEO_MEETING]
    if meeting:
        found[Need.CONFERENCE] = _step(
            steps, Need.CONFERENCE, "users", [_given("users", max(meeting), Unit.PEOPLE)]
        )
    return found


def _cabinet(site: Site, points: int, steps: list[Step]) -> dict[Need, int]:
    """What hangs on the switch, the networks that are kept apart, and the power for a quarter of an hour."""
    ap = _given("access_points", points, Unit.PIECES)
    cameras = _given("cameras", site.cameras, Unit.PIECES)
    found: dict[Need, int] = {}
    if site.cameras:
        found[Need.CAMERAS] = _step(steps, Need.CAMERAS, "cameras", [cameras])
    if site.doors:
        found[Need.LOCKS] = _step(steps, Need.LOCKS, "doors", [_given("doors", site.doors, Unit.PIECES)])
    locks = _given("locks", site.doors, Unit.PIECES)
    found[Need.POE_PORTS] = _step(
        steps, Need.POE_PORTS, "access_points + cameras + locks", [ap, cameras, locks]
    )
    found[Need.PORTS] = _step(
        steps,
        Need.PORTS,
        "poe_ports + wired_seats + uplink",
        [
            _given("poe_ports", found[Need.POE_PORTS], Unit.PORTS),
            _given("wired_seats", site.wired_seats, Unit.PORTS),
            Figure("uplink", 1, Unit.PORTS, Mark.DESIGN, "own"),
        ],
    )
    found[Need.NETWORKS] = _step(steps, Need.NETWORKS, "networks", [NETWORKS])
    watt = _step(
        steps,
        "watt",
        "base + access_points * 25 + cameras * 15 + locks * 10",
        [Figure("base", 40, Unit.WATT, Mark.DESIGN, "own"), ap, cameras, locks],
    )
    found[Need.UPS] = _step(
        steps,
        Need.UPS,
        "ceil(watt * reserve / power_factor)",
        [
            _given("watt", watt, Unit.WATT),
            Figure("reserve", 125, Unit.PERCENT, Mark.DESIGN, "own"),
            Figure("power_factor", 60, Unit.PERCENT, Mark.DESIGN, "own"),
        ],
    )
    return found
