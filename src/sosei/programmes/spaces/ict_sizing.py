"""Rows of ICT equipment as the rules take them, and the rules' steps as a proposal keeps them and a page shows them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from django.utils.translation import gettext as _

from sosei.programmes.spaces import words_ict_sizing as words
from sosei.programmes.spaces.errors_ict import IctError
from sosei.programmes.spaces.models import CatalogueItem, IctLine, IctNeed, IctProposal, Space
from sosei.programmes.spaces.rules_errors import RulesError
from sosei.programmes.spaces.rules_ict import Site, Sizing, Use, size
from sosei.programmes.spaces.rules_ict_figures import Figure, Mark, Need, Purpose, Step, Unit
from sosei.programmes.spaces.rules_ict_offers import (
    BillRow,
    Capacity,
    Goods,
    Level,
    Requirement,
    is_met,
    requirements,
)
from sosei.programmes.spaces.rules_ict_offers import CatalogueItem as Thing
from sosei.programmes.spaces.rules_ict_results import Payback, payback, won_income

SITE_FIGURES = ("area_m2", "seats", "doors", "cameras", "wired_seats", "depth_cm")
BASIS = ("searches", "share", "yen", "kept")
"""Inputs of the expected income: searches a month, percent that would book, yen a booking, percent that is kept."""
_NOTHING = Requirement(Goods.WORK, {})
EMPTY_BASIS: Mapping[str, int] = {"searches": 0, "share": 20, "yen": 0, "kept": 100}


def uses_of(need: IctNeed) -> list[Use]:
    """All that goes on at the same time."""
    return [Use(Purpose(one["purpose"]), int(one["users"])) for one in need.uses]


def site_of(need: IctNeed) -> Site:
    """What was found on site."""
    survey = need.survey
    known = {name: survey[name] for name in SITE_FIGURES if survey.get(name) is not None}
    return Site(**known)


def sizing_of(need: IctNeed) -> Sizing:
    """What the space needs, with every step.

    Raises:
        IctError: a figure out of range, or no use.
    """
    try:
        return size(uses_of(need), site_of(need))
    except RulesError as error:
        raise rules_error(error) from error


def rules_error(error: RulesError) -> IctError:
    """A figure that the rules cannot take, in words."""
    place = str(error.data.get("place", "")).split(".")[-1]
    return IctError(
        _("「%(value)s」では計算できません（%(place)s）。%(remedy)s の範囲で書いてください。")
        % {"value": error.data.get("value", ""), "place": place, "remedy": error.data.get("remedy", "")},
        place,
    )


def survey_of_space(space: Space) -> dict[str, Any]:
    """What a listing tells of a space; what it does not is assumed, and said to be."""
    area = ceil(space.area_m2) if space.area_m2 else None
    return {
        "area_m2": area or max(1, ceil(space.seats * 2.5)),
        "seats": space.seats,
        "doors": 1,
        "cameras": 0,
        "wired_seats": 0,
        "depth_cm": None,
        "walls": "open",
        "line": "other",
        "present_down": None,
        "present_up": None,
        "sockets": None,
        "note": "",
        "assumed": [] if area else ["area_m2"],
    }


def things_of(items: Iterable[CatalogueItem], day: datetime.date) -> list[Thing]:
    """What a partner sells on a day, as the rules take it; prices that have run out are left out."""
    return [
        Thing(
            str(item.pk),
            Goods(item.kind),
            item.first_yen,
            item.monthly_yen,
            {Capacity(name): int(value) for name, value in item.capacity.items()},
        )
        for item in items
        if item.ended_at is None and (item.valid_until is None or item.valid_until >= day)
    ]


def income_of(need: IctNeed) -> Step:
    """What the unmet searches would bring in a month."""
    basis = {**EMPTY_BASIS, **need.income_basis}
    try:
        return won_income(basis["searches"], basis["share"], basis["yen"], basis["kept"])
    except RulesError as error:
        raise rules_error(error) from error


def payback_of(need: IctNeed, first_yen: int, monthly_yen: int) -> Payback:
    """When these costs have paid for themselves."""
    return payback(first_yen, monthly_yen, income_of(need))


# --- Kept and shown ---------------------------------------------------------------------------------------------------


def step_as_json(step: Step) -> dict[str, Any]:
    """A step as a proposal keeps it."""
    return {
        "code": step.code,
        "formula": step.formula,
        "figures": [[one.name, one.value, one.unit, one.mark, one.source] for one in step.figures],
        "value": step.value,
        "unit": step.unit,
        "mark": step.mark,
        "source": step.source,
    }


def step_from(kept: Mapping[str, Any]) -> Step:
    """A step as it was kept."""
    figures = tuple(
        Figure(name, value, Unit(unit), Mark(mark), source)
        for name, value, unit, mark, source in kept["figures"]
    )
    return Step(
        kept["code"],
        kept["formula"],
        figures,
        kept["value"],
        Unit(kept["unit"]),
        Mark(kept["mark"]),
        kept["source"],
    )


@dataclass(frozen=True)
class ShownStep:
    """A step in words.

    Attributes:
        figures: name, number with its unit, (kind of chip, how sure), source.
    """

    title: str
    formula: str
    figures: Sequence[tuple[str, str, tuple[str, Any], str]]
    result: str
    mark: tuple[str, Any]
    source: str


def shown(steps: Iterable[Step]) -> list[ShownStep]:
    """Steps in words, in their order."""
    return [
        ShownStep(
            title=words.step_title(step.code),
            formula=str(words.FORMULAS[step.formula]),
            figures=[
                (
                    str(words.FIGURES[one.name]),
                    words.quantity(one.value, one.unit),
                    words.MARKS[one.mark],
                    words.source_text(one.source),
                )
                for one in step.figures
            ],
            result=words.quantity(step.value, step.unit),
            mark=words.MARKS[step.mark],
            source=words.source_text(step.source),
        )
        for step in steps
    ]


_BASIC = (
    Need.DOWN,
    Need.UP,
    Need.PING,
    Need.ACCESS_POINTS,
    Need.BOOTHS,
    Need.OUTLETS,
    Need.DISPLAY,
    Need.CONFERENCE,
    Need.LOCKS,
    Need.NETWORKS,
    Need.UPS,
)


def needs_in_short(sizing: Sizing) -> list[tuple[str, str]]:
    """What comes out, for the head of a page."""
    return [
        (str(words.TITLES[need]), words.quantity(sizing.needs[need], sizing.step(need).unit))
        for need in _BASIC
        if need in sizing.needs
    ]


def uses_text(need: IctNeed) -> str:
    """All uses with their numbers, in one line."""
    parts = [
        f"{words.PURPOSES[one['purpose']]} "
        + words.quantity(one["users"], Unit.NETWORKS if one["purpose"] == Purpose.STREAMING else Unit.PEOPLE)
        for one in need.uses
    ]
    return _("、").join(parts) or need.use


def why_text(line: IctLine) -> str:
    """Why so many: what the goods of a line must do together."""
    told = words.capacity_texts(line.why.get("amounts", {}))
    pieces = max(int(line.why.get("pieces", 1)), int(line.why.get("amounts", {}).get(Capacity.PIECES, 1)))
    if pieces > 1:
        told.append(words.quantity(pieces, Unit.PIECES))
    return _("%(amounts)s 以上") % {"amounts": _("、").join(told)} if told else ""


def shortfalls(proposal: IctProposal, sizing: Sizing, lines: Sequence[IctLine]) -> list[str]:
    """Kinds of goods of which a bill holds less than its level asks for; lines without a catalogue item count as none."""
    rows = []
    for line in lines:
        if line.item is None:
            continue
        capacities = {Capacity(name): int(value) for name, value in line.item.capacity.items()}
        rows.append(BillRow(Thing(str(line.pk), Goods(line.kind), 0, 0, capacities), line.quantity, _NOTHING))
    return [
        str(words.GOODS[one.goods])
        for one in requirements(sizing, Level(proposal.variant))
        if not one.optional and not is_met(rows, one)
    ]
