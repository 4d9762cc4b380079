"""Cells of a KPI table as cities print them: read into value, unit and reference period, and written back the same.

`2,562人 (H26)` is 2562 in 2014 whatever the column's heading says; `4,606人 (H27国勢調査)` is the count of 1 October
2015; `55件 (9件/H30)` is a cumulative 55 of which 9 came in 2018; `調査中` is no value, and says why. What the eye sees
(full-width digits, △, gaps, line breaks, brackets) is kept beside the value, so that `printed(read_cell(x)) == x`.
Plain Python: errors are codes with values, their sentences stand in `words_cells`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from sosei.planning.strategy.cell_periods import Basis, CellError, Period, Place, read_period

__all__ = [
    "NOWHERE",
    "Absence",
    "Basis",
    "Cell",
    "CellError",
    "Period",
    "Place",
    "printed",
    "read_cell",
    "write_cell",
]

NOWHERE = Place()
LONGEST = 200
LONGEST_UNIT = 12
MOST_DIGITS = 14, 6
"""Before and behind the decimal point: what a KPI value holds in the database."""


class Absence(StrEnum):
    """Why a cell holds no value; none of them is zero."""

    BLANK = "blank"
    NO_FIGURE = "no_figure"
    UNDER_SURVEY = "under_survey"
    NOT_YET_PUBLISHED = "not_yet_published"
    WITHHELD = "withheld"
    NOT_AVAILABLE = "not_available"
    NOT_APPLICABLE = "not_applicable"


_WORDS = {
    Absence.BLANK: ("",),
    Absence.NO_FIGURE: ("-", "ー", "--", "なし"),
    Absence.UNDER_SURVEY: ("調査中", "集計中", "未集計", "未確定", "算定中", "確認中"),
    Absence.NOT_YET_PUBLISHED: ("未公表", "未発表", "公表前", "公表待ち"),
    Absence.WITHHELD: ("非公表", "非公開", "秘匿", "x", "χ"),
    Absence.NOT_AVAILABLE: ("...", "・・・", "***", "不明", "データなし"),
    Absence.NOT_APPLICABLE: ("該当なし", "対象外", "n/a"),
}
_ABSENCES = {word: absence for absence, words in _WORDS.items() for word in words}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit, and how both were printed.

    Attributes:
        value: the number; its decimals are those that were printed (1.50 stays 1.50).
        unit: 人, 億円, % …: folded in width, without gaps; empty when none was printed.
        sign: as printed: "", "-", "△", "▲", "+" …
        grouped: separated in threes.
        wide: places of the number's characters that were printed full-width.
        unit_printed: the unit with the gaps around and within it.
    """

    value: Decimal
    unit: str = ""
    sign: str = ""
    grouped: bool = True
    wide: tuple[int, ...] = ()
    unit_printed: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell understood.

    Attributes:
        figure: the number that the cell shows first; None where there is none.
        absence: why there is none; None where there is one.
        yearly: the year's own number, printed in brackets beside a cumulative one.
        period: what the number refers to, when the cell says so.
        mark_printed: the sign or word for a missing value, as printed.
        frame: the printed text around figure, yearly figure and period: before, opening bracket with its gap,
            between yearly figure and period, closing bracket, after.
        period_printed: the period's words with the gaps in and around them.
    """

    figure: Figure | None = None
    absence: Absence | None = None
    yearly: Figure | None = None
    period: Period | None = None
    mark_printed: str = ""
    frame: tuple[str, str, str, str, str] = ("", "", "", "", "")
    period_printed: str = ""

    @property
    def value(self) -> Decimal | None:
        """The number the cell shows first."""
        return None if self.figure is None else self.figure.value

    @property
    def unit(self) -> str:
        """Its unit."""
        return "" if self.figure is None else self.figure.unit

    @property
    def words(self) -> str:
        """The period's words as printed, without gaps: H27国勢調査; empty when the cell names none."""
        return "" if self.period is None else self.period.words


