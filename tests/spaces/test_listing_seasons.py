"""Seasons: a week that holds from a day until a day, entered on a page, shown to guests, and decisive for booking."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosei.core.design import civil_day
from sosei.programmes.spaces import as_rules, availability
from sosei.programmes.spaces.errors_listings import HostError, ListingError
from sosei.programmes.spaces.models import OpeningHour, Space
from sosei.programmes.spaces.services import listing_seasons as services
from sosei.programmes.spaces.services.listing_hours import same_day
from sosei.programmes.spaces.services.listing_seasons import Season
from sosei.programmes.spaces.shown_seasons import shown_seasons
from sosei.programmes.spaces.week_words import week_lines
from tests.people.conftest import SignedIn
from tests.spaces.world import SpacesWorld, day_from_now, make_price, make_price_list, weekday_from_now

EVENINGS = dict.fromkeys(range(7), ((600, 1320),))
DAYS = st.none() | st.dates(datetime.date(2026, 1, 1), datetime.date(2026, 2, 28))


def enter(spaces: SpacesWorld, first: Any, last: Any, **more: Any) -> list[Season]:
    given = {"opening": EVENINGS, "bookable": EVENINGS, "actor": spaces.owner, **more}
    return services.set_season(space=spaces.desk, season=Season(first, last), **given)


def open_on(space: Space, day: datetime.date) -> list[tuple[int, int]]:
    """The hours of a day as the calendar has them."""
    held = Space.objects.prefetch_related("hours", "host__closures").get(pk=space.pk)
    zone = as_rules.zone_of(held.municipality)
    spans = [
        (one.start.astimezone(zone), one.end.astimezone(zone)) for one in availability.day(held, day).open
    ]
    return [(start.hour * 60 + start.minute, end.hour * 60 + end.minute) for start, end in spans]


def test_on_the_days_of_a_season_its_week_alone_decides_what_can_be_booked(spaces: SpacesWorld) -> None:
    first, last = day_from_now(10), day_from_now(20)
    enter(spaces, first, last)

    one = datetime.timedelta(days=1)
    days = (first - one, first, last, last + one)
    assert [open_on(spaces.desk, day) for day in days] == [
        [(480, 1200)],
        [(600, 1320)],
        [(600, 1320)],
        [(480, 1200)],
    ]

    services.remove_season(space=spaces.desk, season=Season(first, last), actor=spaces.owner)
    assert open_on(spaces.desk, first) == [(480, 1200)]


def test_a_season_of_every_year_is_entered_for_three_and_moved_by_itself(spaces: SpacesWorld) -> None:
    first = same_day(day_from_now(0), day_from_now(0).year + 1).replace(month=11, day=1)
    last = datetime.date(first.year + 1, 2, 28)
    made = enter(spaces, first, last, every_year=True)
    assert [(one.first_day.year, one.last_day.year) for one in made if one.first_day and one.last_day] == [
        (first.year + n, first.year + n + 1) for n in range(3)
    ]

    longer = Season(first, last + datetime.timedelta(days=5))
    enter(spaces, longer.first_day, longer.last_day, replaces=made[0])

    assert services.seasons_of(spaces.desk.hours.all()) == [longer, *made[1:]]


@pytest.mark.parametrize(
    ("days", "more", "field", "words"),
    [
        ((None, None), {}, "first_day", "最初の日か最後の日"),
        ((20, 10), {}, "last_day", "最初の日と同じか後"),
        ((-20, -1), {}, "last_day", "もう終わった日"),
        ((366 * 11, None), {}, "first_day", "遠すぎます"),
        ((10, None), {"every_year": True}, "repeat", "両方"),
        ((10, 400), {"every_year": True}, "last_day", "1年より短く"),
        ((10, 20), {"bookable": {}}, "", "休みの日"),
        ((10, 20), {"opening": {0: ((600, 700),)}, "bookable": {0: ((500, 700),)}}, "bookable_0", "外"),
        ((30, 40), {}, "first_day", "もうあります"),
    ],
)
def test_a_season_that_cannot_be_is_refused_with_its_remedy_and_changes_nothing(
    spaces: SpacesWorld, days: Any, more: dict[str, Any], field: str, words: str
) -> None:
    enter(spaces, day_from_now(30), day_from_now(40))
    before = list(OpeningHour.objects.values_list("pk", flat=True).order_by("pk"))

    with pytest.raises(ListingError, match=words) as refused:
        enter(spaces, *(None if day is None else day_from_now(day) for day in days), **more)

    assert refused.value.field == field
    assert list(OpeningHour.objects.values_list("pk", flat=True).order_by("pk")) == before


def test_nobody_else_enters_or_removes_a_season(spaces: SpacesWorld) -> None:
    [season] = enter(spaces, day_from_now(1), None)
    with pytest.raises(HostError):
        enter(spaces, day_from_now(5), None, actor=spaces.other_owner)
    with pytest.raises(HostError):
        services.remove_season(space=spaces.desk, season=season, actor=spaces.guest)
    assert services.seasons_of(spaces.desk.hours.all()) == [season]


@given(
    st.lists(st.tuples(DAYS, DAYS), max_size=6),
    st.dates(datetime.date(2026, 1, 1), datetime.date(2026, 2, 28)),
)
def test_the_season_that_a_page_calls_current_is_the_one_whose_hours_hold(
    spans: list[tuple[Any, Any]], day: datetime.date
) -> None:
    seasons = [Season(*span) for span in spans if any(span) and (not all(span) or span[0] <= span[1])]
    rows = [
        OpeningHour(
            day=number, opens=60 + place, closes=600, valid_from=one.first_day, valid_until=one.last_day
        )
        for place, one in enumerate(dict.fromkeys(seasons))
        for number in range(7)
    ]
    decides = services.deciding(seasons, day)
    weeks = [one for one in as_rules.seasons_of(rows, closed_on_holidays=False) if one.includes(day)]
    if decides is None:
        assert weeks == []
    else:
        place = list(dict.fromkeys(seasons)).index(decides)
        assert weeks[-1].week.days[day.weekday()] == ((60 + place, 600),)


def test_days_with_the_same_hours_stand_together_in_words() -> None:
    week = dict.fromkeys(range(5), ((540, 1020),))
    assert week_lines(week, closed_on_holidays=True) == [
        ("月～金", "9:00～17:00"),
        ("土～日", "休み"),
        ("祝", "休み"),
    ]
    assert week_lines({2: ((540, 1020),)}, closed_on_holidays=False)[1:] == [
        ("水", "9:00～17:00"),
        ("木～日", "休み"),
    ]


def test_a_host_enters_changes_and_removes_a_season_and_guests_see_it(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    host_pages = f"/07204/host/{spaces.host.pk}/spaces/{spaces.desk.pk}"
    browser = signed_in(spaces.owner)
    shown = browser.get(f"{host_pages}/season").content.decode()
    assert shown.count('value="8:00-20:00"') == 14, "a new season begins with the usual week"
    days = {"first_day": day_from_now(0).isoformat(), "last_day": day_from_now(60).isoformat()}
    filled = browser.post(
        f"{host_pages}/season", {**days, "repeat": "once", "fill": "10-22", "fill_every": "1", "same": "on"}
    ).content.decode()
    assert filled.count('value="10-22"') >= 7 and not services.seasons_of(spaces.desk.hours.all())

    wanted = {**days, "repeat": "once", "same": "on", **{f"opening_{day}": "10:00-22:00" for day in range(7)}}
    wrong = browser.post(f"{host_pages}/season", {**wanted, "last_day": "", "first_day": ""}).content.decode()
    assert "最初の日か最後の日を入れてください" in wrong and 'value="10:00-22:00"' in wrong
    assert browser.post(f"{host_pages}/season", wanted)["Location"] == f"{host_pages}/hours#seasons"
    [season] = services.seasons_of(spaces.desk.hours.all())

    hours = browser.get(f"{host_pages}/hours").content.decode()
    assert "毎日 10:00～22:00" in hours and f"?of={season.code}" in hours
    public = browser.get(f"/07204/spaces/{spaces.desk.pk}/").content.decode()
    assert "季節の時間" in public and "毎日 10:00～22:00" in public

    here = f"{host_pages}/season?of={season.code}"
    assert browser.get(here).content.decode().count('value="10:00-22:00"') == 14
    browser.post(here, {**wanted, "last_day": ""})
    [longer] = services.seasons_of(spaces.desk.hours.all())
    assert longer == Season(season.first_day, None)
    assert browser.get(here).status_code == 404
    assert browser.post(f"{host_pages}/season?of={longer.code}", {"remove": "1"}).status_code == 302
    assert "毎日 10:00～22:00" not in browser.get(f"/07204/spaces/{spaces.desk.pk}/").content.decode()
    assert not services.seasons_of(spaces.desk.hours.all())


def test_a_host_is_told_of_hours_of_a_far_season_that_no_price_covers(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    spaces.desk.price_lists.all().delete()
    make_price(make_price_list(spaces.desk), "hour", 300, ("08:00", "20:00"))
    page = f"/07204/host/{spaces.host.pk}/spaces/{spaces.desk.pk}/season"
    browser = signed_in(spaces.owner)

    def saved(first: int, hours: str) -> str:
        days = {"first_day": day_from_now(first), "last_day": day_from_now(first + 20), "repeat": "once"}
        week = {f"opening_{day}": hours for day in range(7)}
        return browser.post(page, {**days, **week, "same": "on"}, follow=True).content.decode()

    assert "20:00からの料金がありません" in saved(100, "10:00-22:00")
    assert "料金がありません" not in saved(200, "10:00-20:00")


def test_a_season_that_is_over_is_shown_no_more(spaces: SpacesWorld, signed_in: SignedIn) -> None:
    last = weekday_from_now(0, after_days=3)
    enter(spaces, None, last)
    held = Space.objects.prefetch_related("hours").select_related("municipality").get(pk=spaces.desk.pk)
    assert [one.now for one in shown_seasons(held)] == [True]
    held.hours.update(valid_until=civil_day.today() - datetime.timedelta(days=2))
    held = Space.objects.prefetch_related("hours").select_related("municipality").get(pk=spaces.desk.pk)
    assert shown_seasons(held) == []
