"""Rows of text to facts: which column is what, and every cell read, with what is wrong told by line and column."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from sosei.engines.conventions.eras import parse_date
from sosei.engines.conventions.errors import DateError, NumeralError
from sosei.engines.conventions.folding import fold_name, fold_width
from sosei.engines.conventions.numerals import Mark, parse_numeral
from sosei.planning.outcomes import messages, rules
from sosei.planning.outcomes.importing.table import Table
from sosei.planning.outcomes.kinds import Attribute, Kind
from sosei.planning.outcomes.services.recording import NewFact

DATE, KEY, COUNT, AMOUNT, PLACE = "date", "key", "count", "amount", "place"
ATTRIBUTE = "attribute_"
SHEET_EPOCH = datetime.date(1899, 12, 30)
SHEET_DAYS = range(20_000, 80_000)
"""Numbers that a spreadsheet shows as days of 1954 to 2119, where a file lost the format of its dates."""
_KNOWN_HEADINGS = {
    DATE: (
        "日付",
        "年月日",
        "定住日",
        "転入日",
        "利用日",
        "契約日",
        "開業日",
        "受付日",
        "実績日",
        "date",
        "day",
    ),
    KEY: ("番号", "管理番号", "整理番号", "受付番号", "no", "no.", "id", "number", "key"),
    COUNT: ("数", "件数", "人数", "世帯数", "組数", "count"),
    AMOUNT: ("量", "人数", "世帯人数", "世帯の人数", "泊数", "時間", "時間数", "amount"),
    PLACE: ("場所", "地区", "地域", "place", "area"),
}

Columns = Mapping[str, int]
"""Target -> index of the column it is read from."""


@dataclass(frozen=True)
class Target:
    """What a column can be."""

    name: str
    title: str
    required: bool


@dataclass(frozen=True)
class Problem:
    """What is wrong in a line: the column, the value that stands there, and the remedy."""

    column: str
    value: str
    text: str


@dataclass(frozen=True)
class Line:
    """A line of the file as it was read."""

    number: int
    fact: NewFact | None
    problems: Sequence[Problem]


def targets(kind: Kind) -> list[Target]:
    """What the columns of a file of this kind can be, in the order of the form."""
    found = [Target(DATE, _("日付"), True), Target(KEY, _("番号"), False)]
    found.append(Target(COUNT, _("数（%(unit)s）") % {"unit": kind.unit}, False))
    if kind.has_amount:
        found.append(Target(AMOUNT, f"{kind.amount_title}", True))
    found += [Target(ATTRIBUTE + each.name, str(each.title), each.required) for each in kind.attributes]
    return [*found, Target(PLACE, _("地区"), False)]


def guess(table: Table, kind: Kind) -> dict[str, int]:
    """The columns whose headings say what they are; each column once."""
    headings = [fold_name(column).lower() for column in table.columns]
    found: dict[str, int] = {}
    for target in targets(kind):
        known = {fold_name(text).lower() for text in (*_names_of(target, kind), target.title)}
        for index, heading in enumerate(headings):
            if heading in known and index not in found.values():
                found[target.name] = index
                break
    return found


def _names_of(target: Target, kind: Kind) -> list[str]:
    if target.name == AMOUNT:
        return [*_both(kind.amount_title), *_KNOWN_HEADINGS[AMOUNT]]
    if target.name == COUNT and kind.whole_amount:
        # Where a household's persons are the amount, a bare 人数 is that.
        return [name for name in _KNOWN_HEADINGS[COUNT] if name != "人数"]
    if target.name in _KNOWN_HEADINGS:
        return list(_KNOWN_HEADINGS[target.name])
    attribute = _attribute(kind, target.name)
    return [attribute.name, *_both(attribute.title)]


def _both(text: Any) -> list[str]:
    told = []
    for language in ("ja", "en"):
        with override(language):
            told.append(str(text))
    return told


def _attribute(kind: Kind, target: str) -> Attribute:
    found = kind.attribute(target.removeprefix(ATTRIBUTE))
    assert found is not None
    return found


def read_lines(
    table: Table, columns: Columns, kind: Kind, *, object_type: str, today: datetime.date, measure: Any = None
) -> list[Line]:
    """Every line as a fact, or with what is wrong."""
    lines = [
        _Reader(table, columns, kind, object_type, today, measure).read(index)
        for index in range(len(table.rows))
    ]
    return _with_keys(table, columns, lines)


class _Reader:
    """Reads one line, collecting its problems."""

    def __init__(
        self,
        table: Table,
        columns: Columns,
        kind: Kind,
        object_type: str,
        today: datetime.date,
        measure: Any,
    ) -> None:
        self.table, self.columns, self.kind = table, columns, kind
        self.object_type, self.today, self.measure = object_type, today, measure
        self.problems: list[Problem] = []

    def read(self, index: int) -> Line:
        row = self.table.rows[index]
        on = self._date(row)
        count = self._number(row, COUNT, Decimal(1))
        amount = self._number(row, AMOUNT, None) if self.kind.has_amount else None
        attributes = self._attributes(row)
        place = self._text(row, PLACE)
        key = rules.canonical_key(fold_width(self._text(row, KEY)).replace(" ", ""))
        if count is not None and count != count.to_integral_value():
            self._wrong(COUNT, row, _("整数にしてください。"))
            count = None
        fact = None
        if on is not None and count is not None and not self.problems:
            fact = NewFact(on, key, int(count), amount, attributes, place, self.measure)
            self._check(fact, row)
        return Line(self.table.lines[index], None if self.problems else fact, tuple(self.problems))

    def _text(self, row: Sequence[str], target: str) -> str:
        index = self.columns.get(target)
        return "" if index is None else row[index].strip()

    def _wrong(self, target: str, row: Sequence[str], text: str) -> None:
        index = self.columns.get(target)
        column = self.table.columns[index] if index is not None else _("（列がありません）")
        self.problems.append(Problem(column, self._text(row, target), text))

    def _date(self, row: Sequence[str]) -> datetime.date | None:
        text = self._text(row, DATE)
        folded = fold_width(text)
        if folded.isdigit() and int(folded) in SHEET_DAYS:
            return SHEET_EPOCH + datetime.timedelta(days=int(folded))
        try:
            read = parse_date(text)
        except DateError as error:
            self._wrong(DATE, row, error.text(_language()))
            return None
        if read.month is None or read.day is None:
            self._wrong(
                DATE, row, _("年・月・日までそろえて書いてください（例：2024-06-01、令和6年6月1日）。")
            )
            return None
        return datetime.date(read.year, read.month, read.day)

    def _number(self, row: Sequence[str], target: str, default: Decimal | None) -> Decimal | None:
        text = self._text(row, target)
        if not text:
            if default is None and target == AMOUNT:
                self._wrong(
                    target, row, _("「%(title)s」を書いてください。") % {"title": self.kind.amount_title}
                )
            return default
        try:
            read = parse_numeral(text)
        except NumeralError as error:
            self._wrong(target, row, error.text(_language()))
            return None
        if isinstance(read, Mark):
            self._wrong(target, row, _("数がありません。数字を書くか、行を消してください。"))
            return None
        return Decimal(read)

    def _attributes(self, row: Sequence[str]) -> dict[str, str]:
        read: dict[str, str] = {}
        for attribute in self.kind.attributes:
            text = self._text(row, ATTRIBUTE + attribute.name)
            if not text:
                continue
            value = _value_named(attribute, text)
            if value is None:
                known = "、".join(str(label) for label in attribute.values.values())
                shown = known if len(known) < 200 else f"{known[:200]}…"
                self._wrong(
                    ATTRIBUTE + attribute.name,
                    row,
                    _("一覧にない値です。次のどれかにしてください：%(known)s") % {"known": shown},
                )
            else:
                read[attribute.name] = value
        return read

    def _check(self, fact: NewFact, row: Sequence[str]) -> None:
        for refusal in rules.refusals(
            self.kind,
            on=fact.on,
            today=self.today,
            count=fact.count,
            amount=fact.amount,
            attributes=fact.attributes,
            place=fact.place,
            # A line without a number is given one afterwards.
            obj=(self.object_type, fact.object_key or "0"),
        ):
            target = {"on": DATE, "key": KEY, "count": COUNT, "amount": AMOUNT, "place": PLACE}.get(
                refusal.part, ATTRIBUTE + refusal.part
            )
            self._wrong(target, row, messages.told(refusal))


def _language() -> str:
    return "en" if (get_language() or "ja").startswith("en") else "ja"


def _value_named(attribute: Attribute, text: str) -> str | None:
    wanted = fold_name(text).lower()
    for value, label in attribute.values.items():
        if wanted in {value.lower(), *(fold_name(each).lower() for each in _both(label))}:
            return value
    aliases = {fold_name(name).lower(): value for name, value in attribute.aliases.items()}
    return aliases.get(wanted)


def _with_keys(table: Table, columns: Columns, lines: Sequence[Line]) -> list[Line]:
    """Lines without a number get one made of what they say, so that the same line is the same fact next time."""
    seen: dict[str, int] = {}
    alike: Counter[str] = Counter()
    done: list[Line] = []
    for line in lines:
        fact = line.fact
        if fact is None:
            done.append(line)
            continue
        if not fact.object_key:
            says = _digest(fact)
            alike[says] += 1
            fact = _numbered(fact, f"{says}-{alike[says]}")
        if fact.object_key in seen:
            column = table.columns[columns[KEY]]
            text = _("%(line)s行目と同じ番号です。番号を直すか、どちらかの行を消してください。")
            problem = Problem(column, fact.object_key, text % {"line": seen[fact.object_key]})
            done.append(Line(line.number, None, (problem,)))
            continue
        seen[fact.object_key] = line.number
        done.append(Line(line.number, fact, ()))
    return done


def _numbered(fact: NewFact, key: str) -> NewFact:
    return NewFact(fact.on, key, fact.count, fact.amount, fact.attributes, fact.place, fact.measure)


def _digest(fact: NewFact) -> str:
    says = [
        fact.on.isoformat(),
        fact.count,
        None if fact.amount is None else str(fact.amount.normalize()),
        dict(sorted(fact.attributes.items())),
        fact.place,
    ]
    text = json.dumps(says, ensure_ascii=False, sort_keys=True)
    return f"line-{hashlib.sha256(text.encode()).hexdigest()[:20]}"
