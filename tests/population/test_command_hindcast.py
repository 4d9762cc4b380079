"""`sosei hindcast` at the prompt: the same figures in every form, from the database or from a file."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils.translation import override

from sosei.engines.demography.hindcast import METHODS, hindcast
from sosei.planning.population.hindcast_tables import (
    CASES,
    FINER_CASES,
    coverage_rows,
    coverage_table,
    group_table,
    rows_of,
    total_table,
)
from sosei.planning.population.importing.services import import_file
from sosei.planning.population.models import ImportBatch, Observation
from sosei.planning.population.nation_census import census_from_file, stored_census
from sosei.planning.population.reference import survivorship_table
from tests.engines.nation_worlds import census_of_the_nation, invented_nation
from tests.population.statistics_files import TODAY, age_names, csv_text, write

YEARS = (1990, 1995, 2000, 2005)
PREFECTURES = ("08", "20", "31", "46")
ACCURACY = Path(__file__).resolve().parents[2] / "docs/accuracy.md"


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("hindcast", *words, stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def census_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The censuses of forty invented municipalities in four prefectures, in the layout of the public table."""
    return write(tmp_path_factory.mktemp("nation") / "nation.csv", csv_text(public_table(YEARS)))


def public_table(years: tuple[int, ...], areas: int = 40) -> list[list[object]]:
    """Rows of invented municipalities in four prefectures."""
    nation = invented_nation(areas=areas, years=years)
    rows: list[list[object]] = [["code", "name", "sex", "age", *years]]
    for i in range(areas):
        code, name = f"{PREFECTURES[i % 4]}{201 + i}", f"第{i + 1}市"
        counts = nation.isel(area=i).transpose("sex", "age", "year").values.astype(int)
        for sex, block in (("T", counts.sum(axis=0)), ("M", counts[0]), ("F", counts[1])):
            rows.append([code, name, sex, "総数", *block.sum(axis=0)])
            rows += [[code, name, sex, label, *line] for label, line in zip(age_names(), block, strict=True)]
    return rows


def errors(*words: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run("--json", *words))["errors"]
    return found


CASE = ("--base", "2000", "--horizon", "5")


def test_the_stored_census_and_the_file_give_the_same_figures(db: None, census_file: Path) -> None:
    from_file = errors(*CASE, "--census", str(census_file))
    assert not Observation.objects.exists() and not ImportBatch.objects.exists()
    import_file(path=census_file, imported_by="test", today=TODAY)
    assert errors(*CASE) == from_file
    stored, read = stored_census(YEARS), census_from_file(census_file, YEARS, today=TODAY)
    np.testing.assert_array_equal(stored.values, read.values)
    assert stored["area"].values.tolist() == read["area"].values.tolist()


def test_every_form_shows_every_method_beside_the_default(db: None, census_file: Path) -> None:
    words = (*CASE, "--census", str(census_file), "--language", "en")
    documents = errors(*words)
    totals = {d["method"]: d for d in documents if d["grouping"] == "total"}
    assert list(totals) == ["default", "hamilton_perry", "exponential", "no_change"]
    table, markdown = run(*words), run(*words, "--markdown")
    for title, name in (("Sosei default", "default"), ("Hamilton-Perry", "hamilton_perry")):
        figure = f"{totals[name]['median']:.2f}"
        assert any(title in line and figure in line for line in table.splitlines())
        assert any(line.startswith(f"| 2000+5 | {title} | 40 | {figure} |") for line in markdown.splitlines())
    rows = list(csv.DictReader(io.StringIO(run(*words, "--csv").lstrip("\ufeff"))))
    assert [r["median"] for r in rows if r["grouping"] == "total"] == [
        str(t["median"]) for t in totals.values()
    ]
    assert {r["grouping"] for r in rows} == {"total", "size", "age"}


def test_a_prefecture_and_a_municipality_left_out_are_not_scored_and_the_table_says_so(
    db: None, census_file: Path
) -> None:
    words = (*CASE, "--census", str(census_file), "--without", "08", "20202")
    assert {d["areas"] for d in errors(*words) if d["grouping"] == "total"} == {40 - 10 - 1}
    assert "08, 20202" in run(*words, "--language", "ja").splitlines()[0]


