"""One posting and one worker: their fields, what each may hold, and their packed form as array rows.

Days are whole numbers since 1970-01-01, periods are `[start, end)`, weeks run from Sunday to Saturday with the number
`(day + 4) // 7`, weekday masks count Monday as 1 and Sunday as 64. Coordinates are micro-degrees.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sosei.engines.matching.retrieval.errors import ErrorCode, RetrievalError
from sosei.engines.matching.retrieval.jit import compiled

Rows = npt.NDArray[np.void]
Ints = npt.NDArray[np.integer[Any]]
EVERY_DAY = 127
LAST_DAY = 80_000  # the year 2189; keeps sums of days far from the edge of 32 bits


class Lodging(IntEnum):
    """Whether a worker would sleep at the place of work."""

    NOT_WANTED = 0
    POSSIBLE = 1
    NEEDED = 2


@dataclass(frozen=True, slots=True)
class Posting:
    """One posting with the period it covers; `weekdays` says which days of the period are worked."""

    id: int
    start_day: int
    end_day: int
    minutes_per_day: int
    wage: int
    lat: int
    lon: int
    places: int
    weekdays: int = EVERY_DAY
    licences: int = 0
    skills: int = 0
    min_age: int = 0
    night: bool = False
    beds: int = 0
    meals: int = 0
    half_days: int = 0
    desk: bool = False
    kind: int = 0
    municipality: int = 0
    employer: int = 0


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker; `windows` are the days still free, `busy` the minutes already under contract by week."""

    id: int
    birth: int
    lat: int
    lon: int
    max_distance: int
    weekly_minutes: int
    windows: tuple[tuple[int, int], ...] = ()
    licences: int = 0
    skills: int = 0
    lodging: int = Lodging.NOT_WANTED
    kinds: int = 0
    wage_wish: int = 0
    half_days: int = 0
    desk: bool = False
    busy: tuple[tuple[int, int], ...] = ()


class Field(NamedTuple):
    """How a field is stored and which whole numbers it may hold."""

    kind: str
    low: int
    high: int


_ID, _MASK = Field("i8", 0, 2**63 - 1), Field("i8", 0, 2**63 - 1)
_LAT, _LON = Field("i4", -90_000_000, 90_000_000), Field("i4", -180_000_000, 180_000_000)
_FLAG, _DAY = Field("u1", 0, 1), Field("i4", 0, LAST_DAY)

POSTING_FIELDS: dict[str, Field] = {
    "id": _ID,
    "licences": _MASK,
    "skills": _MASK,
    "employer": _ID,
    "start_day": _DAY,
    "end_day": _DAY,
    "lat": _LAT,
    "lon": _LON,
    "wage": Field("i4", 0, 1_000_000),
    "municipality": Field("i4", 0, 2**31 - 1),
    "minutes_per_day": Field("i2", 0, 1440),
    "beds": Field("i2", 0, 32_767),
    "places": Field("i2", 0, 32_767),
    "weekdays": Field("u1", 1, EVERY_DAY),
    "min_age": Field("u1", 0, 120),
    "night": _FLAG,
    "meals": Field("u1", 0, 7),
    "half_days": Field("u1", 0, 7),
    "desk": _FLAG,
    "kind": Field("u1", 0, 62),
}
WORKER_FIELDS: dict[str, Field] = {
    "id": _ID,
    "licences": _MASK,
    "skills": _MASK,
    "kinds": _MASK,
    "lat": _LAT,
    "lon": _LON,
    "max_distance": Field("i4", 0, 20_000_000),
    "birth": Field("i4", 1800_01_01, 2200_12_31),
    "wage_wish": Field("i4", 0, 1_000_000),
    "weekly_minutes": Field("i2", 0, 10_080),
    "lodging": Field("u1", 0, 2),
    "half_days": Field("u1", 0, 7),
    "desk": _FLAG,
}
_POSTING_DERIVED = [("start_ymd", "i4"), ("week_minutes", "i4")]
_WORKER_DERIVED = [("first", "i4"), ("last", "i4"), ("windows", "i2"), ("busy", "i2")]
POSTING_ROW = np.dtype([(n, f.kind) for n, f in POSTING_FIELDS.items()] + _POSTING_DERIVED, align=True)
WORKER_ROW = np.dtype([(n, f.kind) for n, f in WORKER_FIELDS.items()] + _WORKER_DERIVED, align=True)


class Spans(NamedTuple):
    """Pairs of numbers for each row: those of row i stand from `offsets[i]` to `offsets[i + 1]`."""

    offsets: Ints
    first: Ints
    second: Ints

    def of(self, row: int) -> tuple[tuple[int, int], ...]:
        """The pairs of one row."""
        part = slice(int(self.offsets[row]), int(self.offsets[row + 1]))
        return tuple(zip(self.first[part].tolist(), self.second[part].tolist(), strict=True))


