"""Tables out and in: no difference after a round trip, and every trap of a spreadsheet named with its cell."""

from __future__ import annotations

import datetime
import io
import tempfile
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from sosei.planning.strategy.errors_campaigns import SheetError
from sosei.planning.strategy.excel.comparing import Found, Line, compare, number_in
from sosei.planning.strategy.excel.export import as_csv, as_workbook
from sosei.planning.strategy.excel.layouts import Layout, LayoutError, default_layout, guess_layout
from sosei.planning.strategy.excel.state import Held
from sosei.planning.strategy.excel.tables import Content, read_table
from sosei.planning.strategy.models import Kpi, KpiActual, KpiTarget, Strategy

STRATEGY = Strategy(title="第2期 架空の総合戦略", first_fiscal_year=2020, last_fiscal_year=2024)
DEFAULT = default_layout(STRATEGY, "Soseiの形", 2024)
OWN = Layout(
    name="市の形",
    sheet="進捗",
    heading_row=2,
    parts={"number": "A", "title": "B", "unit": "C", "base": "D", "target": "I", "explanation": "J"},
    years=dict(zip(range(2020, 2024), "EFGH", strict=True)),
    explanation_year=2023,
)
DAY = datetime.date(2026, 4, 1)


@pytest.fixture(autouse=True)
def japanese() -> None:
    translation.activate("ja")


def held(
    key: int = 1,
    title: str = "移住した世帯の数",
    values: dict[int, Any] | None = None,
    number: str = "1-2",
    target: Any = 180,
    **columns: Any,
) -> Held:
    """A KPI with values, in no database."""
    kpi = Kpi(pk=key, title=title, **{"unit": "世帯", "base_value": Decimal(100), **columns})
    rows = {
        year: value
        if isinstance(value, KpiActual)
        else KpiActual(pk=key * 100 + year % 100, reported_in=year, value=Decimal(str(value)))
        for year, value in (values or {}).items()
    }
    return Held(kpi, number, KpiTarget(value=Decimal(target), fiscal_year=2024), rows, {})


def report(data: bytes, name: str, layout: Layout, state: Sequence[Held]) -> list[Line]:
    """What a file would change."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sent"
        path.write_bytes(data)
        return compare(read_table(path, name, sheet=layout.sheet), layout, state)


def edited(data: bytes, sheet: str, **cells: Any) -> bytes:
    """The workbook with other cells."""
    book = load_workbook(io.BytesIO(data))
    for address, value in cells.items():
        book[sheet][address] = value
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def workbook(state: Sequence[Held], layout: Layout = DEFAULT) -> bytes:
    return as_workbook("架空の総合戦略", state, layout, DAY)


# --- round trip ---------------------------------------------------------------------------------------------------

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cn"]), min_size=0, max_size=30
) | st.sampled_from(
    [
        "=1+1",
        "+5",
        "-x",
        "@SUM(A1)",
        "'quoted",
        "  gap  ",
        "改行\nあり",
        "1-2",
        "007",
        "TRUE",
        "_x0041_",
        "'=1",
        "''=1",
        "#N/A",
    ]
)


@st.composite
def actuals(draw: st.DrawFn, key: int, year: int, decimals: int) -> KpiActual:
    """A value, with its period and the year's own part perhaps; or a word why there is none."""
    availability = draw(st.sampled_from(["value", "value", "value", "not_available", "not_yet_published"]))
    number = draw(st.integers(-(10**14) + 1, 10**14 - 1)) if availability == "value" else None
    return KpiActual(
        pk=key * 100 + year % 100,
        reported_in=year,
        availability=availability,
        value=None if number is None else Decimal(number).scaleb(-decimals),
        yearly_value=Decimal(9) if number is not None and draw(st.booleans()) else None,
        carried_forward=number is not None and draw(st.booleans()),
        period=draw(st.sampled_from(["", "H30", "2015国勢調査", "R4年度末"])),
        source=draw(TEXTS),
        explanation=draw(TEXTS).strip(),
    )


@st.composite
def states(draw: st.DrawFn) -> list[Held]:
    """Some KPIs; titles may be the same, for the same indicator stands under two definitions."""
    made = []
    for key in range(1, draw(st.integers(1, 5)) + 1):
        decimals = draw(st.integers(0, 6))
        years = draw(st.sets(st.integers(2020, 2024)))
        made.append(
            held(
                key,
                draw(TEXTS.filter(lambda text: text.strip() != "")),
                {year: draw(actuals(key, year, decimals)) for year in sorted(years)},
                number=draw(st.sampled_from(["1-1", "1-2", "12-31", "2", ""])),
                decimals=decimals,
                unit=draw(st.sampled_from(["", "人", "%", "億円", "件/年", 'a"b', "㎡"])),
            )
        )
    return made


