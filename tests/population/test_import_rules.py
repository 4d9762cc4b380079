"""The rules an observation must meet: each problem is told by line, in two languages, and all of them together."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosei.planning.population.importing import messages
from sosei.planning.population.importing.findings import (
    KEPT_NOTES,
    SHOWN,
    Findings,
    ImportRefusedError,
    Place,
)
from sosei.planning.population.importing.messages import NOTES, PROBLEMS
from tests.population.statistics_files import (
    PERSONS,
    UNKNOWN,
    long_rows,
    open_data_rows,
    people,
    read,
    rules_broken,
    wide_rows,
    write,
)


def _first(tmp_path, rows):
    _, parsed, checked = read(write(tmp_path / "a.csv", rows))
    assert checked == [] or parsed.findings.refused
    return parsed.findings.problems[0]


def test_a_missing_age_group_is_named_by_its_first_age(tmp_path):
    rows = [row for row in long_rows() if row[5] != "40-44"]
    problem = _first(tmp_path, rows)
    assert problem.rule == "missing_age"
    assert "40歳" in problem.what("ja")
    assert "40" in problem.what("en")


def test_a_group_missing_for_one_sex_only_is_named(tmp_path):
    rows = [row for row in long_rows() if (row[4], row[5]) != ("F", "90+")]
    assert _first(tmp_path, rows).rule == "missing_age"
    rows = long_rows()
    rows = [row for row in rows if not (row[4] == "F" and row[5] == "90+")]
    rows[-2][5] = "85+"
    assert _first(tmp_path, rows).rule == "ages_differ_by_sex"


def test_a_missing_sex_is_named(tmp_path):
    problem = _first(tmp_path, [row for row in long_rows() if row[4] != "F"])
    assert (problem.rule, problem.details["sex"]) == ("missing_sex", "女")


def test_a_row_given_twice_is_told_with_both_lines(tmp_path):
    rows = long_rows()
    problem = _first(tmp_path, [*rows, rows[7]])
    assert problem.rule == "duplicate_row"
    assert problem.place.line == len(rows) + 1
    assert "8行目" in problem.what("ja")
    assert "line 8" in problem.what("en")


@pytest.mark.parametrize(
    ("value", "rule"),
    [("-3", "negative"), ("△3", "negative"), ("1.5", "not_whole"), ("99999999999", "too_many")],
)
def test_an_impossible_number_of_persons_is_told_by_line(tmp_path, value, rule):
    rows = long_rows()
    rows[4][6] = value
    problem = _first(tmp_path, rows)
    assert (problem.rule, problem.place.line) == (rule, 5)


def test_parts_of_persons_are_allowed_where_unknown_ages_were_distributed(tmp_path):
    rows = long_rows(basis="unknown_age_distributed")
    rows[4][6] = "117.25"
    _, parsed, (only,) = read(write(tmp_path / "a.csv", rows))
    assert rules_broken(parsed) == {}
    assert float(only.persons) % 1 == 0.25


def test_ages_that_do_not_add_up_are_told_at_the_total(tmp_path):
    rows = wide_rows(years=(2015,))
    males = next(n for n, row in enumerate(rows) if row[2] == "M")
    rows[males][4] += 10
    problem = _first(tmp_path, rows)
    assert (problem.rule, problem.place) == ("age_sum", Place(males + 1, "2015"))
    assert "-10" in problem.what("en")


@pytest.mark.parametrize("difference", [2, -2, 100])
def test_men_and_women_that_do_not_add_up_are_told(tmp_path, difference):
    rows = wide_rows(years=(2015,))
    rows[1][4] += difference
    assert _first(tmp_path, rows).rule == "sex_sum"


def test_an_english_problem_of_one_age_has_no_japanese_age(tmp_path):
    rows = wide_rows(years=(2015,))
    rows[4][4] += 7
    problem = _first(tmp_path, rows)
    assert (problem.rule, problem.place.line) == ("sex_sum", 5)
    assert "ages 10-14" in problem.what("en")
    assert "歳" not in problem.what("en")


def test_headers_of_the_sexes_swapped_over_right_totals_are_told(tmp_path):
    rows = open_data_rows()
    for position, name in enumerate(rows[0]):
        if "歳" in name:
            rows[0][position] = name.replace("男性", "*").replace("女性", "男性").replace("*", "女性")
    problem = _first(tmp_path, rows)
    assert problem.rule == "swapped_sexes"
    assert str(sum(people()["female"])) in problem.what("ja")


def test_sexes_swapped_throughout_are_told_by_the_old(tmp_path):
    rows = long_rows()
    for row in rows[1:]:
        row[4] = {"M": "F", "F": "M"}[row[4]]
    problem = _first(tmp_path, rows)
    assert problem.rule == "implausible_sexes"
    assert (problem.details["men"], problem.details["women"]) == (155, 61)


def test_a_few_more_old_men_than_women_are_believed(tmp_path):
    rows = long_rows()
    for row in rows[1:]:
        if row[5] in {"85-89", "90+"}:
            row[6] = {"M": 8, "F": 4}[row[4]]
    _, parsed, checked = read(write(tmp_path / "a.csv", rows))
    assert rules_broken(parsed) == {}
    assert len(checked) == 1


def test_more_decimals_than_are_stored_are_rounded_and_told(tmp_path):
    rows = long_rows(basis="unknown_age_distributed")
    rows[4][6] = "117.123456"
    _, parsed, (only,) = read(write(tmp_path / "a.csv", rows))
    assert (rules_broken(parsed), parsed.findings.note_counts) == ({}, {"rounded": 1})
    assert str(only.rows[3][3]) == "117.1235"


@pytest.mark.parametrize("rows", [long_rows(name="い" * 101), open_data_rows(districts=(("1", "平" * 101),))])
def test_a_name_too_long_to_be_one_is_refused(tmp_path, rows):
    _, parsed, _ = read(write(tmp_path / "a.csv", rows))
    assert set(rules_broken(parsed)) == {"name_too_long"}


@pytest.mark.parametrize("sex", ["X", "男女", ""])
def test_an_unknown_sex_is_told_by_line(tmp_path, sex):
    rows = long_rows()
    rows[3][4] = sex
    problem = _first(tmp_path, rows)
    assert (problem.rule, problem.place) == ("unknown_sex", Place(4, "sex"))


def test_an_area_without_figures_alone_gives_nothing(tmp_path):
    rows = wide_rows(years=(2015,))
    for row in rows[1:]:
        row[4] = "…"
    _, parsed, checked = read(write(tmp_path / "a.csv", rows))
    assert (checked, parsed.findings.note_counts["not_published"]) == ([], 1)


def test_a_code_with_the_name_of_its_neighbour_is_refused_and_a_new_name_only_noted(tmp_path):
    known = {"07204": "いわき市", "07201": "福島市"}
    _, parsed, _ = read(write(tmp_path / "a.csv", long_rows(name="福島市")), known)
    assert rules_broken(parsed) == {"area_mismatch": 1}
    assert "07201" in parsed.findings.problems[0].what("ja")
    _, parsed, _ = read(write(tmp_path / "b.csv", long_rows(name="新いわき市")), known)
    assert (rules_broken(parsed), parsed.findings.note_counts) == ({}, {"name_differs": 1})


def test_two_names_under_one_code_are_refused(tmp_path):
    rows = long_rows()
    rows[9][1] = "福島市"
    assert _first(tmp_path, rows).rule == "two_names"


def test_all_problems_are_told_together_and_counted_beyond_those_shown(tmp_path):
    rows = long_rows() + long_rows(code="07201", name="福島市")[1:]
    for row in rows[1:]:
        row[6] = "-1"
    _, parsed, _ = read(write(tmp_path / "a.csv", rows))
    refusal = ImportRefusedError("a.csv", parsed.findings)
    assert parsed.findings.problem_total == 80
    assert len(parsed.findings.problems) == SHOWN
    assert "80 件" in refusal.text("ja")
    assert f"{80 - SHOWN} more" in refusal.text("en")


def test_notes_beyond_those_kept_are_counted():
    findings = Findings()
    for _ in range(KEPT_NOTES + 7):
        findings.note("ages_not_used", labels="65+")
    assert (len(findings.notes), findings.note_total) == (KEPT_NOTES, KEPT_NOTES + 7)


def _fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_every_sentence_is_there_in_both_languages_and_english_is_not_japanese():
    assert not set(PROBLEMS) & set(NOTES)
    for sentences in (*PROBLEMS.values(), *NOTES.values()):
        assert all(sentences)
        for english in sentences[1::2]:
            assert not any(
                "\u3040" <= character <= "\u30ff" for character in re.sub("の[男女]性", "", english)
            )


def test_every_sentence_is_used():
    folder = Path(messages.__file__).parent
    source = "".join(path.read_text() for path in folder.glob("*.py") if path.name != "messages.py")
    assert [key for key in PROBLEMS | NOTES if f'"{key}"' not in source] == []


def test_overlapping_ages_are_left_out_and_told_once(tmp_path):
    rows = long_rows() + long_rows(year=2015)[1:]
    rows += [[*row[:5], "65+", 999] for row in (rows[1], rows[25], rows[41], rows[65])]
    _, parsed, checked = read(write(tmp_path / "a.csv", rows))
    assert (rules_broken(parsed), parsed.findings.note_counts) == ({}, {"ages_not_used": 1})
    assert "65" in parsed.findings.notes[0].what("en")
    assert {found.persons for found in checked} == {PERSONS + sum(UNKNOWN)}


def test_the_english_names_the_same_values_as_the_japanese():
    for key, sentences in (PROBLEMS | NOTES).items():
        for japanese, english in zip(sentences[::2], sentences[1::2], strict=True):
            strip = {name.removesuffix("_en").removesuffix("_ja") for name in _fields(english)}
            same = {name.removesuffix("_ja") for name in _fields(japanese)}
            assert strip == same, key


@given(st.integers(1, 10**6), st.text(st.characters(categories=("L",)), max_size=5))
def test_a_place_names_its_line_and_column_in_both_languages(line, column):
    for language in ("ja", "en"):
        text = Place(line, column).text(language)
        assert str(line) in text
        assert column in text