def posting_rows(columns: Mapping[str, npt.ArrayLike]) -> Rows:
    """Columns of postings as packed rows.

    Raises:
        RetrievalError: a column is missing, a value outside its range, a period empty or edged by days off.
    """
    rows = _packed(columns, POSTING_FIELDS, POSTING_ROW, Posting)
    starts, ends = rows["start_day"].astype(np.int64), rows["end_day"].astype(np.int64)
    _refuse(rows, starts >= ends, ErrorCode.PERIOD, "end_day", "let the period end after its first day")
    off = (worked(rows["weekdays"], starts) == 0) | (worked(rows["weekdays"], ends - 1) == 0)
    _refuse(rows, off, ErrorCode.EDGE_NOT_WORKED, "weekdays", "begin and end the period with a worked day")
    rows["start_ymd"] = ymd(starts)
    rows["week_minutes"] = rows["minutes_per_day"].astype(np.int32) * busiest_weeks(rows)
    return rows


def worker_rows(columns: Mapping[str, npt.ArrayLike], windows: Spans, busy: Spans) -> tuple[Rows, Spans]:
    """Columns of workers as packed rows, and their windows sorted and merged.

    Raises:
        RetrievalError: as for postings; a window that ends before it starts; pairs that do not fit the rows.
    """
    rows = _packed(columns, WORKER_FIELDS, WORKER_ROW, Worker)
    month, day = rows["birth"] // 100 % 100, rows["birth"] % 100
    bad = (month < 1) | (month > 12) | (day < 1) | (day > 31)
    _refuse(rows, bad, ErrorCode.BIRTH, "birth", "give the date of birth as YYYYMMDD")
    _check_spans(rows, windows, "windows", (0, LAST_DAY), (0, LAST_DAY))
    _check_spans(rows, busy, "busy", (0, LAST_DAY), (0, 10_080))
    owner = np.repeat(np.arange(len(rows)), np.diff(windows.offsets))
    backwards = np.zeros(len(rows), bool)
    backwards[owner[windows.first >= windows.second]] = True
    _refuse(rows, backwards, ErrorCode.PERIOD, "windows", "let every window end after its first day")
    merged = _merged(windows)
    count = np.diff(merged.offsets)
    rows["windows"], rows["busy"] = count, np.diff(busy.offsets)
    has = count > 0
    rows["first"][has] = merged.first[merged.offsets[:-1][has]]
    rows["last"][has] = merged.second[merged.offsets[1:][has] - 1]
    return rows, merged


def columns_of(items: Iterable[Posting | Worker], names: Iterable[str]) -> dict[str, list[int]]:
    """The fields of dataclass rows as columns."""
    listed = list(items)
    return {name: [getattr(item, name) for item in listed] for name in names}


def spans_of(pairs: Iterable[tuple[tuple[int, int], ...]]) -> Spans:
    """Pairs by row, as written in the dataclasses, in array form."""
    listed = list(pairs)
    offsets = np.cumsum([0, *(len(each) for each in listed)], dtype=np.int64)
    flat = np.array([pair for each in listed for pair in each], dtype=np.int64).reshape(-1, 2)
    return Spans(offsets, flat[:, 0].copy(), flat[:, 1].copy())


def posting_of(row: np.void) -> Posting:
    """The packed row as a posting again."""
    values: dict[str, Any] = {name: int(row[name]) for name in POSTING_FIELDS}
    return Posting(**{**values, "night": bool(values["night"]), "desk": bool(values["desk"])})


def worker_of(
    row: np.void, windows: tuple[tuple[int, int], ...], busy: tuple[tuple[int, int], ...]
) -> Worker:
    """The packed row as a worker again, windows merged."""
    values: dict[str, Any] = {name: int(row[name]) for name in WORKER_FIELDS}
    return Worker(**{**values, "desk": bool(values["desk"]), "windows": windows, "busy": busy})


def worked(weekdays: npt.NDArray[np.uint8], days: Ints) -> Ints:
    """1 where the day is one of the worked weekdays, else 0."""
    result: Ints = (weekdays.astype(np.int64) >> ((days + 3) % 7)) & 1
    return result


def busiest_weeks(rows: Rows) -> Ints:
    """The most worked days any one week of the period holds."""
    starts, ends = rows["start_day"].astype(np.int64), rows["end_day"].astype(np.int64)
    first_week, last_week = (starts + 4) // 7, (ends + 3) // 7
    most = np.zeros(len(rows), np.int64)
    # A whole week lies inside, unless the period touches at most two; the two at the edges are then all there are.
    for sunday in (first_week * 7 - 4, last_week * 7 - 4, (first_week + 1) * 7 - 4):
        count = np.zeros(len(rows), np.int64)
        for day in range(7):
            inside = (sunday + day >= starts) & (sunday + day < ends)
            count += np.where(inside, worked(rows["weekdays"], sunday + day), 0)
        most = np.maximum(most, count)
    return most


