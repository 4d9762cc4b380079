"""Rules of a bank's list of incoming money in plain Python: it is read whole, or refused with everything that is wrong.

Lists are CSV (UTF-8 with or without BOM, UTF-16, CP932) with a row of heads, or the banks' fixed records of 200 bytes:
振込入金通知 (種別01) and 入出金取引明細 (種別03), whose days are written in years of the era.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Final

from sosei.engines.conventions.eras import parse_date
from sosei.engines.conventions.errors import ConventionError
from sosei.engines.conventions.folding import fold_width

MOST_BYTES: Final = 5_000_000
MOST_ROWS: Final = 20_000
HEADS_WITHIN: Final = 20
PROBLEMS_SHOWN: Final = 50
RECORD: Final = 200
REIWA: Final = 2018
MOST_YEN: Final = 2_147_483_647


class ListCode(StrEnum):
    """What is wrong with a list, or with a row of it."""

    TOO_LARGE = "too_large"
    EMPTY = "empty"
    ENCODING = "encoding"
    NO_HEADS = "no_heads"
    NO_ROWS = "no_rows"
    TOO_MANY = "too_many"
    DATE = "date"
    FUTURE = "future"
    AMOUNT = "amount"
    RECORD = "record"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: its line (from 1, 0 for the whole) and what stands there."""

    code: ListCode
    line: int = 0
    value: str = ""
    limit: str = ""


class ListError(ValueError):
    """A list that cannot be read.

    Attributes:
        problems: all of them, in the order of the lines.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{one.line}: {one.code.value} {one.value!r}" for one in problems[:5]))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Row:
    """Money that came in.

    Attributes:
        payer: as the bank writes the one who transferred, widths folded.
        digest: of the row, with its place among equal rows of the same list, so that it is kept once.
    """

    on_date: date
    yen: int
    payer: str
    bank: str = ""
    memo: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Read:
    """A list that was read.

    Attributes:
        skipped: rows without money that came in.
    """

    rows: tuple[Row, ...]
    skipped: int = 0


def read_list(content: bytes, *, today: date) -> Read:
    """The incoming money of a bank's list; nothing of a list in which anything is wrong.

    Raises:
        ListError: everything that is wrong with it.
    """
    if not content.strip():
        raise ListError([Problem(ListCode.EMPTY)])
    if len(content) > MOST_BYTES:
        raise ListError([Problem(ListCode.TOO_LARGE, limit=f"{MOST_BYTES // 1_000_000} MB")])
    fixed = _looks_fixed(content)
    found, problems, skipped = _read_fixed(content) if fixed else _read_csv(_decoded(content))
    problems += [
        Problem(ListCode.FUTURE, line, row.on_date.isoformat()) for line, row in found if row.on_date > today
    ]
    if not problems and not found:
        problems.append(Problem(ListCode.NO_ROWS))
    if problems:
        raise ListError(sorted(problems, key=lambda one: one.line))
    return Read(_numbered([row for _line, row in found]), skipped)


def _numbered(rows: Sequence[Row]) -> tuple[Row, ...]:
    seen: dict[tuple[object, ...], int] = {}
    made = []
    for row in rows:
        same = (row.on_date, row.yen, row.payer, row.bank, row.memo)
        seen[same] = seen.get(same, 0) + 1
        digest = sha256("\x1f".join([*map(str, same), str(seen[same])]).encode()).hexdigest()
        made.append(Row(row.on_date, row.yen, row.payer, row.bank, row.memo, digest))
    return tuple(made)


def _decoded(content: bytes) -> str:
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise ListError([Problem(ListCode.ENCODING)])


_HEADS: Final[Mapping[str, frozenset[str]]] = {
    "date": frozenset(
        {"日付", "取引日", "お取引日", "入金日", "勘定日", "起算日", "年月日", "取引年月日", "date"}
    ),
    "yen": frozenset(
        {
            "入金額",
            "入金",
            "入金金額",
            "お預入金額",
            "お預り金額",
            "預入金額",
            "預り金額",
            "お預入れ",
            "金額",
            "deposit",
        }
    ),
    "payer": frozenset(
        {
            "振込人",
            "振込人名",
            "振込依頼人",
            "振込依頼人名",
            "依頼人名",
            "摘要",
            "内容",
            "お取引内容",
            "取引内容",
            "description",
        }
    ),
    "bank": frozenset({"銀行名", "金融機関名", "仕向銀行", "仕向銀行名", "bank"}),
    "memo": frozenset({"メモ", "備考", "EDI情報", "edi情報", "memo"}),
}
_PREFERRED_PAYER = frozenset({"振込人", "振込人名", "振込依頼人", "振込依頼人名", "依頼人名"})

Found = list[tuple[int, Row]]


def _heads(cells: Sequence[str]) -> dict[str, int]:
    """Which column is what; a column that names the payer goes before one of notes."""
    names = [re.sub(r"\(.*?\)|\s", "", fold_width(cell)) for cell in cells]
    found: dict[str, int] = {}
    for number, name in enumerate(names):
        for what, known in _HEADS.items():
            if name in known and (what not in found or (what == "payer" and name in _PREFERRED_PAYER)):
                found[what] = number
    return found


def _read_csv(text: str) -> tuple[Found, list[Problem], int]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in text[:2000] else ",")
    heads: dict[str, int] = {}
    found: Found = []
    problems: list[Problem] = []
    skipped = 0
    try:
        for number, cells in enumerate(rows, start=1):
            if not heads:
                told = _heads(cells)
                if {"date", "yen"} <= set(told):
                    heads = told
                elif number >= HEADS_WITHIN:
                    break
                continue
            if number > MOST_ROWS + HEADS_WITHIN:
                raise ListError([Problem(ListCode.TOO_MANY, limit=f"{MOST_ROWS:,}")])
            if not any(cell.strip() for cell in cells):
                continue
            skipped += not _take(cells, number, heads, found, problems)
            if len(problems) >= PROBLEMS_SHOWN:
                break
    except csv.Error as error:
        raise ListError([Problem(ListCode.ENCODING)]) from error
    if not heads:
        problems.append(Problem(ListCode.NO_HEADS))
    return found, problems, skipped


def _take(
    cells: Sequence[str], line: int, heads: Mapping[str, int], found: Found, problems: list[Problem]
) -> bool:
    """Whether the row tells of money that came in, or is wrong."""

    def cell(what: str) -> str:
        place = heads.get(what)
        return cells[place].strip() if place is not None and place < len(cells) else ""

    amount = fold_width(cell("yen"))
    amount = re.sub(r"[,¥\\円\s]", "", amount)
    if amount in ("", "-", "0"):
        return False
    day = _day(cell("date"))
    if day is None:
        problems.append(Problem(ListCode.DATE, line, cell("date")[:40]))
    if not re.fullmatch(r"[0-9]{1,12}", amount) or not 0 < int(amount) <= MOST_YEN:
        problems.append(Problem(ListCode.AMOUNT, line, cell("yen")[:40]))
    elif day is not None:
        found.append(
            (line, Row(day, int(amount), payer_text(cell("payer")), cell("bank")[:60], cell("memo")[:60]))
        )
    return True


def _day(text: str) -> date | None:
    try:
        read = parse_date(text)
        return date(read.year, read.month, read.day) if read.month and read.day else None
    except (ConventionError, ValueError):
        return None


_WORDS_BEFORE = re.compile(r"^(振込入金|振込|振替|フリコミ|フリコ|ﾌﾘｺﾐ|入金)[\s:*]*")


def payer_text(text: str) -> str:
    """Who transferred, as it is kept: widths folded, the bank's word for a transfer left out."""
    return _WORDS_BEFORE.sub("", fold_width(text)).strip()[:60]


