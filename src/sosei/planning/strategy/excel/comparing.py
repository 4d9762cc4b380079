"""A table that came in, line by line against what is held: new, changed, the same, unknown, unreadable."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from sosei.engines.conventions.folding import fold_name, fold_width
from sosei.planning.strategy.answer_reading import Value, read_value
from sosei.planning.strategy.errors_campaigns import SheetError
from sosei.planning.strategy.errors_kpis import ActualError
from sosei.planning.strategy.excel.layouts import Layout, year_of_heading
from sosei.planning.strategy.excel.state import Held
from sosei.planning.strategy.excel.tables import Content, Row, Table, Trouble
from sosei.planning.strategy.excel.texts import writable
from sosei.planning.strategy.models import Kpi, KpiActual
from sosei.planning.strategy.numbers import print_value, print_year

_JAPANESE_DAY = re.compile(r"(\d{1,2})月(\d{1,2})日")
_SLASHED = re.compile(r"(?:\d{4}[/-])?(\d{1,2})[/-](\d{1,2})(?: 0?0:00(?::00)?)?")
_NAMED = re.compile(r"(\d{1,2})-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Found(StrEnum):
    """What became of a cell, or of a whole row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    BLANK = "blank"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"
    NOTE = "note"


@dataclass(frozen=True)
class Line:
    """One line of the report. JSON-ready, for the report is stored until the planner confirms it.

    Attributes:
        cell: its address, G5; of a whole row the row's number alone.
        held: key of the row that a change would replace.
        value: the number as text, exact.
        text: what stands in the cell; `before` what is held.
    """

    cell: str
    found: str
    title: str = ""
    message: str = ""
    kpi: int | None = None
    year: int | None = None
    text: str = ""
    before: str = ""
    held: int | None = None
    value: str | None = None
    availability: str = ""
    yearly_value: str | None = None
    period: str = ""
    starts_on: str | None = None
    ends_on: str | None = None
    explanation: str | None = None

    def as_json(self) -> dict[str, object]:
        """For `ValueImport.lines`."""
        return asdict(self)


def compare(table: Table, layout: Layout, held: Sequence[Held]) -> list[Line]:
    """The report.

    Raises:
        SheetError: the headings stand elsewhere than the layout says.
    """
    _check_headings(table, layout)
    finder = _Finder(held)
    lines: list[Line] = []
    seen: dict[int, int] = {}
    for row in table.rows:
        if row.number <= layout.heading_row or not _says_something(row, layout):
            continue
        lines += _compare_row(row, layout, finder, seen)
    hidden = [row.number for row in table.rows if row.hidden and row.number > layout.heading_row]
    if hidden:
        lines.append(
            Line(
                ", ".join(map(str, hidden[:10])),
                Found.NOTE,
                message=_("表示されていない行も読みました（%(count)s行）。") % {"count": len(hidden)},
            )
        )
    if not lines:
        raise SheetError(
            _(
                "%(row)s行目より下に、KPIの行がありません。表の形の「見出しの行」と「シート」を確かめてください。"
            )
            % {"row": layout.heading_row},
            "file",
        )
    return lines


def _says_something(row: Row, layout: Layout) -> bool:
    wanted = [layout.parts["title"], layout.parts.get("key", ""), *layout.years.values()]
    return any(row[letter].text.strip() for letter in wanted if letter)


def _check_headings(table: Table, layout: Layout) -> None:
    row = table.row(layout.heading_row)
    for year, letter in layout.years.items():
        text = row[letter].text
        found = year_of_heading(text)
        if found is not None and found != year:
            raise SheetError(
                _(
                    "セル%(cell)sの見出し「%(text)s」は%(found)sですが、表の形「%(layout)s」ではこの列は%(year)sです。"
                    "列がずれていないか確かめるか、表の形を直してください。"
                )
                % {
                    "cell": f"{letter}{layout.heading_row}",
                    "text": text.strip(),
                    "found": print_year(found),
                    "layout": layout.name,
                    "year": print_year(year),
                },
                "file",
            )