_GAP = r"[\s　]*"
_DIGIT = "[0-9０-９]"
_SIGN = "[△▲+＋\\-－−‐‑‒–—―]"
_NUMBER = rf"{_DIGIT}(?:{_DIGIT}|[,，](?={_DIGIT}))*(?:[.．]{_DIGIT}+)?"
_UNIT = r"[^0-9０-９\s　()（）/／,，.．△▲+＋\-－−‐‑‒–—―]"
_UNIT_REST = r"[^\s　()（）/／]"
_MAIN = re.compile(
    rf"(?P<lead>{_GAP})(?P<sign>{_SIGN}?)(?P<number>{_NUMBER})"
    rf"(?P<unit>{_GAP}(?:{_UNIT}{_UNIT_REST}*(?:[/／]{_UNIT}+)?(?:[\s　]+{_UNIT_REST}+)*)?)"
    rf"(?P<rest>(?:{_GAP}[(（].*)?)(?P<trail>{_GAP})",
    re.DOTALL,
)
_MISSING = re.compile(
    rf"(?P<lead>{_GAP})(?P<mark>[^()（）]*?)(?P<rest>(?:{_GAP}[(（].*)?)(?P<trail>{_GAP})", re.DOTALL
)
_BRACKET = re.compile(
    rf"(?P<open>{_GAP}[(（])(?P<inner>[^()（）]*)(?P<close>[)）])(?P<after>{_GAP})", re.DOTALL
)
_YEARLY = re.compile(
    rf"(?P<lead>{_GAP})(?P<sign>{_SIGN}?)(?P<number>{_NUMBER})(?P<unit>{_GAP}(?:{_UNIT}{_UNIT_REST}*{_GAP})?)"
    r"(?P<slash>[/／])(?P<words>.+)",
    re.DOTALL,
)
_SEPARATED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?")
_NARROW = str.maketrans("０１２３４５６７８９，．", "0123456789,.")
_WIDE = str.maketrans("0123456789,.", "０１２３４５６７８９，．")
_FOLDED_UNITS = str.maketrans("％（）／", "%()/")
_DASHES = re.compile("[\\-－−‐‑‒–—―]+")


def read_cell(text: str, *, basis: Basis, unit: str = "", place: Place = NOWHERE) -> Cell:
    """Understand one cell of a KPI table.

    Args:
        text: as printed or typed.
        basis: what a bare year (H26) means for this KPI: calendar year, fiscal year or census.
        unit: the KPI's unit, when it is known; a cell without a unit has it, one with another is refused.
        place: where the cell stands, for the error.

    Raises:
        CellError: `not_a_value`, `bad_separators`, `leading_zero`, `too_many_digits`, `other_unit`, `long_unit`,
            `bad_bracket`, or an error of `read_period`.
    """
    compact = re.sub(r"[\s　]", "", text)
    if len(text) > LONGEST:
        raise CellError("not_a_value", place, value=text[:LONGEST])
    if found := _MAIN.fullmatch(text):
        figure = _figure(found, text, unit, place)
        yearly, period, frame, words = _bracket(found, text, basis, unit or figure.unit, place)
        return Cell(figure, None, yearly, period, "", frame, words)
    found = _MISSING.fullmatch(text)
    absence = _absence(found["mark"]) if found else None
    if found is None or absence is None or (absence is Absence.BLANK and compact):
        raise CellError("not_a_value", place, value=text)
    yearly, period, frame, words = _bracket(found, text, basis, unit, place)
    return Cell(None, absence, yearly, period, found["mark"], frame, words)


def printed(cell: Cell) -> str:
    """The cell as it was printed."""
    before, opening, between, closing, after = cell.frame
    main = cell.mark_printed if cell.figure is None else _print_figure(cell.figure)
    yearly = "" if cell.yearly is None else _print_figure(cell.yearly)
    return f"{before}{main}{opening}{yearly}{between}{cell.period_printed}{closing}{after}"


