"""The day on which wages fall due, read from what the employer wrote in the conditions; plain Python."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date, timedelta

_NUMBER = re.compile(r"(\d{1,2})日")
_AFTER = re.compile(r"(\d{1,3})(?:日|営業日)(?:後|以内)")
_WEEKDAY = re.compile(r"([月火水木金土日])曜")
_WEEKDAYS = "月火水木金土日"
_SAME_DAY = ("当日", "その日", "即日", "毎日")
_NEXT_DAY = ("翌日", "次の日", "翌営業日")
_MONTH_END = ("月末", "末日")
_BRACKETS = re.compile(r"[(\[【〔]([^)\]】〕]*)[)\]】〕]")
_HOLIDAY = re.compile(
    r"(?:土・?日|土曜|日曜|祝|休)[^。]*(?:場合|とき|時|なら|当た|あた|重な|営業日|前日|翌日|前の日|次の日)[^。]*"
)
_CLOSED = re.compile(r"([^、。,]*?)(?:締め?|しめ|〆)(?:切り?|きり)?")


def due_day(pay_day: str, closing: str, worked: date) -> date | None:
    """The pay day of a day's work; None where the words cannot be read.

    Args:
        pay_day: "働いた日の7日後", "翌日", "毎月25日", "翌月末日", "翌週の金曜日", "月末締め翌月15日払い". What it says of
            holidays is left out: the day itself is meant.
        closing: "毎日", "毎月15日", "月末"; the pay of a month is closed before its pay day. What `pay_day` says of it
            comes first.
        worked: the day on which the work began.
    """
    text = _without_holidays(_plain(pay_day))
    shut = _CLOSED.search(text)
    if shut is not None and not shut[1]:
        return None
    closed = _closed(_plain(closing) if shut is None else shut[1], worked)
    if shut is not None:
        text = text[: shut.start()] + text[shut.end() :]
    since = worked if shut is None else closed
    if found := _AFTER.search(text):
        return since + timedelta(days=int(found[1]))
    if any(word in text for word in _NEXT_DAY):
        return since + timedelta(days=1)
    if weekday := _WEEKDAY.search(text):
        return _weekday(text, _WEEKDAYS.index(weekday[1]), worked)
    number = _day_of_month(text)
    if number is not None:
        return _in_month(text, number, closed)
    return worked if any(word in text for word in _SAME_DAY) else None


def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def _without_holidays(text: str) -> str:
    """What is said of holidays is no pay day; other words in brackets stand for themselves."""
    opened = _BRACKETS.sub(lambda found: "" if _HOLIDAY.search(found[1]) else f"、{found[1]}、", text)
    return _HOLIDAY.sub("", opened)


def _weekday(text: str, weekday: int, worked: date) -> date:
    if "翌週" in text or "次の週" in text:
        monday = worked - timedelta(days=worked.weekday()) + timedelta(days=7)
        return monday + timedelta(days=weekday)
    return worked + timedelta(days=(weekday - worked.weekday() - 1) % 7 + 1)


def _day_of_month(text: str) -> int | None:
    """The day that a text names, 31 for the last one."""
    if any(word in text for word in _MONTH_END):
        return 31
    found = _NUMBER.search(text)
    return int(found[1]) if found and 1 <= int(found[1]) <= 31 else None


def _closed(closing: str, worked: date) -> date:
    """The last day of the period in which somebody worked."""
    shut = _CLOSED.search(closing)
    number = _day_of_month(shut[1] if shut is not None and shut[1] else closing)
    if number is None:
        return worked
    here = _on(worked.year, worked.month, number)
    return here if here >= worked else _months_later(worked, 1, number)


def _in_month(text: str, number: int, closed: date) -> date:
    if "翌々月" in text:
        return _months_later(closed, 2, number)
    if "翌月" in text:
        return _months_later(closed, 1, number)
    here = _on(closed.year, closed.month, number)
    return here if here >= closed else _months_later(closed, 1, number)


def _months_later(day: date, months: int, number: int) -> date:
    month = day.month - 1 + months
    return _on(day.year + month // 12, month % 12 + 1, number)


def _on(year: int, month: int, number: int) -> date:
    return date(year, month, min(number, monthrange(year, month)[1]))