class _Finder:
    """KPIs by key, title and number."""

    def __init__(self, held: Sequence[Held]) -> None:
        self.by_key = {str(one.kpi.pk): one for one in held}
        self.by_title: dict[str, list[Held]] = {}
        for one in held:
            self.by_title.setdefault(_name(one.kpi.title), []).append(one)

    def find(self, row: Row, layout: Layout) -> Held | str:
        """The KPI of a row, or why there is none."""
        title = row[layout.parts["title"]].text.strip()
        key = row[layout.parts["key"]].text.strip() if layout.parts.get("key") else ""
        if key:
            one = self.by_key.get(fold_width(key))
            if one is None:
                return _(
                    "Soseiの番号「%(key)s」のKPIは、この総合戦略にありません。番号を消すと、名称で探します。"
                ) % {"key": key}
            if title and _name(title) != _name(one.kpi.title):
                return _(
                    "Soseiの番号「%(key)s」のKPIは「%(held)s」ですが、行には「%(title)s」とあります。どちらかを直してください。"
                ) % {"key": key, "held": one.kpi.title, "title": title}
            return one
        candidates = self.by_title.get(_name(title), [])
        if not candidates:
            return _("「%(title)s」というKPIは、この総合戦略にありません。名称を確かめてください。") % {
                "title": title
            }
        return self._narrow(candidates, row, layout, title)

    def _narrow(self, candidates: list[Held], row: Row, layout: Layout, title: str) -> Held | str:
        number, _mended = (
            number_in(row[layout.parts["number"]]) if layout.parts.get("number") else ("", False)
        )
        tests = (
            (fold_width(number), lambda one: fold_width(one.number)),
            (_part(row, layout, "unit"), lambda one: fold_width(one.kpi.unit)),
            (
                _part(row, layout, "department"),
                lambda one: fold_width(one.kpi.department.name if one.kpi.department else ""),
            ),
        )
        for wanted, of in tests:
            if len(candidates) > 1 and wanted:
                candidates = [one for one in candidates if of(one) == wanted]
        if len(candidates) == 1:
            return candidates[0]
        return _(
            "「%(title)s」というKPIは%(count)sあり、どれのことか決められません。番号と単位を確かめるか、Soseiの番号の列を足してください。"
        ) % {"title": title, "count": len(self.by_title.get(_name(title), []))}


def _part(row: Row, layout: Layout, part: str) -> str:
    letter = layout.parts.get(part)
    return fold_width(row[letter].text) if letter else ""


def number_in(content: Content) -> tuple[str, bool]:
    """A KPI's number such as 1-2, and whether Excel had made a date of it that was turned back."""
    if content.day is not None:
        return f"{content.day.month}-{content.day.day}", True
    text = content.text.strip()
    folded = fold_width(text).replace(" ", "")
    if found := _JAPANESE_DAY.fullmatch(folded):
        return f"{int(found[1])}-{int(found[2])}", True
    if found := _NAMED.fullmatch(folded):
        return f"{_MONTHS.index(found[2].lower()) + 1}-{int(found[1])}", True
    found = _SLASHED.fullmatch(fold_width(text))
    if found and not re.fullmatch(r"\d{1,2}-\d{1,2}", folded):
        return f"{int(found[1])}-{int(found[2])}", True
    return text, False


def _compare_row(row: Row, layout: Layout, finder: _Finder, seen: dict[int, int]) -> list[Line]:
    title = row[layout.parts["title"]].text.strip()
    found = finder.find(row, layout)
    if isinstance(found, str):
        return [Line(str(row.number), Found.UNKNOWN, title, found)]
    kpi = found.kpi
    if kpi.pk in seen:
        message = _("「%(title)s」は%(row)s行目にもあります。1行にしてください。") % {
            "title": kpi.title,
            "row": seen[kpi.pk],
        }
        return [Line(str(row.number), Found.UNKNOWN, kpi.title, message)]
    seen[kpi.pk] = row.number
    lines = _number_note(row, layout, found)
    lines += _plan_notes(row, layout, found)
    for year, letter in sorted(layout.years.items()):
        line = _compare_value(row, letter, year, found, layout)
        if line is not None:
            lines.append(line)
    return lines


def _number_note(row: Row, layout: Layout, held: Held) -> list[Line]:
    letter = layout.parts.get("number")
    if not letter:
        return []
    number, mended = number_in(row[letter])
    if not mended:
        return []
    message = _(
        "Excelが番号「%(number)s」を日付（%(text)s）に変えていました。「%(number)s」として読みました。列の書式を「文字列」にすると防げます。"
    ) % {"number": number, "text": row[letter].text}
    return [Line(f"{letter}{row.number}", Found.NOTE, held.kpi.title, message)]


def _plan_notes(row: Row, layout: Layout, held: Held) -> list[Line]:
    """Targets and bases are the plan's own: what a file says otherwise is told and not taken."""
    plan = (
        ("base", _("基準値"), held.kpi.base_value),
        ("target", _("目標値"), held.target.value if held.target else None),
    )
    lines = []
    for part, label, value in plan:
        letter = layout.parts.get(part)
        if not letter or not row[letter].text.strip():
            continue
        try:
            read = _read(row[letter], held.kpi, label)
        except ActualError:
            read = None
        if read is None or read.value is None or read.value == value:
            continue
        message = _(
            "%(what)sが違います（いまは%(held)s）。%(what)sは取り込みません。変えるときは、KPIの画面で変えてください。"
        ) % {
            "what": label,
            "held": print_value(value, held.kpi) or _("なし"),
        }
        lines.append(
            Line(f"{letter}{row.number}", Found.NOTE, held.kpi.title, message, text=row[letter].text.strip())
        )
    return lines