def no_difference(lines: Sequence[Line], state: Sequence[Held]) -> None:
    """Every value is there, and is the same."""
    others = [line for line in lines if line.found != Found.SAME]
    assert others == []
    assert {(line.kpi, line.year) for line in lines} == {
        (one.kpi.pk, year) for one in state for year in one.rows
    }


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(states())
@example([held(title="=cmd|' /C calc'!A0", values={2020: "0.1"}, decimals=1)])
def test_an_exported_workbook_imports_again_with_no_difference(state: list[Held]) -> None:
    with translation.override("ja"):
        if not any(one.rows for one in state):
            return
        no_difference(report(workbook(state), "kpi.xlsx", DEFAULT, state), state)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(states(), st.sampled_from(["csv", "cp932"]))
def test_an_exported_csv_imports_again_with_no_difference(state: list[Held], encoding: str) -> None:
    with translation.override("ja"):
        if not any(one.rows for one in state):
            return
        try:
            data = as_csv(state, DEFAULT, encoding)
        except SheetError as refused:
            assert encoding == "cp932"
            assert "Shift_JIS" in str(refused)
            return
        no_difference(report(data, "kpi.csv", DEFAULT, state), state)


def test_a_table_in_the_citys_own_layout_imports_again_with_no_difference() -> None:
    state = [
        held(
            1,
            "移住した世帯の数",
            {2020: 110, 2023: KpiActual(pk=5, value=Decimal("131"), explanation="広報")},
        ),
        held(2, "空き家の成約", {2021: "12.5"}, decimals=1, unit="件", number="1-1"),
        held(3, "空き家の成約", {2021: 7}, unit="件", number="2-1"),
    ]
    no_difference(report(workbook(state, OWN), "own.xlsx", OWN, state), state)
    no_difference(report(as_csv(state, OWN, "cp932"), "own.csv", OWN, state), state)


def test_the_workbook_has_units_in_its_numbers_notes_and_headings_that_stay() -> None:
    state = [held(values={2020: KpiActual(value=Decimal("2562"), period="H26", carried_forward=True)})]
    sheet = load_workbook(io.BytesIO(workbook(state)))["KPI"]
    cell = sheet["G4"]
    assert (cell.value, cell.number_format) == (2562, '#,##0"世帯"')
    assert "H26" in cell.comment.text
    assert "据え置き" in cell.comment.text
    assert sheet.freeze_panes == "D4"
    assert sheet["B4"].number_format == "@"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+2", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_no_text_goes_out_as_a_formula(text: str) -> None:
    state = [held(title=text, values={2024: KpiActual(value=Decimal(1), explanation=text)})]
    book = load_workbook(io.BytesIO(workbook(state)))
    for row in book["KPI"].iter_rows():
        assert all(cell.data_type != "f" for cell in row)
    body = as_csv(state, DEFAULT, "csv").decode("utf-8-sig")
    assert "'" + text[:4] in body
    assert "," + text[:4] not in body


# --- what a spreadsheet does to a table ---------------------------------------------------------------------------


def only(lines: Sequence[Line], found: Found) -> Line:
    matching = [line for line in lines if line.found == found]
    assert len(matching) == 1, lines
    return matching[0]


def changed(value: Any, **columns: Any) -> list[Line]:
    """The report of a table in which the cell of 2022 (I4) holds something else."""
    state = [held(values={2020: 110, 2022: 120}, **columns)]
    return report(edited(workbook(state), "KPI", I4=value), "kpi.xlsx", DEFAULT, state)