def ymd(days: Ints) -> Ints:
    """The civil date of each day as YYYYMMDD, so that an age is `(date - birth) // 10000`."""
    dates = np.asarray(days, np.int64).astype("datetime64[D]")
    years = dates.astype("datetime64[Y]")
    months = dates.astype("datetime64[M]")
    year = years.astype(np.int64) + 1970
    month = (months - years).astype(np.int64) + 1
    day = (dates - months).astype(np.int64) + 1
    result: Ints = year * 10_000 + month * 100 + day
    return result


def _packed(
    columns: Mapping[str, npt.ArrayLike],
    fields: Mapping[str, Field],
    row: np.dtype[np.void],
    of: type[Posting | Worker],
) -> Rows:
    """The columns in one array of rows, each value checked against its field; fields with a default may be absent."""
    defaults = {f.name: f.default for f in dataclasses.fields(of) if isinstance(f.default, int)}
    if "id" not in columns:
        raise RetrievalError(ErrorCode.MISSING_COLUMN, "id", None, remedy="give the column")
    ids = np.asarray(columns["id"])
    rows = np.zeros(len(ids), row)
    for name, field in fields.items():
        if name not in columns and name not in defaults:
            raise RetrievalError(ErrorCode.MISSING_COLUMN, name, None, remedy="give the column")
        values = np.asarray(columns.get(name, defaults.get(name)))
        if values.ndim and len(values) != len(rows):
            raise RetrievalError(
                ErrorCode.LENGTH, name, len(values), remedy=f"give {len(rows)} values, one for each id"
            )
        if values.size and values.dtype.kind not in "iub":
            raise RetrievalError(
                ErrorCode.NOT_A_WHOLE_NUMBER, name, str(values.dtype), remedy="give whole numbers"
            )
        if values.size and (values.min() < field.low or values.max() > field.high):
            at = int(((values < field.low) | (values > field.high)).argmax())
            remedy = f"give a whole number from {field.low} to {field.high}"
            value = int(values.flat[at])
            raise RetrievalError(ErrorCode.RANGE, name, value, row=int(ids[at]), remedy=remedy)
        rows[name] = values
    if len(rows) > 1:
        unique, count = np.unique(rows["id"], return_counts=True)
        if len(unique) < len(rows):
            twice = int(unique[count.argmax()])
            raise RetrievalError(ErrorCode.DUPLICATE_ID, "id", twice, row=twice, remedy="give each id once")
    return rows


def _refuse(rows: Rows, bad: npt.NDArray[np.bool_], code: ErrorCode, field: str, remedy: str) -> None:
    if bad.any():
        at = int(bad.argmax())
        value = int(rows[field][at]) if field in (POSTING_ROW.names or ()) or field == "birth" else None
        raise RetrievalError(code, field, value, row=int(rows["id"][at]), remedy=remedy)


def _check_spans(
    rows: Rows, spans: Spans, field: str, first: tuple[int, int], second: tuple[int, int]
) -> None:
    """Refuses pairs that do not fit the rows or hold numbers outside their ranges."""
    fits = (
        len(spans.offsets) == len(rows) + 1
        and spans.offsets[0] == 0
        and spans.offsets[-1] == len(spans.first) == len(spans.second)
        and bool((np.diff(spans.offsets) >= 0).all())
        and int(np.diff(spans.offsets).max(initial=0)) <= np.iinfo(np.int16).max
    )
    if not fits:
        remedy = "give one offset more than rows, rising from 0 to the number of pairs"
        raise RetrievalError(ErrorCode.OFFSETS, field, len(spans.offsets), remedy=remedy)
    for values, (low, high) in ((spans.first, first), (spans.second, second)):
        bad = (values < low) | (values > high)
        if bad.any():
            at = int(bad.argmax())
            owner = int(rows["id"][int(np.searchsorted(spans.offsets, at, side="right")) - 1])
            remedy = f"give whole numbers from {low} to {high}"
            raise RetrievalError(ErrorCode.RANGE, field, int(values[at]), row=owner, remedy=remedy)


def _merged(windows: Spans) -> Spans:
    """The windows of each row in order, those that touch or overlap made one."""
    offsets, first, second = np.zeros_like(windows.offsets), windows.first.copy(), windows.second.copy()
    kept = merge_windows(windows.offsets, first, second, offsets)
    return Spans(offsets, first[:kept].copy(), second[:kept].copy())


@compiled
def merge_windows(old: Ints, first: Ints, second: Ints, new: Ints) -> int:
    """Sorts and merges in place, fills the new offsets, returns how many windows remain."""
    kept = 0
    for row in range(len(old) - 1):
        for i in range(old[row] + 1, old[row + 1]):
            start, end, j = first[i], second[i], i
            while j > old[row] and first[j - 1] > start:
                first[j], second[j] = first[j - 1], second[j - 1]
                j -= 1
            first[j], second[j] = start, end
        begin = kept
        for i in range(old[row], old[row + 1]):
            if kept > begin and first[i] <= second[kept - 1]:
                second[kept - 1] = max(second[kept - 1], second[i])
            else:
                first[kept], second[kept] = first[i], second[i]
                kept += 1
        new[row + 1] = kept
    return kept
