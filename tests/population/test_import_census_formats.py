"""The wide and long census tables and the projections of 社人研."""

from __future__ import annotations

import json

import pytest

from sosei.planning.population.importing.findings import ImportRefusedError
from sosei.planning.population.importing.parsed import (
    CENSUS_DISTRIBUTED,
    CENSUS_ENUMERATED,
    OFFICIAL_PROJECTION,
)
from tests.population.statistics_files import (
    MALE,
    PERSONS,
    UNKNOWN,
    age_names,
    csv_text,
    long_rows,
    read,
    rules_broken,
    wide_rows,
    write,
)


def test_the_wide_census_gives_an_observation_a_year_with_unknown_ages_apart(tmp_path):
    name, parsed, (first, second) = read(write(tmp_path / "a.csv", wide_rows()))
    assert (name, rules_broken(parsed)) == ("wide_census", {})
    assert (first.area.code, str(first.date), first.kind) == ("07204", "2010-10-01", CENSUS_ENUMERATED)
    assert first.persons == PERSONS + sum(UNKNOWN)
    assert second.persons == first.persons + 2 * 2 * 20
    assert first.rows[:1] == (("male", 0, 4, MALE[0]),)
    assert ("male", 90, None, MALE[18]) in first.rows
    assert ("female", None, None, UNKNOWN[1]) in first.rows


def test_the_slip_of_the_source_is_read_as_closed_where_a_group_follows_and_noted(tmp_path):
    slipped = [*age_names()[:-2], "85～89歳以上", "90歳以上"]
    _, parsed, checked = read(write(tmp_path / "a.csv", wide_rows(ages=slipped)))
    assert parsed.findings.note_counts == {"age_slip_read": 1}
    assert ("male", 85, 89, MALE[17]) in checked[0].rows


def test_the_same_slip_without_a_group_above_is_refused(tmp_path):
    rows = wide_rows(ages=[*age_names()[:-2], "85～89歳以上", "90歳以上"])
    _, parsed, _ = read(write(tmp_path / "a.csv", [row for row in rows if row[3] != "90歳以上"]))
    assert "age_slip" in rules_broken(parsed)


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_full_width_digits_separators_and_tabs_are_understood(tmp_path, delimiter):
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    rows = wide_rows(years=(2015,))
    for row in rows[1:]:
        row[3] = row[3].translate(wide)
        row[4] = f"{row[4]:,}".translate(wide)
    path = write(tmp_path / "a.csv", csv_text(rows, delimiter=delimiter), "utf-16-le")
    _, parsed, (only,) = read(path)
    assert rules_broken(parsed) == {}
    assert only.persons == PERSONS + sum(UNKNOWN)


@pytest.mark.parametrize("written", ["7204", "72044", "０７２０４", "7204.0"])
def test_a_lost_zero_is_mended_and_noted_once(tmp_path, written):
    _, parsed, (first, _) = read(write(tmp_path / "a.csv", wide_rows(code=written)))
    assert first.area.code == "07204"
    notes = parsed.findings.notes
    assert len(notes) == (0 if written == "０７２０４" else 1)
    assert all(written in note.what("ja") and note.place.line == 2 for note in notes)


def test_men_and_women_may_miss_the_stated_sum_by_one_in_the_census_and_by_none_in_a_projection(tmp_path):
    rows = wide_rows(years=(2015,), unknown=False)
    rows[2][4] += 1
    rows[3][4] -= 1
    _, parsed, checked = read(write(tmp_path / "a.csv", rows))
    assert (rules_broken(parsed), parsed.findings.note_counts["sum_tolerated"]) == ({}, 2)
    assert len(checked) == 1
    rows[0][4] = 2030
    _, parsed, _ = read(write(tmp_path / "b.csv", rows))
    assert rules_broken(parsed) == {"sex_sum": 2}


def test_a_wide_table_with_years_to_come_is_a_projection_whose_first_year_is_its_base(tmp_path):
    name, _, (base, coming) = read(write(tmp_path / "a.csv", wide_rows(years=(2020, 2040), unknown=False)))
    assert (name, base.kind, coming.kind) == ("ipss", OFFICIAL_PROJECTION, OFFICIAL_PROJECTION)
    assert base.note
    assert base.note_en
    assert not coming.note


def test_the_long_census_tells_its_kind_and_provisional_figures(tmp_path):
    rows = long_rows() + long_rows(year=2025, basis="unknown_age_distributed")[1:]
    rows = [[*row, "1" if row[2] == 2025 else ""] for row in rows]
    rows[0][-1] = "provisional"
    name, parsed, (enumerated, distributed) = read(write(tmp_path / "a.csv", rows))
    assert (name, rules_broken(parsed)) == ("long_census", {})
    assert (enumerated.kind, enumerated.provisional) == (CENSUS_ENUMERATED, False)
    assert (distributed.kind, distributed.provisional) == (CENSUS_DISTRIBUTED, True)
    assert enumerated.persons == PERSONS + sum(UNKNOWN)
    assert distributed.persons == PERSONS


def test_a_long_projection_tells_base_censuses_from_projected_years(tmp_path):
    base = long_rows(year=2020, basis="census2020_unknown_prorated(IPSS2023 base)")
    coming = long_rows(year=2045, basis="IPSS2023_projection")
    base[0][3] = "kind"
    name, parsed, checked = read(write(tmp_path / "a.csv", base + coming[1:]))
    assert (name, rules_broken(parsed)) == ("ipss", {})
    assert [found.kind for found in checked] == [CENSUS_DISTRIBUTED, OFFICIAL_PROJECTION]


def test_an_unknown_basis_is_refused_with_those_that_are_known(tmp_path):
    _, parsed, _ = read(write(tmp_path / "a.csv", long_rows(basis="guessed")))
    assert "as_enumerated" in parsed.findings.problems[0].remedy("ja")


@pytest.mark.parametrize("content", ["a,b,c\n1,2,3\n", json.dumps({"some": "thing"})])
def test_an_unknown_file_is_told_what_was_found_and_what_is_understood(tmp_path, content):
    with pytest.raises(ImportRefusedError) as refused:
        read(write(tmp_path / "a.csv", content))
    text = refused.value.text("en")
    assert content.strip().splitlines()[0] in text
    assert "SSDSE-A" in text
    assert "e-Stat API" in text


def test_a_header_alone_is_no_table(tmp_path):
    _, parsed, _ = read(write(tmp_path / "a.csv", wide_rows()[:1]))
    assert rules_broken(parsed) == {"no_rows": 1}


def test_unclosed_quotation_is_told_as_broken_csv(tmp_path):
    _, parsed, _ = read(write(tmp_path / "a.csv", csv_text(wide_rows()) + '07204,"いわき'))
    assert "broken_csv" in rules_broken(parsed)


def test_a_row_of_the_wrong_length_is_told_by_line(tmp_path):
    rows = wide_rows()
    rows[5] = [*rows[5][:4], "1", "234", "5"]
    _, parsed, _ = read(write(tmp_path / "a.csv", rows))
    assert parsed.findings.problems[0].rule == "column_count"
    assert parsed.findings.problems[0].place.line == 6


def test_a_year_twice_in_the_header_is_refused(tmp_path):
    rows = wide_rows(years=(2010, 2015))
    rows[0][5] = 2010
    _, parsed, _ = read(write(tmp_path / "a.csv", rows))
    assert rules_broken(parsed) == {"repeated_column": 1}
