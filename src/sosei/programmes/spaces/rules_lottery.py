"""The lottery for public rooms: bound by a digest beforehand, drawn once, checked by anybody; no Django.

- Before applications open, a seed is made in secret and its SHA-256 is published. After they close, the digest of the
  list of entries is published with the seed. So nobody can choose a seed that suits the entries.
- The lot of an entry is SHA-256 of "seed:number"; of several lots an applicant's best goes to the wish ranked first.
  Residents come first (where they have priority), then the smallest lot. In that order each entry gets its time, if no
  winner before it shares a space and a minute with it, nothing else does, and its applicant may still win.
- The order is whole: those who got nothing wait in it.

      python3 -c "import hashlib; print(hashlib.sha256(b'SEED:NUMBER').hexdigest())"
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sosei.programmes.spaces.rules_errors import ErrorCode, Refusal, RulesError, need_range
from sosei.programmes.spaces.rules_periods import Period, at_minute, in_utc, midnight, months_before

SEED_BYTES = 32


class Code(StrEnum):
    """What became of an entry."""

    WON = "won"
    TAKEN = "taken"
    BLOCKED = "blocked"
    ENOUGH = "enough"


class Closed(StrEnum):
    """Why an entry is not taken."""

    NOT_YET = "not_yet"
    TOO_LATE = "too_late"


class Flaw(StrEnum):
    """What a check of a draw found."""

    SEED = "seed"
    ENTRIES = "entries"
    RESULTS = "results"


@dataclass(frozen=True, slots=True)
class Entry:
    """One application for one time.

    Attributes:
        number: given as entries come in, never changed, published.
        applicant: who applies, as a token that tells nothing to others.
        spaces: keys of the smallest spaces that are wanted (all rooms of the hall, for the hall).
        rank: of the applicant's own entries, 1 is wanted most.
    """

    number: int
    applicant: str
    spaces: frozenset[int]
    period: Period
    resident: bool = False
    rank: int = 1

    def meets(self, spaces: frozenset[int], period: Period) -> bool:
        """Whether it shares a space and a minute with something else."""
        return bool(self.spaces & spaces) and self.period.overlaps(period)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an entry got, and its place in the order (1 is first).

    Attributes:
        lot, lot_number: the lot it was drawn with, and the entry number that it was computed from.
        against: number of the winning entry that stands in its way, if one does.
        waits: its place among those without luck, from 1; None for winners.
    """

    number: int
    code: Code
    order: int
    lot: str
    lot_number: int
    against: int | None = None
    waits: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """How a lottery is drawn.

    Attributes:
        residents_first: every resident before everybody else.
        most_wins: times one applicant may win; None for any number.

    Raises:
        RulesError: a number out of range.
    """

    residents_first: bool = True
    most_wins: int | None = None

    def __post_init__(self) -> None:
        if self.most_wins is not None:
            need_range(self.most_wins, 1, 1000, place="Rules.most_wins")


Taken = tuple[frozenset[int], Period]
"""Spaces that are not free for a time, whatever the draw gives."""


def new_seed(random_bytes: Callable[[int], bytes]) -> str:
    """A seed that nobody can guess.

    Args:
        random_bytes: `secrets.token_bytes`.

    Raises:
        RulesError: fewer bytes came than were asked for.
    """
    found = random_bytes(SEED_BYTES)
    if len(found) != SEED_BYTES:
        raise RulesError(
            ErrorCode.OUT_OF_RANGE, place="random_bytes", value=len(found), remedy=str(SEED_BYTES)
        )
    return found.hex()


def digest_of(text: str) -> str:
    """SHA-256 of a text as hexadecimal digits: what is published of the seed beforehand."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of_entries(entries: Sequence[Entry]) -> str:
    """SHA-256 of the entries in order of their numbers: what is published when applications close."""
    rows = [
        [
            each.number,
            each.applicant,
            sorted(each.spaces),
            each.period.start.isoformat(),
            each.period.end.isoformat(),
            each.resident,
            each.rank,
        ]
        for each in sorted(entries, key=lambda entry: entry.number)
    ]
    return digest_of(json.dumps(rows, ensure_ascii=False, separators=(",", ":")))


def lot_of(seed: str, number: int) -> str:
    """The lot of an entry: SHA-256 of "seed:number"; the smallest is drawn first."""
    return digest_of(f"{seed}:{number}")


def draw(seed: str, entries: Sequence[Entry], rules: Rules, taken: Sequence[Taken] = ()) -> list[Outcome]:
    """What every entry gets, in the order of the draw; the same seed and entries give the same each time.

    Args:
        taken: what was booked or blocked before.

    Raises:
        RulesError: two entries have one number, an applicant applies twice for the same, or an entry wants nothing.
    """
    _check_entries(entries)
    lots = _lots(seed, entries)
    ordered = sorted(
        entries, key=lambda each: (rules.residents_first and not each.resident, lots[each.number])
    )
    winners: list[Entry] = []
    wins: Counter[str] = Counter()
    waiting = 0
    found: list[Outcome] = []
    for order, entry in enumerate(ordered, start=1):
        against = next((won for won in winners if entry.meets(won.spaces, won.period)), None)
        code = Code.WON
        if against is not None:
            code = Code.TAKEN
        elif any(entry.meets(spaces, period) for spaces, period in taken):
            code = Code.BLOCKED
        elif rules.most_wins is not None and wins[entry.applicant] >= rules.most_wins:
            code = Code.ENOUGH
        if code is Code.WON:
            winners.append(entry)
            wins[entry.applicant] += 1
        else:
            waiting += 1
        lot, lot_number = lots[entry.number]
        found.append(
            Outcome(
                entry.number,
                code,
                order,
                lot,
                lot_number,
                against.number if against else None,
                None if code is Code.WON else waiting,
            )
        )
    return found


def _lots(seed: str, entries: Sequence[Entry]) -> dict[int, tuple[str, int]]:
    """An applicant's best lot goes to what he wants most: the order of wishes loses nobody a chance."""
    mine: dict[str, list[Entry]] = {}
    for entry in entries:
        mine.setdefault(entry.applicant, []).append(entry)
    found: dict[int, tuple[str, int]] = {}
    for own in mine.values():
        lots = sorted((lot_of(seed, entry.number), entry.number) for entry in own)
        wanted = sorted(own, key=lambda entry: (entry.rank, entry.number))
        found.update({entry.number: lot for entry, lot in zip(wanted, lots, strict=True)})
    return found


