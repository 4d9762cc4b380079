"""Dates in three boxes: every way people write a year is read, and what cannot be is told by the name of its box."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from sosei.core.design.era_dates import FIRST_DAY, BoxError, Boxes, era_years, hint, read_boxes
from sosei.core.design.fields import EraDateField, EraDateWidget
from sosei.engines.conventions.eras import ERAS, year_to_era

WIDE = str.maketrans("0123456789R", "０１２３４５６７８９Ｒ")
LETTERS = {era.name: era.letter for era in ERAS}
ROMAN = {"明治": "Meiji", "大正": "Taisho", "昭和": "Showa", "平成": "Heisei", "令和": "Reiwa"}
DAYS = st.dates(FIRST_DAY, date(2100, 12, 31))


@st.composite
def written(draw: st.DrawFn) -> tuple[date, Boxes]:
    """A date and one way of writing it."""
    day = draw(DAYS)
    era, number = year_to_era(day.year, day.month, day.day)
    year = draw(
        st.sampled_from(
            [
                str(day.year),
                f"{day.year}年",
                f"{era}{number}",
                f"{era} {number}年",
                f"{LETTERS[era]}{number}",
                f"{LETTERS[era].lower()}.{number}",
                f"{ROMAN[era]} {number}",
                f"{era}元年" if number == 1 else f"{era}{number}年",
            ]
        )
    )
    month = draw(st.sampled_from([str(day.month), f"{day.month:02}", f"{day.month}月"]))
    of_month = draw(st.sampled_from([str(day.day), f" {day.day:02} ", f"{day.day}日"]))
    boxes = Boxes(year, month, of_month)
    if draw(st.booleans()):
        boxes = Boxes(*(text.translate(WIDE) for text in boxes))
    return day, boxes


@given(written())
def test_every_way_of_writing_a_date_is_read(pair: tuple[date, Boxes]) -> None:
    day, boxes = pair
    assert read_boxes(boxes) == day
    assert EraDateField().clean(boxes) == day


@given(DAYS)
def test_a_whole_date_in_the_first_box_is_read_when_the_others_are_empty(day: date) -> None:
    era, number = year_to_era(day.year, day.month, day.day)
    assert read_boxes(Boxes(f"{era}{number}年{day.month}月{day.day}日")) == day
    assert read_boxes(Boxes(f"{day.year}/{day.month}/{day.day}", "", " ")) == day


@given(st.text(max_size=8), st.text(max_size=4), st.text(max_size=4))
def test_any_other_text_is_an_error_that_names_a_box(year: str, month: str, day: str) -> None:
    try:
        assert isinstance(read_boxes(Boxes(year, month, day)), date)
    except BoxError as error:
        assert error.part in {"year", "month", "day"}
        assert error.message and error.code


@pytest.mark.parametrize(
    ("boxes", "part", "code", "said"),
    [
        (("", "4", "1"), "year", "year_missing", "年を入力"),
        (("8", "4", "1"), "year", "year_unreadable", "「8」だけでは"),
        (("平成40", "4", "1"), "year", "year_unreadable", "「平成40」という年はありません"),
        (("令和0", "4", "1"), "year", "year_unreadable", "という年はありません"),
        (("そのうち", "4", "1"), "year", "year_unreadable", "読み取れません"),
        (("1700", "4", "1"), "year", "before_meiji", "1868年"),
        (("1868", "1", "24"), "year", "before_meiji", "1868年1月25日"),
        (("令和元年", "4", "30"), "year", "before_era", "令和は2019年5月1日から"),
        (("S1", "12", "24"), "year", "before_era", "昭和は1926年12月25日から"),
        (("2026年4月1日", "4", "1"), "year", "year_with_more", "年だけ"),
        (("2026年4月", "", ""), "year", "year_with_more", "年だけ"),
        (("2026", "", "1"), "month", "month_missing", "月を入力"),
        (("2026", "13", "1"), "month", "month_unreadable", "「13」は使えません"),
        (("2026", "0", "1"), "month", "month_unreadable", "1から12"),
        (("2026", "4", "-1"), "day", "day_unreadable", "日は1から31"),
        (("2026", "4", "1.5"), "day", "day_unreadable", "「1.5」"),
        (("2026", "2", "29"), "day", "no_such_day", "2026年2月は28日まで"),
        (("2026", "4", ""), "day", "day_missing", "日を入力"),
    ],
)
def test_an_error_names_the_box_and_the_remedy(
    boxes: tuple[str, str, str], part: str, code: str, said: str
) -> None:
    with override("ja"), pytest.raises(BoxError) as caught:
        read_boxes(Boxes(*boxes))
    assert (caught.value.part, caught.value.code) == (part, code)
    assert said in caught.value.message
    with override("ja"), pytest.raises(ValidationError) as refused:
        EraDateField().clean(Boxes(*boxes))
    assert refused.value.code == code


def test_the_last_days_of_an_era_may_be_written_in_it_until_the_year_ends() -> None:
    assert read_boxes(Boxes("平成31", "6", "1")) == date(2019, 6, 1)


@pytest.mark.parametrize(
    ("boxes", "told"),
    [
        (("2026", "", ""), "2026年は令和8年です"),
        (("令和8", "", ""), "令和8年は2026年です"),
        (("ｒ８", "4", "1"), "令和8年は2026年です"),
        (("2019", "", ""), "2019年は平成31年・令和元年です"),
        (("2019", "4", "30"), "2019年は平成31年です"),
        (("2019", "5", "1"), "2019年は令和元年です"),
        (("1868", "1", "25"), "1868年は明治元年です"),
        (("1700", "", ""), ""),
        (("", "", ""), ""),
        (("平成40", "", ""), ""),
    ],
)
def test_the_hint_tells_the_year_in_the_other_counting(boxes: tuple[str, str, str], told: str) -> None:
    with override("ja"):
        assert hint(Boxes(*boxes)) == told


@given(DAYS)
def test_the_era_of_a_date_is_among_the_eras_of_its_year(day: date) -> None:
    assert year_to_era(day.year, day.month, day.day) in era_years(day.year)
    assert 1 <= len(era_years(day.year)) <= 2


class Born(forms.Form):
    """A form with one date."""

    day = EraDateField(
        label="日付",
        min_value=date(2020, 1, 1),
        max_value=date(2026, 3, 31),
        widget=EraDateWidget({"autocomplete": "bday"}),
    )


def typed(year: str, month: str, day: str) -> dict[str, str]:
    return {"day_year": year, "day_month": month, "day_day": day}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (typed("令和元", "12", "31"), "2020年（令和2年）1月1日以後"),
        (typed("R8", "4", "1"), "2026年（令和8年）3月31日まで"),
        ({}, "必須"),
    ],
)
def test_bounds_are_told_with_their_era(data: dict[str, str], said: str) -> None:
    with override("ja"):
        form = Born(data)
        assert not form.is_valid()
        assert said in form.errors["day"][0]


def test_a_date_within_its_bounds_is_cleaned_and_comes_back_as_it_was_typed() -> None:
    form = Born(typed("令和２", "１", "１"))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["day"] == date(2020, 1, 1)
    assert 'value="令和２"' in str(form)


def test_only_the_wrong_box_is_marked_and_the_summary_leads_to_it() -> None:
    text = str(Born(typed("2026", "2", "30")))
    boxes = {name: tag for tag, name in re.findall(r'(<input type="text" name="day_(\w+)"[^>]*>)', text)}
    assert ['aria-invalid="true"' in boxes[part] for part in ("year", "month", "day")] == [False, False, True]
    assert 'href="#id_day_day"' in text


def test_a_date_that_is_wrong_as_a_whole_marks_every_box() -> None:
    text = str(Born(typed("2019", "2", "1")))
    assert text.count('aria-invalid="true"') == 3
    assert 'href="#id_day_year"' in text


def test_boxes_of_a_date_of_birth_carry_the_browsers_own_names() -> None:
    assert re.findall(r'autocomplete="([^"]+)"', str(Born())) == ["bday-year", "bday-month", "bday-day"]


@pytest.mark.parametrize("value", [date(1980, 5, 3), datetime(1980, 5, 3, 9, 0, tzinfo=UTC), "1980-05-03"])
def test_a_date_that_is_there_already_is_shown_with_its_hint(value: Any) -> None:
    with override("ja"):
        text = str(Born(initial={"day": value}))
    assert re.findall(r'name="day_\w+" value="(\d+)"', text) == ["1980", "5", "3"]
    assert "1980年は昭和55年です" in text


def test_a_whole_date_may_be_sent_under_the_bare_name() -> None:
    form = Born({"day": "2020-05-03"})
    assert form.is_valid()
    assert form.cleaned_data["day"] == date(2020, 5, 3)


def test_the_same_date_in_another_counting_is_no_change() -> None:
    field = EraDateField()
    assert not field.has_changed(date(2026, 4, 1), Boxes("令和8", "4", "1"))
    assert field.has_changed(date(2026, 4, 1), Boxes("令和8", "4", "2"))
    assert field.has_changed(date(2026, 4, 1), Boxes("?", "4", "1"))
    assert not field.has_changed(None, Boxes())


def test_an_empty_date_is_none_where_it_may_be() -> None:
    assert EraDateField(required=False).clean(Boxes("", " ", "")) is None
