"""The search page of spaces: wishes in the address, what fits and what not, nothing found, what is counted of that."""

from __future__ import annotations

import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone

from sosei.programmes.spaces.forms_search import search_form
from sosei.programmes.spaces.models import Block, Lottery, LotterySpace, Occupancy, SearchMiss, Space
from sosei.programmes.spaces.search_results import results_of
from sosei.programmes.spaces.search_sql import counts_without, found, query_of
from sosei.programmes.spaces.search_wishes import Wishes
from sosei.programmes.spaces.services.search import record_miss
from tests.people.conftest import SignedIn
from tests.spaces.world import (
    SpacesWorld,
    at,
    day_from_now,
    make_hourly,
    make_hours,
    make_price,
    make_space,
    weekday_from_now,
)

pytestmark = pytest.mark.django_db


def keys(spaces: SpacesWorld, wishes: Wishes, sort: str = "fit") -> list[int]:
    """What is found, in its order."""
    return found(query_of(spaces.town, wishes, timezone.now()), sort, 99)


def take(
    space: Space, start: datetime.datetime, end: datetime.datetime, until: datetime.datetime | None = None
) -> None:
    """Somebody has the space for that time."""
    block = Block.objects.create(
        municipality=space.municipality,
        host=space.host,
        space=space,
        period=(start, end),
        reason="試し",
        made_at=start,
    )
    Occupancy.objects.create(
        municipality=space.municipality, space=space, period=(start, end), block=block, until=until
    )


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("港", ["desk"]),
        ("ﾐﾅﾄ", []),
        ("会議室", ["meeting_room"]),
        ("ミホン", ["hall", "rooms", "meeting_room"]),
        ("みほん　会館", ["hall", "rooms"]),
        ("ワイファイ", []),
        ("wi-fi", ["hall", "rooms", "desk", "meeting_room"]),
        ("ＷＩ－ＦＩ", ["hall", "rooms", "desk", "meeting_room"]),
        ("館会", []),
    ],
)
def test_words_of_one_letter_and_of_any_width_and_kana_find_texts_and_names_of_equipment(
    spaces: SpacesWorld, word: str, expected: list[str]
) -> None:
    held = {
        "hall": [spaces.hall],
        "rooms": spaces.rooms,
        "desk": [spaces.desk],
        "meeting_room": [spaces.meeting_room],
    }
    form = search_form(_query(f"q={word}"), spaces.town, day_from_now(0))
    assert set(keys(spaces, form.wishes)) == {space.pk for name in expected for space in held[name]}


def _query(text: str) -> object:
    from django.http import QueryDict

    return QueryDict(text)


def test_pairs_of_letters_that_do_not_stand_together_are_no_word(spaces: SpacesWorld) -> None:
    space = make_space(spaces.host, "東京と京都の間", about="")
    assert keys(spaces, Wishes(words=("東京都",))) == []
    assert keys(spaces, Wishes(words=("京都",))) == [space.pk]


def test_a_hall_is_free_only_when_all_its_rooms_are_and_a_hold_that_ran_out_takes_nothing(
    spaces: SpacesWorld,
) -> None:
    day = day_from_now(3)
    wishes = Wishes(first=day, start=600, end=720, seats=20, words=("会館",))
    everything = {spaces.hall.pk, *(room.pk for room in spaces.rooms)}
    take(
        spaces.rooms[1],
        at(day, "11:00"),
        at(day, "13:00"),
        until=timezone.now() - datetime.timedelta(minutes=1),
    )
    assert set(keys(spaces, wishes)) == everything
    Occupancy.objects.update(until=timezone.now() + datetime.timedelta(minutes=15))
    assert set(keys(spaces, wishes)) == {spaces.rooms[0].pk, spaces.rooms[2].pk}


