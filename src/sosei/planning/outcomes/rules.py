"""Rules of facts in plain Python: what a fact may hold, and what keeps personal data out of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from sosei.engines.conventions.fiscal_years import fiscal_year_of
from sosei.planning.outcomes.kinds import Kind

FIRST_DAY: Final = date(1950, 4, 1)
MOST_COUNT: Final = 1_000_000
MOST_AMOUNT: Final = Decimal("99999999999.99")
AMOUNT_PLACES: Final = 2
LONGEST_PLACE: Final = 40
LONGEST_KEY: Final = 80
LONGEST_TYPE: Final = 60

_PLACE_REFUSED = re.compile(r"[0-9０-９@＠]|様|さん|氏$|丁目|番地")
_KEY = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:/#-]*")
_PHONE = re.compile(r"0[0-9]{9,10}|0[0-9]{1,4}-[0-9]{1,4}-[0-9]{3,4}")
_TWELVE_DIGITS = re.compile(r"[0-9]{12}")


class Reason(StrEnum):
    """Why a fact is refused; `messages.py` has the sentence of each."""

    TOO_EARLY = "too_early"
    IN_THE_FUTURE = "in_the_future"
    COUNT = "count"
    AMOUNT_MISSING = "amount_missing"
    AMOUNT_NOT_WANTED = "amount_not_wanted"
    AMOUNT_NEGATIVE = "amount_negative"
    AMOUNT_NOT_WHOLE = "amount_not_whole"
    AMOUNT_PLACES = "amount_places"
    UNKNOWN_ATTRIBUTE = "unknown_attribute"
    UNKNOWN_VALUE = "unknown_value"
    VALUE_MISSING = "value_missing"
    PLACE_LONG = "place_long"
    PLACE_PERSONAL = "place_personal"
    TYPE_WRONG = "type_wrong"
    KEY_MISSING = "key_missing"
    KEY_WRONG = "key_wrong"
    KEY_PERSONAL = "key_personal"


@dataclass(frozen=True)
class Refusal:
    """Why a fact cannot be kept so: the part that is wrong, and the values its sentence names."""

    reason: Reason
    part: str
    values: Mapping[str, object] = field(default_factory=dict)


def fiscal_year(day: date) -> int:
    """The fiscal year in which a day lies."""
    return fiscal_year_of(day.year, day.month)


def refusals(
    kind: Kind,
    *,
    on: date,
    today: date,
    count: int,
    amount: Decimal | None,
    attributes: Mapping[str, str],
    place: str,
    obj: tuple[str, str],
) -> Iterator[Refusal]:
    """Everything that is wrong with a fact, part by part."""
    for found in (
        check_day(on, today),
        check_count(count),
        check_amount(kind, amount),
        check_place(place),
        check_object_type(obj[0]),
        check_object_key(obj[1]),
    ):
        if found is not None:
            yield found
    yield from check_attributes(kind, attributes)


def check_day(on: date, today: date) -> Refusal | None:
    """Neither before anything was recorded nor after today."""
    if on < FIRST_DAY:
        return Refusal(Reason.TOO_EARLY, "on", {"day": on.isoformat(), "first": FIRST_DAY.isoformat()})
    if on > today:
        return Refusal(Reason.IN_THE_FUTURE, "on", {"day": on.isoformat(), "today": today.isoformat()})
    return None


def check_count(count: int) -> Refusal | None:
    """At least one of what the kind counts."""
    if not 1 <= count <= MOST_COUNT:
        return Refusal(Reason.COUNT, "count", {"value": count, "most": MOST_COUNT})
    return None


def check_amount(kind: Kind, amount: Decimal | None) -> Refusal | None:
    """There exactly where the kind has one, not negative, with as many places as are kept."""
    if not kind.has_amount:
        return None if amount is None else Refusal(Reason.AMOUNT_NOT_WANTED, "amount", {"value": amount})
    if amount is None:
        return Refusal(Reason.AMOUNT_MISSING, "amount", {"title": kind.amount_title})
    if not amount.is_finite() or not 0 <= amount <= MOST_AMOUNT:
        return Refusal(Reason.AMOUNT_NEGATIVE, "amount", {"value": amount, "most": MOST_AMOUNT})
    if kind.whole_amount and amount != amount.to_integral_value():
        return Refusal(Reason.AMOUNT_NOT_WHOLE, "amount", {"value": amount, "title": kind.amount_title})
    if amount != round(amount, AMOUNT_PLACES):
        return Refusal(Reason.AMOUNT_PLACES, "amount", {"value": amount, "places": AMOUNT_PLACES})
    return None


def check_attributes(kind: Kind, attributes: Mapping[str, str]) -> Iterator[Refusal]:
    """Only what the kind declares, only values of its lists, and all that it requires."""
    for name, value in attributes.items():
        declared = kind.attribute(name)
        if declared is None:
            known = "、".join(each.name for each in kind.attributes)
            yield Refusal(Reason.UNKNOWN_ATTRIBUTE, name, {"name": name, "known": known})
        elif value not in declared.values:
            known = "、".join(str(label) for label in declared.values.values())
            yield Refusal(
                Reason.UNKNOWN_VALUE, name, {"value": value, "title": declared.title, "known": known}
            )
    for each in kind.attributes:
        if each.required and each.name not in attributes:
            yield Refusal(Reason.VALUE_MISSING, each.name, {"title": each.title})


def check_place(place: str) -> Refusal | None:
    """The name of a part of the town: short, without house numbers, telephone numbers or people's titles."""
    if len(place) > LONGEST_PLACE:
        return Refusal(Reason.PLACE_LONG, "place", {"value": place[:60], "most": LONGEST_PLACE})
    if _PLACE_REFUSED.search(place):
        return Refusal(Reason.PLACE_PERSONAL, "place", {"value": place})
    return None


def check_object_type(name: str) -> Refusal | None:
    """What kind of thing is behind the fact: named, and short."""
    if not name.strip() or len(name) > LONGEST_TYPE or "@" in name:
        return Refusal(Reason.TYPE_WRONG, "object", {"value": name[:80], "most": LONGEST_TYPE})
    return None


def check_object_key(key: str) -> Refusal | None:
    """A number or sign, never a name, telephone number, address of mail or an individual number of twelve digits."""
    if not key:
        return Refusal(Reason.KEY_MISSING, "key")
    if len(key) > LONGEST_KEY or not _KEY.fullmatch(key):
        return Refusal(Reason.KEY_WRONG, "key", {"value": key[:LONGEST_KEY]})
    if _PHONE.fullmatch(key) or _TWELVE_DIGITS.fullmatch(key):
        return Refusal(Reason.KEY_PERSONAL, "key", {"value": key})
    return None


def canonical_key(text: str) -> str:
    """One spelling of a number: a spreadsheet that lost the zeros in front of 0012 means the same thing."""
    return text.lstrip("0") or "0" if text.isascii() and text.isdigit() and len(text) < 10 else text
