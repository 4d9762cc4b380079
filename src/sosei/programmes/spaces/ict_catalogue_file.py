"""A catalogue as CSV: written for spreadsheets, read as companies really send it, with every flaw told by line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from sosei.core.records.csv_file import BOM, guarded
from sosei.programmes.spaces import ict_table_text as table
from sosei.programmes.spaces.models import CatalogueItem
from sosei.programmes.spaces.open_data import OpenDataError
from sosei.programmes.spaces.rules_ict_offers import Capacity
from sosei.programmes.spaces.services.ict_catalogue import Offer, flaws_of, tidy
from sosei.programmes.spaces.words_ict_sizing import GOODS, SPEEDS

MOST_LINES = 500
COLUMNS: Mapping[str, str] = {
    "種類": "kind",
    "型番": "code",
    "名前": "name",
    "名前（英語）": "name_en",
    "初めの費用（税込・円）": "first_yen",
    "月の費用（税込・円）": "monthly_yen",
    "価格の期限": "valid_until",
    "下り（Mbps）": Capacity.DOWN_KBPS,
    "上り（Mbps）": Capacity.UP_KBPS,
    "つながる台数": Capacity.CLIENTS,
    "分けられるネットワーク": Capacity.NETWORKS,
    "PoEの口": Capacity.POE_PORTS,
    "LANの口": Capacity.PORTS,
    "差し込み口": Capacity.OUTLETS,
    "画面（インチ）": Capacity.INCH,
    "会議の人数": Capacity.PEOPLE,
    "扉の数": Capacity.DOORS,
    "容量（VA）": Capacity.VA,
}
"""Headings as they are written; the same in both languages, for they are read again."""
_OTHERS = {
    "分類": "kind",
    "カテゴリ": "kind",
    "category": "kind",
    "品番": "code",
    "商品コード": "code",
    "sku": "code",
    "model": "code",
    "品名": "name",
    "商品名": "name",
    "名称": "name",
    "英語名": "name_en",
    "初期費用": "first_yen",
    "初めの費用": "first_yen",
    "価格": "first_yen",
    "単価": "first_yen",
    "税込価格": "first_yen",
    "月額": "monthly_yen",
    "月額費用": "monthly_yen",
    "月の費用": "monthly_yen",
    "有効期限": "valid_until",
    "下り": Capacity.DOWN_KBPS,
    "上り": Capacity.UP_KBPS,
    "接続台数": Capacity.CLIENTS,
    "同時接続台数": Capacity.CLIENTS,
    "vlan": Capacity.NETWORKS,
    "poeポート": Capacity.POE_PORTS,
    "poe": Capacity.POE_PORTS,
    "ポート": Capacity.PORTS,
    "コンセント": Capacity.OUTLETS,
    "口数": Capacity.OUTLETS,
    "インチ": Capacity.INCH,
    "人数": Capacity.PEOPLE,
    "扉": Capacity.DOORS,
    "va": Capacity.VA,
}
_KINDS_WRITTEN = {
    "ap": "access_point",
    "wifi": "access_point",
    "無線ap": "access_point",
    "光回線": "line",
    "ルータ": "router",
    "スイッチ": "switch",
    "poeスイッチ": "switch",
    "ブース": "booth",
    "コンセント": "power",
    "ups": "ups",
    "モニター": "display",
    "ディスプレイ": "display",
    "カメラ": "camera",
    "鍵": "lock",
    "工事": "work",
    "設定": "work",
}
"""Other words for the kinds, folded as headings are."""


def _by_heading() -> dict[str, str]:
    found = {table.heading(name): str(column) for name, column in {**COLUMNS, **_OTHERS}.items()}
    names = {str(one) for one in COLUMNS.values()}
    return found | {table.heading(name): name for name in names}


_HEADINGS = _by_heading()
_NUMBERS = {str(one) for one in Capacity}


def _kinds() -> dict[str, str]:
    found = {table.heading(slug): str(slug) for slug in GOODS} | _KINDS_WRITTEN
    for language in ("ja", "en"):
        with override(language):
            found |= {table.heading(str(label)): str(slug) for slug, label in GOODS.items()}
    return found


@dataclass(frozen=True)
class Read:
    """A line as it was understood.

    Attributes:
        line: its number in the file, the heading's line counted.
        flaws: why it cannot be taken, in words.
    """

    line: int
    name: str
    offer: Offer | None
    flaws: Sequence[str] = ()


def as_csv(items: Iterable[CatalogueItem]) -> bytes:
    """UTF-8 with BOM and CRLF, in the columns that are read again."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for item in items:
        writer.writerow([guarded(_cell(item, column)) for column in COLUMNS.values()])
    return (BOM + written.getvalue()).encode("utf-8")