def test_candidates_beyond_the_first_ones_are_looked_at_where_those_are_taken(
    spaces: SpacesWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = day_from_now(3)
    wishes = Wishes(first=day, start=600, end=720, seats=1)
    take(spaces.rooms[2], at(day, "09:00"), at(day, "21:00"))
    whole = keys(spaces, wishes)
    assert len(whole) == 3
    monkeypatch.setattr("sosei.programmes.spaces.search_sql.CHUNK", 2)
    assert keys(spaces, wishes) == whole


def test_lots_that_are_drawn_first_keep_their_days(spaces: SpacesWorld) -> None:
    Space.objects.filter(pk=spaces.desk.pk).update(by_lottery=True)
    now = timezone.now()
    lottery = Lottery.objects.create(
        municipality=spaces.town,
        host=spaces.host,
        title="抽選",
        use_from=day_from_now(5),
        use_until=day_from_now(9),
        enter_from=now,
        enter_until=now + datetime.timedelta(days=1),
        draw_at=now + datetime.timedelta(days=1),
        confirm_until=now + datetime.timedelta(days=2),
        seed_digest="0" * 64,
        sealed_seed="1" * 64,
        made_at=now,
    )
    LotterySpace.objects.create(
        municipality=spaces.town, host=spaces.host, lottery=lottery, space=spaces.desk
    )
    for number, expected in ((4, [spaces.desk.pk]), (5, []), (9, []), (10, [spaces.desk.pk])):
        assert keys(spaces, Wishes(first=day_from_now(number), kind="desk", minutes=60)) == expected


def test_prices_are_those_of_the_time_and_a_bound_below_them_leaves_nothing_out(spaces: SpacesWorld) -> None:
    monday = weekday_from_now(0)
    room = make_space(spaces.host, "よるの部屋", min_minutes=60)
    make_hours(room)
    prices = make_hourly(room, 2000)
    make_price(prices, "package", 3000, ("09:00", "21:00"), minutes=240)
    make_price(prices, "hour", 500, ("09:00", "12:00"), days="off", tier="resident")
    asked = {"first": monday, "words": ("ヨル",), "part": "afternoon"}
    for yen, minutes, expected in (
        (1999, 60, []),
        (2000, 60, [room.pk]),
        (3000, 240, [room.pk]),
        (2999, 240, []),
    ):
        assert keys(spaces, Wishes(**asked, minutes=minutes, yen=yen)) == expected, (yen, minutes)  # type: ignore[arg-type]
    saturday = weekday_from_now(5)
    morning = Wishes(first=saturday, start=540, end=660, words=("ヨル",), yen=1000)
    assert keys(spaces, morning) == []
    resident = query_of(spaces.town, Wishes(**{**morning.__dict__, "resident": True}), timezone.now())
    [result] = results_of(resident, found(resident, "price", 9))
    assert [offer.yen for offer in result.offers] == [1000]
    afternoon = query_of(
        spaces.town,
        Wishes(first=saturday, start=840, end=960, words=("ヨル",), yen=1000, resident=True),
        timezone.now(),
    )
    [missed] = results_of(afternoon, found(afternoon, "price", 9))
    # Below the bound, but not below the price of the afternoon: it is shown and says so.
    assert missed.yen == 3000
    assert len(missed.misses) == 1
    assert not missed.fits


def test_order_by_price_and_distance_and_pages_that_neither_repeat_nor_lose(
    spaces: SpacesWorld, client: Client
) -> None:
    assert (
        keys(spaces, Wishes(first=day_from_now(8), minutes=180, part="morning"), "price")[0] == spaces.desk.pk
    )
    far = make_space(spaces.host, "とおくの部屋", latitude="37.10", longitude="140.95")
    near = keys(spaces, Wishes(near=(37.101, 140.951)), "distance")
    assert near[0] == far.pk
    assert keys(spaces, Wishes(near=(37.101, 140.951), km=1), "distance") == [far.pk]
    for number in range(30):
        make_space(spaces.host, f"部屋{number}")
    shown: list[str] = []
    for page in (1, 2, 3, 4):
        text = client.get(f"/07204/spaces/?page={page}").content.decode()
        shown += re.findall(r'id="space-(\d+)"', text)
    assert len(shown) == len(set(shown)) == Space.objects.published().count()


def test_nothing_found_says_which_wish_to_give_up_and_is_counted_without_a_person(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    day = day_from_now(3)
    browser = signed_in(spaces.guest)
    address = f"/07204/spaces/?kind=hall&seats=500&from={day}&start=10:00&end=12:00&have=wifi&q=会館"
    for _time in range(2):
        page = browser.get(address)
    text = page.content.decode()
    assert "この条件に合う場所は、ありません" in text
    [remedy] = page.context["remedies"]
    assert (remedy["label"], remedy["count"]) == ("500人から", "1か所")
    assert "seats" not in remedy["url"]
    assert browser.get("/07204/spaces/" + remedy["url"]).context["total"] == 1
    miss = SearchMiss.objects.get()
    assert (miss.times, miss.why, miss.seats, miss.kind, miss.equipment) == (
        2,
        "seats",
        500,
        "hall",
        ["wifi"],
    )
    assert (miss.period.lower, miss.period.upper) == (at(day, "10:00"), at(day, "12:00"))


def test_each_wish_given_up_alone_is_counted_as_a_search_without_it(spaces: SpacesWorld) -> None:
    take(spaces.desk, at(day_from_now(4), "08:00"), at(day_from_now(4), "20:00"))
    wishes = Wishes(
        words=("港",),
        kind="desk",
        seats=2,
        yen=10,
        step_free=True,
        first=day_from_now(4),
        minutes=60,
        equipment=("piano",),
    )
    query = query_of(spaces.town, wishes, timezone.now())
    counts = counts_without(query, 50)
    assert set(counts) == set(wishes.named())
    assert counts == {name: len(keys(spaces, wishes.without(name))) for name in counts}
    only = Wishes(kind="desk", first=day_from_now(4), minutes=60)
    assert counts_without(query_of(spaces.town, only, timezone.now()), 3) == {"time": 1, "kind": 3}


def test_two_searches_without_dates_are_one_row(spaces: SpacesWorld) -> None:
    for _time in range(3):
        record_miss(municipality=spaces.town, wishes=Wishes(use="concert"), why="use", now=timezone.now())
    assert list(SearchMiss.objects.values_list("times", "period", "why")) == [(3, None, "use")]


@pytest.mark.parametrize(
    ("address", "box", "says"),
    [
        ("from=2020-01-01", "from", "過ぎた日"),
        ("start=10:00", "from", "日か曜日も"),
        ("end=10:00&day=1", "start", "始まりの時刻も"),
        ("km=2", "near", "どこからの距離か"),
        ("near=どこでもない町", "near", "分かりません"),
        ("near=12", "near", "郵便番号"),
        ("seats=many", "seats", ""),
    ],
)
def test_a_wish_that_cannot_be_says_why_at_its_box(
    spaces: SpacesWorld, client: Client, address: str, box: str, says: str
) -> None:
    page = client.get(f"/07204/spaces/?{address}")
    assert page.status_code == 200
    assert says in " ".join(page.context["form"].errors[box])


def test_a_place_is_found_by_name_postcode_and_degrees(spaces: SpacesWorld) -> None:
    for text in ("架空", "37.05,140.89", "３７．０５、１４０．８９"):
        form = search_form(_query(f"near={text}"), spaces.town, day_from_now(0))
        assert form.wishes.near == pytest.approx((37.05, 140.89)), form.errors
    make_space(
        spaces.host, "平の部屋", address="福島県いわき市平字梅本21", latitude="37.06", longitude="140.90"
    )
    form = search_form(_query("near=970-8026"), spaces.town, day_from_now(0))
    assert form.wishes.near == pytest.approx((37.06, 140.90))


def test_another_town_and_what_is_not_published_never_show(spaces: SpacesWorld, client: Client) -> None:
    draft = make_space(spaces.host, "下書きの部屋", state="draft")
    assert draft.pk not in keys(spaces, Wishes())
    assert found(query_of(spaces.other_town, Wishes(), timezone.now()), "fit", 9) == []
    assert client.get("/07201/spaces/").context["total"] == 0


def test_those_from_outside_neither_find_what_is_for_residents_alone_nor_see_as_far_ahead(
    spaces: SpacesWorld,
) -> None:
    Space.objects.filter(pk=spaces.desk.pk).update(residents_only=True)
    assert spaces.desk.pk not in keys(spaces, Wishes(kind="desk"))
    assert keys(spaces, Wishes(kind="desk", resident=True)) == [spaces.desk.pk]
    day = weekday_from_now(2, 45)
    for resident in (False, True):
        wishes = Wishes(first=day, start=540, end=720, words=("会議室",), resident=resident)
        assert bool(keys(spaces, wishes)) is resident


def test_the_page_asks_few_questions(
    spaces: SpacesWorld, client: Client, django_assert_max_num_queries: object
) -> None:
    monday = weekday_from_now(0)
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        page = client.get(
            f"/07204/spaces/?from={monday}&part=afternoon&length=120&seats=2&near=架空&yen=9000"
        )
    assert page.context["total"] == 4
