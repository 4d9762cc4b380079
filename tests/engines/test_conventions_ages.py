"""Age labels in every spelling, and the choice of one whole set of groups from a table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosei.engines.conventions.age_labels import AgeLabel, choose_tiling, parse_age_label, tile
from sosei.engines.conventions.errors import AgeLabelError
from sosei.engines.conventions.folding import fold_kana, fold_name, fold_width


@given(st.integers(0, 100), st.integers(0, 20), st.sampled_from("～〜~-－–ー"), st.booleans())
def test_a_closed_group_is_read_with_every_dash(first, more, dash, wide):
    last = first + more
    text = f"{first}{dash}{last}歳"
    if wide:
        text = text.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert parse_age_label(text) == AgeLabel("group", first, last)
    assert parse_age_label(f"{first}{dash}{last}") == AgeLabel("group", first, last)


@given(st.integers(0, 110))
def test_an_open_group_is_read_in_both_spellings(first):
    for text in (f"{first}歳以上", f"{first}+", f"{first} 歳以上"):
        label = parse_age_label(text)
        assert label == AgeLabel("group", first, None)
        assert label.is_open


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("総数", AgeLabel("total")),
        ("Total", AgeLabel("total")),
        ("00_総数", AgeLabel("total")),
        ("年齢不詳", AgeLabel("unknown")),
        ("不詳", AgeLabel("unknown")),
        ("年齢「不詳」", AgeLabel("unknown")),
        ("unknown", AgeLabel("unknown")),
        ("5歳", AgeLabel("group", 5, 5)),
        ("0", AgeLabel("group", 0, 0)),
        ("15歳未満", AgeLabel("group", 0, 14)),
        ("85～89歳以上", AgeLabel("group", 85, 89, slip=True)),
        ("（再掲）65歳以上", AgeLabel("repeated", 65, None)),
        ("再掲 15～64歳", AgeLabel("repeated", 15, 64)),
        ("75歳以上（再掲）", AgeLabel("repeated", 75, None)),
        ("（再掲）平均年齢", AgeLabel("repeated")),
    ],
)
def test_labels_of_official_tables(text, label):
    assert parse_age_label(text) == label


@pytest.mark.parametrize("text", ["", "平均年齢", "若者", "9～5歳", "200歳", "0～200歳", "歳"])
def test_what_is_no_age_is_refused(text):
    with pytest.raises(AgeLabelError):
        parse_age_label(text)


FIVES = [(age, age + 4) for age in range(0, 85, 5)]


def test_of_several_open_groups_the_last_that_follows_on_is_taken():
    repeated = [(65, None), (75, None), (15, 64), (0, 14)]
    assert choose_tiling([*repeated, *FIVES, (85, None)]).open_age == 85
    assert choose_tiling([*FIVES, (85, 89), (90, None), (85, None)]).open_age == 90


def test_five_year_groups_are_preferred_to_single_years_and_these_to_nothing():
    singles = [(age, age) for age in range(100)]
    assert choose_tiling([*singles, *FIVES, (85, None), (100, None)]).starts[:3] == (0, 5, 10)
    assert choose_tiling([*singles, (100, None)]).starts == tuple(range(101))


@given(st.integers(0, 16))
def test_a_missing_group_is_named_by_its_first_age(missing):
    groups = [group for group in FIVES if group[0] != 5 * missing] + [(85, None)]
    tiling = choose_tiling(groups)
    assert tiling.missing_from == 5 * missing
    assert tiling.open_age is None


def test_a_missing_open_group_is_named():
    assert choose_tiling(FIVES).missing_from == 85


def test_uneven_groups_are_walked_by_the_narrowest():
    assert tile([(0, 0), (0, 4), (1, 4), (5, 9), (10, None)]).starts == (0, 1, 5, 10)
    assert choose_tiling([(0, 14), (15, 64), (65, None)]).starts == (0, 15, 65)


def test_widths_kana_and_names_fold():
    assert fold_width("０～４　歳") == "0-4 歳"
    assert fold_width("a ~  b") == "a - b"
    assert fold_kana("いわき") == fold_kana("ｲﾜｷ") == "イワキ"
    assert fold_name("鎌ヶ谷市") == fold_name("鎌ケ谷 市")
