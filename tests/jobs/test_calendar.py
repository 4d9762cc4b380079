"""The harvest calendar: what is needed against what is offered, and the table that is pasted."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client

from sosei.programmes.jobs.errors_postings import EmployerError
from sosei.programmes.jobs.harvest_calendar import calendar_of
from sosei.programmes.jobs.models import HarvestNeed, Shift
from sosei.programmes.jobs.rules_calendar import Level, Trouble, Week, monday_of, read_table
from sosei.programmes.jobs.services import calendar as services
from sosei.programmes.jobs.services.postings import close_posting
from tests.jobs.world import JobsWorld, make_crop
from tests.people.conftest import SignedIn

MONDAY = datetime.date(2027, 8, 2)


def set_needs(jobs: JobsWorld, hands: int, monday: datetime.date) -> int:
    return services.set_needs(
        municipality=jobs.town, needs={(jobs.crop.pk, monday): hands}, source="聞き取り", actor=jobs.staff
    )


@pytest.mark.parametrize(
    ("week", "level", "missing"),
    [
        (Week(), Level.NOTHING, 0),
        (Week(need=72), Level.VERY_SHORT, 72),
        (Week(need=72, offered=36), Level.SHORT, 36),
        (Week(need=72, offered=35), Level.VERY_SHORT, 37),
        (Week(need=72, offered=72, filled=71), Level.UNFILLED, 0),
        (Week(need=72, offered=80, filled=80), Level.ENOUGH, 0),
        (Week(need=0, offered=3, filled=0), Level.UNFILLED, 0),
    ],
)
def test_how_a_week_stands(week: Week, level: Level, missing: int) -> None:
    assert (week.level, week.missing) == (level, missing)


def test_places_of_published_postings_count_and_of_closed_ones_only_those_filled(jobs: JobsWorld) -> None:
    Shift.objects.filter(pk=jobs.shifts[0].pk).update(taken=2)
    first = monday_of(min(shift.starts_at for shift in jobs.shifts).date())

    def total() -> Week:
        made = calendar_of(jobs.town, None, first, weeks=3)
        return sum((row.total for row in made.rows), Week())

    assert total() == Week(offered=9, filled=2)
    Shift.objects.filter(pk=jobs.shifts[2].pk).update(called_off_at=jobs.shifts[2].starts_at)
    assert total() == Week(offered=6, filled=2)
    close_posting(posting=jobs.posting, actor=jobs.farmer, reason="終わり")
    assert total() == Week(offered=2, filled=2)


def test_a_pasted_table_is_read_whatever_the_day_of_the_week_and_the_width_of_figures() -> None:
    text = "週\t桃\tなし\n2027/8/4\t７２\t\n2027年8月9日\t1,000人\t0\n"
    needs, problems = read_table(text, {"桃": 1, "なし": 2})
    assert problems == []
    assert needs == {(1, MONDAY): 72, (1, datetime.date(2027, 8, 9)): 1000, (2, datetime.date(2027, 8, 9)): 0}


@pytest.mark.parametrize(
    ("text", "trouble", "place"),
    [
        ("", Trouble.EMPTY, (1, 1)),
        ("週\tりんご\n2027-08-02\t3", Trouble.UNKNOWN_CROP, (1, 2)),
        ("週\t桃\t桃\n2027-08-02\t3\t4", Trouble.CROP_TWICE, (1, 3)),
        ("週\t桃\n8月はじめ\t3", Trouble.BAD_DAY, (2, 1)),
        ("週\t桃\n2027-02-30\t3", Trouble.BAD_DAY, (2, 1)),
        ("週\t桃\n2027-08-02\t3\n2027-08-05\t4", Trouble.WEEK_TWICE, (3, 1)),
        ("週\t桃\n2027-08-02\tたくさん", Trouble.BAD_NUMBER, (2, 2)),
        ("週,桃\n2027-08-02,-3", Trouble.BAD_NUMBER, (2, 2)),
    ],
)
def test_a_cell_that_cannot_be_taken_is_named(text: str, trouble: Trouble, place: tuple[int, int]) -> None:
    _needs, problems = read_table(text, {"桃": 1})
    assert [(one.trouble, (one.row, one.column)) for one in problems] == [(trouble, place)]


def test_staff_paste_look_and_save_and_zero_takes_an_estimate_away(
    jobs: JobsWorld, signed_in: SignedIn
) -> None:
    browser = signed_in(jobs.planner)
    given = {"table": "週\t桃\n2027-08-02\t72", "source": "昨年の実績"}
    page = browser.post("/07204/office/work/calendar", given).content.decode()
    assert "このように読みました" in page and not HarvestNeed.objects.exists()
    assert browser.post("/07204/office/work/calendar", {**given, "save": "1"}).status_code == 302
    assert HarvestNeed.objects.get().hands == 72
    file = browser.get("/07204/office/work/calendar-needs.csv").content.decode("utf-8-sig")
    assert file.splitlines()[1] == "2027-08-02,72"
    assert set_needs(jobs, 0, MONDAY) == 1
    assert not HarvestNeed.objects.exists()


def test_employers_and_other_towns_do_not_touch_the_calendar(jobs: JobsWorld) -> None:
    for person in (jobs.farmer, jobs.worker, jobs.other_staff):
        with pytest.raises(EmployerError):
            services.set_needs(
                municipality=jobs.town, needs={(jobs.crop.pk, MONDAY): 1}, source="x", actor=person
            )
    there = make_crop(jobs.other_town, "りんご")
    with pytest.raises(EmployerError, match="この町の作物ではない"):
        services.set_needs(
            municipality=jobs.town, needs={(there.pk, MONDAY): 1}, source="x", actor=jobs.staff
        )


def test_everybody_sees_where_hands_will_be_missing_in_words(jobs: JobsWorld) -> None:
    set_needs(jobs, 72, MONDAY)
    page = Client().get("/07204/work/calendar?from=2027-07-26").content.decode()
    assert "不足72" in page and "あと72人日分" in page
    rows = Client().get("/07204/work/calendar.csv?from=2027-07-26").content.decode("utf-8-sig").splitlines()
    assert rows[1] == "2027-08-02,桃,72,0,0,72"
    assert Client().get("/07204/work/calendar?from=nonsense").status_code == 200


def test_a_crop_that_a_posting_names_stays(jobs: JobsWorld) -> None:
    with pytest.raises(EmployerError, match="使っている求人"):
        services.remove_crop(crop=jobs.crop, actor=jobs.staff)
    with pytest.raises(EmployerError) as refused:
        services.enter_crop(municipality=jobs.town, name=" 桃 ", name_en="", position=0, actor=jobs.staff)
    assert refused.value.field == "name"