def _cell(item: CatalogueItem, column: str) -> str:
    if column == "kind":
        with override("ja"):
            return str(GOODS[item.kind])
    if column in _NUMBERS:
        value = item.capacity.get(column)
        if value is None:
            return ""
        return f"{value / 1000:.3f}".rstrip("0").rstrip(".") if column in SPEEDS else str(value)
    value = getattr(item, column)
    return "" if value is None else str(value)


def read(text: str) -> list[Read]:
    """Every line of a file, good or not.

    Raises:
        OpenDataError: no heading with kind, code and name, no line, or too many of them.
    """
    try:
        rows = table.rows_of(text, MOST_LINES)
    except table.CellError as error:
        raise OpenDataError(_("表として読めません。CSVで保存し直してください。")) from error
    if not rows:
        raise OpenDataError(_("ファイルが空です。"))
    header = [_HEADINGS.get(table.heading(cell), "") for cell in rows[0][1]]
    missing = [
        name for name in ("種類", "型番", "名前", "初めの費用（税込・円）") if COLUMNS[name] not in header
    ]
    if missing:
        raise OpenDataError(
            _("1行目に次の列がありません：%(columns)s。書き出したカタログの見出しをそのまま使ってください。")
            % {"columns": "、".join(missing)}
        )
    if len(rows) == 1:
        raise OpenDataError(_("見出しのほかに行がありません。"))
    if len(rows) - 1 > MOST_LINES:
        raise OpenDataError(_("一度に%(most)s行までです。ファイルを分けてください。") % {"most": MOST_LINES})
    kinds = _kinds()
    found = [_line(number, table.cells(header, row), kinds) for number, row in rows[1:]]
    return _each_code_once(found)


def _line(line: int, cells: Mapping[str, str], kinds: Mapping[str, str]) -> Read:
    flaws: list[str] = []
    name = table.plain(cells.get("name", ""))
    values: dict[str, Any] = {}
    labels = {str(column): label for label, column in COLUMNS.items()}
    for column in ("first_yen", "monthly_yen", *(str(one) for one in Capacity if one in labels)):
        cell = cells.get(column, "")
        try:
            value = table.number(cell) if column in SPEEDS else table.whole(cell)
        except table.CellError:
            told = {"cell": table.plain(cell)[:40], "label": labels[column]}
            flaws.append(_("「%(label)s」の「%(cell)s」は数ではありません。") % told)
            continue
        if value is not None:
            values[column] = int(value * 1000) if column in SPEEDS else int(value)
    try:
        until = table.day(cells.get("valid_until", ""))
    except table.CellError:
        until = None
        flaws.append(
            _("「価格の期限」の「%(cell)s」は日付ではありません。2027-03-31 のように書いてください。")
            % {"cell": table.plain(cells["valid_until"])[:40]}
        )
    kind = table.heading(table.plain(cells.get("kind", "")))
    if not cells.get("first_yen", "").strip():
        flaws.append(_("「初めの費用（税込・円）」が空です。ないときは0と書いてください。"))
    offer = tidy(
        Offer(
            kind=kinds.get(kind, table.plain(cells.get("kind", ""))),
            code=table.plain(cells.get("code", "")),
            name=name,
            name_en=table.plain(cells.get("name_en", "")),
            first_yen=values.pop("first_yen", 0),
            monthly_yen=values.pop("monthly_yen", 0),
            capacity=values,
            valid_until=until,
        )
    )
    flaws += [text for _column, text in flaws_of(offer)]
    return Read(line, name, None if flaws else offer, tuple(flaws))


def _each_code_once(rows: Sequence[Read]) -> list[Read]:
    seen: dict[str, int] = {}
    found = []
    for row in rows:
        first = seen.setdefault(row.offer.code, row.line) if row.offer else row.line
        if row.offer and first != row.line:
            text = _("型番「%(code)s」は%(line)s行目にもあります。") % {"code": row.offer.code, "line": first}
            row = Read(row.line, row.name, None, (text,))
        found.append(row)
    return found
