"""CSV that e-Stat writes: its database download (cross table or column-oriented) and the API's getSimpleStatsData.

Metadata lines stand on top ("統計名：" …, or "RESULT" … "VALUE"). Then a header. With codes every axis has two
columns, "地域 コード","地域" in downloads and "area_code","地域" from the API; without codes one. A cross table has a
column headed "/時間軸（調査年）" (the axis laid across) followed by a column an item of that axis; other layouts end
in unit, value, annotation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sosei.planning.population.importing.estat import Axis, Item, Record, Table, read_table, role_of
from sosei.planning.population.importing.findings import Findings, Place
from sosei.planning.population.importing.parsed import Context, ParsedFile
from sosei.planning.population.importing.tables import Columns, Row, first_rows, fold_header, read_rows

NAME = "estat_csv"
TITLE = ("e-Stat のデータベースからダウンロードした CSV", "CSV downloaded from the e-Stat database")
_VALUE = {"value", "値"}
_UNIT = {"unit", "単位"}
_IGNORED = {"annotation", "注釈"}
_CODE = re.compile(r"(?:.*コード|(?:tab|cat\d+|area|time)_code)")


def matches(head: str, context: Context) -> bool:
    """Whether a header of e-Stat stands among the first lines."""
    return any(_is_header(row) for row in first_rows(head))


def parse(text: str, context: Context) -> ParsedFile:
    """Read the whole table."""
    parsed = ParsedFile()
    findings = parsed.findings
    rows = read_rows(text, findings)
    meta: dict[str, str] = {}
    header: Row | None = None
    for row in rows:
        if _is_header(row.values):
            header = row
            break
        _read_meta(row.values, meta)
    if header is None:
        findings.problem("no_rows")
        return parsed
    if meta.get("status", "0") != "0":
        findings.problem("estat_error", status=meta["status"], message=meta.get("error_msg", ""))
    if meta.get("next_key"):
        findings.problem(
            "estat_part",
            total=meta.get("total_number", "?"),
            got=meta.get("to_number", "?"),
            next_key=meta["next_key"],
        )
    columns = Columns(header, findings)
    layout = _layout(columns, findings)
    if layout is None or findings.refused:
        return parsed
    survey = meta.get("統計名") or meta.get("stat_name") or meta.get("政府統計名") or ""
    title = " ".join(
        meta.get(key, "") for key in ("表番号", "表題", "統計表名", "title", "statistics_name")
    ).strip()
    parsed.source = " ".join(part for part in (survey, title, "（e-Stat）") if part)[:300]
    parsed.source_en = "e-Stat"
    records = list(_records(rows, columns, layout, parsed))
    if not records and not findings.refused:
        findings.problem("no_rows")
    if not findings.refused:
        read_table(Table(layout.axes, records, survey, title), parsed, context)
    return parsed


@dataclass
class _Layout:
    """Where each axis, the unit and the values stand.

    `axes[i]` has its code at `codes[i]` (None without codes) and its name at `names[i]`; with a cross table the
    last axis lies across: `across` gives the columns of its items.
    """

    axes: list[Axis]
    codes: list[int | None]
    names: list[int]
    unit: int | None
    value: int | None
    across: dict[int, str]


def _is_header(row: list[str]) -> bool:
    names = [fold_header(value) for value in row]
    roles = {role_of(name.removeprefix("/")) for name in names if name}
    if not {"area", "time"} <= roles or len(names) < 4:
        return False
    return bool(set(names) & _VALUE) or any(name.startswith("/") for name in names)


def _read_meta(row: list[str], meta: dict[str, str]) -> None:
    key = fold_header(row[0]).rstrip(":")
    rest = [value.strip() for value in row[1:] if value.strip()]
    if key and rest:
        meta.setdefault(key, rest[-1] if key in {"stat_name", "title"} else rest[0])


def _layout(columns: Columns, findings: Findings) -> _Layout | None:
    across_at = [n for n, name in enumerate(columns.names) if name.startswith("/")]
    value = next((n for n, name in enumerate(columns.names) if name in _VALUE), None)
    unit = next((n for n, name in enumerate(columns.names) if name in _UNIT), None)
    if len(across_at) > 1 or (not across_at and value is None):
        findings.problem(
            "estat_layout",
            Place(columns.line),
            reason="表頭の項目が一つではありません",
            reason_en="not exactly one axis lies across",
        )
        return None
    end = across_at[0] if across_at else len(columns.names)
    axes, codes, names = [], [], []
    code: int | None = None
    for position in range(end):
        name = columns.names[position]
        if position in {value, unit} or name in _IGNORED or not name or name.endswith("補助コード"):
            continue
        if _CODE.fullmatch(name):
            code = position
            continue
        axes.append(Axis(columns.written[position]))
        codes.append(code)
        names.append(position)
        code = None
    across: dict[int, str] = {}
    if across_at:
        axes.append(Axis(columns.written[end].lstrip("/")))
        across = {
            n: columns.written[n]
            for n in range(end + 1, len(columns.names))
            if columns.names[n] and columns.names[n] not in _IGNORED
        }
        axes[-1].items = {str(n): Item("", name) for n, name in across.items()}
    return _Layout(axes, codes, names, unit, value, across)


def _records(rows: Iterator[Row], columns: Columns, layout: _Layout, parsed: ParsedFile) -> Iterator[Record]:
    tab = next((n for n, axis in enumerate(layout.axes) if role_of(axis.name) == "tab"), None)
    for row in rows:
        parsed.lines = row.line
        if not columns.fits(row):
            continue
        values = row.values
        keys = []
        for axis, code_at, name_at in zip(layout.axes, layout.codes, layout.names, strict=False):
            code = values[code_at].strip() if code_at is not None else ""
            name = values[name_at].strip()
            key = code or name
            axis.items.setdefault(key, Item(code, name))
            keys.append(key)
        unit = values[layout.unit] if layout.unit is not None else _unit_in_name(values, layout, tab)
        if layout.value is not None and not layout.across:
            yield Record(keys, unit, values[layout.value], Place(row.line, columns.written[layout.value]))
        for position, name in layout.across.items():
            yield Record([*keys, str(position)], unit, values[position], Place(row.line, name))


def _unit_in_name(values: list[str], layout: _Layout, tab: int | None) -> str:
    """Downloads print the unit behind the item: 人口【人】."""
    if tab is None or tab >= len(layout.names):
        return ""
    found = re.search(r"【(.+?)】", values[layout.names[tab]])
    return found[1] if found else ""
