"""Each hard filter at its edge, each refusal with its numbers, and the distance and weights it stands on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sosei.engines.matching import retrieval as r
from sosei.engines.matching.retrieval.score import METRES_PER_DEGREE
from tests.engines.test_retrieval_twin import make_plain, metres


def days(year: int, month: int, day: int) -> int:
    """The number of a civil day."""
    return (date(year, month, day) - date(1970, 1, 1)).days


PEACHES = r.Posting(
    1,
    start_day=days(2027, 8, 2),  # a Monday
    end_day=days(2027, 8, 16),
    minutes_per_day=420,
    wage=1_200,
    lat=37_760_000,
    lon=140_470_000,
    places=12,
)
PICKER = r.Worker(
    1,
    birth=1990_05_05,
    lat=37_760_000,
    lon=140_470_000,
    max_distance=10_000,
    weekly_minutes=7 * 420,
    windows=((days(2027, 8, 2), days(2027, 8, 16)),),
)
TODAY = days(2027, 8, 2)
FIRST, AFTER = PEACHES.start_day, PEACHES.end_day
ONE_KM_NORTH = 37_760_000 + 8_994  # the first micro-degree that is 1,000 m off
CASES = [
    # what differs of the posting, of the worker, and the one refusal, or none at the last value that still passes
    ({}, {}, None),
    ({"places": 1}, {}, None),
    ({"places": 0}, {}, r.Refusal(r.Reason.NO_PLACE)),
    ({}, {"windows": ((FIRST, AFTER - 1),)}, r.Refusal(r.Reason.NOT_AVAILABLE, {"day": AFTER - 1})),
    ({}, {"windows": ((FIRST + 1, AFTER),)}, r.Refusal(r.Reason.NOT_AVAILABLE, {"day": FIRST})),
    ({}, {"windows": ()}, r.Refusal(r.Reason.NOT_AVAILABLE, {"day": FIRST})),
    ({}, {"windows": ((FIRST + 5, AFTER), (FIRST, FIRST + 5))}, None),
    (
        {},
        {"windows": ((FIRST, FIRST + 5), (FIRST + 6, AFTER))},
        r.Refusal(r.Reason.NOT_AVAILABLE, {"day": FIRST + 5}),
    ),
    # Mondays and Sundays are worked: the days between the windows are days off.
    ({"weekdays": 65}, {"windows": ((FIRST, FIRST + 1), (FIRST + 6, FIRST + 8), (AFTER - 1, AFTER))}, None),
    (
        {"weekdays": 65},
        {"windows": ((FIRST, FIRST + 1), (FIRST + 7, AFTER))},
        r.Refusal(r.Reason.NOT_AVAILABLE, {"day": FIRST + 6}),
    ),
    ({"licences": 5}, {"licences": 7}, None),
    ({"licences": 5}, {"licences": 3}, r.Refusal(r.Reason.LICENCE_MISSING, {"licences": 4})),
    ({"licences": 1 << 62}, {}, r.Refusal(r.Reason.LICENCE_MISSING, {"licences": 1 << 62})),
    ({}, {"birth": 2012_04_01}, None),
    ({}, {"birth": 2012_04_02}, r.Refusal(r.Reason.UNDER_SCHOOL_AGE, {"from_ymd": 2028_04_01})),
    ({"night": True}, {"birth": 2009_08_02}, None),
    ({"night": True}, {"birth": 2009_08_03}, r.Refusal(r.Reason.UNDER_18_AT_NIGHT, {"age": 17})),
    ({"night": False}, {"birth": 2009_08_03}, None),
    ({"min_age": 20}, {"birth": 2007_08_02}, None),
    ({"min_age": 20}, {"birth": 2007_08_03}, r.Refusal(r.Reason.TOO_YOUNG, {"age": 19, "min_age": 20})),
    ({"beds": 1}, {"lodging": 2}, None),
    ({"beds": 0}, {"lodging": 2}, r.Refusal(r.Reason.NO_BED)),
    ({"beds": 0}, {"lodging": 1}, None),
    ({}, {"lat": ONE_KM_NORTH, "max_distance": 1_000}, None),
    (
        {},
        {"lat": ONE_KM_NORTH, "max_distance": 999},
        r.Refusal(r.Reason.TOO_FAR, {"distance": 1_000, "max_distance": 999}),
    ),
    ({"beds": 2}, {"lat": ONE_KM_NORTH, "max_distance": 999, "lodging": 1}, None),
    (
        {"beds": 2},
        {"lat": ONE_KM_NORTH, "max_distance": 999, "lodging": 0},
        r.Refusal(r.Reason.TOO_FAR, {"distance": 1_000, "max_distance": 999}),
    ),
    # The week from Sunday 8 to Saturday 14 August is the only whole one.
    (
        {},
        {"weekly_minutes": 7 * 420 - 1},
        r.Refusal(r.Reason.HOURS_FULL, {"week": 3006, "needed": 2_940, "free": 2_939}),
    ),
    ({"weekdays": 65}, {"weekly_minutes": 2 * 420}, None),
    ({}, {"busy": ((3005, 420),)}, None),
    ({}, {"busy": ((3004, 9_000), (3009, 9_000))}, None),
    (
        {},
        {"busy": ((3005, 400), (3005, 21))},
        r.Refusal(r.Reason.HOURS_FULL, {"week": 3005, "needed": 2_520, "free": 2_519}),
    ),
]


@pytest.mark.parametrize(("posting", "worker", "refusal"), CASES)
def test_a_filter_refuses_from_its_edge_on_and_gives_its_numbers(
    posting: dict[str, int], worker: dict[str, int], refusal: r.Refusal | None
) -> None:
    offered, person = replace(PEACHES, **posting), replace(PICKER, **worker)
    assert r.why_not(person, offered, today=TODAY) == ((refusal,) if refusal else ())
    postings = r.Postings.empty()
    postings.apply([r.Put(offered)], 1)
    answer = r.postings_for(person, postings, 1, today=TODAY, weights=r.Weights())
    assert answer.passing == (0 if refusal else 1)


def test_a_posting_that_began_yesterday_is_refused_and_one_that_begins_today_is_not() -> None:
    assert r.why_not(PICKER, PEACHES, today=FIRST) == ()
    began = r.Refusal(r.Reason.STARTED, {"start_day": FIRST, "today": FIRST + 1})
    assert r.why_not(PICKER, PEACHES, today=FIRST + 1) == (began,)


def test_every_failed_filter_is_named_not_only_the_first() -> None:
    nothing = replace(PEACHES, places=0, licences=1, night=True, min_age=60, minutes_per_day=1_440)
    child = replace(PICKER, birth=2020_01_01, windows=(), lodging=2, max_distance=0, lat=0)
    reasons = [each.code for each in r.why_not(child, nothing, today=AFTER)]
    assert reasons == list(r.Reason)


@pytest.mark.parametrize(
    ("narrowing", "seen"),
    [
        (r.Narrowing(municipality=7), [2]),
        (r.Narrowing(kinds=1 << 4), [2]),
        (r.Narrowing(employer=9), [2]),
        (r.Narrowing(start_from=FIRST + 1), [2]),
        (r.Narrowing(start_from=FIRST), [1, 2]),
        (r.Narrowing(end_until=AFTER - 1), [2]),
        (r.Narrowing(wage_at_least=1_201), [2]),
        (r.Narrowing(municipality=8), []),
    ],
)
def test_a_searcher_sees_what_was_asked_for(narrowing: r.Narrowing, seen: list[int]) -> None:
    other = replace(
        PEACHES,
        id=2,
        municipality=7,
        kind=4,
        employer=9,
        start_day=FIRST + 1,
        end_day=AFTER - 1,
        wage=1_201,
    )
    postings = r.Postings.empty()
    postings.apply([r.Put(PEACHES), r.Put(other)], 1)
    answer = r.postings_for(PICKER, postings, 5, today=TODAY, weights=r.Weights(), narrowing=narrowing)
    assert sorted(each.id for each in answer.found) == seen
    assert answer.passing == len(seen)


@pytest.mark.parametrize("plain", [False, True])
def test_equal_points_stand_by_id_and_only_the_best_k_are_kept(
    plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if plain:
        make_plain(monkeypatch)
    postings, workers = r.Postings.empty(), r.Workers.empty()
    wages = {9: 1_300, 3: 1_200, 7: 1_300, 1: 1_100, 5: 1_300, 4: 1_200}
    offered = [replace(PEACHES, id=id, wage=wage) for id, wage in wages.items()]
    people = [replace(PICKER, id=id, kinds=kinds) for id, kinds in ((8, 2), (6, 1), (2, 1), (4, 0))]
    postings.apply([r.Put(each) for each in offered], 1)
    workers.apply([r.Put(each) for each in people], 1)
    asked = {"today": TODAY, "weights": r.Weights()}
    for k, best in ((4, [5, 7, 9, 3]), (2, [5, 7]), (1, [5])):
        assert [each.id for each in r.postings_for(PICKER, postings, k, **asked).found] == best
        lists = r.lists_for_all(workers, postings, k=k, **asked)
        assert lists.posting_ids[lists.postings].tolist() == best * 4
    for k, best in ((4, [2, 6, 4, 8]), (1, [2])):
        assert [each.id for each in r.workers_for(PEACHES, workers, k, **asked).found] == best


def test_the_components_of_a_perfect_and_of_a_poor_fit() -> None:
    good = replace(PEACHES, skills=3, wage=2_000, beds=1, meals=7, half_days=1, desk=True, kind=5, places=1)
    keen = replace(PICKER, skills=7, kinds=1 << 5, wage_wish=1_500, lodging=1, half_days=1, desk=True)
    assert set(r.explain(keen, good, weights=r.Weights()).components) == {1000}
    assert r.explain(keen, good, weights=r.Weights()).fit == 1000
    poor = replace(good, skills=1 << 40, wage=1_000, half_days=2, desk=False, kind=6, beds=0, lat=38_760_000)
    shown = r.explain(keen, poor, weights=r.Weights())
    assert shown.components == r.Components(0, 0, 0, 0, 500, 0, 0)
    assert shown.fit == 50
    assert set(r.explain(PICKER, PEACHES, weights=r.Weights(wage_from=1_200)).components) == {500, 1000}


def test_no_entry_of_the_cosine_table_depends_on_how_a_half_is_rounded() -> None:
    exact = METRES_PER_DEGREE * np.cos(np.radians(np.arange(9001) / 100))
    from_half = abs(exact - np.floor(exact) - 0.5)
    # At 60 degrees the half is exact, and even: rounding up and rounding to the even number agree.
    assert from_half[6000] < 1e-10 and np.delete(from_half, 6000).min() > 1e-6
    assert (r.COSINE[0], r.COSINE[6000], r.COSINE[9000]) == (111_195, 55_598, 0)


def test_the_distance_from_fukushima_to_tokyo_station_is_about_240_kilometres() -> None:
    tokyo = replace(PICKER, lat=35_681_236, lon=139_767_125)
    assert r.explain(tokyo, PEACHES, weights=r.Weights()).distance == pytest.approx(239_600, rel=0.01)


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(*[st.integers(-90_000_000, 90_000_000)] * 2),
    st.tuples(*[st.integers(-180_000_000, 180_000_000)] * 2),
)
def test_the_distance_is_the_whole_part_of_the_root_anywhere_on_earth(
    lat: tuple[int, int], lon: tuple[int, int]
) -> None:
    worker, posting = replace(PICKER, lat=lat[0], lon=lon[0]), replace(PEACHES, lat=lat[1], lon=lon[1])
    assert r.explain(worker, posting, weights=r.Weights()).distance == metres(worker, posting)


def test_neighbours_across_the_date_line_find_each_other() -> None:
    west = replace(PICKER, lat=52_000_000, lon=179_990_000, max_distance=5_000)
    east = replace(PEACHES, lat=52_000_000, lon=-179_990_000)
    postings, workers = r.Postings.empty(), r.Workers.empty()
    postings.apply([r.Put(east)], 1)
    workers.apply([r.Put(west)], 1)
    assert r.postings_for(west, postings, 1, today=TODAY, weights=r.Weights()).passing == 1
    assert r.workers_for(east, workers, 1, today=TODAY, weights=r.Weights()).passing == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("skills", -1), ("desk", 1_001), ("wage_span", 0), ("distance_scale", 0), ("wage", 0.5)],
)
def test_weights_outside_their_range_are_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(r.RetrievalError, match=field) as refused:
        r.Weights(**{field: value})  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.field) == (r.ErrorCode.RANGE, field)


def test_a_town_that_gives_no_weight_to_anything_is_refused() -> None:
    with pytest.raises(r.RetrievalError) as refused:
        r.Weights(0, 0, 0, 0, 0, 0, 0)
    assert refused.value.code is r.ErrorCode.NO_WEIGHT
