"""JSON of the e-Stat API 3.0 (getStatsData).

GET_STATS_DATA holds RESULT (STATUS 0 when it went well), STATISTICAL_DATA with RESULT_INF (NEXT_KEY where the
answer is only a part), TABLE_INF, CLASS_INF (the axes) and DATA_INF (the values). A single CLASS_OBJ, CLASS or
VALUE is an object instead of a list of one, and names may be objects {"@no", "$"}. Source: e-Stat API 仕様 3.0版.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sosei.planning.population.importing.estat import Axis, Item, Record, Table, read_table
from sosei.planning.population.importing.findings import Findings, Place
from sosei.planning.population.importing.parsed import Context, ParsedFile

NAME = "estat_json"
TITLE = ("e-Stat API 3.0 の JSON（getStatsData）", "e-Stat API 3.0 JSON (getStatsData)")


def matches(head: str, context: Context) -> bool:
    """Whether the head is of this format."""
    return head.lstrip()[:1] == "{" and "GET_STATS_DATA" in head


def parse(text: str, context: Context) -> ParsedFile:
    """Read the whole answer."""
    parsed = ParsedFile()
    findings = parsed.findings
    try:
        answer = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        findings.problem("broken_json", Place(line), reason=getattr(error, "msg", type(error).__name__))
        return parsed
    body = _object(_object(answer).get("GET_STATS_DATA"))
    result = _object(body.get("RESULT"))
    if str(result.get("STATUS", "0")) != "0":
        findings.problem("estat_error", status=result.get("STATUS"), message=result.get("ERROR_MSG", ""))
        return parsed
    data = _object(body.get("STATISTICAL_DATA"))
    _refuse_part(_object(data.get("RESULT_INF")), findings)
    axes_read = _axes(data)
    values = _list(_object(data.get("DATA_INF")).get("VALUE"))
    if not axes_read or not values:
        findings.problem("no_rows")
    if findings.refused:
        return parsed
    info = _object(data.get("TABLE_INF"))
    table = Table(
        [axis for _, axis in axes_read],
        _records(values, axes_read, findings),
        survey=_text(info.get("STAT_NAME")) or _text(info.get("STATISTICS_NAME")),
        title=f"{_text(info.get('STATISTICS_NAME'))} {_text(info.get('TITLE'))}",
    )
    _name_source(parsed, info, table)
    parsed.lines = len(values)
    read_table(table, parsed, context)
    return parsed


def _refuse_part(info: dict[str, Any], findings: Findings) -> None:
    if info.get("NEXT_KEY") not in (None, ""):
        findings.problem(
            "estat_part",
            total=info.get("TOTAL_NUMBER", "?"),
            got=info.get("TO_NUMBER", "?"),
            next_key=info["NEXT_KEY"],
        )
    elif str(info.get("FROM_NUMBER", "1")) not in {"0", "1"}:
        findings.problem(
            "estat_part", total=info.get("TOTAL_NUMBER", "?"), got=info.get("TO_NUMBER", "?"), next_key=1
        )


def _name_source(parsed: ParsedFile, info: dict[str, Any], table: Table) -> None:
    number = str(info.get("@id", "")).strip()
    parsed.source = " ".join(part for part in (table.survey, _text(info.get("TITLE")), "（e-Stat）") if part)[
        :300
    ]
    parsed.source_en = f"e-Stat, table {number}" if number else "e-Stat"
    if number:
        parsed.source_url = f"https://www.e-stat.go.jp/dbview?sid={number}"


def _axes(data: dict[str, Any]) -> list[tuple[str, Axis]]:
    """The axes, each with its id (cat01, area …)."""
    axes = []
    for entry in map(_object, _list(_object(data.get("CLASS_INF")).get("CLASS_OBJ"))):
        items = {}
        for item in map(_object, _list(entry.get("CLASS"))):
            code, name, unit = str(item.get("@code", "")), str(item.get("@name", "")), item.get("@unit")
            items[code] = Item(code, f"{name}【{unit}】" if unit and unit not in name else name)
        axes.append((str(entry.get("@id", "")), Axis(str(entry.get("@name", "")), items)))
    return axes


def _records(values: list[Any], axes: list[tuple[str, Axis]], findings: Findings) -> Iterator[Record]:
    keys = [f"@{axis_id}" for axis_id, _ in axes]
    for number, value in enumerate(map(_object, values), 1):
        place = Place(item=number)
        record = Record(
            [str(value.get(key, "")) for key in keys], str(value.get("@unit", "")), _text(value), place
        )
        unknown = [
            axis.name for key, (_, axis) in zip(record.keys, axes, strict=True) if key not in axis.items
        ]
        if unknown:
            findings.problem("estat_axis", place, axis=unknown[0], axis_en=unknown[0])
            continue
        yield record


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    """The text of a value that may be {"$": text}."""
    inner = value.get("$", "") if isinstance(value, dict) else value
    return "" if inner is None else str(inner)