def test_municipalities_that_lack_a_census_are_named(db: None, tmp_path: Path) -> None:
    rows = public_table(YEARS, areas=41)
    for row in rows[1:]:
        if row[0] == "08241":
            row[-1] = ""
    file = write(tmp_path / "nation.csv", csv_text(rows))
    words = (*CASE, "--census", str(file), "--language", "en")
    assert json.loads(run("--json", *words))["incomplete"] == ["08241"]
    assert "08241" in run(*words).splitlines()[0]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "--base"),
        (("--base", "2000"), "--horizon"),
        (("--all", "--base", "2000"), "--all"),
        ((*CASE, "--without", "99"), "99"),
        (("--base", "2000", "--horizon", "7"), "censuses are five years apart"),
        (("--base", "2005", "--horizon", "10"), "2015"),
    ],
)
def test_what_cannot_be_done_is_refused(
    db: None, census_file: Path, words: tuple[str, ...], told: str
) -> None:
    with pytest.raises(CommandError, match=told) as caught:
        run(*words, "--census", str(census_file), "--language", "en")
    assert caught.value.returncode == 2


@pytest.mark.parametrize(("language", "told"), [("ja", "取り込む"), ("en", "import it with")])
def test_without_a_national_census_the_error_says_what_is_missing_and_how_to_get_it(
    iwaki: object, language: str, told: str
) -> None:
    with pytest.raises(CommandError) as caught:
        run("--base", "1995", "--horizon", "15", "--language", language)
    message = str(caught.value)
    assert told in message and "sosei import" in message and "e-stat.go.jp" in message
    # Of the demonstration two cities have these censuses: every year is named at once.
    assert all(str(year) in message for year in (1985, 1990, 1995, 2010))


def test_a_file_that_is_no_census_is_refused(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as caught:
        run(*CASE, "--census", str(write(tmp_path / "x.csv", "a,b\n1,2\n")))
    assert caught.value.returncode == 2


@pytest.mark.shared_data
def test_the_figures_of_the_accuracy_page_are_those_of_the_command(shared_data: Path) -> None:
    """Every table but that of the methods that did not win, for which nine more methods would have to run."""
    census = census_of_the_nation(shared_data)
    disaster = [str(a) for a in census["area"].values if str(a).startswith("07")]
    methods = {name: METHODS[name] for name in ("default", "hamilton_perry")}
    outcomes = hindcast(census, survivorship_table("japan"), CASES, methods, without=disaster)
    rows = rows_of(outcomes)
    finer = [r for r in rows if (r.base, r.horizon) in FINER_CASES]
    held = coverage_rows([o for o in outcomes if o.method == "default"])
    with override("en"):
        tables = [
            total_table(rows, markdown=True),
            group_table(finer, "size", markdown=True),
            group_table(finer, "age", markdown=True),
            coverage_table(held, markdown=True),
        ]
    page = ACCURACY.read_text(encoding="utf-8").splitlines()
    lines = [line for one in tables for line in one.splitlines()[2:]]
    assert len(lines) > 18 + 60 + 50 + 60
    assert [line for line in lines if line not in page] == []


def test_every_table_of_the_accuracy_page_is_in_the_json_and_the_csv_too(db: None, tmp_path: Path) -> None:
    """The years of the accuracy page, of a nation of sixty: twenty classes of peers need as many."""
    file = write(tmp_path / "nation.csv", csv_text(public_table(tuple(range(1985, 2020, 5)), areas=60)))
    words = ("--all", "--census", str(file), "--language", "en")
    document = json.loads(run(*words, "--json"))
    lines = list(csv.DictReader(io.StringIO(run(*words, "--csv").lstrip("\ufeff"))))
    assert len(lines) == len(document["errors"]) + len(document["intervals"])
    assert {"default", "hamilton_perry", "one_class"} <= {row["method"] for row in document["errors"]}
    drawn = [row for row in document["intervals"] if row["group"] == "draws, 65+"]
    assert {row["held_out"] for row in drawn} == {"each census in turn", "later censuses"}
    for row in drawn:
        assert any(line["group"] == row["group"] and line["share"] == str(row["share"]) for line in lines)
