"""Cells of KPI tables: every printed cell of the first strategy is understood, and written back the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import example, given
from hypothesis import strategies as st

from sosei.planning.strategy.cell_periods import ColumnKind, read_heading, read_period
from sosei.planning.strategy.cells import (
    Absence,
    Basis,
    CellError,
    Place,
    printed,
    read_cell,
    write_cell,
)
from sosei.planning.strategy.words_cells import explain
from tests.strategy.printed_tables import TABLES

CALENDAR, FISCAL, CENSUS = Basis.CALENDAR, Basis.FISCAL, Basis.CENSUS
ALL_CELLS = [cell for table in TABLES.values() for row in table.values() for cell in row]


@pytest.mark.parametrize("text", sorted(set(ALL_CELLS)))
def test_every_printed_cell_is_written_back_as_it_was_printed(text: str) -> None:
    cell = read_cell(text, basis=CALENDAR)
    assert cell.figure is not None
    assert printed(cell) == text
    words = cell.words
    yearly = cell.yearly.value if cell.yearly else None
    assert write_cell(value=cell.figure.value, unit=cell.unit, words=words, yearly=yearly) == text


@pytest.mark.parametrize(
    ("text", "basis", "value", "unit", "start", "end"),
    [
        ("2,562人 (H26)", CALENDAR, "2562", "人", date(2014, 1, 1), date(2014, 12, 31)),
        ("2,562人 (H26)", FISCAL, "2562", "人", date(2014, 4, 1), date(2015, 3, 31)),
        ("1.57 (H26)", CALENDAR, "1.57", "", date(2014, 1, 1), date(2014, 12, 31)),
        ("4,606人 (H27国勢調査)", CALENDAR, "4606", "人", date(2015, 10, 1), date(2015, 10, 1)),
        ("4,606人 (H27)", CENSUS, "4606", "人", date(2015, 10, 1), date(2015, 10, 1)),
        ("10,548億円", CALENDAR, "10548", "億円", None, None),
        ("1,169万円 (H29)", CALENDAR, "1169", "万円", date(2017, 1, 1), date(2017, 12, 31)),
        ("２，５６２人\n（Ｈ２６）", CALENDAR, "2562", "人", date(2014, 1, 1), date(2014, 12, 31)),
        ("△1,234人 (R元年度)", CALENDAR, "-1234", "人", date(2019, 4, 1), date(2020, 3, 31)),
        ("▲ 5".replace(" ", ""), CALENDAR, "-5", "", None, None),
        ("－0.5％ (R5.3末)", CALENDAR, "-0.5", "%", date(2023, 3, 31), date(2023, 3, 31)),
        ("62.0 % (R5.4.1現在)", CALENDAR, "62.0", "%", date(2023, 4, 1), date(2023, 4, 1)),
        ("101人 (R5年度末)", CALENDAR, "101", "人", date(2024, 3, 31), date(2024, 3, 31)),
        ("3,000組 (H27～R元累計)", FISCAL, "3000", "組", date(2015, 4, 1), date(2020, 3, 31)),
        ("1.2 (2018)", CALENDAR, "1.2", "", date(2018, 1, 1), date(2018, 12, 31)),
        ("12件 (R5年度速報値)", CALENDAR, "12", "件", date(2023, 4, 1), date(2024, 3, 31)),
    ],
)
def test_a_cell_gives_value_unit_and_the_days_it_is_about(
    text: str, basis: Basis, value: str, unit: str, start: date | None, end: date | None
) -> None:
    cell = read_cell(text, basis=basis)
    assert cell.value == Decimal(value)
    assert str(cell.value) == value, "the printed decimals stay"
    assert cell.unit == unit
    assert (cell.period and cell.period.start, cell.period and cell.period.end) == (start, end)
    assert printed(cell) == text


def test_a_cumulative_cell_has_the_years_own_number_and_only_figures_to_come_are_provisional() -> None:
    cell = read_cell("55件 (9件/H30)", basis=FISCAL)
    assert (cell.value, cell.yearly and cell.yearly.value, cell.words) == (Decimal(55), Decimal(9), "H30")
    assert cell.period is not None
    assert (cell.period.start, cell.period.provisional) == (date(2018, 4, 1), False)
    early = read_cell("12件 (R5速報値)", basis=FISCAL)
    assert early.period is not None
    assert early.period.provisional


def test_each_cumulative_value_of_the_printed_table_is_the_one_before_and_the_years_own() -> None:
    _target, base, *years = [
        read_cell(text, basis=FISCAL) for text in TABLES["goal-3"]["企業誘致件数(新規累計)"]
    ]
    running = base.value
    for cell in years:
        assert running is not None
        assert cell.yearly is not None
        running += cell.yearly.value
        assert cell.value == running


@pytest.mark.parametrize(
    ("text", "absence"),
    [
        ("-", Absence.NO_FIGURE),
        ("－", Absence.NO_FIGURE),
        ("― (R2)", Absence.NO_FIGURE),
        ("ー", Absence.NO_FIGURE),
        ("調査中", Absence.UNDER_SURVEY),
        ("調査\n中（R2）", Absence.UNDER_SURVEY),
        ("未公表", Absence.NOT_YET_PUBLISHED),
        ("非公表", Absence.WITHHELD),
        ("Ｘ", Absence.WITHHELD),
        ("…", Absence.NOT_AVAILABLE),
        ("該当なし", Absence.NOT_APPLICABLE),
        ("　", Absence.BLANK),
        ("", Absence.BLANK),
    ],
)
def test_a_sign_or_word_for_no_value_says_why_and_is_never_zero(text: str, absence: Absence) -> None:
    cell = read_cell(text, basis=FISCAL, unit="人")
    assert (cell.value, cell.absence) == (None, absence)
    assert printed(cell) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("約300人", "not_a_value"),
        ("五件", "not_a_value"),
        ("12-15人", "not_a_value"),
        ("(H30)", "not_a_value"),
        ("1,23人", "bad_separators"),
        ("12,34,567人", "bad_separators"),
        ("007人", "leading_zero"),
        ("12件", "other_unit"),
        ("9,138億人 (H26)", "other_unit"),
        ("12人 (H26) (H27)", "bad_bracket"),
        ("12人 (H26", "bad_bracket"),
        ("12人 (昨年)", "not_a_period"),
        ("12人 ()", "bad_bracket"),
        ("12人 (H40)", "no_such_year"),
        ("12人 (R0)", "no_such_year"),
        ("12人 (R5.2.30現在)", "no_such_year"),
        ("12人 (H26国勢調査)", "not_a_census_year"),
        ("12人 (R1～H27)", "backward_period"),
        ("5人 (3件/H30)", "other_unit"),
        ("1" * 300, "not_a_value"),
        ("1" * 30, "too_many_digits"),
        ("1.1234567人", "too_many_digits"),
        ("12とてもとてもとてもとても長い単位", "long_unit"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place_and_code(text: str, code: str) -> None:
    place = Place(line=3, row="出生数", column="2016 (H28)")
    unit = "" if code == "long_unit" else "人"
    with pytest.raises(CellError) as caught:
        read_cell(text, basis=CALENDAR, unit=unit, place=place)
    assert (caught.value.code, caught.value.place) == (code, place)
    assert caught.value.params["value"], "the sentence names the value"


def test_a_yearly_number_must_say_of_which_year_it_is() -> None:
    with pytest.raises(CellError, match="yearly_without_period"):
        write_cell(value=Decimal(55), unit="件", yearly=Decimal(9))


@pytest.mark.parametrize(
    ("text", "kind", "year"),
    [
        ("2020(R2)目標値", ColumnKind.TARGET, 2020),
        ("2020(R2)\n目標値", ColumnKind.TARGET, 2020),
        ("目標値（令和７年度）", ColumnKind.TARGET, 2025),
        ("H32目標", ColumnKind.TARGET, 2020),
        ("目標値", ColumnKind.TARGET, None),
        ("2015\n(策定時)", ColumnKind.BASE, 2015),
        ("基準値(R1)", ColumnKind.BASE, 2019),
        ("2016\n(H28)", ColumnKind.ACTUAL, 2016),
        ("R元年度実績", ColumnKind.ACTUAL, 2019),
    ],
)
def test_a_heading_says_what_its_column_holds_and_of_which_year(
    text: str, kind: ColumnKind, year: int | None
) -> None:
    column = read_heading(text, place=Place())
    assert (column.kind, column.year) == (kind, year)


@pytest.mark.parametrize(
    ("text", "code"),
    [("2020(R1)", "years_differ"), ("備考", "not_a_heading"), ("", "not_a_heading"), ("R0", "no_such_year")],
)
def test_a_heading_that_contradicts_itself_or_names_no_year_is_refused(text: str, code: str) -> None:
    with pytest.raises(CellError) as caught:
        read_heading(text, place=Place(line=1))
    assert caught.value.code == code


NUMBERS = st.decimals(
    min_value=-(10**12), max_value=10**12, places=2, allow_nan=False, allow_infinity=False
) | st.integers(-(10**9), 10**9).map(Decimal)
YEARS = st.one_of(
    st.integers(1, 30).map(lambda n: (f"H{n}", 1988 + n)),
    st.integers(1, 40).map(lambda n: (f"R{n}", 2018 + n)),
    st.integers(1950, 2060).map(lambda n: (str(n), n)),
)
UNITS = st.sampled_from(["", "人", "件", "億円", "万円", "%", "世帯", "人/年", "か所"])


@given(
    value=NUMBERS,
    unit=UNITS,
    year=YEARS,
    yearly=st.none() | NUMBERS,
    basis=st.sampled_from([CALENDAR, FISCAL]),
)
@example(value=Decimal("-0.00"), unit="", year=("H1", 1989), yearly=None, basis=CALENDAR)
def test_any_written_cell_reads_as_what_was_written_and_prints_the_same(
    value: Decimal, unit: str, year: tuple[str, int], yearly: Decimal | None, basis: Basis
) -> None:
    if "/" in unit:
        yearly = None
    text = write_cell(value=value, unit=unit, words=year[0], yearly=yearly)
    cell = read_cell(text, basis=basis, unit=unit)
    assert cell.period is not None
    assert (cell.value, cell.yearly and cell.yearly.value) == (value, yearly)
    assert cell.period.start == date(year[1], 1 if basis is CALENDAR else 4, 1)
    assert printed(cell) == text


WIDE = str.maketrans("0123456789,.HR", "０１２３４５６７８９，．ＨＲ")
GAPS = st.text(alphabet=" \n　\t", max_size=2)


@given(
    number=st.integers(0, 10**12).map(lambda n: f"{n:,}")
    | st.decimals(0, 10**6, places=3).map(lambda d: f"{d:f}"),
    sign=st.sampled_from(["", "△", "▲", "-", "－", "−", "+"]),
    wide=st.booleans(),
    brackets=st.sampled_from(["()", "（）", "(）"]),
    words=st.sampled_from(["H26", "Ｈ２６", "H27 国勢調査", "令和 2年度", "R5\n速報値"]),
    gaps=st.tuples(GAPS, GAPS, GAPS, GAPS, GAPS),
)
def test_widths_signs_brackets_and_gaps_come_back_as_they_were(
    number: str, sign: str, wide: bool, brackets: str, words: str, gaps: tuple[str, ...]
) -> None:
    plain = number
    text = (
        f"{gaps[0]}{sign}{number.translate(WIDE) if wide else number}{gaps[1]}人{gaps[2]}"
        f"{brackets[0]}{gaps[3]}{words}{brackets[1]}{gaps[4]}"
    )
    cell = read_cell(text, basis=CALENDAR, unit="人")
    assert printed(cell) == text
    assert cell.value is not None
    assert abs(cell.value) == Decimal(plain.replace(",", ""))
    assert (cell.value < 0) == (sign not in ("", "+") and cell.value != 0)


@given(st.text(max_size=60))
def test_any_text_is_read_and_printed_the_same_or_refused_with_a_code(text: str) -> None:
    try:
        cell = read_cell(text, basis=FISCAL)
    except CellError as error:
        assert error.code
    else:
        assert printed(cell) == text


def test_a_period_without_brackets_is_read_alone() -> None:
    assert read_period("令和6年度", basis=CALENDAR, place=Place()).end == date(2025, 3, 31)


CODES = [
    "not_a_value",
    "bad_separators",
    "leading_zero",
    "too_many_digits",
    "other_unit",
    "long_unit",
    "bad_bracket",
    "yearly_without_period",
    "not_a_period",
    "no_such_year",
    "not_a_census_year",
    "backward_period",
    "not_a_heading",
    "years_differ",
]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_refusal_has_a_sentence_with_value_place_and_remedy(language: str) -> None:
    for code in CODES:
        params = {
            "value": "値1",
            "number": "n",
            "unit": "u",
            "expected": "e",
            "year": "2014",
            "first": "1",
            "second": "2",
        }
        with override(language):
            what, remedy = explain(CellError(code, Place(line=7, row="出生数"), **params))
        assert "値1" in what
        assert "7" in what
        assert "出生数" in what
        assert remedy
