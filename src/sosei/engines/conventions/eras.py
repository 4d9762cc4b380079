"""Civil dates and years as Japanese documents write them: eras, western years, and both in many spellings.

Eras begin on the day of their first year (元年): 明治 1868-01-25 (backdated from 23 October; the Gregorian
calendar itself from 1873), 大正 1912-07-30, 昭和 1926-12-25, 平成 1989-01-08 (昭和64年1月7日政令第1号), 令和
2019-05-01 (平成31年政令第143号). Years are counted whole: 令和 n = 2018 + n.
No clock: what lies in the future is for the caller to say.
"""

from __future__ import annotations

import re
from calendar import monthrange
from typing import NamedTuple

from sosei.engines.conventions.errors import DateError
from sosei.engines.conventions.folding import fold_width


class Era(NamedTuple):
    """One era: its name, its letter, its first day, and the year before its first."""

    name: str
    letter: str
    first_day: tuple[int, int, int]

    @property
    def offset(self) -> int:
        """What to add to an era's year for the western one."""
        return self.first_day[0] - 1


ERAS = (
    Era("明治", "M", (1868, 1, 25)),
    Era("大正", "T", (1912, 7, 30)),
    Era("昭和", "S", (1926, 12, 25)),
    Era("平成", "H", (1989, 1, 8)),
    Era("令和", "R", (2019, 5, 1)),
)
_BY_NAME = {era.name: era for era in ERAS} | {era.letter: era for era in ERAS}


class CivilDate(NamedTuple):
    """A date as far as it was written: a year, or with month and day."""

    year: int
    month: int | None = None
    day: int | None = None


def era_to_year(era: str, year: int, *, allow_overrun: bool = False) -> int:
    """The western year of an era's year.

    Args:
        era: 明治 … 令和, or its letter.
        year: 1 for 元年.
        allow_overrun: accept years after the era's end, as plans printed before 2019 write them (平成52年).

    Raises:
        DateError: no such era, or a year that it does not have.
    """
    known = _BY_NAME.get(era)
    if known is None:
        raise DateError(value=f"{era}{year}", reason_en="no such era", reason_ja="元号がありません")
    western = known.offset + year
    following = ERAS[ERAS.index(known) + 1 : ERAS.index(known) + 2]
    beyond = bool(following) and western > following[0].first_day[0]
    if year < 1 or (beyond and not allow_overrun):
        raise DateError(
            value=f"{known.name}{year}年",
            reason_en="the era has no such year",
            reason_ja="その元号にその年はありません",
        )
    return western


def year_to_era(year: int, month: int = 12, day: int = 31) -> tuple[str, int]:
    """The era's name and year of a western date; without month and day, of the last day of the year.

    Raises:
        DateError: before 1868-01-25.
    """
    for era in reversed(ERAS):
        if (year, month, day) >= era.first_day:
            return era.name, year - era.offset
    raise DateError(value=f"{year}", reason_en="before 1868", reason_ja="明治より前です")


def format_era_year(year: int) -> str:
    """令和7年, 平成元年: a western year as a Japanese document prints it."""
    name, number = year_to_era(year)
    return f"{name}{'元' if number == 1 else number}年"


_YEAR = r"(?P<era>明治|大正|昭和|平成|令和|[MTSHRmtshr])?\.?(?P<year>元|\d{1,4})"
_PATTERNS = (
    re.compile(rf"{_YEAR}年(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})日(?:現在)?"),
    re.compile(rf"{_YEAR}[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})(?: 0{{1,2}}:00(?::00)?)?"),
    re.compile(r"(?P<year>[12]\d{3})(?P<month>\d{2})(?P<day>\d{2})"),
    re.compile(rf"{_YEAR}年(?P<month>\d{{1,2}})月(?:現在)?"),
    re.compile(rf"{_YEAR}年?"),
)


def parse_date(text: str, *, allow_overrun: bool = False) -> CivilDate:
    """A date as far as it is written: "平成27年10月1日", "H27", "R2", "2015/10/01", "20151001", "2015年".

    Raises:
        DateError: no date, or one that the calendar does not have.
    """
    folded = fold_width(text)
    compact = folded if ":" in folded else folded.replace(" ", "")
    for pattern in _PATTERNS:
        if found := pattern.fullmatch(compact):
            return _checked(text, found.groupdict(), allow_overrun=allow_overrun)
    raise DateError(value=text, reason_en="not a date", reason_ja="日付の形ではありません")


def _checked(text: str, parts: dict[str, str], *, allow_overrun: bool) -> CivilDate:
    era, written = parts.get("era"), parts["year"] or ""
    number = 1 if written == "元" else int(written)
    if era:
        year = era_to_year(era.upper() if era.isascii() else era, number, allow_overrun=allow_overrun)
    elif written == "元" or number < 1000:
        raise DateError(
            value=text,
            reason_en="the year needs an era or four digits",
            reason_ja="元号か4桁の西暦が必要です",
        )
    else:
        year = number
    month = int(parts["month"]) if parts.get("month") else None
    day = int(parts["day"] or 0) if parts.get("day") else None
    if month is not None and not 1 <= month <= 12:
        raise DateError(value=text, reason_en="no such month", reason_ja="その月はありません")
    if month is not None and day is not None and not 1 <= day <= monthrange(year, month)[1]:
        raise DateError(value=text, reason_en="no such day", reason_ja="その日はありません")
    return CivilDate(year, month, day)
