"""Tables of other systems as they come: CP932, BOM, full-width digits, lost zeros; nothing is written until confirmed."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Municipality, Person
from sosei.core.records.models import Entry
from sosei.planning.outcomes.errors import TableError
from sosei.planning.outcomes.importing.mapping import guess
from sosei.planning.outcomes.importing.table import Table, read_table
from sosei.planning.outcomes.kinds import kind_named
from sosei.planning.outcomes.models import Fact, FactImport
from sosei.planning.outcomes.services import importing as services
from sosei.planning.outcomes.services.recording import withdraw_fact
from sosei.planning.strategy.models import Measure
from tests.people.conftest import SignedIn

HOUSEHOLDS = kind_named("household_settled")
HEADINGS = "管理番号,定住日,氏名,世帯人数,世帯の型,前の住所の都道府県,地区"
ROWS = [
    "0012,2024/6/1,ひみつ花子（架空）,３,夫婦と子,東京都,平",
    "0013,令和6年7月2日,ひみつ花子（架空）,1,単身,13,小名浜",
    "0014,45500,ひみつ花子（架空）,2,夫婦,福島,",
]
CSV = "\r\n".join([HEADINGS, *ROWS, ""])


@pytest.fixture
def table(tmp_path: Path) -> Any:
    """`table(text, encoding)`: a file of that text, read."""

    def read(text: str = CSV, encoding: str = "utf-8") -> Table:
        path = tmp_path / "table.csv"
        path.write_bytes(text.encode(encoding))
        return read_table(path, name="台帳.csv", is_excel=False)

    return read


def take_in(town: Municipality, staff: Person, read: Table, **given: Any) -> FactImport | None:
    columns = {
        "municipality": town,
        "kind": "household_settled",
        "system": "移住相談台帳",
        "table": read,
        "columns": guess(read, HOUSEHOLDS),
        "file_name": "台帳.csv",
        "sha256": "0" * 64,
        "imported_by": staff,
        **given,
    }
    return services.import_facts(**columns)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_csv_in_any_encoding_of_an_office_becomes_facts(
    town: Municipality, staff: Person, measure: Measure, table: Any, encoding: str
) -> None:
    batch = take_in(town, staff, table(CSV, encoding), measure=measure)
    assert batch is not None
    assert (batch.recorded, batch.unchanged, batch.lines) == (3, 0, 3)
    first, second, third = Fact.objects.order_by("object_key")
    assert (first.on, first.amount, first.object_key) == (datetime.date(2024, 6, 1), Decimal(3), "12")
    assert first.attributes == {"household_type": "couple_with_children", "from_prefecture": "13"}
    assert (second.on, second.attributes["from_prefecture"]) == (datetime.date(2024, 7, 2), "13")
    assert (third.on, third.attributes["from_prefecture"]) == (datetime.date(2024, 7, 27), "07")
    assert {fact.measure for fact in (first, second, third)} == {measure}
    assert "ひみつ" not in str(list(Fact.objects.values())) + str(list(FactImport.objects.values()))
    assert Entry.objects.get(verb="outcomes.facts_imported").data["recorded"] == 3


def test_the_same_file_twice_changes_nothing_also_when_the_spreadsheet_lost_zeros_in_front(
    town: Municipality, staff: Person, table: Any
) -> None:
    take_in(town, staff, table())
    for again in (CSV, CSV.replace("0012", "12").replace("0013", "１３")):
        assert take_in(town, staff, table(again)) is None
    assert (Fact.objects.count(), FactImport.objects.count()) == (3, 1)
    more = take_in(town, staff, table(CSV + "15,2024-08-01,,1,単身,,\r\n"))
    assert more is not None
    assert (more.recorded, more.unchanged) == (1, 3)


def test_lines_without_a_number_are_told_apart_by_what_they_say(
    town: Municipality, staff: Person, table: Any
) -> None:
    text = "日付,世帯人数,世帯の型\r\n2024-06-01,1,単身\r\n2024-06-01,1,単身\r\n2024-06-02,1,単身\r\n"
    batch = take_in(town, staff, table(text))
    assert batch is not None
    assert batch.recorded == 3
    assert take_in(town, staff, table(text)) is None


@pytest.mark.parametrize(
    ("line", "column", "value", "words"),
    [
        ("21,2024/6/31,,1,単身,,", "定住日", "2024/6/31", "その日はありません"),
        ("21,2024年6月,,1,単身,,", "定住日", "2024年6月", "年・月・日まで"),
        ("21,2999/1/1,,1,単身,,", "定住日", "2999/1/1", "終わったことだけ"),
        ("21,2024/6/1,,ひとり,単身,,", "世帯人数", "ひとり", "数ではありません"),
        ("21,2024/6/1,,1.5,単身,,", "世帯人数", "1.5", "整数に"),
        ("21,2024/6/1,,-,単身,,", "世帯人数", "-", "数がありません"),
        ("21,2024/6/1,,1,山田家,,", "世帯の型", "山田家", "一覧にない値"),
        ("21,2024/6/1,,1,,,", "世帯の型", "", "選んでください"),
        ("21,2024/6/1,,1,単身,江戸,", "前の住所の都道府県", "江戸", "一覧にない値"),
        ("21,2024/6/1,,1,単身,,平1-2", "地区", "平1-2", "番地"),
        ("佐藤,2024/6/1,,1,単身,,", "管理番号", "佐藤", "人の名前は入れられません"),
        ("09012345678,2024/6/1,,1,単身,,", "管理番号", "09012345678", "電話番号"),
        ("0012,2024/6/1,,1,単身,,", "管理番号", "12", "2行目と同じ番号"),
    ],
)
def test_what_is_wrong_is_told_by_line_column_value_and_remedy_and_nothing_is_written(
    town: Municipality, staff: Person, table: Any, line: str, column: str, value: str, words: str
) -> None:
    read = table(f"{CSV}{line}\r\n")
    preview = services.preview_import(
        municipality=town,
        kind="household_settled",
        system="台帳",
        table=read,
        columns=guess(read, HOUSEHOLDS),
    )
    (faulty,) = preview.faulty
    assert faulty.number == 5
    problem = faulty.problems[0]
    assert (problem.column, problem.value) == (column, value)
    assert words in problem.text
    with pytest.raises(TableError, match="5行目"):
        take_in(town, staff, read)
    assert not Fact.objects.exists()
    assert not FactImport.objects.exists()


def test_a_line_that_says_something_else_than_the_fact_is_a_problem_until_that_is_withdrawn(
    town: Municipality, staff: Person, table: Any
) -> None:
    take_in(town, staff, table())
    changed = table(CSV.replace("３", "4"))
    with pytest.raises(TableError, match="取り消してから"):
        take_in(town, staff, changed)
    withdraw_fact(fact=Fact.objects.get(object_key="12"), reason="人数の誤り")
    batch = take_in(town, staff, changed)
    assert batch is not None
    assert (batch.recorded, batch.unchanged) == (1, 2)


def test_only_programme_staff_of_the_town_import(town: Municipality, planner: Person, table: Any) -> None:
    with pytest.raises(NotAllowedError):
        take_in(town, planner, table())


@pytest.mark.parametrize("name", ["", " ", "hand", "relocation.settlement", "x" * 41, "a@b"])
def test_a_ledgers_name_is_its_own(name: str) -> None:
    with pytest.raises(TableError):
        services.system_name(name)


def excel(rows: list[list[Any]]) -> bytes:
    book = Workbook()
    book.active.title = "空のシート"
    sheet = book.create_sheet("台帳")
    for row in rows:
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


BOOK = [
    ["移住相談台帳（架空）"],
    [],
    HEADINGS.split(","),
    [
        "12",
        datetime.datetime(2024, 6, 1),  # noqa: DTZ001 - as a workbook holds it
        "ひみつ花子（架空）",
        3,
        "夫婦と子",
        "東京都",
        "平",
    ],
    [13, datetime.date(2024, 7, 2), None, 1.0, "単身", 13, None],
]


def test_a_workbook_with_a_title_above_the_table_is_read_from_its_first_sheet_that_holds_something(
    tmp_path: Path, town: Municipality, staff: Person
) -> None:
    path = tmp_path / "book"
    path.write_bytes(excel(BOOK))
    read = read_table(path, name="台帳.xlsx", is_excel=True)
    assert read.lines == [4, 5]
    batch = take_in(town, staff, read)
    assert batch is not None
    assert sorted(Fact.objects.values_list("object_key", "on", "amount")) == [
        ("12", datetime.date(2024, 6, 1), Decimal(3)),
        ("13", datetime.date(2024, 7, 2), Decimal(1)),
    ]


@pytest.mark.parametrize("text", ["", "\r\n", "見出し,だけ\r\n"])
def test_a_file_without_rows_is_refused(table: Any, text: str) -> None:
    with pytest.raises(TableError):
        table(text)


def test_on_the_page_nothing_is_kept_until_the_preview_is_confirmed(
    town: Municipality, staff: Person, signed_in: SignedIn
) -> None:
    client = signed_in(staff)
    address = reverse("outcomes:import", kwargs={"code": town.code})
    given = {"kind": "household_settled", "system": "移住相談台帳"}
    file = SimpleUploadedFile("台帳.csv", CSV.encode("cp932"))
    shown = client.post(address, {**given, "file": file})
    assert shown.status_code == 200
    assert not Fact.objects.exists()
    page = shown.content.decode()
    assert "3件を取り込む" in page
    assert "ひみつ" not in page
    form = shown.context["form"]
    posted = {
        "table": shown.context["signed"],
        **{f"column-{name}": index for name, index in guess_of(shown).items()},
    }
    wrong = {**posted, "column-amount": posted["column-date"], "step": "confirm"}
    refused = client.post(address, wrong)
    assert refused.status_code == 422
    assert "同じ列です" in refused.content.decode()
    assert not Fact.objects.exists()
    done = client.post(address, {**posted, "step": "confirm"})
    assert done.status_code == 302
    assert Fact.objects.filter(batch__isnull=False, entered_by=staff).count() == 3
    again = client.post(address, {**posted, "step": "confirm"}, follow=True)
    assert "何も変わっていません" in again.content.decode()
    assert Fact.objects.count() == 3
    assert form.fields


def guess_of(response: Any) -> dict[str, int]:
    columns: dict[str, int] = response.context["form"].columns()
    return columns


def test_a_table_that_was_tampered_with_or_is_old_is_not_read(
    town: Municipality, staff: Person, signed_in: SignedIn
) -> None:
    client = signed_in(staff)
    address = reverse("outcomes:import", kwargs={"code": town.code})
    answer = client.post(address, {"table": "made-up:by:somebody", "step": "confirm"}, follow=True)
    assert "もう一度ファイルを選んでください" in answer.content.decode()


def test_a_workbook_with_macros_is_refused_by_name(
    town: Municipality, staff: Person, signed_in: SignedIn
) -> None:
    client = signed_in(staff)
    address = reverse("outcomes:import", kwargs={"code": town.code})
    given = {"kind": "household_settled", "system": "台帳"}
    answer = client.post(address, {**given, "file": SimpleUploadedFile("台帳.xlsm", excel(BOOK))})
    assert answer.status_code == 422
    assert not FactImport.objects.exists()
