"""Ten bad files: each is refused with its line and remedy, in both languages, and the database is unchanged."""

from __future__ import annotations

import io
import random
import resource
import time
import zipfile

import pytest
from django.apps import apps
from django.db import connection

from sosei.planning.population.importing.findings import ImportRefusedError
from sosei.planning.population.importing.services import import_file
from tests.population.statistics_files import TODAY, csv_text, long_rows, wide_rows, write

pytestmark = pytest.mark.django_db

MEGABYTE = 1024 * 1024


def wrong_encoding():
    return csv_text(wide_rows()).replace("～", "〜").encode("euc_jp")


def missing_age_group():
    return [row for row in wide_rows() if not (row[2] != "T" and row[3] == "40～44歳")]


def negative():
    rows = wide_rows()
    rows[24][4] = -120
    return rows


def duplicate_row():
    rows = wide_rows()
    return [*rows, rows[30]]


def sum_that_does_not_add_up():
    rows = wide_rows()
    rows[30][5] += 9
    return rows


def lost_zero_beyond_repair():
    # 072043 lost its zero, but its check digit is wrong: it may be any code.
    return wide_rows(code="72043")


def swapped_sexes_header():
    rows = wide_rows()
    for row in rows[1:]:
        row[2] = {"T": "T", "M": "F", "F": "M"}[row[2]]
    return rows


def empty():
    return b""


def zip_renamed_csv():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("census.csv", csv_text(wide_rows()))
    return stream.getvalue()


def fifty_megabytes_of_noise():
    return random.Random(20150).randbytes(50 * MEGABYTE)


# What is wrong, the rule that finds it, its line (None for the file as a whole), a word of the remedy in each language.
BAD_FILES = [
    (wrong_encoding, "wrong_encoding", 1, "UTF-8", "UTF-8"),
    (missing_age_group, "missing_age", 31, "補って", "Add"),
    (negative, "negative", 25, "元の表", "source"),
    (duplicate_row, "duplicate_row", 65, "一方を除いて", "remove"),
    (sum_that_does_not_add_up, "sex_sum", 10, "照らし合わせて", "Compare"),
    (lost_zero_beyond_repair, "unreadable", 2, "6桁", "check digit"),
    (swapped_sexes_header, "implausible_sexes", 2, "見出し", "headers"),
    (empty, "empty", None, "もう一度", "again"),
    (zip_renamed_csv, "binary", None, "展開", "Unpack"),
    (fifty_megabytes_of_noise, "noise", 2, "CSV", "CSV"),
]


def _rows_of_every_table() -> dict[str, int]:
    counts = {}
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for model in (one for one in apps.get_models() if one._meta.db_table in tables):
            cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')
            counts[model._meta.db_table] = cursor.fetchone()[0]
    return counts


@pytest.fixture
def stored(tmp_path):
    """A database that already holds something that a bad file could harm."""
    path = write(tmp_path / "good.csv", long_rows())
    import_file(path=path, imported_by="planner", today=TODAY)


@pytest.mark.parametrize(
    ("bad", "rule", "line", "remedy_ja", "remedy_en"),
    BAD_FILES,
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_bad_file_is_refused_with_its_line_and_remedy(
    stored, tmp_path, bad, rule, line, remedy_ja, remedy_en
):
    path = write(tmp_path / "bad.csv", bad())
    before = _rows_of_every_table()
    with pytest.raises(ImportRefusedError) as refused:
        import_file(path=path, imported_by="planner", today=TODAY)
    assert _rows_of_every_table() == before
    problems = refused.value.findings.problems
    found = [problem for problem in problems if problem.rule == rule]
    assert found, [problem.text("en") for problem in problems]
    problem = found[0]
    assert problem.place.line == line
    japanese, english = refused.value.text("ja"), refused.value.text("en")
    assert remedy_ja in problem.remedy("ja")
    assert remedy_en in problem.remedy("en")
    assert problem.text("ja") in japanese
    assert problem.text("en") in english
    if line is not None:
        assert f"{line}行目" in japanese
        assert f"line {line}" in english
    assert "データベースは変わっていません" in japanese
    assert "database is unchanged" in english


def test_fifty_megabytes_of_noise_are_refused_at_once_and_without_reading_them(tmp_path):
    path = write(tmp_path / "noise.csv", fifty_megabytes_of_noise())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    with pytest.raises(ImportRefusedError):
        import_file(path=path, imported_by="planner", today=TODAY)
    assert time.perf_counter() - started < 0.5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 20 * 1024


def test_printable_noise_is_refused_from_its_head(tmp_path):
    letters = random.Random(1).choices("abcdefghijklmnop 0123456789,;", k=1_000_000)
    path = write(tmp_path / "noise.csv", "".join(letters) * 50)
    started = time.perf_counter()
    with pytest.raises(ImportRefusedError) as refused:
        import_file(path=path, imported_by="planner", today=TODAY)
    assert refused.value.findings.problems[0].rule == "unknown_format"
    assert time.perf_counter() - started < 2
