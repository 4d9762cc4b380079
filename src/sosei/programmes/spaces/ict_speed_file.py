"""Logs of measuring tools as CSV: the columns that such tools really write, their units, and every flaw by line."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from sosei.programmes.spaces import ict_table_text as table
from sosei.programmes.spaces.open_data import OpenDataError

MOST_LINES = 500
LIKELY = 20_000
"""A number beyond this without a unit is no Mbit/s."""
COLUMNS = {
    "at": ("日時", "測定日時", "時刻", "計測日時", "timestamp", "datetime", "date", "time", "startedat"),
    "down": ("下り", "ダウンロード", "受信", "download", "down", "dl"),
    "up": ("上り", "アップロード", "送信", "upload", "up", "ul"),
    "ping": ("ping", "応答", "応答速度", "遅延", "レイテンシ", "latency", "idlelatency", "rtt"),
    "spot": ("測った場所", "場所", "地点", "測定場所", "location", "spot", "place", "room"),
}
_UNITS = (
    ("gbps", Decimal(1000)),
    ("mbps", Decimal(1)),
    ("mbit/s", Decimal(1)),
    ("kbps", Decimal("0.001")),
    ("kbit/s", Decimal("0.001")),
    ("bit/s", Decimal("0.000001")),
    ("bps", Decimal("0.000001")),
)
_BRACKETS = re.compile(r"[\(\[].*?[\)\]]")
SPEEDTEST_CLI = {"sponsor", "serverid"}
"""Headings by which a log of speedtest-cli is known; it writes bit/s without a unit."""
OOKLA = {"idlelatency", "idlejitter"}
"""Headings of the other common tool; it writes bytes a second without a unit."""


@dataclass(frozen=True)
class Measured:
    """A line as it was understood: Mbit/s and ms.

    Attributes:
        line: its number in the file, the heading's line counted.
        flaws: why it cannot be taken, in words.
    """

    line: int
    at: datetime.datetime | None = None
    down: Decimal | None = None
    up: Decimal | None = None
    ping: Decimal | None = None
    spot: str = ""
    flaws: Sequence[str] = ()


def read(text: str, zone: ZoneInfo) -> list[Measured]:
    """Every line of a log, good or not; moments without a zone are those of the place.

    Raises:
        OpenDataError: a column is missing, no line, or too many of them.
    """
    try:
        rows = table.rows_of(text, MOST_LINES)
    except table.CellError as error:
        raise OpenDataError(_("表として読めません。CSVで保存し直してください。")) from error
    if not rows:
        raise OpenDataError(_("ファイルが空です。"))
    headings = [table.heading(cell) for cell in rows[0][1]]
    places = {name: _place(headings, known) for name, known in COLUMNS.items()}
    labels = {"at": _("日時"), "down": _("下り"), "up": _("上り"), "ping": _("応答（ping）")}
    missing = [label for name, label in labels.items() if places[name] is None]
    if missing:
        raise OpenDataError(
            _("1行目に次の列がありません：%(columns)s。例：%(example)s")
            % {"columns": "、".join(missing), "example": "日時,測った場所,下り(Mbps),上り(Mbps),ping(ms)"}
        )
    if len(rows) == 1:
        raise OpenDataError(_("見出しのほかに行がありません。"))
    if len(rows) - 1 > MOST_LINES:
        raise OpenDataError(_("一度に%(most)s行までです。ファイルを分けてください。") % {"most": MOST_LINES})
    units = {name: _unit(headings, places[name]) for name in ("down", "up")}
    return [_line(number, row, places, units, zone) for number, row in rows[1:]]


def _place(headings: Sequence[str], known: Sequence[str]) -> int | None:
    bare = [_BRACKETS.sub("", one) for one in headings]
    for name in known:
        for place, heading in enumerate(bare):
            if (
                heading == name
                or any(heading == f"{name}{unit}" for unit, _factor in _UNITS)
                or heading == f"{name}ms"
            ):
                return place
    return None


def _unit(headings: Sequence[str], place: int | None) -> Decimal | None:
    """Mbit/s in one of the column's units; None where the file does not tell."""
    if place is None:
        return None
    for unit, factor in _UNITS:
        if unit in headings[place]:
            return factor
    held = set(headings)
    if held >= SPEEDTEST_CLI:
        return Decimal("0.000001")
    return Decimal("0.000008") if held & OOKLA else None


def _line(
    line: int,
    row: Sequence[str],
    places: dict[str, int | None],
    units: dict[str, Decimal | None],
    zone: ZoneInfo,
) -> Measured:
    flaws: list[str] = []

    def cell(name: str) -> str:
        place = places[name]
        return row[place] if place is not None and place < len(row) else ""

    def speed(name: str) -> Decimal | None:
        try:
            found = table.number(cell(name))
        except table.CellError:
            flaws.append(_("「%(cell)s」は数ではありません。") % {"cell": table.plain(cell(name))[:40]})
            return None
        if found is None:
            return None
        factor = units.get(name)
        if factor is None and name != "ping" and found > LIKELY:
            flaws.append(
                _("「%(cell)s」の単位が分かりません。見出しに Mbps か bps を書いてください。")
                % {"cell": table.plain(cell(name))[:40]}
            )
        return (found * (factor or 1)).quantize(Decimal("0.01"))

    try:
        at = table.moment(cell("at"), zone)
    except table.CellError:
        at = None
        flaws.append(
            _("「%(cell)s」は日時ではありません。2026-11-22 13:05 のように書いてください。")
            % {"cell": table.plain(cell("at"))[:40]}
        )
    return Measured(
        line, at, speed("down"), speed("up"), speed("ping"), table.plain(cell("spot"))[:60], tuple(flaws)
    )
