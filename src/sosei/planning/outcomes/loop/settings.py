"""Settings of the levers: what a planner may choose, read from plain JSON and checked field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from sosei.engines.demography.household_types import HOUSEHOLD_TYPES
from sosei.planning.outcomes.loop.errors import LoopError
from sosei.planning.outcomes.loop.fertility import PASSED_ON

ANYWAY = 0.5
"""Share that would have come anyway until somebody sets another: half, because nobody has asked them."""
PACE_YEARS = 3
MOST_PACE_YEARS = 10
MIX: Mapping[str, float] = {"couple_20s": 0.3, "family_30s": 0.5, "couple_60s": 0.2}
"""Types of the households that are still missing, until somebody sets others."""
SUM_TOLERANCE = 1e-6


@dataclass(frozen=True)
class SettledSettings:
    """How settled households enter the projection.

    Attributes:
        goes_on: the pace of the last `pace_years` fiscal years goes on; else only what has happened counts.
        anyway: share of the same people who would have come without the programme.
        counts_persons: facts about single persons count beside those about households; only where no move is
            recorded as both.
    """

    goes_on: bool = True
    pace_years: int = PACE_YEARS
    anyway: float = ANYWAY
    counts_persons: bool = False

    def to_parameters(self) -> dict[str, Any]:
        """As JSON; `settled_settings` reads it back equal."""
        return {
            "goes_on": self.goes_on,
            "pace_years": self.pace_years,
            "anyway": self.anyway,
            "counts_persons": self.counts_persons,
        }


@dataclass(frozen=True)
class FertilitySettings:
    """How a KPI of births or marriages enters the projection.

    Attributes:
        pace_years: years whose mean goes on.
        anyway: share of the change that would have happened without the programmes.
        passed_on: share of a change of the marriage rate that reaches fertility.
        base: the marriage rate that the projection's start stands for; None for births.
    """

    pace_years: int = PACE_YEARS
    anyway: float = ANYWAY
    passed_on: float = PASSED_ON
    base: float | None = None

    def to_parameters(self) -> dict[str, Any]:
        """As JSON; `fertility_settings` reads it back equal."""
        return {
            "pace_years": self.pace_years,
            "anyway": self.anyway,
            "passed_on": self.passed_on,
            "base": self.base,
        }


def settled_settings(given: Mapping[str, Any]) -> SettledSettings:
    """Reads the settings of settled households; what is missing is as a new lever has it.

    Raises:
        LoopError: with a sentence for each field that cannot be used.
    """
    problems: dict[str, str] = {}
    standing = SettledSettings()
    _only_known(given, standing.to_parameters(), problems)
    goes_on = _yes_or_no(given, "goes_on", standing.goes_on, problems)
    pace_years = _pace_years(given, problems)
    anyway = _share(given, "anyway", ANYWAY, problems)
    counts_persons = _yes_or_no(given, "counts_persons", standing.counts_persons, problems)
    if problems:
        raise LoopError(problems)
    return SettledSettings(goes_on, pace_years, anyway, counts_persons)


def fertility_settings(given: Mapping[str, Any], *, of_marriages: bool) -> FertilitySettings:
    """Reads the settings of a KPI of births or, where `of_marriages`, of marriages.

    Raises:
        LoopError: with a sentence for each field that cannot be used.
    """
    problems: dict[str, str] = {}
    _only_known(given, FertilitySettings().to_parameters(), problems)
    pace_years = _pace_years(given, problems)
    anyway = _share(given, "anyway", ANYWAY, problems)
    passed_on = _share(given, "passed_on", PASSED_ON, problems)
    base = given.get("base")
    if of_marriages and (not _is_number(base) or base <= 0):
        problems["base"] = _(
            "推計の出発点にあたる婚姻率（例：5.1）を、0より大きい数で入れてください。いまの値は「%(text)s」です。"
        ) % {"text": "" if base is None else base}
    if problems:
        raise LoopError(problems)
    return FertilitySettings(pace_years, anyway, passed_on, float(base) if of_marriages and base else None)


def mix_of(given: Any, field_name: str = "mix") -> dict[str, float]:
    """Reads a mix of household types: shares that make 1.

    Raises:
        LoopError: unknown types, shares below 0, or a sum other than 1.
    """
    problems: dict[str, str] = {}
    mix = _mix(given, field_name, problems)
    if problems:
        raise LoopError(problems)
    return mix


def _only_known(given: Mapping[str, Any], known: Mapping[str, Any], problems: dict[str, str]) -> None:
    for name in sorted(set(given) - set(known)):
        problems[name] = _("「%(name)s」という設定はありません。使えるのは %(known)s です。") % {
            "name": name,
            "known": ", ".join(known),
        }


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _yes_or_no(given: Mapping[str, Any], name: str, default: bool, problems: dict[str, str]) -> bool:
    return bool(
        _checked(
            given,
            name,
            default,
            lambda value: isinstance(value, bool),
            _("true か false にしてください。"),
            problems,
        )
    )


def _pace_years(given: Mapping[str, Any], problems: dict[str, str]) -> int:
    def fits(value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_PACE_YEARS

    return _checked(
        given,
        "pace_years",
        PACE_YEARS,
        fits,
        _("ペースを見る年数は、1から%(most)sまでの整数です。") % {"most": MOST_PACE_YEARS},
        problems,
    )


def _share(given: Mapping[str, Any], name: str, default: float, problems: dict[str, str]) -> float:
    return float(
        _checked(
            given,
            name,
            default,
            lambda value: _is_number(value) and 0 <= value <= 1,
            _("割合は0から1まで（0%から100%まで）です。"),
            problems,
        )
    )


def _checked(
    given: Mapping[str, Any],
    name: str,
    default: Any,
    fits: Callable[[Any], bool],
    rule: str,
    problems: dict[str, str],
) -> Any:
    value = given.get(name, default)
    if fits(value):
        return value
    problems[name] = _("「%(text)s」は使えません。%(rule)s") % {"text": value, "rule": rule}
    return default


def _mix(given: Any, name: str, problems: dict[str, str]) -> dict[str, float]:
    known = ", ".join(HOUSEHOLD_TYPES)
    if not isinstance(given, Mapping) or not given:
        problems[name] = _("世帯の種類ごとの割合を入れてください。種類は %(known)s です。") % {"known": known}
        return {}
    for kind, share in given.items():
        if kind not in HOUSEHOLD_TYPES:
            problems[name] = _("「%(kind)s」という世帯の種類はありません。使えるのは %(known)s です。") % {
                "kind": kind,
                "known": known,
            }
        elif not _is_number(share) or share < 0:
            problems[name] = _("「%(kind)s」の割合「%(share)s」は使えません。0以上の数を入れてください。") % {
                "kind": kind,
                "share": share,
            }
    if name in problems:
        return {}
    total = float(sum(given.values()))
    if abs(total - 1.0) > SUM_TOLERANCE:
        problems[name] = _("割合を足すと%(total)s%%です。合わせて100%%にしてください。") % {
            "total": f"{total * 100:g}"
        }
        return {}
    return {kind: float(share) for kind, share in given.items() if share > 0}
