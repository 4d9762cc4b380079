"""The town's overview of its spaces: sums of a period, small numbers, the page and the file."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sosei.programmes.spaces import town_figures
from sosei.programmes.spaces.models import Booking, BookingCancellation, Order, SearchMiss, Space
from tests.people.conftest import SignedIn
from tests.spaces.world import SpacesWorld, at, day_from_now, make_hours

pytestmark = pytest.mark.django_db


def booked(
    space: Space, days: int, state: str = "used", *, clock: str = "10:00", **columns: object
) -> Booking:
    """A booking of two hours so many days from now, as a row."""
    start = at(day_from_now(days), clock)
    given = {"purpose": "meeting", "heads": 4, "from_outside": 1, "remote_workers": 0, **columns}
    order = Order.objects.create(
        municipality=space.municipality,
        host=space.host,
        number=uuid.uuid4().hex[:14],
        guest_name="架空 花子",
        guest_email="guest@example.jp",
        key=uuid.uuid4(),
        made_at=start - timedelta(days=5),
        **given,
    )
    return Booking.objects.create(
        municipality=space.municipality,
        host=space.host,
        order=order,
        space=space,
        period=(start, start + timedelta(hours=2)),
        state=state,
        yen=1000,
        tax_percent=10,
        quote={},
        ladder={},
        ladder_from=start,
        booked_at=start,
        confirmed_at=start,
    )


def span(spaces: SpacesWorld, first: int = -30, last: int = -1) -> town_figures.Span:
    return town_figures.Span(day_from_now(first), day_from_now(last), spaces.town)


def test_use_is_summed_by_space_weekday_and_purpose_over_the_period_alone(spaces: SpacesWorld) -> None:
    for days in (-30, -8, -1):
        booked(spaces.desk, days)
    booked(spaces.rooms[0], -8, purpose="lesson", from_outside=3, remote_workers=2)
    booked(spaces.rooms[0], -9, "no_show")
    booked(spaces.rooms[0], -10, "cancelled")
    # The day before the period and the day after it, and what is still to come.
    booked(spaces.desk, -31)
    booked(spaces.desk, 0)
    booked(spaces.desk, -5, "confirmed")
    tables = town_figures.use_of(span(spaces), whole=True)
    assert tables.total == town_figures.Use(4, Decimal(8), 5000, 16, 6, 2, 1, 1)
    rows = {row.name: row.use for row in tables.spaces}
    assert rows["港の机（架空）"] == town_figures.Use(3, Decimal(6), 3000, 12, 3, 0, 0, 0)
    assert rows[spaces.rooms[0].name] == town_figures.Use(1, Decimal(2), 2000, 4, 3, 2, 1, 1)
    assert rows[spaces.hall.name] == town_figures.Use()
    assert {row.name: row.use.used for row in tables.purposes if row.use} == {
        "会議・打ち合わせ": 3,
        "教室・けいこ": 1,
    }
    assert [row.use.used for row in tables.weekdays if row.use].count(0) >= 3
    weekday = day_from_now(-8).weekday()
    use = tables.weekdays[weekday].use
    assert use is not None and use.used >= 2


def test_a_night_counts_on_the_day_on_which_it_begins_on_the_towns_clocks(spaces: SpacesWorld) -> None:
    booked(spaces.desk, -3, clock="23:30")
    assert town_figures.use_of(span(spaces, -3, -3), whole=True).total == town_figures.Use(
        1, Decimal(2), 1000, 4, 1, 0, 0, 0
    )
    assert town_figures.use_of(span(spaces, -2, -2), whole=True).total == town_figures.Use()


def test_empty_hours_are_the_bookable_ones_since_the_publication_that_nobody_used(
    spaces: SpacesWorld,
) -> None:
    desk = spaces.desk
    desk.hours.all().delete()
    make_hours(desk, ("09:00", "13:00"))
    booked(desk, -2)
    rows = {row.name: row for row in town_figures.use_of(span(spaces, -3, -1), whole=True).spaces}
    assert (rows[desk.name].bookable, rows[desk.name].empty) == (Decimal(12), Decimal(10))
    # Published ten days ago: what came before could not be booked.
    early = {row.name: row for row in town_figures.use_of(span(spaces, -40, -1), whole=True).spaces}
    assert early[desk.name].bookable == Decimal(40)


def test_who_sees_no_bookings_is_told_no_small_number_and_none_can_be_worked_out(spaces: SpacesWorld) -> None:
    for days in range(-20, -8):
        booked(spaces.desk, days)
    for days in range(-8, -1):
        booked(spaces.meeting_room, days)
    booked(spaces.rooms[0], -4, purpose="lesson")
    tables = town_figures.use_of(span(spaces), whole=False)
    shown = {row.name: row.use for row in tables.spaces}
    assert shown[spaces.rooms[0].name] is None
    # The next smallest goes too, else the total would give the first away.
    assert shown[spaces.meeting_room.name] is None
    desk = shown[spaces.desk.name]
    assert desk is not None and desk.used == 12 and desk.from_outside is None
    assert tables.total is not None and tables.total.used == 20


def test_the_page_shows_reasons_unmet_searches_and_few_queries(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    for days in range(-20, -2):
        booked(spaces.desk, days)
    gone = booked(spaces.desk, -25, "cancelled")
    BookingCancellation.objects.create(
        municipality=spaces.town,
        host=spaces.host,
        booking=gone,
        side="guest",
        reason_code="illness",
        percent=50,
        yen_owed=500,
        yen_returned=500,
        step={},
        key=uuid.uuid4(),
        at=timezone.now(),
    )
    SearchMiss.objects.create(
        municipality=spaces.town, on=day_from_now(-4), use="music", why="equipment", times=7
    )
    client = signed_in(spaces.staff)
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/07204/office/spaces/")
    asked = [
        query["sql"]
        for query in queries.captured_queries
        if not {"set_config", "SAVEPOINT"} & set(query["sql"].replace("(", " ").split())
    ]
    assert page.status_code == 200 and len(asked) <= 20
    text = page.content.decode()
    assert "病気・けが" in text and "音楽の練習" in text and "設備" in text
    file = client.get("/07204/office/spaces/use.csv").content.decode("utf-8-sig").splitlines()
    assert [line for line in file if "港の机" in line and ",18,36.0,18000," in line]
    wrong = client.get("/07204/office/spaces/?first=2026-13-40&last=2026-01-01").content.decode()
    assert "2026-13-40" in wrong
    assert signed_in(spaces.guest).get("/07204/office/spaces/").status_code in {302, 403, 404}
    planner = signed_in(spaces.planner).get("/07204/office/spaces/")
    assert planner.status_code == 200 and "病気・けが" not in planner.content.decode()


def test_the_moment_of_the_page_is_the_towns(spaces: SpacesWorld) -> None:
    bounds = span(spaces, -1, -1).bounds
    assert bounds[1] - bounds[0] == timedelta(days=1)
    assert isinstance(bounds[0], datetime) and bounds[0] == at(day_from_now(-1), "00:00")