@pytest.mark.parametrize(
    ("value", "read"),
    [(125, "125"), ("１２５世帯", "125"), ("1,250", "1250"), ("△12", "-12"), (" 125 ", "125")],
)
def test_a_changed_value_is_a_correction_whatever_its_spelling(value: Any, read: str) -> None:
    line = only(changed(value), Found.CHANGED)
    assert (line.cell, line.year, line.value, line.before, line.held) == ("I4", 2022, read, "120世帯", 122)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("たくさん", "「たくさん」"),
        ("12,34", "12,34"),
        ("120人", "単位「人」"),
        ("1.25", "小数点"),
        (datetime.datetime(2022, 1, 2), "日付"),  # noqa: DTZ001 - what Excel makes of 1-2
        (True, "TRUE"),
        ("#REF!", "#REF!"),
        ("=SUM(A1:A2)", "式（=SUM(A1:A2)）"),
        (10**15, "大きすぎます"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_with_its_content_and_the_remedy(value: Any, words: str) -> None:
    lines = changed(value)
    line = only(lines, Found.UNREADABLE)
    assert line.cell == "I4"
    assert "I4" in line.message
    assert words in line.message
    assert not [one for one in lines if one.found in (Found.NEW, Found.CHANGED)]


def test_an_emptied_cell_takes_no_value_away_and_says_so() -> None:
    assert "そのまま" in only(changed(None), Found.BLANK).message


def test_a_share_shown_in_per_cent_is_what_people_see() -> None:
    state = [held(values={2022: "12.3"}, unit="%", decimals=1)]
    book = load_workbook(io.BytesIO(workbook(state)))
    cell = book["KPI"]["I4"]
    cell.value, cell.number_format = 0.125, "0.0%"
    written = io.BytesIO()
    book.save(written)
    line = only(report(written.getvalue(), "kpi.xlsx", DEFAULT, state), Found.CHANGED)
    assert line.value == "12.5"


def test_a_formula_counts_by_its_stored_result(tmp_path: Path) -> None:
    state = [held(values={2022: 120})]
    path = tmp_path / "kpi.xlsx"
    path.write_bytes(edited(workbook(state), "KPI", I4="=SUM(60,70)"))
    # What Excel stores beside the formula when it saves.
    packed = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(packed, "w") as target:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename.startswith("xl/worksheets/sheet"):
                data = data.replace(b"<f>SUM(60,70)</f><v></v>", b"<f>SUM(60,70)</f><v>130</v>")
                data = data.replace(b"<f>SUM(60,70)</f><v />", b"<f>SUM(60,70)</f><v>130</v>")
                assert b"<v>130</v>" in data
            target.writestr(entry, data)
    line = only(report(packed.getvalue(), "kpi.xlsx", DEFAULT, state), Found.CHANGED)
    assert line.value == "130"


@pytest.mark.parametrize(
    "content",
    [
        Content("2026-01-02", day=datetime.date(2026, 1, 2)),
        Content("1月2日"),
        Content("2026/1/2"),
        Content("2-Jan"),
        Content("１月２日"),
    ],
)
def test_a_number_that_excel_made_a_date_is_turned_back_and_told(content: Content) -> None:
    assert number_in(content) == ("1-2", True)


@pytest.mark.parametrize("text", ["1-2", "12-31", "1", "1-2-3", "A-1", ""])
def test_a_number_that_is_one_stays(text: str) -> None:
    assert number_in(Content(text)) == (text, False)


def test_the_date_in_the_number_column_finds_its_kpi_and_says_what_happened() -> None:
    state = [held(1, "同じ名", {2020: 1}, number="1-2"), held(2, "同じ名", {2020: 5}, number="1-3")]
    book = load_workbook(io.BytesIO(workbook(state, OWN)))
    book["進捗"]["A3"] = datetime.datetime(2026, 1, 2)  # noqa: DTZ001
    book["進捗"]["E3"] = 2
    written = io.BytesIO()
    book.save(written)
    lines = report(written.getvalue(), "own.xlsx", OWN, state)
    assert only(lines, Found.CHANGED).kpi == 1
    assert "「1-2」" in only(lines, Found.NOTE).message


def test_merged_hidden_unknown_and_double_rows_are_told() -> None:
    state = [held(1, "甲", {2020: 1}), held(2, "乙", {2020: 2})]
    book = load_workbook(io.BytesIO(workbook(state)))
    sheet = book["KPI"]
    sheet.merge_cells("G4:G5")
    sheet.row_dimensions[5].hidden = True
    sheet["C6"], sheet["G6"] = "どこにもない", 3
    sheet["C7"], sheet["G7"] = "甲", 9
    written = io.BytesIO()
    book.save(written)
    lines = report(written.getvalue(), "kpi.xlsx", DEFAULT, state)
    assert only(lines, Found.UNREADABLE).cell == "G5"
    assert "結合" in only(lines, Found.UNREADABLE).message
    assert "1行" in only(lines, Found.NOTE).message
    unknown = {line.cell: line.message for line in lines if line.found == Found.UNKNOWN}
    assert "「どこにもない」" in unknown["6"]
    assert "4行目" in unknown["7"]


def test_two_kpis_of_one_name_that_nothing_tells_apart_are_not_guessed() -> None:
    state = [held(1, "同じ名", {2020: 1}), held(2, "同じ名", {2020: 1})]
    lines = report(workbook(state, OWN), "own.xlsx", OWN, state)
    assert [line.found for line in lines] == [Found.UNKNOWN, Found.UNKNOWN]
    assert "決められません" in lines[0].message


def test_another_target_in_the_file_is_told_and_not_taken() -> None:
    state = [held(values={2020: 110})]
    lines = report(edited(workbook(state), "KPI", F4=200), "kpi.xlsx", DEFAULT, state)
    assert "取り込みません" in only(lines, Found.NOTE).message
    assert {line.found for line in lines} == {Found.NOTE, Found.SAME}


def test_columns_that_slipped_are_refused_by_their_headings() -> None:
    state = [held(values={2020: 110})]
    with pytest.raises(SheetError, match=r"G3.*令和3年度"):
        report(edited(workbook(state), "KPI", G3="令和3年度"), "kpi.xlsx", DEFAULT, state)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.xlsx", b"PK\x03\x04 no zip", "a.xlsx"),
        ("a.xls", b"\xd0\xcf\x11\xe0rest", "xlsx"),
        ("a.csv", "番号,KPI\r\n".encode("euc_jp"), "EUC-JP"),
        ("a.csv", b"", "a.csv"),
        ("a.csv", b'"open quote,1\r\n', "CSV"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(name: str, data: bytes, words: str) -> None:
    with pytest.raises(SheetError, match=words):
        report(data, name, DEFAULT, [held()])


def test_a_zip_bomb_is_refused_before_it_is_opened() -> None:
    state = [held(values={2020: 110})]
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(state))) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            target.writestr(entry.filename, source.read(entry))
        target.writestr("xl/media/image1.png", b"\0" * (61 * 1024 * 1024))
    with pytest.raises(SheetError, match="大きすぎます"):
        report(packed.getvalue(), "bomb.xlsx", DEFAULT, state)