def write_cell(*, value: Decimal, unit: str, words: str = "", yearly: Decimal | None = None) -> str:
    """A value as such tables print it: `55件 (9件/H30)`.

    Raises:
        CellError: `yearly_without_period`: a yearly number must say of which year it is.
    """
    if yearly is not None and not words:
        raise CellError("yearly_without_period", NOWHERE, value=f"{yearly}{unit}")
    main = f"{value:,f}{unit}"
    if not words:
        return main
    return f"{main} ({words})" if yearly is None else f"{main} ({yearly:,f}{unit}/{words})"


def fold_unit(text: str) -> str:
    """A unit for comparison: without gaps, with one width."""
    return re.sub(r"[\s　]", "", text).translate(_FOLDED_UNITS)


def _absence(mark: str) -> Absence | None:
    word = re.sub(r"[\s　]", "", mark).lower().replace("…", "...").replace("＊", "*").replace("ｘ", "x")
    if _DASHES.fullmatch(word):
        return Absence.NO_FIGURE
    if re.fullmatch(r"\.{3,6}", word):
        return Absence.NOT_AVAILABLE
    return _ABSENCES.get(word)


def _figure(found: re.Match[str], text: str, unit: str, place: Place) -> Figure:
    written = found["number"]
    narrow = written.translate(_NARROW)
    if not _SEPARATED.fullmatch(narrow):
        raise CellError("bad_separators", place, value=text.strip(), number=written)
    digits = narrow.replace(",", "")
    whole, _point, decimals = digits.partition(".")
    if len(whole) > 1 and whole.startswith("0"):
        raise CellError("leading_zero", place, value=text.strip(), number=written)
    if len(whole) > MOST_DIGITS[0] or len(decimals) > MOST_DIGITS[1]:
        raise CellError("too_many_digits", place, value=text.strip(), number=written)
    negative = found["sign"] not in ("", "+", "＋")
    own = fold_unit(found["unit"])
    if len(own) > LONGEST_UNIT:
        raise CellError("long_unit", place, value=text.strip(), unit=own)
    if unit and own and own != fold_unit(unit):
        raise CellError("other_unit", place, value=text.strip(), unit=own, expected=unit)
    return Figure(
        value=Decimal(f"-{digits}") if negative else Decimal(digits),
        unit=own or fold_unit(unit),
        sign=found["sign"],
        grouped="," in narrow or len(whole) <= 3,
        wide=tuple(at for at, letter in enumerate(written) if letter != narrow[at]),
        unit_printed=found["unit"],
    )


def _bracket(
    found: re.Match[str], text: str, basis: Basis, unit: str, place: Place
) -> tuple[Figure | None, Period | None, tuple[str, str, str, str, str], str]:
    if not found["rest"]:
        return None, None, (found["lead"], "", "", "", found["trail"]), ""
    bracket = _BRACKET.fullmatch(found["rest"] + found["trail"])
    if bracket is None or not bracket["inner"].strip():
        raise CellError("bad_bracket", place, value=text.strip())
    inner, yearly, opening, between = bracket["inner"], None, bracket["open"], ""
    if pair := _YEARLY.fullmatch(inner):
        yearly = _figure(pair, text, unit, place)
        opening, between, inner = opening + pair["lead"], pair["slash"], pair["words"]
    period = read_period(inner, basis=basis, place=place)
    return yearly, period, (found["lead"], opening, between, bracket["close"], bracket["after"]), inner


def _print_figure(figure: Figure) -> str:
    number = f"{abs(figure.value):,f}" if figure.grouped else f"{abs(figure.value):f}"
    letters = "".join(
        letter.translate(_WIDE) if at in figure.wide else letter for at, letter in enumerate(number)
    )
    return f"{figure.sign}{letters}{figure.unit_printed}"
