"""Bills of goods for a sized space from a priced catalogue: economy, balanced, robust; no Django.

Up to three proposals: economy meets what is needed at the least cost, balanced keeps a quarter in reserve, robust half
and a second line. None is under-sized: what the catalogue cannot meet is refused by name, not left out. Cost is what is
paid at first and over `COST_MONTHS`; each kind of goods is met by pieces of one model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sosei.programmes.spaces.rules_errors import ErrorCode, Refusal, RulesError, need_range
from sosei.programmes.spaces.rules_ict import Sizing
from sosei.programmes.spaces.rules_ict_figures import Need, up_to

COST_MONTHS = 36
"""Over which first and running cost are compared [design]."""
MOST_YEN = 1_000_000_000


class Goods(StrEnum):
    """Kinds of things in a catalogue."""

    LINE = "line"
    ROUTER = "router"
    ACCESS_POINT = "access_point"
    SWITCH = "switch"
    BOOTH = "booth"
    POWER = "power"
    DISPLAY = "display"
    CAMERA = "camera"
    """Camera, microphone and loudspeaker for meetings."""
    LOCK = "lock"
    SHREDDER = "shredder"
    UPS = "ups"
    WORK = "work"


class Capacity(StrEnum):
    """What a thing can do, as a number."""

    DOWN_KBPS = "down_kbps"
    UP_KBPS = "up_kbps"
    CLIENTS = "clients"
    """Of an access point, as its catalogue says; half of it is reckoned with."""
    NETWORKS = "networks"
    POE_PORTS = "poe_ports"
    PORTS = "ports"
    OUTLETS = "outlets"
    INCH = "inch"
    PEOPLE = "people"
    DOORS = "doors"
    VA = "va"
    PIECES = "pieces"
    """For things that are only counted; 1 where a catalogue says nothing."""


class Level(StrEnum):
    """How much more than needed a proposal holds."""

    ECONOMY = "economy"
    BALANCED = "balanced"
    ROBUST = "robust"


class Code(StrEnum):
    """Why there is no proposal."""

    NOT_IN_CATALOGUE = "not_in_catalogue"


RESERVES: Mapping[Level, int] = {Level.ECONOMY: 100, Level.BALANCED: 125, Level.ROBUST: 150}
"""Percent of what is needed [design]."""


@dataclass(frozen=True)
class CatalogueItem:
    """A thing or service with its price.

    Attributes:
        first_yen, monthly_yen: with tax, for one piece.
        capacities: what one piece can do; a capacity that is not named is 0 (PIECES: 1).

    Raises:
        RulesError: a price or capacity out of range.
    """

    code: str
    goods: Goods
    first_yen: int
    monthly_yen: int = 0
    capacities: Mapping[Capacity, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        need_range(self.first_yen, 0, MOST_YEN, place="CatalogueItem.first_yen")
        need_range(self.monthly_yen, 0, MOST_YEN, place="CatalogueItem.monthly_yen")
        for value in self.capacities.values():
            need_range(value, 0, MOST_YEN, place="CatalogueItem.capacities")

    def can(self, capacity: Capacity) -> int:
        """What one piece can do."""
        return self.capacities.get(capacity, 1 if capacity is Capacity.PIECES else 0)


@dataclass(frozen=True)
class Requirement:
    """What a kind of goods must do together.

    Attributes:
        adds_up: several pieces do more than one; else each piece must do it all.
        pieces: at least so many.
        optional: left out where the catalogue has no such goods at all (work that is in the prices, a shredder).
    """

    goods: Goods
    amounts: Mapping[Capacity, int]
    adds_up: bool = True
    pieces: int = 1
    optional: bool = False


@dataclass(frozen=True)
class BillRow:
    """One line of a bill of goods."""

    item: CatalogueItem
    quantity: int
    requirement: Requirement

    @property
    def first_yen(self) -> int:
        """For all its pieces."""
        return self.item.first_yen * self.quantity

    @property
    def monthly_yen(self) -> int:
        """For all its pieces."""
        return self.item.monthly_yen * self.quantity


@dataclass(frozen=True)
class Proposal:
    """A bill of goods that meets everything."""

    level: Level
    rows: tuple[BillRow, ...]

    @property
    def first_yen(self) -> int:
        """To be paid at first."""
        return sum(row.first_yen for row in self.rows)

    @property
    def monthly_yen(self) -> int:
        """To be paid each month."""
        return sum(row.monthly_yen for row in self.rows)


@dataclass(frozen=True)
class Proposals:
    """Proposals, and what stands in the way of those that could not be made."""

    offers: tuple[Proposal, ...]
    refused: tuple[Refusal, ...] = ()


def requirements(sizing: Sizing, level: Level = Level.ECONOMY) -> list[Requirement]:
    """What each kind of goods must do for a proposal of a level."""
    needs = sizing.needs
    reserve = RESERVES[level]

    def more(need: Need) -> int:
        return up_to(needs[need] * reserve, 100)

    points = access_points(sizing, level)
    line = {Capacity.DOWN_KBPS: more(Need.DOWN), Capacity.UP_KBPS: more(Need.UP)}
    found = [
        Requirement(Goods.LINE, line, adds_up=False, pieces=2 if level is Level.ROBUST else 1),
        Requirement(Goods.ROUTER, {**line, Capacity.NETWORKS: needs[Need.NETWORKS]}, adds_up=False),
        Requirement(Goods.ACCESS_POINT, {Capacity.CLIENTS: 2 * more(Need.DEVICES)}, pieces=points),
        Requirement(
            Goods.SWITCH,
            {
                Capacity.POE_PORTS: more(Need.POE_PORTS) + points - needs[Need.ACCESS_POINTS],
                Capacity.PORTS: more(Need.PORTS) + points - needs[Need.ACCESS_POINTS],
            },
        ),
        Requirement(Goods.POWER, {Capacity.OUTLETS: needs[Need.OUTLETS]}),
        Requirement(Goods.UPS, {Capacity.VA: more(Need.UPS)}),
        Requirement(Goods.WORK, {Capacity.PIECES: 1}, optional=True),
    ]
    if Need.BOOTHS in needs:
        seats, seats_per_booth = (figure.value for figure in sizing.step(Need.BOOTHS).figures)
        booths = up_to(seats * reserve, seats_per_booth * 100)
        found.append(Requirement(Goods.BOOTH, {Capacity.PIECES: booths}))
        if level is not Level.ECONOMY:
            found.append(Requirement(Goods.SHREDDER, {Capacity.PIECES: 1}, optional=True))
    if Need.DISPLAY in needs:
        found.append(Requirement(Goods.DISPLAY, {Capacity.INCH: needs[Need.DISPLAY]}, adds_up=False))
    if Need.CONFERENCE in needs:
        found.append(Requirement(Goods.CAMERA, {Capacity.PEOPLE: more(Need.CONFERENCE)}, adds_up=False))
    if Need.LOCKS in needs:
        found.append(Requirement(Goods.LOCK, {Capacity.DOORS: needs[Need.LOCKS]}))
    return found


def access_points(sizing: Sizing, level: Level) -> int:
    """Access points of a level: the reserve is for users, not for area; robust has one more, so that one may fail."""
    by_use = (
        up_to(figures[0].value * RESERVES[level], figures[1].value * 100)
        for figures in (sizing.step("ap_by_devices").figures, sizing.step("ap_by_demand").figures)
    )
    return max(sizing.step("ap_by_area").value, *by_use) + (1 if level is Level.ROBUST else 0)


def pieces_needed(item: CatalogueItem, requirement: Requirement) -> int | None:
    """How many pieces of a model meet a requirement; None where no number does."""
    found = requirement.pieces
    for capacity, amount in requirement.amounts.items():
        if amount == 0:
            continue
        can = item.can(capacity)
        if can == 0 or (not requirement.adds_up and can < amount):
            return None
        if requirement.adds_up:
            found = max(found, up_to(amount, can))
    return found


def is_met(rows: Sequence[BillRow], requirement: Requirement) -> bool:
    """Whether rows of a bill meet a requirement, reckoned from the goods themselves."""
    rows = [row for row in rows if row.item.goods is requirement.goods]
    if sum(row.quantity for row in rows) < requirement.pieces:
        return False
    for capacity, amount in requirement.amounts.items():
        each = [row.item.can(capacity) for row in rows for _piece in range(row.quantity)]
        if (sum(each) if requirement.adds_up else min(each)) < amount:
            return False
    return True


def choose(requirement: Requirement, catalogue: Sequence[CatalogueItem]) -> BillRow | None:
    """The model, and its number of pieces, that meets a requirement at the least cost; None where none does."""
    rows = [
        BillRow(item, pieces, requirement)
        for item in catalogue
        if item.goods is requirement.goods and (pieces := pieces_needed(item, requirement)) is not None
    ]
    return min(rows, key=_cost, default=None)


def _cost(row: BillRow) -> tuple[int, int, str]:
    return (row.first_yen + COST_MONTHS * row.monthly_yen, row.first_yen, row.item.code)


def propose(sizing: Sizing, catalogue: Sequence[CatalogueItem]) -> Proposals:
    """Economy, balanced and robust, as far as the catalogue goes; one that brings no other goods is not repeated.

    Raises:
        RulesError: two catalogue items have one code.
    """
    codes = [item.code for item in catalogue]
    for code in codes:
        if codes.count(code) > 1:
            raise RulesError(
                ErrorCode.DUPLICATE, place="CatalogueItem.code", value=code, remedy="one item for each code"
            )
    offers: list[Proposal] = []
    refused: list[Refusal] = []
    bills: list[list[tuple[str, int]]] = []
    for level in Level:
        rows: list[BillRow] = []
        lacking: list[Refusal] = []
        for requirement in requirements(sizing, level):
            row = choose(requirement, catalogue)
            if row is None and requirement.optional:
                continue
            if row is None:
                lacking.append(_lacking(level, requirement))
            else:
                rows.append(row)
        bill = [(row.item.code, row.quantity) for row in rows]
        refused.extend(lacking)
        if not lacking and bill not in bills:
            offers.append(Proposal(level, tuple(rows)))
            bills.append(bill)
    return Proposals(tuple(offers), tuple(refused))


def _lacking(level: Level, requirement: Requirement) -> Refusal:
    amounts: dict[str, int] = {str(capacity): amount for capacity, amount in requirement.amounts.items()}
    return Refusal(
        Code.NOT_IN_CATALOGUE,
        {"level": level, "goods": requirement.goods, "pieces": requirement.pieces, **amounts},
    )