def test_a_sheet_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(SheetError, match=r"「進捗」.*KPI"):
        report(workbook([held(values={2020: 1})]), "kpi.xlsx", OWN, [held()])


# --- layouts ------------------------------------------------------------------------------------------------------


def test_a_layout_is_guessed_from_a_citys_sample() -> None:
    rows = [
        ["総合戦略の進捗状況", "", "", "", "", "", "", "", ""],
        ["", "", "", "", "", "", "", "", ""],
        [
            "No.",
            "重要業績評価指標（KPI）",
            "単位",
            "基準値(R1)",
            "R2",
            "R3年度",
            "2022(R4)",
            "目標値（R6年度）",
            "担当課",
        ],
    ]
    made = guess_layout(rows, name="市の形", sheet="Sheet1")
    assert made.heading_row == 3
    assert dict(made.years) == {2020: "E", 2021: "F", 2022: "G"}
    assert dict(made.parts) == {
        "number": "A", "title": "B", "unit": "C", "base": "D", "target": "H", "department": "I",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"parts": {}}, "no_title"),
        ({"years": {}}, "no_years"),
        ({"years": {2020: "B"}}, "column_twice"),
        ({"years": {2020: "1"}}, "bad_column"),
        ({"heading_row": 0}, "bad_row"),
    ],
)
def test_a_layout_that_cannot_be_is_refused(change: dict[str, Any], code: str) -> None:
    given: dict[str, Any] = {
        "name": "x", "sheet": "", "heading_row": 1, "parts": {"title": "B"}, "years": {2020: "C"},
    }  # fmt: skip
    with pytest.raises(LayoutError) as refused:
        Layout(**{**given, **change})
    assert refused.value.code == code


def test_a_workbook_of_another_kind_is_refused() -> None:
    book = Workbook()
    book.worksheets[0]["A1"] = "何か"
    written = io.BytesIO()
    book.save(written)
    with pytest.raises(SheetError, match="KPIの行がありません"):
        report(written.getvalue(), "x.xlsx", Layout("x", "", 1, {"title": "B"}, {2020: "C"}), [held()])
