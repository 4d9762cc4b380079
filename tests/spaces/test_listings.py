"""Listings: drafts, halls with rooms, the week, closures, pictures, the town's check, closing and copying."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from sosei.core.people import roles
from sosei.core.records.models import Message
from sosei.programmes.spaces import as_rules
from sosei.programmes.spaces.errors_listings import IncompleteError, ListingError
from sosei.programmes.spaces.listing_check import blocking, check_listing
from sosei.programmes.spaces.models import Block, Closure, Occupancy, Space, SpacePhoto
from sosei.programmes.spaces.services import listing_hours as hours
from sosei.programmes.spaces.services import listings as services
from sosei.programmes.spaces.services.copies import copy_space
from sosei.programmes.spaces.week_texts import HoursTextError, bands_text, read_bands
from tests.people.conftest import SignedIn, hold_role
from tests.spaces.world import (
    SpacesWorld,
    at,
    day_from_now,
    make_host,
    make_hourly,
    make_hours,
    make_price,
    make_price_list,
    make_space,
    preset,
)

ROOM = {
    "kind": "room",
    "name": "奥の部屋",
    "address": "架空9-9",
    "latitude": 37.05,
    "longitude": 140.89,
    "seats": 8,
}


def missing(space: Space) -> list[str]:
    """The pages on which something must be mended."""
    return [flaw.page for flaw in blocking(check_listing(Space.objects.get(pk=space.pk)))]


def test_a_draft_is_told_item_by_item_what_is_missing_until_it_can_be_submitted(spaces: SpacesWorld) -> None:
    draft = services.enter_space(host=spaces.host, columns=ROOM, actor=spaces.owner)
    assert draft.ladder == preset("easy")
    assert missing(draft) == ["space-about", "space-about", "space-prices", "space-hours"]
    services.change_space(space=draft, columns={"about": "静か。", "uses": ["meeting"]}, actor=spaces.owner)
    make_hours(draft, ("09:00", "26:00"))
    assert missing(draft) == ["space-prices"]
    price_list = make_price_list(draft)
    make_price(price_list, "hour", 500, ("09:00", "24:00"), tier="outside")
    make_price(price_list, "hour", 400, tier="resident")
    with pytest.raises(IncompleteError) as refused:
        services.submit_space(space=draft, actor=spaces.owner)
    # From midnight to two nobody from outside has a price.
    assert [("0:00" in flaw.text, "市外" in flaw.text) for flaw in refused.value.flaws] == [(True, True)]
    make_price(price_list, "hour", 500, tier="outside")
    services.change_space(space=draft, columns={"min_minutes": 1500}, actor=spaces.owner)
    assert missing(draft) == ["space-booking"]
    services.change_space(space=draft, columns={"min_minutes": 60, "ways_to_pay": []}, actor=spaces.owner)
    assert missing(draft) == ["space-booking"]
    services.change_space(space=draft, columns={"ways_to_pay": ["card"]}, actor=spaces.owner)
    assert services.submit_space(space=draft, actor=spaces.owner).state == "asked"


def test_a_public_room_with_fees_names_its_ordinance(spaces: SpacesWorld) -> None:
    assert missing(spaces.meeting_room) == []
    spaces.meeting_room.price_lists.update(ordinance="")
    assert missing(spaces.meeting_room) == ["space-prices"]


def test_staff_publish_or_refuse_with_a_reason_and_the_host_is_told(spaces: SpacesWorld) -> None:
    for person in (spaces.owner, spaces.other_staff, spaces.guest):
        asked = make_space(spaces.host, "待つ部屋（架空）", state="asked")
        make_hours(asked)
        make_hourly(asked, 100)
        with pytest.raises(ListingError):
            services.publish_space(space=asked, actor=person)
    with pytest.raises(ListingError) as refused:
        services.refuse_space(space=asked, actor=spaces.staff, reason="")
    assert refused.value.field == "reason"
    services.refuse_space(space=asked, actor=spaces.staff, reason="写真がありません。")
    letter = Message.objects.get(recipient=spaces.owner, kind="space.decided")
    assert "写真がありません。" in letter.body and "Reason" in letter.body_en
    asked.refresh_from_db()
    assert asked.published_at is None and Space.objects.visible_to(None).filter(pk=asked.pk).count() == 0
    services.submit_space(space=asked, actor=spaces.owner)
    assert services.publish_space(space=asked, actor=spaces.staff).is_published


def test_a_room_takes_over_the_hall_and_what_is_booked_of_it(spaces: SpacesWorld) -> None:
    hall = spaces.hall
    tomorrow = day_from_now(1)
    block = Block.objects.create(
        municipality=spaces.town,
        host=spaces.host,
        space=hall,
        period=(at(tomorrow, "09:00"), at(tomorrow, "12:00")),
        reason="大会",
        made_at=timezone.now(),
    )
    for room in spaces.rooms:
        Occupancy.objects.create(municipality=spaces.town, space=room, period=block.period, block=block)
    with pytest.raises(ListingError, match="受け付けを止めて"):
        services.enter_space(host=spaces.host, columns=ROOM, actor=spaces.owner, hall=hall)
    services.close_space(space=hall, actor=spaces.owner, reason="部屋を分ける")
    fourth = services.enter_space(host=spaces.host, columns=ROOM, actor=spaces.owner, hall=hall)
    assert fourth.parent == hall and fourth.hours.count() == hall.hours.count() > 0
    taken = Occupancy.objects.get(space=fourth)
    assert taken.block == block and taken.period.lower == at(tomorrow, "09:00")
    with pytest.raises(ListingError, match="予約がこの部屋にも"):
        services.drop_space(space=fourth, actor=spaces.owner)
    with pytest.raises(ListingError, match="中に部屋は作れません"):
        services.enter_space(host=spaces.host, columns=ROOM, actor=spaces.owner, hall=fourth)
    with pytest.raises(ListingError, match="ほかの人"):
        services.enter_space(host=spaces.other_host, columns=ROOM, actor=spaces.other_owner, hall=hall)
    assert services.reopen_space(space=hall, actor=spaces.owner).is_published


@pytest.mark.parametrize(
    ("text", "bands"),
    [
        ("9:00-17:00", ((540, 1020),)),
        ("９：００～１２：００、１３：００〜１７：００", ((540, 720), (780, 1020))),
        ("9時から12時半", None),
        ("18-26", ((1080, 1560),)),
        ("22:00-6:00", ((1320, 1800),)),
        ("休み", ()),
        ("", ()),
        ("9:00", None),
        ("9:75-10:00", None),
        ("25:00-26:00", None),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, bands: Any) -> None:
    if bands is None:
        with pytest.raises(HoursTextError, match=text):
            read_bands(text)
    else:
        assert read_bands(text) == bands == read_bands(bands_text(bands))


def test_the_week_is_filled_by_a_button_and_kept_for_all_days_at_once(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    draft = make_space(spaces.host, "下書きの部屋（架空）", state="draft")
    page = f"/07204/host/{spaces.host.pk}/spaces/{draft.pk}/hours"
    browser = signed_in(spaces.owner)
    shown = browser.post(
        page, {"fill": "9:00-17:00", "fill_weekdays": "1", "same": "on", "opening_5": "10-12"}
    )
    assert (
        shown.content.decode().count('value="9:00-17:00"') == 6 and 'value="10-12"' in shown.content.decode()
    )
    assert not draft.hours.exists()
    given = {"opening_0": "9:00-21:00", "bookable_0": "8:00-12:00", "opening_7": "x"}
    answer = browser.post(page, given).content.decode()
    assert "「x」は時間として読めません" in answer
    given["opening_7"] = ""
    assert "予約できる時間が、開いている時間の外" in browser.post(page, given).content.decode()
    assert not draft.hours.exists()
    given["bookable_0"] = "10:00-12:00, 13:00-20:00"
    assert browser.post(page, {**given, "closed_on_holidays": "on"}).status_code == 302
    week = as_rules.hours_of(Space.objects.get(pk=draft.pk)).week
    assert week.days[0] == ((600, 720), (780, 1200)) and week.days[1] == () and week.holiday == ()


def test_closures_repeat_for_as_long_as_one_plans_and_only_coming_ones_are_removed(
    spaces: SpacesWorld,
) -> None:
    new_year = hours.Shut(
        datetime.date(2027, 12, 29), datetime.date(2028, 1, 3), "年末年始", hours.Repeat.YEARLY
    )
    assert [str(first) for first, _last in hours.repeated(new_year)] == [
        "2027-12-29",
        "2028-12-29",
        "2029-12-29",
    ]
    leap = hours.Shut(datetime.date(2028, 2, 29), datetime.date(2028, 2, 29), "点検", hours.Repeat.YEARLY)
    assert [str(day) for day, _ in hours.repeated(leap)] == ["2028-02-29", "2029-02-28", "2030-02-28"]
    fifth = hours.Shut(datetime.date(2027, 1, 29), datetime.date(2027, 1, 29), "休館", hours.Repeat.MONTHLY)
    days = [day for day, _ in hours.repeated(fifth)]
    assert {day.weekday() for day in days} == {4} and all(day.day >= 29 for day in days) and len(days) == 5
    rows = hours.enter_closure(host=spaces.host, space=None, shut=new_year, actor=spaces.owner)
    assert Closure.objects.filter(host=spaces.host).count() == 3
    hours.remove_closure(closure=rows[0], actor=spaces.owner)
    over = Closure.objects.create(
        municipality=spaces.town,
        host=spaces.host,
        first_day=day_from_now(-9),
        last_day=day_from_now(-8),
        reason="点検",
    )
    with pytest.raises(ListingError, match="過ぎた"):
        hours.remove_closure(closure=over, actor=spaces.owner)
    with pytest.raises(ListingError):
        hours.enter_closure(host=spaces.host, space=None, shut=new_year, actor=spaces.other_owner)


def picture_with_place() -> bytes:
    """A JPEG as a telephone makes it: camera, time, and where it was taken."""
    image = Image.new("RGB", (640, 480), (90, 140, 60))
    exif = image.getexif()
    exif[0x010F] = "Camera of a guest"
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (37.0, 3.0, 12.5), "E", (140.0, 53.0, 4.0)
    written = io.BytesIO()
    image.save(written, "JPEG", exif=exif)
    return written.getvalue()


def test_the_picture_that_everybody_gets_has_no_place_of_the_one_that_was_sent(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    sent = picture_with_place()
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825)
    page = f"/07204/host/{spaces.host.pk}/spaces/{spaces.hall.pk}/photos"
    browser = signed_in(spaces.owner)
    file = SimpleUploadedFile("hall.jpg", sent, "image/jpeg")
    assert browser.post(page, {"files": file, "shows": "南の窓から見たホール"}).status_code == 302
    photo = SpacePhoto.objects.get(space=spaces.hall)
    shown = Client().get(f"/07204/spaces/{spaces.hall.pk}/").content.decode()
    assert 'alt="南の窓から見たホール"' in shown
    name = photo.attachment.original_name
    for url in (
        reverse("records:file", args=[photo.attachment.uid, name]),
        reverse("records:file-preview", args=[photo.attachment.uid]),
    ):
        answer = Client().get(url)
        assert answer.status_code == 200
        content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        served = Image.open(io.BytesIO(content))
        assert not dict(served.getexif()) and not served.getexif().get_ifd(0x8825)
        assert b"Camera of a guest" not in content and b"GPS" not in content
    # Somebody else who runs the host sees it as well, and may take it away.
    assert str(photo.attachment.uid) in signed_in(spaces.staff).get(page).content.decode()
    hold_role(spaces.friend, roles.SPACE_HOST, spaces.town, spaces.host.organisation)
    browser = signed_in(spaces.friend)
    assert str(photo.attachment.uid) in browser.get(page).content.decode()
    draft = make_space(spaces.host, "下書き（架空）", state="draft")
    assert Client().get(f"/07204/spaces/{draft.pk}/").status_code == 404
    browser.post(page, {"photo": str(photo.pk), "do": "remove"})
    assert not SpacePhoto.objects.exists()
    assert Client().get(url).status_code == 404


def test_what_is_closed_is_not_changed_and_a_draft_alone_is_dropped(spaces: SpacesWorld) -> None:
    with pytest.raises(ListingError, match="一度公開した"):
        services.drop_space(space=spaces.desk, actor=spaces.owner)
    with pytest.raises(ListingError) as refused:
        services.close_space(space=spaces.desk, actor=spaces.owner, reason=" ")
    assert refused.value.field == "reason"
    services.close_space(space=spaces.desk, actor=spaces.owner, reason="引っこし")
    with pytest.raises(ListingError, match="受け付けを終えた"):
        services.change_space(space=spaces.desk, columns={"seats": 2}, actor=spaces.owner)
    draft = make_space(spaces.host, "消す部屋（架空）", state="draft")
    with pytest.raises(ListingError):
        services.drop_space(space=draft, actor=spaces.other_owner)
    services.drop_space(space=draft, actor=spaces.owner)
    assert not Space.objects.filter(pk=draft.pk).exists()
    for columns, field in (
        ({"seats": 0}, "seats"),
        ({"equipment": ["jacuzzi"]}, "equipment"),
        ({"step_minutes": 7}, "step_minutes"),
        ({"min_minutes": 90, "max_minutes": 60}, "max_minutes"),
        ({"name": " "}, "name"),
    ):
        with pytest.raises(ListingError) as wrong:
            services.change_space(space=spaces.hall, columns=columns, actor=spaces.owner)
        assert wrong.value.field == field


def test_a_copy_has_all_but_the_pictures_and_the_official_number(spaces: SpacesWorld) -> None:
    made = copy_space(space=spaces.meeting_room, actor=spaces.clerk)
    assert made.state == "draft" and made.official_id == "" and made.published_at is None
    assert made.hours.count() == spaces.meeting_room.hours.count()
    assert [item.yen for item in made.price_lists.get().items.all()] == [600, 1200, 800, 1600, 1000, 2000]
    assert spaces.meeting_room.price_lists.get().items.count() == 6
    copy = copy_space(space=spaces.desk, actor=spaces.owner)
    assert copy.extras.get().name == "モニター"
    with pytest.raises(ListingError):
        copy_space(space=spaces.rooms[0], actor=spaces.owner)


def test_the_way_through_the_pages_from_a_new_hall_to_publication(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    host = make_host(spaces.town, "川の家（架空）")
    hold_role(spaces.other_owner, roles.SPACE_HOST, spaces.town, host.organisation)
    browser = signed_in(spaces.other_owner)
    base = f"/07204/host/{host.pk}/spaces"
    about = {
        "name": "川の広間（架空）",
        "kind": "hall",
        "seats": "40",
        "about": "広い板の間です。",
        "address": "福島県いわき市架空5",
        "place": "３７．０６, 140.9",
        "postcode": "９７０－８０２６",
        "uses": ["lesson", "dance"],
        "equipment": ["mirror"],
    }
    answer = browser.post(f"{base}/new", about)
    made = Space.objects.get(name="川の広間（架空）")
    assert answer["Location"] == f"{base}/{made.pk}/hours" and made.postcode == "9708026"
    assert browser.post(f"{base}/{made.pk}/hours", {"opening_0": "9-21", "same": "on"}).status_code == 302
    booking = {
        "way": "instant",
        "step_minutes": "30",
        "min_minutes": "60",
        "buffer_before": "0",
        "buffer_after": "15",
        "notice_hours": "1.5",
        "horizon_days": "60",
        "ways_to_pay": ["card", "konbini"],
    }
    assert browser.post(f"{base}/{made.pk}/booking", booking).status_code == 302
    made.refresh_from_db()
    assert made.notice_minutes == 90 and made.buffer_after == 15
    overview = browser.get(f"{base}/{made.pk}/").content.decode()
    assert "料金を入れてください" in overview and "公開を申し込む</button>" not in overview
    make_hourly(made, 800)
    assert browser.post(f"{base}/{made.pk}/submit").status_code == 302
    staff = signed_in(spaces.staff)
    check = f"/07204/office/spaces/listings/{made.pk}"
    assert made.name in staff.get("/07204/office/spaces/listings").content.decode()
    assert "チェックを入れて" in staff.post(check, {"decision": "publish"}).content.decode()
    assert staff.post(check, {"decision": "publish", "truth": "on", "lawful": "on"}).status_code == 302
    shown = Client().get(f"/07204/spaces/{made.pk}/").content.decode()
    assert "広い板の間です。" in shown and f"/07204/spaces/{made.pk}/book" in shown
    room = browser.get(f"{base}/new?hall={made.pk}").content.decode()
    assert "福島県いわき市架空5" in room
    assert signed_in(spaces.owner).get(f"{base}/{made.pk}/").status_code == 404
