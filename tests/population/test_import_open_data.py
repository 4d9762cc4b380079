"""地域・年齢別人口 of municipal open data, and SSDSE-A."""

from __future__ import annotations

import pytest

from sosei.planning.population.importing.parsed import REGISTER
from tests.population.statistics_files import (
    PERSONS,
    csv_text,
    open_data_rows,
    read,
    rules_broken,
    ssdse_rows,
    write,
)


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("top", [85, 90, 100])
@pytest.mark.parametrize("unknown", [False, True])
def test_both_header_generations_with_any_top_group_give_the_same_town(tmp_path, old, top, unknown):
    rows = open_data_rows(old=old, top=top, unknown=unknown)
    name, parsed, (only,) = read(write(tmp_path / "a.csv", rows, "utf-8-sig"))
    assert (name, rules_broken(parsed), parsed.findings.note_total) == ("open_data", {}, 0)
    assert (only.area.code, only.area.district, only.kind) == ("07204", "", REGISTER)
    assert str(only.date) == "2025-04-01"
    assert only.persons == PERSONS
    assert max(row[1] or 0 for row in only.rows) == top
    assert sum(row[1] is None for row in only.rows) == (2 if unknown else 0)


@pytest.mark.parametrize("header", ["0～4歳の男性", "０－４歳の男性", "0-4歳の男", "0〜4歳男性"])
def test_spellings_of_an_age_column_are_one(tmp_path, header):
    rows = open_data_rows()
    rows[0][rows[0].index("0-4歳の男性")] = header
    _, parsed, (only,) = read(write(tmp_path / "a.csv", rows))
    assert rules_broken(parsed) == {}
    assert only.persons == PERSONS


def test_districts_are_areas_within_the_municipality(tmp_path):
    rows = open_data_rows(districts=(("001", "平地区"), ("", "小名浜地区")))
    _, parsed, checked = read(write(tmp_path / "a.csv", csv_text(rows), "cp932"))
    assert rules_broken(parsed) == {}
    assert [(found.area.district, found.area.district_number) for found in checked] == [
        ("", ""),
        ("平地区", "001"),
        ("小名浜地区", ""),
    ]


def test_a_district_whose_figures_are_hidden_is_left_out_and_a_municipality_is_refused(tmp_path):
    rows = open_data_rows(districts=(("001", "平地区"), ("002", "小名浜地区")))
    rows[2][10] = "X"
    _, parsed, checked = read(write(tmp_path / "a.csv", rows))
    assert rules_broken(parsed) == {}
    assert [found.area.district for found in checked] == ["", "小名浜地区"]
    assert parsed.findings.notes[0].place.line == 3
    rows[1][10] = "X"
    _, parsed, _ = read(write(tmp_path / "b.csv", rows))
    assert rules_broken(parsed) == {"hidden_cell": 1}


def test_blank_unknown_ages_are_no_one_where_the_total_proves_it_and_blank_ages_never(tmp_path):
    rows = open_data_rows(unknown=True)
    rows[1][-4:-2] = ["", ""]
    _, parsed, _ = read(write(tmp_path / "a.csv", rows))
    assert (rules_broken(parsed), parsed.findings.note_counts["no_figure_is_zero"]) == ({}, 2)
    rows[1][8] = ""
    _, parsed, _ = read(write(tmp_path / "b.csv", rows))
    assert "blank_cell" in rules_broken(parsed)


def test_a_code_that_lost_its_zero_or_has_no_check_digit_is_noted(tmp_path):
    for written, rule in (
        ("72044", "code_repaired"),
        ("7204", "code_repaired"),
        ("07204", "code_without_check_digit"),
    ):
        _, parsed, (only,) = read(write(tmp_path / "a.csv", open_data_rows(code=written)))
        assert only.area.code == "07204"
        assert parsed.findings.note_counts == {rule: 1}


@pytest.mark.parametrize(
    ("day", "rule"),
    [
        ("2025/2/30", "unreadable"),
        ("", "no_date"),
        ("2025年", "incomplete_date"),
        ("2030/4/1", "future_date"),
        ("1905/4/1", "early_date"),
    ],
)
def test_an_impossible_date_is_refused(tmp_path, day, rule):
    _, parsed, _ = read(write(tmp_path / "a.csv", open_data_rows(day=day)))
    assert rules_broken(parsed) == {rule: 1}
    assert parsed.findings.problems[0].place.line == 2


def test_an_age_column_that_cannot_be_read_is_refused_and_other_columns_are_left_alone(tmp_path):
    rows = open_data_rows()
    rows[0][9] = "5-9歳くらいの女性"
    _, parsed, _ = read(write(tmp_path / "a.csv", rows))
    assert rules_broken(parsed) == {"unknown_column": 1}
    assert "5-9歳くらいの女性" in parsed.findings.problems[0].what("en")


def test_the_same_district_twice_on_a_day_is_refused_with_both_lines(tmp_path):
    rows = open_data_rows(districts=(("001", "平地区"), ("002", "平　地区")))
    _, parsed, _ = read(write(tmp_path / "a.csv", rows))
    assert rules_broken(parsed) == {"duplicate_row": 1}
    assert parsed.findings.problems[0].place.line == 4
    assert "3行目" in parsed.findings.problems[0].what("ja")


def test_ssdse_gives_births_deaths_and_moves_with_their_own_years(tmp_path):
    name, parsed, checked = read(write(tmp_path / "SSDSE-A-2026.csv", csv_text(ssdse_rows()), "cp932"))
    assert (name, rules_broken(parsed), checked) == ("ssdse_a", {}, [])
    found = {(vital.area.code, vital.kind): (vital.year, vital.value) for vital in parsed.vitals}
    assert len(found) == 8
    assert found["07204", "births"] == (2023, 1658)
    assert found["07201", "out_migrants"] == (2024, 8100)
    moves = next(vital for vital in parsed.vitals if vital.kind == "in_migrants")
    assert "日本人移動者" in moves.note
    assert "Japanese nationals" in moves.note_en


def test_ssdse_whose_columns_slipped_is_refused_by_its_population(tmp_path):
    rows = ssdse_rows()
    rows[3][3:] = [*rows[3][4:], 0]
    _, parsed, _ = read(write(tmp_path / "a.csv", csv_text(rows), "cp932"))
    assert rules_broken(parsed) == {"sex_sum": 1}
    assert parsed.findings.problems[0].place.line == 4


def test_ssdse_without_a_figure_leaves_it_out_and_says_so(tmp_path):
    rows = ssdse_rows()
    rows[4][6] = "***"
    _, parsed, _ = read(write(tmp_path / "a.csv", csv_text(rows), "cp932"))
    assert len(parsed.vitals) == 7
    assert parsed.findings.note_counts == {"no_vital_figure": 1}
