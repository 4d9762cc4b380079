"""The list of a town's people that staff work with all day: few columns, one page at a time, in the order of readings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from sosei.core.people import roles
from sosei.core.people.roles import Standing
from sosei.engines.conventions.folding import fold_kana, fold_width

COLUMNS = ("pk", "uid", "family_name", "given_name", "family_kana", "given_kana", "phone", "email")
ORDER = ("family_kana", "given_kana", "pk")
LAST = "\U0010ffff"
"""Behind every other letter."""
FEWEST_DIGITS = 3
NOTHING = Q(pk__in=())
KANA_ROWS = {
    "ア": ("ァ", "カ"),
    "カ": ("カ", "サ"),
    "サ": ("サ", "タ"),
    "タ": ("タ", "ナ"),
    "ナ": ("ナ", "ハ"),
    "ハ": ("ハ", "マ"),
    "マ": ("マ", "ャ"),
    "ヤ": ("ャ", "ラ"),
    "ラ": ("ラ", "ヮ"),
    "ワ": ("ヮ", "ヴ"),
}
"""Rows of the syllabary, by which a Japanese list of names is looked through: the first kana, and the next row's."""
NO_KANA = "A-Z"
"""Names in Latin letters, whose reading is in them too or empty."""


@dataclass(frozen=True)
class Wanted:
    """What staff look for.

    Attributes:
        words: beginnings of names, readings, addresses of mail, or digits of a telephone number.
        role: one role of the people of the town; empty for all.
        kana: a row of the syllabary; empty for all.
    """

    words: str = ""
    role: str = ""
    kana: str = ""


def visible_roles(standing: Standing, municipality: int) -> frozenset[str]:
    """Which of the roles of the people of the town this person sees the holders of, there."""
    seen = (scope.roles for scope in standing.member_scopes() if scope.municipality in (None, municipality))
    return roles.CIVIL & frozenset().union(*seen)


def listed(standing: Standing, municipality: int, wanted: Wanted) -> QuerySet[Any]:
    """The people of the town that this person may see; the same as those of `visible_to` with such a role there."""
    from sosei.core.people.models import Membership, Person

    shown = visible_roles(standing, municipality)
    if wanted.role:
        shown &= {wanted.role}
    held = Membership.objects.held().filter(municipality=municipality, role__in=sorted(shown))
    found = Person.objects.filter(pk__in=held.order_by().values("person"))
    if wanted.kana in KANA_ROWS:
        found = found.filter(_in_row(wanted.kana))
    elif wanted.kana == NO_KANA:
        found = found.filter(family_kana__lt="ァ")
    for word in wanted.words.split():
        found = found.filter(_fits(word))
    return found.order_by(*ORDER)


def _in_row(row: str) -> Q:
    first, following = KANA_ROWS[row]
    condition = Q(family_kana__gte=first, family_kana__lt=following)
    return condition | Q(family_kana__gte="ヴ", family_kana__lt="ヵ") if row == "ア" else condition


# What may be asked before a row's policy, and so with an index, are comparisons that can tell nothing of the row by an
# error: `<` and `>=` are such, LIKE and a comparison of whole rows are not.


def after(key: tuple[str, str, int]) -> Q:
    """Rows that stand behind that one in the order of the list."""
    family, given, pk = key
    later = Q(given_kana__gt=given) | Q(given_kana=given, pk__gt=pk)
    return Q(family_kana__gte=family) & (Q(family_kana__gt=family) | later)


def before(key: tuple[str, str, int]) -> Q:
    """Rows that stand before that one in the order of the list."""
    family, given, pk = key
    earlier = Q(given_kana__lt=given) | Q(given_kana=given, pk__lt=pk)
    return Q(family_kana__lte=family) & (Q(family_kana__lt=family) | earlier)


def _begins(column: str, text: str) -> Q:
    return Q(**{f"{column}__gte": text, f"{column}__lt": text + LAST})


def _fits(word: str) -> Q:
    """The word as the beginning of a part of the name, its reading in any kana, or a mail address; or telephone digits."""
    width = fold_width(word)
    digits = re.sub(r"[-+() ]", "", width)
    if digits.isdigit() and len(digits) >= FEWEST_DIGITS:
        # 090… at home is +8190… as it is kept.
        return Q(phone__contains=digits.removeprefix("0"))
    if "@" in width:
        return _begins("email", width.lower())
    kana = fold_kana(word)
    spellings = dict.fromkeys((word, width, width.lower(), width.capitalize(), width.upper()))
    conditions = [_begins(column, each) for column in ("family_name", "given_name") for each in spellings]
    conditions += [_begins(column, kana) for column in ("family_kana", "given_kana")]
    return reduce(or_, conditions, _begins("email", width.lower()) if width.isascii() else NOTHING)
