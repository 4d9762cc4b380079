"""Age groups as Japanese statistics print them, and the choice of one whole set of groups from a table.

"0～4歳", "0-4歳", "０～４歳", "5歳", "85歳以上", "85+", "15歳未満", "総数", "年齢不詳" and
"（再掲）65歳以上" are read. One source prints "85～89歳以上" where it means 85-89 (a group 90+ follows it);
the slip is marked, so that the reader of the whole table can tell whether it was one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sosei.engines.conventions.errors import AgeLabelError
from sosei.engines.conventions.folding import fold_width

AgeKind = Literal["group", "total", "unknown", "repeated"]
OLDEST = 125

_TOTAL = {"総数", "総計", "合計", "計", "全年齢", "年齢総数", "総数(年齢)", "年齢計", "total"}
_UNKNOWN = {"年齢不詳", "不詳", "年齢「不詳」", "「不詳」", "年齢不明", "不明", "unknown"}


@dataclass(frozen=True, slots=True)
class AgeLabel:
    """One age label understood.

    Attributes:
        kind: an age group, the total of all ages, age unknown, or a group repeated beside others (再掲).
        first: first age; None for total and unknown.
        last: last age; None for an open group, total and unknown.
        slip: printed as both closed and open ("85～89歳以上"); read as closed.
    """

    kind: AgeKind
    first: int | None = None
    last: int | None = None
    slip: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the group has no last age."""
        return self.kind == "group" and self.last is None


@lru_cache(maxsize=4096)
def parse_age_label(text: str) -> AgeLabel:
    """Understand one age label.

    Raises:
        AgeLabelError: not an age label.
    """
    label = re.sub(r"^\d+_", "", fold_width(text).replace(" ", "").lower())
    repeated = re.match(r"^(?:\(再掲\)|再掲|うち)[:、,]?(.*)$|^(.+?)\(再掲\)$", label)
    if repeated:
        inner = repeated.group(1) or repeated.group(2) or ""
        try:
            group = parse_age_label(inner)
        except AgeLabelError:
            return AgeLabel("repeated")
        return AgeLabel("repeated", group.first, group.last)
    if label in _TOTAL:
        return AgeLabel("total")
    if label in _UNKNOWN:
        return AgeLabel("unknown")
    found = _group(label)
    if found is None:
        raise AgeLabelError(value=text)
    first = found.first or 0
    if first > OLDEST or (found.last is not None and not first <= found.last <= OLDEST):
        raise AgeLabelError(value=text)
    return found


def _group(label: str) -> AgeLabel | None:
    if found := re.fullmatch(r"(\d{1,3})歳?[-ー](\d{1,3})(?:歳(以上)?)?", label):
        return AgeLabel("group", int(found[1]), int(found[2]), slip=found[3] is not None)
    if found := re.fullmatch(r"(\d{1,3})(?:歳以上|歳-|以上|\+|歳\+)", label):
        return AgeLabel("group", int(found[1]), None)
    if found := re.fullmatch(r"(\d{1,3})歳未満", label):
        return AgeLabel("group", 0, int(found[1]) - 1)
    if found := re.fullmatch(r"(\d{1,3})歳?", label):
        return AgeLabel("group", int(found[1]), int(found[1]))
    return None


@dataclass(frozen=True)
class Tiling:
    """A whole set of age groups: from 0, without gap or overlap, to an open last group.

    Attributes:
        starts: first age of each group, in order; the last group is open.
        missing_from: where the set breaks off: first age that no group covers; None when it is whole.
    """

    starts: tuple[int, ...]
    missing_from: int | None = None

    @property
    def open_age(self) -> int | None:
        """First age of the open group, when the set is whole."""
        return None if self.missing_from is not None else self.starts[-1]


def tile(groups: Iterable[tuple[int, int | None]], *, width: int | None = None) -> Tiling:
    """Walk from age 0 through groups (first, last; last None when open) to an open group.

    Args:
        groups: any number, overlapping or not (tables repeat 65歳以上 beside the five-year groups).
        width: take only closed groups of so many years; None takes the narrowest at each step.

    Returns:
        The groups walked through. Closed groups are followed as far as they reach, so that of several open
        groups the last one is taken. Where no group begins at the next age, `missing_from` names it.
    """
    closed: dict[int, list[int]] = {}
    opened: set[int] = set()
    for first, last in groups:
        if last is None:
            opened.add(first)
        elif width is None or last - first + 1 == width:
            closed.setdefault(first, []).append(last)
    starts: list[int] = []
    age = 0
    while age in closed:
        starts.append(age)
        age = min(closed[age]) + 1
    if age in opened:
        return Tiling((*starts, age))
    return Tiling(tuple(starts), missing_from=age)


def choose_tiling(groups: Iterable[tuple[int, int | None]]) -> Tiling:
    """The set of groups to take from a table: whole five-year groups, else single years, else what there is.

    A table that is whole in no width comes back with `missing_from` set, from the walk that got furthest.
    """
    every = list(groups)
    walks = [tile(every, width=5), tile(every, width=1), tile(every)]
    for walk in walks:
        if walk.missing_from is None and len(walk.starts) > 1:
            return walk
    return max(walks, key=lambda walk: (walk.missing_from or 0, len(walk.starts)))
