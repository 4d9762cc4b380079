"""Local government codes: check digits, and what a lost leading zero can and cannot be mended to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosei.engines.conventions.errors import MunicipalityCodeError
from sosei.engines.conventions.municipality_code import (
    check_digit,
    has_right_check_digit,
    is_plausible,
    read_code,
)
from sosei.engines.conventions.prefectures import PREFECTURES, PREFECTURES_EN

codes = st.builds("{:02}{:03}".format, st.integers(1, 47), st.one_of(st.just(0), st.integers(100, 799)))


@pytest.mark.parametrize(
    ("code", "full"),
    # 総務省 全国地方公共団体コード: Iwaki, Fukushima city, Fukushima-ken, Aizuwakamatsu, Sapporo, Chiyoda, Akishima
    [
        ("07204", "072044"),
        ("07201", "072010"),
        ("07000", "070009"),
        ("07202", "072028"),
        ("01100", "011002"),
        ("13101", "131016"),
        ("13207", "132071"),
    ],
)
def test_the_check_digit_of_published_codes(code, full):
    assert code + check_digit(code) == full


@given(codes)
def test_a_code_survives_with_and_without_check_digit_and_in_full_width(code):
    full = code + check_digit(code)
    wide = full.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert read_code(full).code == read_code(wide).code == code
    assert read_code(code, digits=5).code == code
    assert read_code(full).full_code == full


@given(codes.filter(lambda code: code[0] == "0"))
def test_a_six_digit_code_that_lost_its_zero_is_mended_and_said_so(code):
    reading = read_code((code + check_digit(code))[1:], digits=6)
    assert (reading.code, reading.repair, reading.had_check_digit) == (code, "lost_zero", True)


@given(codes.filter(lambda code: code[0] == "0"))
def test_a_five_digit_code_that_lost_its_zero_is_mended_and_said_so(code):
    reading = read_code(code[1:], digits=5)
    assert (reading.code, reading.repair) == (code, "lost_zero")


@given(codes, st.integers(1, 9))
def test_one_wrong_check_digit_is_refused(code, shift):
    wrong = str((int(check_digit(code)) + shift) % 10)
    assert not has_right_check_digit(code + wrong)
    with pytest.raises(MunicipalityCodeError) as refused:
        read_code(code + wrong)
    assert check_digit(code) in refused.value.what("ja")
    assert "072044" in refused.value.remedy("en")


def test_the_repairs_named_in_the_standards():
    assert read_code("92011").code == "09201"
    assert read_code("7204").code == "07204"
    assert read_code("72044").code == "07204"
    assert read_code("7204.0").code == "07204"
    assert read_code("7").code == "07000"
    assert (read_code("13207.0").code, read_code("13207.0").repair) == ("13207", "decimal_tail")


def test_a_five_digit_number_that_could_be_both_is_decided_by_its_check_digit_and_marked():
    # 13315 would be a town of Tokyo; with a zero in front it is Matsumae in Hokkaido with the right check digit.
    assert check_digit("01331") == "5"
    reading = read_code("13315")
    assert (reading.code, reading.ambiguous) == ("01331", True)
    assert read_code("13315", digits=5).code == "13315"
    assert not read_code("13207").ambiguous


def test_a_prescribed_length_keeps_a_true_five_digit_code_that_meets_the_check_digit_by_chance():
    by_chance = [
        code
        for prefecture in range(10, 48)
        for number in range(100, 800)
        if has_right_check_digit("0" + (code := f"{prefecture:02}{number:03}"))
        and is_plausible("0" + code[:4])
    ]
    assert by_chance
    assert all(read_code(code, digits=5).code == code for code in by_chance)


@pytest.mark.parametrize("text", ["", "abc", "48201", "123", "1234567", "07004", "99999", "0720", "-7204"])
def test_what_is_no_code_is_refused_with_both_languages(text):
    with pytest.raises(MunicipalityCodeError) as refused:
        read_code(text)
    assert refused.value.text("ja") != refused.value.text("en")


def test_there_are_forty_seven_prefectures_with_both_names():
    assert sorted(PREFECTURES) == [f"{number:02}" for number in range(1, 48)]
    assert (PREFECTURES["07"], PREFECTURES_EN["07"]) == ("福島県", "Fukushima")
    assert PREFECTURES_EN["47"] == "Okinawa"


def test_the_nation_has_a_code_and_five_digits_are_needed_for_a_plausible_one():
    assert read_code("00000").code == "00000"
    assert not is_plausible("0720")


def test_a_check_digit_needs_five_digits():
    with pytest.raises(MunicipalityCodeError):
        check_digit("0720")


def test_six_digits_of_no_prefecture_are_refused_even_with_the_right_check_digit():
    with pytest.raises(MunicipalityCodeError) as refused:
        read_code("48201" + check_digit("48201"))
    assert "48201" in refused.value.what("en")
