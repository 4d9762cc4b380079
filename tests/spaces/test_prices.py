"""Prices: dated lists that stay, lines as they are typed, extras, the ladder and its picture."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from sosei.programmes.spaces import as_rules
from sosei.programmes.spaces.errors_listings import ListingError
from sosei.programmes.spaces.ladder_picture import WIDTH, example_picture, ladder_picture
from sosei.programmes.spaces.models import Extra, Ladder, PriceList, Space
from sosei.programmes.spaces.price_words import item_words, try_price
from sosei.programmes.spaces.rules_ladders import NORMAL, PRESETS, Step, steps_with_dates
from sosei.programmes.spaces.services import ladders
from sosei.programmes.spaces.services import prices as services
from tests.people.conftest import SignedIn
from tests.spaces.world import (
    JST,
    SpacesWorld,
    at,
    day_from_now,
    make_price,
    make_price_list,
    make_space,
    preset,
    weekday_from_now,
)

HOUR = {"kind": "hour", "yen": 700}


def again(space: Space) -> Space:
    """The space as it stands in the database."""
    return Space.objects.get(pk=space.pk)


def test_a_list_in_force_stays_and_the_next_one_begins_on_its_day(spaces: SpacesWorld) -> None:
    desk, tomorrow = spaces.desk, day_from_now(1)
    now = desk.price_lists.get()
    for day in (now.valid_from, day_from_now(0)):
        with pytest.raises(ListingError) as refused:
            services.set_price_list(space=desk, valid_from=day, items=[HOUR], actor=spaces.owner)
        assert refused.value.field == "valid_from"
    with pytest.raises(ListingError):
        services.drop_price_list(price_list=now, actor=spaces.owner)
    coming = services.next_price_list(source=now, valid_from=tomorrow, actor=spaces.owner)
    assert [item.yen for item in coming.items.all()] == [300, 1500]
    services.set_price_list(space=desk, valid_from=tomorrow, items=[HOUR], actor=spaces.owner)
    assert try_price(again(desk), day_from_now(0), 540, 600, "outside").total == 300
    assert try_price(again(desk), tomorrow, 540, 600, "outside").total == 700
    # A booking over the change is priced by each list for its part.
    assert try_price(again(desk), day_from_now(0), 1380, 60, "outside").total == 1000
    with pytest.raises(ListingError):
        services.set_price_list(space=desk, valid_from=tomorrow, items=[HOUR], actor=spaces.other_owner)
    moved = services.set_price_list(
        space=desk,
        valid_from=day_from_now(5),
        items=[HOUR],
        replaces=PriceList.objects.get(space=desk, valid_from=tomorrow),
        actor=spaces.owner,
    )
    assert list(desk.price_lists.order_by("valid_from")) == [now, moved]
    services.drop_price_list(price_list=moved, actor=spaces.owner)
    assert desk.price_lists.get() == now


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"kind": "hour", "yen": 100, "opens": 600, "closes": 4000}, "1行目"),
        ({"kind": "package", "yen": 100, "opens": 540, "closes": 600, "minutes": 90}, "1行目"),
        ({"kind": "hour", "yen": 100, "season_from": 701}, "季節"),
    ],
)
def test_a_line_that_no_price_can_have_is_named(spaces: SpacesWorld, item: dict[str, Any], said: str) -> None:
    with pytest.raises(ListingError, match=said) as refused:
        services.set_price_list(
            space=spaces.desk, valid_from=day_from_now(3), items=[item], actor=spaces.owner
        )
    assert refused.value.field == "items_1"
    assert spaces.desk.price_lists.count() == 1


def test_the_try_out_tells_the_cheapest_lines_or_which_hour_has_no_price(spaces: SpacesWorld) -> None:
    room = spaces.meeting_room
    thursday = weekday_from_now(3)
    found = try_price(again(room), thursday, 540, 720, "resident")
    assert found.lines == (("午前", "9:00～12:00", 1, 600),) and found.total == 600
    assert "12:00からの料金がありません" in try_price(again(room), thursday, 540, 1020, "resident").why
    assert "料金表がありません" in try_price(again(room), day_from_now(-800), 540, 600, "resident").why
    summer = make_price(
        make_price_list(spaces.desk, valid_from=day_from_now(9)),
        "package",
        900,
        ("09:00", "18:00"),
        name="夏の半日",
        minutes=240,
        days="off",
        season_from=701,
        season_until=831,
    )
    words = item_words(summer)
    assert (words.name, words.unit) == ("夏の半日", "4時間")
    assert words.when == "9:00～18:00・土日・祝日・7/1～8/31"


def test_prices_are_typed_line_by_line_and_errors_stand_beside_their_line(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    draft = make_space(spaces.host, "下書き（架空）", state="draft")
    base = f"/07204/host/{spaces.host.pk}/spaces/{draft.pk}/prices"
    browser = signed_in(spaces.owner)
    assert browser.get(base)["Location"] == f"{base}/new"
    today = day_from_now(0)
    day = {"valid_from_year": today.year, "valid_from_month": today.month, "valid_from_day": today.day}
    lines = {
        "items_1-kind": "slot",
        "items_1-name": "午前",
        "items_1-opens": "９：００",
        "items_1-closes": "12:00",
        "items_1-yen": "",
        "items_2-yen": "",
    }
    shown = browser.post(f"{base}/new", {**day, **lines}).content.decode()
    assert "金額を入れてください" in shown and not draft.price_lists.exists()
    more = browser.post(f"{base}/new", {**day, **lines, "more_rows": "1"}).content.decode()
    assert 'name="items_7-yen"' in more and "金額を入れてください" not in more and "９：００" in more
    lines |= {"items_1-yen": "500", "items_2-kind": "hour", "items_2-opens": "x", "items_2-yen": "300"}
    assert "時刻として読めません" in browser.post(f"{base}/new", {**day, **lines}).content.decode()
    lines |= {"items_2-opens": "", "items_2-season_from": "12/1", "items_2-season_until": "2月29日"}
    assert browser.post(f"{base}/new", {**day, **lines, "combine": "on"}).status_code == 302
    items = list(draft.price_lists.get().items.all())
    assert [(item.kind, item.opens, item.closes, item.yen) for item in items] == [
        ("slot", 540, 720, 500),
        ("hour", 0, 1440, 300),
    ]
    assert (items[1].season_from, items[1].season_until) == (1201, 229)
    january = datetime.date(today.year + 1, 1, 20)
    asked = {"try_day": january.isoformat(), "try_from": "9:00", "try_until": "12:00", "try_tier": "outside"}
    assert "午前" in browser.get(base, asked).content.decode()
    extra = {"add_extra": "1", "name": "暖房", "per": "hour", "yen": "200"}
    assert browser.post(base, extra).status_code == 302
    held = Extra.objects.get(space=draft)
    browser.post(base, {"end_extra": str(held.pk)})
    held.refresh_from_db()
    assert held.ended_at is not None
    fixed = f"/07204/host/{spaces.host.pk}/spaces/{spaces.desk.pk}/prices/{spaces.desk.price_lists.get().pk}"
    assert browser.get(fixed).status_code == 302


def test_the_ladder_s_picture_tells_each_step_with_its_last_minute_and_yen() -> None:
    day = datetime.date(2027, 6, 30)
    steps = steps_with_dates(NORMAL, at(day, "13:00"), at(datetime.date(2027, 6, 1), "10:00"), 9000, JST)
    picture = ladder_picture(steps, zone=JST)
    assert [(stair.percent, stair.yen) for stair in picture.stairs] == [(0, 0), (50, 4500), (100, 9000)]
    assert "23:59まで：無料で取り消せます" in picture.stairs[0].text and "16日" in picture.stairs[0].text
    assert "4,500円（50％）" in picture.stairs[1].text and "使い始めるまで：9,000円" in picture.stairs[2].text
    assert picture.stairs[-1].right == pytest.approx(WIDTH)
    assert min(stair.width for stair in picture.stairs) >= 90
    assert picture.stairs[0].height < picture.stairs[1].height < picture.stairs[2].height


@pytest.mark.django_db
def test_every_preset_can_be_drawn() -> None:
    for code in PRESETS:
        picture = example_picture(preset(code), zone=JST)
        assert sum(stair.width for stair in picture.stairs) == pytest.approx(WIDTH)


def test_a_host_makes_a_ladder_of_his_own_and_chooses_among_what_fits(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    given: dict[str, Any] = {"host": spaces.host, "name": "1週間", "last_percent": 80, "free_hours": 0}
    for steps, said in (
        ([Step(50, days=7), Step(20, days=3)], "20％は、前の50％より"),
        ([Step(0, days=7), Step(10, days=7)], "同じ時まで"),
        ([Step(90, days=7)], "80％は、前の90％より"),
    ):
        with pytest.raises(ListingError, match=said):
            ladders.make_ladder(steps=steps, actor=spaces.owner, **given)
    own = ladders.make_ladder(steps=[Step(0, days=7), Step(30, hours=24)], actor=spaces.owner, **given)
    assert as_rules.ladder_of(Ladder.objects.get(pk=own.pk)).last_percent == 80
    with pytest.raises(ListingError):
        ladders.choose_ladder(space=spaces.desk, ladder=preset("public"), actor=spaces.owner)
    with pytest.raises(ListingError):
        ladders.choose_ladder(space=spaces.meeting_room, ladder=own, actor=spaces.clerk)
    browser = signed_in(spaces.owner)
    page = f"/07204/host/{spaces.host.pk}/spaces/{spaces.desk.pk}/ladder"
    shown = browser.get(page).content.decode()
    assert shown.count('<svg class="ladder__picture"') == 5 and "1週間" in shown
    assert browser.post(page, {"choose": "1", "ladder": str(own.pk)}).status_code == 302
    assert again(spaces.desk).ladder == own
    made = {
        "make": "1",
        "name": "厳しめ",
        "before_1": "10",
        "unit_1": "days",
        "percent_1": "",
        "last_percent": "100",
        "free_hours": "0",
    }
    assert "両方を書いて" in browser.post(page, made).content.decode()
    assert browser.post(page, {**made, "percent_1": "0"}).status_code == 302
    assert as_rules.ladder_of(Ladder.objects.get(name="厳しめ")).steps == (Step(0, days=10),)
