"""Corporate numbers: the check digit, what is understood, and what is refused in two languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosei.engines.conventions.corporate_number import check_digit, read_corporate_number
from sosei.engines.conventions.errors import CorporateNumberError

PUBLISHED = ("7000012050002", "2000012020001", "9000020072044", "8000012130001")
"""国税庁, 総務省, いわき市, デジタル庁: as the tax agency publishes them."""

bases = st.text(alphabet="0123456789", min_size=12, max_size=12)


@pytest.mark.parametrize("number", PUBLISHED)
def test_published_numbers_are_right(number: str) -> None:
    assert check_digit(number[1:]) == number[0]
    assert read_corporate_number(number) == number


@pytest.mark.parametrize(
    "written",
    [
        "７００００１２０５０００２",
        " 7000012050002 ",
        "7-0000-1205-0002",
        "7 0000 1205 0002",
        "T7000012050002",
    ],
)
def test_the_ways_people_write_it_are_understood(written: str) -> None:
    assert read_corporate_number(written) == "7000012050002"


@given(bases)
def test_the_check_digit_is_never_zero(base: str) -> None:
    assert check_digit(base) in set("123456789")


@given(bases, st.integers(0, 11), st.integers(1, 8))
def test_one_wrong_digit_is_noticed_unless_nought_and_nine_are_mistaken(
    base: str, place: int, by: int
) -> None:
    number = check_digit(base) + base
    wrong = str((int(base[place]) + by) % 10)
    typed = number[: place + 1] + wrong + number[place + 2 :]
    if {base[place], wrong} == {"0", "9"}:
        assert read_corporate_number(typed) == typed
    else:
        with pytest.raises(CorporateNumberError, match="check digit"):
            read_corporate_number(typed)


@pytest.mark.parametrize("text", ["", "700001205000", "70000120500022", "7000012050O02", "株式会社"])
def test_what_is_no_number_is_refused_with_a_remedy_in_both_languages(text: str) -> None:
    with pytest.raises(CorporateNumberError) as refused:
        read_corporate_number(text)
    assert f"「{text}」は法人番号ではありません" in refused.value.text("ja")
    assert "7000012050002" in refused.value.remedy("ja")
    assert "13 digits" in refused.value.remedy("en")


def test_a_base_of_another_length_has_no_check_digit() -> None:
    with pytest.raises(CorporateNumberError):
        check_digit("00001205000")
