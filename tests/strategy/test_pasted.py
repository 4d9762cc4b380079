"""The parser of pasted cells: what a spreadsheet's clipboard holds comes out cell by cell."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosei.engines.conventions.folding import fold_width
from sosei.planning.strategy.pasted import Choice, Laid, Trouble, guess, lay, read_block

NAMES = [f"指標{letter}" for letter in "ABCDEFGHIJKL"]
YEAR = 2025


def readable(_place: int, text: str) -> bool:
    """A number, in any width, with separators, a unit or a triangle."""
    folded = fold_width(text).replace(",", "").strip("△▲人件%")
    try:
        Decimal(folded)
    except InvalidOperation:
        return folded in ("未公表", "-")
    return True


def placed(text: str, start: int = 0) -> list[Laid]:
    rows, choice = guess(read_block(text), NAMES, YEAR, readable)
    return lay(rows, NAMES, choice, start, readable)


def taken(text: str, start: int = 0) -> dict[int, str]:
    return {one.kpi: one.text for one in placed(text, start) if one.kpi is not None}


def as_clipboard(rows: list[list[str]]) -> str:
    """As a spreadsheet copies: quoted where a cell holds a tab, a line break or begins with a quotation mark."""

    def cell(text: str) -> str:
        if any(sign in text for sign in "\t\n\r") or text.startswith('"'):
            return '"' + text.replace('"', '""') + '"'
        return text

    return "\r\n".join("\t".join(map(cell, row)) for row in rows) + "\r\n"


CELLS = st.text(st.sampled_from('あA1,.△ "\t\n１％'), max_size=8)


@given(
    st.integers(1, 5).flatmap(
        lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=6)
    )
)
def test_what_was_copied_comes_out_cell_by_cell(rows: list[list[str]]) -> None:
    found = read_block(as_clipboard(rows))
    height = max((at + 1 for at, row in enumerate(rows) if any(cell.strip() for cell in row)), default=0)
    width = max((at + 1 for row in rows for at, cell in enumerate(row) if cell.strip()), default=0)
    assert found == [row[:width] for row in rows[:height]]


@given(st.text(max_size=60))
def test_any_text_is_read_without_an_error_and_in_rows_of_one_width(text: str) -> None:
    rows = read_block(text)
    assert len({len(row) for row in rows}) <= 1
    for one in placed(text):
        assert one.kpi is None or 0 <= one.kpi < len(NAMES)


@given(st.permutations(range(12)), st.lists(st.integers(0, 10**9), min_size=12, max_size=12))
def test_rows_with_names_find_their_kpis_in_any_order(order: list[int], values: list[int]) -> None:
    text = as_clipboard([[NAMES[at], f"{values[at]:,}"] for at in order])
    assert taken(text) == {at: f"{values[at]:,}" for at in range(12)}


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=12), st.integers(0, 11))
def test_a_column_or_a_row_of_values_goes_down_the_page_from_where_one_says(
    values: list[int], start: int
) -> None:
    texts = [str(value) for value in values]
    wanted = {start + at: text for at, text in enumerate(texts) if start + at < len(NAMES)}
    assert taken(as_clipboard([[text] for text in texts]), start) == wanted
    assert taken(as_clipboard([texts]), start) == wanted


def test_blanks_keep_their_place_and_rows_beyond_the_page_are_told() -> None:
    laid = placed("\r\n".join(["1", "", "3", *"456789", "10", "11", "12", "13"]))
    assert {one.kpi: one.text for one in laid if one.kpi is not None}[2] == "3"
    assert [one.trouble for one in laid if one.trouble] == [Trouble.BLANK, Trouble.LEFT_OVER]


def test_a_whole_table_with_headings_gives_this_years_column_and_the_cause() -> None:
    head = ["No", "KPI", "単位", "R5", "R6", "R7", "要因"]
    body = [
        [str(at), name, "人", "１", "２", f"{at},000人", "広報をふやした"] for at, name in enumerate(NAMES, 1)
    ]
    laid = placed(as_clipboard([head, *body]))
    assert [(one.kpi, one.text) for one in laid] == [(at, f"{at + 1},000人") for at in range(12)]
    assert {one.cause for one in laid} == {"広報をふやした"}


def test_without_headings_the_last_column_of_numbers_is_the_latest() -> None:
    assert taken(as_clipboard([["指標A", "10", "20", "30"], ["指標C", "1", "2", "△3"]])) == {0: "30", 2: "△3"}


@pytest.mark.parametrize(
    ("rows", "trouble"),
    [
        ([["指標A", "1"], ["知らない指標", "2"]], Trouble.UNKNOWN_NAME),
        ([["指標A", "1"], ["指標A", "2"]], Trouble.NAME_TWICE),
    ],
)
def test_a_row_that_belongs_nowhere_is_told(rows: list[list[str]], trouble: Trouble) -> None:
    assert [one.trouble for one in placed(as_clipboard(rows))] == [None, trouble]


def test_a_cell_with_a_line_break_stays_one_cell() -> None:
    assert read_block('"要因\n1行目"\t5\r\n次\t6') == [["要因\n1行目", "5"], ["次", "6"]]


def test_the_columns_that_a_person_chose_count() -> None:
    rows = read_block("1\t2\r\n3\t4")
    laid = lay(rows, NAMES, Choice(None, 0, None), 3, readable)
    assert [(one.kpi, one.text) for one in laid] == [(3, "1"), (4, "3")]
