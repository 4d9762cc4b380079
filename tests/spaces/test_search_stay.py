"""The joint stay page: work, bed and desk of the same days; desks exist only where they can be booked then."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from sosei.programmes.spaces.models import Space
from tests.jobs.world import (
    make_employer,
    make_lodging,
    make_nights,
    make_posting,
    make_shifts,
    make_workplace,
)
from tests.spaces.test_search import take
from tests.spaces.world import SpacesWorld, at, day_from_now, make_desk

pytestmark = pytest.mark.django_db
ADDRESS = "/07204/stay"


def test_a_stay_joins_work_and_bed_with_the_nearest_desks_that_are_free_then(
    spaces: SpacesWorld, client: Client
) -> None:
    employer = make_employer(spaces.town)
    bed = make_lodging(employer, has_desk=False)
    posting = make_posting(make_workplace(employer, has_desk=False), lodging=bed)
    first = make_shifts(posting)[0].starts_at.astimezone(timezone.get_default_timezone()).date()
    make_nights(bed, day_from_now(10), 10)
    far = make_desk(spaces.other_host)
    Space.objects.filter(pk=far.pk).update(name="とおい机", latitude="37.20")
    Space.objects.filter(pk__in=[spaces.hall.pk, *(room.pk for room in spaces.rooms)]).update(
        uses=["meeting"]
    )
    days = {"from": day_from_now(13).isoformat(), "to": day_from_now(17).isoformat(), "desk": "1"}
    assert day_from_now(13) <= first <= day_from_now(17)
    [stay] = client.get(ADDRESS, days).context["stays"]
    assert [desk.found.space for desk in stay.desks] == [spaces.desk, far]
    search = client.get(stay.search_url)
    assert search.context["wishes"].near == (37.05, 140.89)
    assert search.context["sort"] == "distance"
    for number in range(13, 18):
        take(spaces.desk, at(day_from_now(number), "08:00"), at(day_from_now(number), "20:00"))
    [stay] = client.get(ADDRESS, days).context["stays"]
    assert [desk.found.space for desk in stay.desks] == [far]
    Space.objects.filter(pk=far.pk).update(state="closed")
    assert client.get(ADDRESS, days).context["stays"] == []


def test_desks_alone_are_shown_where_there_is_no_work_and_few_questions_are_asked(
    spaces: SpacesWorld, client: Client, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        page = client.get(ADDRESS)
    assert spaces.desk in [desk.found.space for desk in page.context["desks"]]
    assert client.get(ADDRESS, {"from": "2020-01-05", "to": "2020-01-09"}).context["desks"] == []
    wrong = client.get(ADDRESS, {"from": day_from_now(5).isoformat(), "to": day_from_now(5).isoformat()})
    assert "帰る日は、来る日よりあと" in wrong.content.decode()
