"""Dates written into three boxes, the year in western counting or an era's: what they mean, and what is wrong with them.

Plain functions; the form field stands in `fields`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from sosei.engines.conventions.eras import ERAS, CivilDate, Era, parse_date
from sosei.engines.conventions.errors import DateError
from sosei.engines.conventions.folding import fold_width

Part = Literal["year", "month", "day"]
PARTS: tuple[Part, ...] = ("year", "month", "day")
PART_LABELS = {"year": gettext_lazy("年"), "month": gettext_lazy("月"), "day": gettext_lazy("日")}
ERA_NAMES = (
    gettext_noop("明治"),
    gettext_noop("大正"),
    gettext_noop("昭和"),
    gettext_noop("平成"),
    gettext_noop("令和"),
)
ROMAN = {"meiji": "明治", "taisho": "大正", "showa": "昭和", "heisei": "平成", "reiwa": "令和"}
_ROMAN = re.compile(rf"({'|'.join(ROMAN)})", re.IGNORECASE)
_ERA = re.compile(r"[明大昭平令MTSHR]", re.IGNORECASE)
_WHOLE_NUMBER = re.compile(r"\d{1,2}")
FIRST_DAY = date(*ERAS[0].first_day)


class Boxes(NamedTuple):
    """What was typed into each of the three boxes."""

    year: str = ""
    month: str = ""
    day: str = ""

    @property
    def is_empty(self) -> bool:
        """Nothing was typed."""
        return not any(text.strip() for text in self)


@dataclass
class BoxError(ValueError):
    """A box that cannot be read.

    Attributes:
        part: which box; None for the three together.
        message: what is wrong and what to do, in the reader's language.
        code: a short name for the kind of fault.
    """

    part: Part | None
    message: str
    code: str

    def __str__(self) -> str:
        return self.message


def boxes_of(day: date) -> Boxes:
    """A date as the three boxes show it, in western counting."""
    return Boxes(str(day.year), str(day.month), str(day.day))


def read_boxes(boxes: Boxes) -> date:
    """The date that the boxes hold. A whole date in the first box is read when the others are empty.

    Raises:
        BoxError: for the first box that cannot be read.
    """
    written = _read_year(boxes.year, alone=not (boxes.month.strip() or boxes.day.strip()))
    month = written.month or _read_number("month", boxes.month, 12)
    last = monthrange(written.year, month)[1]
    number = written.day or _read_number("day", boxes.day, 31)
    if number > last:
        raise BoxError(
            "day",
            _("%(year)s年%(month)s月は%(last)s日までです。%(day)s日はありません。")
            % {"year": written.year, "month": month, "last": last, "day": number},
            "no_such_day",
        )
    found = date(written.year, month, number)
    _check_era(boxes.year, found)
    return found


def _read_year(text: str, *, alone: bool) -> CivilDate:
    if not text.strip():
        raise BoxError("year", _("年を入力してください。例：1980 または 昭和55"), "year_missing")
    try:
        written = parse_date(_japanese(text))
    except DateError as error:
        raise BoxError("year", _year_told(text, error), "year_unreadable") from error
    if written.month is not None and not (alone and written.day is not None):
        raise BoxError(
            "year",
            _("年の欄には年だけを入力してください。「%(value)s」には月や日が入っています。")
            % {"value": text.strip()},
            "year_with_more",
        )
    if not FIRST_DAY.year <= written.year <= date.max.year:
        raise BoxError(
            "year",
            _("%(year)s年は使えません。1868年（明治元年）から9999年までの年を入力してください。")
            % {"year": written.year},
            "before_meiji",
        )
    return written


def _japanese(text: str) -> str:
    """Era names in Roman letters as the engine reads them: "Reiwa 8" is 令和8."""
    return _ROMAN.sub(lambda found: ROMAN[found[1].lower()], fold_width(text)).replace(" ", "")


def _year_told(text: str, error: DateError) -> str:
    folded = fold_width(text)
    if _WHOLE_NUMBER.fullmatch(folded) or re.fullmatch(r"\d{3}", folded):
        return _(
            "年の「%(value)s」だけでは、いつか分かりません。「2026」のような4桁か、「令和8」のように元号を付けてください。"
        ) % {"value": text.strip()}
    if _ERA.search(folded) and re.search(r"\d|元", folded):
        return _("「%(value)s」という年はありません。元号と年を確かめてください。") % {"value": text.strip()}
    return _("年の「%(value)s」を読み取れません。「2026」か「令和8」のように入力してください。") % {
        "value": text.strip()
    }


def _read_number(part: Part, text: str, highest: int) -> int:
    label = PART_LABELS[part]
    if not text.strip():
        raise BoxError(part, _("%(box)sを入力してください。") % {"box": label}, f"{part}_missing")
    folded = fold_width(text).removesuffix("月" if part == "month" else "日").strip()
    if not _WHOLE_NUMBER.fullmatch(folded) or not 1 <= int(folded) <= highest:
        raise BoxError(
            part,
            _("%(box)sは1から%(highest)sまでの数字で入力してください。「%(value)s」は使えません。")
            % {"box": label, "highest": highest, "value": text.strip()},
            f"{part}_unreadable",
        )
    return int(folded)


def _check_era(text: str, found: date) -> None:
    era = _era_written(text)
    if era is None:
        if found < FIRST_DAY:
            raise BoxError(
                "year",
                _("1868年1月25日（明治元年の始まり）からの日付を入力してください。"),
                "before_meiji",
            )
        return
    first = date(*era.first_day)
    if found < first:
        raise BoxError(
            "year",
            _(
                "%(era)sは%(year)s年%(month)s月%(day)s日からです。それより前の日付は、前の元号か西暦で入力してください。"
            )
            % {"era": _(era.name), "year": first.year, "month": first.month, "day": first.day},
            "before_era",
        )


def _era_written(text: str) -> Era | None:
    folded = _japanese(text)
    for era in ERAS:
        if folded.startswith(era.name) or folded[:1].upper() == era.letter:
            return era
    return None


def era_years(year: int) -> list[tuple[str, int]]:
    """The eras of a western year, oldest first, each with the number of its year: two where an era began in it."""
    found = []
    for era, following in zip(ERAS, [*ERAS[1:], None], strict=True):
        if era.first_day[0] <= year and (following is None or year <= following.first_day[0]):
            found.append((era.name, year - era.offset))
    return found


def era_year_text(name: str, number: int) -> str:
    """令和8年, 平成元年; in English Reiwa 8."""
    shown = _("元") if number == 1 else str(number)
    return _("%(era)s%(number)s年") % {"era": _(name), "number": shown}


def hint(boxes: Boxes) -> str:
    """The year of the first box in the other way of counting; "" while it cannot be read.

    The last year of an era is the first of the next: month and day, once there, tell which one is meant.
    """
    try:
        year = parse_date(_japanese(boxes.year)).year
    except DateError:
        return ""
    era = _era_written(boxes.year)
    if era is not None:
        written = era_year_text(era.name, year - era.offset)
        return _("%(era)sは%(year)s年です") % {"era": written, "year": year}
    eras = era_years(year)
    try:
        found = read_boxes(boxes)
    except BoxError:
        pass
    else:
        eras = [pair for pair in eras if date(*_first_day(pair[0])) <= found][-1:]
    if not eras:
        return ""
    return _("%(year)s年は%(era)sです") % {
        "year": year,
        "era": _("・").join(era_year_text(*pair) for pair in eras),
    }


def _first_day(name: str) -> tuple[int, int, int]:
    return next(era.first_day for era in ERAS if era.name == name)