def _looks_fixed(content: bytes) -> bool:
    first = content.splitlines()[0] if b"\n" in content[: RECORD + 2] else content[:RECORD]
    return len(first.rstrip(b"\r")) == RECORD and first[:3] in (b"101", b"103")


_FIXED: Final[Mapping[bytes, Mapping[str, tuple[int, int]]]] = {
    b"01": {"date": (7, 13), "yen": (19, 29), "payer": (49, 97), "bank": (97, 112), "memo": (128, 148)},
    b"03": {
        "date": (9, 15),
        "side": (21, 22),
        "yen": (24, 36),
        "payer": (81, 129),
        "bank": (129, 144),
        "memo": (179, 199),
    },
}
"""Kind of list -> first byte and the one behind the last of each part of a data record."""


def _read_fixed(content: bytes) -> tuple[Found, list[Problem], int]:
    body = content.rstrip(b"\x1a\r\n")
    records = (
        body.splitlines() if b"\n" in body else [body[at : at + RECORD] for at in range(0, len(body), RECORD)]
    )
    if len(records) > MOST_ROWS:
        raise ListError([Problem(ListCode.TOO_MANY, limit=f"{MOST_ROWS:,}")])
    places = _FIXED[records[0][1:3]]
    found: Found = []
    problems: list[Problem] = []
    skipped = 0
    for number, record in enumerate(records, start=1):
        if len(record) != RECORD:
            problems.append(Problem(ListCode.RECORD, number, str(len(record))))
        elif record[:1] == b"2":
            skipped += not _take_fixed(record, number, places, found, problems)
        if len(problems) >= PROBLEMS_SHOWN:
            break
    return found, problems, skipped


def _take_fixed(
    record: bytes,
    line: int,
    places: Mapping[str, tuple[int, int]],
    found: Found,
    problems: list[Problem],
) -> bool:
    try:
        told = {what: record[slice(*place)].decode("cp932").strip() for what, place in places.items()}
    except UnicodeDecodeError as error:
        raise ListError([Problem(ListCode.ENCODING)]) from error
    if told.get("side", "1") != "1":
        return False
    if not re.fullmatch(r"[0-9]+", told["yen"]) or not 0 < int(told["yen"]) <= MOST_YEN:
        problems.append(Problem(ListCode.AMOUNT, line, told["yen"]))
        return True
    try:
        day = date(REIWA + int(told["date"][:2]), int(told["date"][2:4]), int(told["date"][4:6]))
    except ValueError:
        problems.append(Problem(ListCode.DATE, line, told["date"]))
        return True
    found.append((line, Row(day, int(told["yen"]), payer_text(told["payer"]), told["bank"], told["memo"])))
    return True