def _check_entries(entries: Sequence[Entry]) -> None:
    numbers: set[int] = set()
    asked: set[tuple[str, frozenset[int], Period]] = set()
    for entry in entries:
        if not entry.spaces:
            raise RulesError(
                ErrorCode.MISSING, place="Entry.spaces", value="", remedy="1..", number=entry.number
            )
        if entry.number in numbers:
            raise RulesError(
                ErrorCode.DUPLICATE, place="Entry.number", value=entry.number, remedy="one entry each"
            )
        wish = (entry.applicant, entry.spaces, entry.period)
        if wish in asked:
            raise RulesError(
                ErrorCode.DUPLICATE,
                place="Entry.period",
                value=entry.period.start,
                remedy="one entry of an applicant",
                number=entry.number,
            )
        numbers.add(entry.number)
        asked.add(wish)


def verify(
    seed: str,
    seed_digest: str,
    entries: Sequence[Entry],
    entries_digest: str,
    rules: Rules,
    results: Sequence[Outcome],
    taken: Sequence[Taken] = (),
) -> list[Flaw]:
    """What does not fit together in a published draw; empty when it was drawn as promised."""
    flaws: list[Flaw] = []
    if not hmac.compare_digest(digest_of(seed), seed_digest):
        flaws.append(Flaw.SEED)
    if not hmac.compare_digest(digest_of_entries(entries), entries_digest):
        flaws.append(Flaw.ENTRIES)
    if draw(seed, entries, rules, taken) != sorted(results, key=lambda each: each.order):
        flaws.append(Flaw.RESULTS)
    return flaws


# --- The calendar -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scheme:
    """When a town draws and lets book, counted from the month of use (利用月); the usual pattern.

    Attributes:
        months_ahead: applications are taken in the month so many months before.
        first_day, last_day, draw_day, confirm_day: days of that month; the last ones count whole.
        resident_months, outside_months: from the first of the month so many months before, free places are first
            come, first served.

    Raises:
        RulesError: days out of order, or first come before the draw is over.
    """

    months_ahead: int = 3
    first_day: int = 1
    last_day: int = 15
    draw_day: int = 17
    confirm_day: int = 24
    resident_months: int = 2
    outside_months: int = 1

    def __post_init__(self) -> None:
        need_range(self.months_ahead, 1, 24, place="Scheme.months_ahead")
        need_range(self.first_day, 1, 28, place="Scheme.first_day")
        need_range(self.last_day, self.first_day, 28, place="Scheme.last_day")
        need_range(self.draw_day, self.last_day + 1, 28, place="Scheme.draw_day")
        need_range(self.confirm_day, self.draw_day, 28, place="Scheme.confirm_day")
        need_range(self.resident_months, 0, self.months_ahead - 1, place="Scheme.resident_months")
        need_range(self.outside_months, 0, self.resident_months, place="Scheme.outside_months")


@dataclass(frozen=True, slots=True)
class Phases:
    """The moments of one month of use, in UTC; ends are no longer part of what they end."""

    opens: datetime
    closes: datetime
    draws: datetime
    confirm_until: datetime
    residents_from: datetime
    outside_from: datetime


def phases(use: date, scheme: Scheme, zone: ZoneInfo) -> Phases:
    """When applications for the month of a day are taken, drawn, confirmed, and the rest is free for all."""
    first = use.replace(day=1)
    month = months_before(first, scheme.months_ahead)
    return Phases(
        midnight(month.replace(day=scheme.first_day), zone),
        at_minute(month.replace(day=scheme.last_day), 1440, zone),
        midnight(month.replace(day=scheme.draw_day), zone),
        at_minute(month.replace(day=scheme.confirm_day), 1440, zone),
        midnight(months_before(first, scheme.resident_months), zone),
        midnight(months_before(first, scheme.outside_months), zone),
    )


def takes_entries(opens: datetime, closes: datetime, now: datetime) -> Refusal | None:
    """An entry counts from the opening to before the end; a late one is refused, whatever the reason.

    Raises:
        RulesError: a moment without zone.
    """
    opens, closes, now = (
        in_utc(opens, place="opens"),
        in_utc(closes, place="closes"),
        in_utc(now, place="now"),
    )
    if now < opens:
        return Refusal(Closed.NOT_YET, {"opens": opens})
    return Refusal(Closed.TOO_LATE, {"closes": closes}) if now >= closes else None