def _compare_value(row: Row, letter: str, year: int, held: Held, layout: Layout) -> Line | None:
    content, kpi = row[letter], held.kpi
    cell = f"{letter}{row.number}"
    now = held.rows.get(year)
    before = _shown(held, year)
    explanation = _explanation_in(row, layout, year)
    there = before != ""
    told = {"title": kpi.title, "kpi": kpi.pk, "year": year, "before": before}
    if content.trouble is not None:
        return Line(cell, Found.UNREADABLE, message=_trouble(content, cell), text=content.text[:80], **told)  # type: ignore[arg-type]
    try:
        value = _read(content, kpi, cell)
    except ActualError as error:
        message = _("セル%(cell)s：%(problem)s") % {"cell": cell, "problem": error}
        return Line(cell, Found.UNREADABLE, message=message, text=content.text[:80], **told)  # type: ignore[arg-type]
    if value is None:
        return _blank(cell, there, now, explanation, told)
    same = (
        there
        and _same(value, held, year)
        and (explanation is None or now is None or explanation == writable(now.explanation))
    )
    if there and now is None and explanation and _same(value, held, year):
        same = True  # a fed value has no explanation of its own
    return Line(
        cell,
        Found.SAME if same else Found.CHANGED if there else Found.NEW,
        text=content.text.strip()[:80],
        held=now.pk if now is not None else None,
        value=None if value.value is None else str(value.value),
        availability=value.availability,
        yearly_value=None if value.yearly_value is None else str(value.yearly_value),
        period=value.period,
        starts_on=_iso(value.starts_on),
        ends_on=_iso(value.ends_on),
        explanation=explanation,
        **told,  # type: ignore[arg-type]
    )


def _blank(
    cell: str, there: bool, now: KpiActual | None, explanation: str | None, told: Mapping[str, object]
) -> Line | None:
    if there:
        message = _("セルは空です。いまの値はそのままにします。")
        return Line(cell, Found.BLANK, message=message, **told)  # type: ignore[arg-type]
    if explanation:
        message = _("要因が書かれていますが、値がありません。値を入れるか「未公表」と書いてください。")
        return Line(cell, Found.UNREADABLE, message=message, **told)  # type: ignore[arg-type]
    return None


def _read(content: Content, kpi: Kpi, what: str) -> Value | None:
    if content.number is not None:
        return read_value(f"{content.number:f}", kpi, what=what)
    return read_value(content.text, kpi, what=what)


def _same(value: Value, held: Held, year: int) -> bool:
    now = held.rows.get(year)
    if now is None:
        return value.value == held.value(year)
    return (
        value.availability == now.availability
        and value.value == now.value
        and (not value.period or value.period == now.period)
        and (value.yearly_value is None or value.yearly_value == now.yearly_value)
    )


def _shown(held: Held, year: int) -> str:
    now = held.rows.get(year)
    if now is not None and now.value is None:
        return str(now.get_availability_display())
    return print_value(held.value(year), held.kpi)


def _explanation_in(row: Row, layout: Layout, year: int) -> str | None:
    letter = layout.parts.get("explanation")
    if not letter or year != layout.explanation_year:
        return None
    text = writable(row[letter].text)
    # An empty cell takes no explanation away.
    return text or None


def _name(text: str) -> str:
    return fold_name(writable(text))


def _iso(day: datetime.date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _trouble(content: Content, cell: str) -> str:
    told = {"cell": cell, "text": content.text[:60]}
    sentences = {
        Trouble.DATE: _(
            "セル%(cell)sは日付（%(text)s）になっています。Excelが数を日付に変えたようです。セルの書式を「標準」にして、値を入れ直してください。"
        ),
        Trouble.FORMULA: _(
            "セル%(cell)sの式（%(text)s）の結果が、ファイルに入っていません。Excelで開いて保存してから、もう一度選んでください。"
        ),
        Trouble.ERROR: _("セル%(cell)sはエラー（%(text)s）です。式を直すか、値を入れてください。"),
        Trouble.MERGED: _(
            "セル%(cell)sは上や左のセルと結合されています（%(text)s）。結合を解いて、KPIごとに値を入れてください。"
        ),
        Trouble.TRUTH: _("セル%(cell)sは「%(text)s」です。数を入れてください。"),
    }
    return sentences[content.trouble] % told if content.trouble is not None else ""


def exact(text: str | None) -> Decimal | None:
    """A number of a stored line."""
    return Decimal(text) if text is not None else None
