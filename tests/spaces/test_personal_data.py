"""A guest's data: all of it in the file, names and words gone at once, rows with money kept as the tax laws ask."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError
from django.db.models import CharField, JSONField, TextField
from django.utils import timezone

from sosei.core.payments.services import bills
from sosei.core.payments.services.bills import Line
from sosei.core.people import personal_data, roles
from sosei.core.people.models import Person
from sosei.core.people.personal_data_here.tools import without_protection
from sosei.core.people.services.erasure import ErasureBlockedError, erase_person, foresee_erasure
from sosei.core.people.services.export import collect
from sosei.core.records.models import Entry, Message
from sosei.programmes.spaces import models as spaces_models
from sosei.programmes.spaces.personal_data_bookings import WORDS, forget_guests, waits_for
from sosei.programmes.spaces.services import cancelling, changing, money, numbers, waiting
from sosei.programmes.spaces.services.orders import Guest
from tests.permissions import spaces_rooms, world
from tests.spaces.bookings_world import only, pay, period, place, wish
from tests.spaces.test_lotteries import announced, drawn, entered, make_hall_room, morning
from tests.spaces.world import SpacesWorld, day_from_now

MARK = "消山"
KINDS = {"space_bookings"}


def tables_about_guests() -> list[Any]:
    """Tables of this room with a key to the person a row is about, without their histories."""
    return [
        model
        for model in apps.get_app_config("spaces").get_models()
        if not hasattr(model, "pgh_obj")
        and any(f.name == "person" and f.related_model is Person for f in model._meta.concrete_fields)
    ]


@pytest.fixture
def guest(db: None, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Somebody of whom every table knows something, in words of his own; nothing of it is under way."""
    monkeypatch.setattr(world, "FILLERS", [spaces_rooms.spaces_rows])
    person: Person = world.build().kinds[roles.CITIZEN]
    for model in tables_about_guests():
        texts = {
            f.name: MARK
            for f in model._meta.concrete_fields
            if isinstance(f, CharField | TextField)
            and not f.choices
            and not f.unique
            and f.name not in NO_WORDS
        }
        if texts:
            rows = model._base_manager.filter(person=person)
            if model is spaces_models.SpaceReview:
                # What everybody reads names nobody (a service sees to it), and stays.
                rows = rows.exclude(pk__in=spaces_models.SpaceReview.objects.public().values("pk"))
            with without_protection(model):
                rows.update(**texts)
    settle(person)
    return person


NO_WORDS = {
    "number",
    "look_up_hash",
    "guest_language",
    "purpose",
    "use",
    "way_to_pay",
    "reason_code",
    "why",
    "event",
    "problem",
    "exemption_code",
    "hidden_reason",
}
"""Codes, and the town's own words about what it hid."""


def settle(person: Person) -> None:
    spaces_models.LotteryEntry.objects.filter(person=person).update(state="lost")
    spaces_models.DamageReport.objects.filter(person=person).update(state="settled")


def texts() -> Iterator[tuple[str, str]]:
    """Every text of every table of this room."""
    for model in apps.get_app_config("spaces").get_models():
        columns = [
            f.attname for f in model._meta.concrete_fields if isinstance(f, CharField | TextField | JSONField)
        ]
        for row in model._base_manager.values_list(*columns) if columns else ():
            yield str(model._meta.model_name), str(row)


def marked() -> set[str]:
    return {table for table, text in texts() if MARK in text}


def test_every_table_about_a_guest_belongs_to_a_kind_that_says_what_becomes_of_it() -> None:
    claimed = {label for kind in personal_data.registered() if kind.key in KINDS for label in kind.models}
    labels = {model._meta.label_lower for model in tables_about_guests()}
    labels |= {
        model._meta.label_lower
        for model in apps.get_app_config("spaces").get_models()
        if hasattr(model, "pgh_obj") and model.pgh_obj.field.related_model._meta.label_lower in labels
    }
    assert labels == claimed


def test_the_file_holds_a_row_of_every_table_about_the_guest_and_opens_no_door(guest: Person) -> None:
    rows = [row for part in collect(guest) for row in part.rows if part.kind.key in KINDS]
    assert {row["what"] for row in rows} == {str(model._meta.model_name) for model in tables_about_guests()}
    order = next(row for row in rows if row["what"] == "order")
    assert (order["guest_name"], order["host"]) == (MARK, "例の集会所")
    assert not any("look_up_hash" in row or (row["what"] == "doorcode" and "code" in row) for row in rows)
    json.dumps(rows)


def test_what_a_host_said_is_in_the_file_when_it_is_shown(guest: Person) -> None:
    rows = [row for part in collect(guest) for row in part.rows if row.get("what") == "spacereview"]
    shown = set(
        spaces_models.SpaceReview.objects.visible_to(Person.objects.get(pk=guest.pk))
        .filter(person=guest)
        .values_list("pk", flat=True)
    )
    assert {row["id"] for row in rows} == shown
    assert spaces_models.SpaceReview.objects.filter(person=guest).exclude(pk__in=shown).exists()


def test_names_and_words_go_at_once_from_every_table_and_every_version(guest: Person) -> None:
    before = marked()
    assert {model._meta.model_name for model in WORDS} <= before
    assert {"orderevent", "bookingevent", "spacewishevent", "usergroupevent"} <= before
    others = spaces_models.Order.objects.exclude(person=guest).values_list("pk", "guest_name", "guest_email")
    kept = set(others)
    erasure = erase_person(person=guest)
    assert marked() == set()
    assert set(others) == kept
    assert all(row["law"] and row["law_en"] and row["rows"] for row in erasure.kept)
    assert spaces_models.Booking.objects.filter(person=guest, yen=1000).exists()


def test_what_is_foreseen_is_what_is_done(guest: Person) -> None:
    before = sorted(texts())
    prospect = foresee_erasure(guest)
    assert sorted(texts()) == before
    erasure = erase_person(person=guest)
    assert [one.what for one in prospect.kept] == [row["what"] for row in erasure.kept]


def test_protection_stands_again_after_an_erasure(guest: Person) -> None:
    erase_person(person=guest)
    with pytest.raises(Exception, match="Cannot update"):
        spaces_models.BookingChange.objects.filter(person=guest).update(reason="例")


def test_nobody_is_erased_while_a_booking_stands_before_him(spaces: SpacesWorld) -> None:
    booking = only(place(spaces.guest, wish(spaces.rooms[0])))
    with pytest.raises(ErasureBlockedError, match="使い終わるか、取り消したあと"):
        erase_person(person=spaces.guest)
    booking.refresh_from_db()
    assert booking.state == "confirmed"
    assert list(waits_for(spaces.friend)) == []


def test_nobody_is_erased_while_money_is_owed_and_paid_rows_say_until_when_they_stay(
    spaces: SpacesWorld,
) -> None:
    booking = over(spaces)
    assert personal_data.blocks(spaces.guest) != []
    pay(booking.order)
    assert personal_data.blocks(spaces.guest) == []
    charge(booking, 500)
    reasons = list(waits_for(spaces.guest))
    assert len(reasons) == 1
    assert "500円" in reasons[0]
    charge(booking, -500)
    assert list(waits_for(spaces.guest)) == []
    erasure = erase_person(person=spaces.guest)
    (taxed,) = [row for row in erasure.kept if row["what"].startswith("お金のかかった場所の予約")]
    assert "7年" in taxed["law"]
    assert int(taxed["until"][:4]) >= timezone.now().year + 7
    booking.order.refresh_from_db()
    assert (booking.order.guest_name, booking.order.guest_email) == ("", "")


def over(spaces: SpacesWorld) -> Any:
    """A booking of two hours at 1,000 yen that is over, to be paid on site."""
    booking = only(place(spaces.guest, wish(spaces.rooms[0])))
    now = timezone.now().replace(second=0, microsecond=0)
    spaces_models.Booking.objects.filter(pk=booking.pk).update(
        state="used", period=(now - timedelta(hours=4), now - timedelta(hours=2))
    )
    return booking


def charge(booking: Any, yen: int) -> None:
    bill = money.bill_of(booking.order)
    assert bill is not None
    line = Line(text="鍵", text_en="", quantity=1, unit="", unit_yen=yen, yen=yen, tax_percent=10, code="x")
    bills.add_charge(bill=bill, lines=[line], reason="鍵", key=str(uuid.uuid4()), actor=None)


def test_letters_to_the_host_and_entries_keep_nothing_of_an_erased_guest(spaces: SpacesWorld) -> None:
    order = place(Guest(spaces.guest, MARK), wish(spaces.rooms[0]))
    again = place(Guest(spaces.guest, MARK), wish(spaces.rooms[1]))
    changing.move_booking(
        booking=only(order),
        space=spaces.rooms[0],
        period=period(21, "10:00", "12:00"),
        scope="this",
        reason=f"{MARK}が入院",
        key=uuid.uuid4(),
        actor=spaces.guest,
    )
    for one, actor in ((order, spaces.guest), (again, spaces.staff)):
        cancelling.cancel(
            bookings=[only(one)],
            side="guest",
            reason_code="other",
            reason=f"{MARK}が入院" if actor == spaces.guest else "電話で聞いた",
            key=uuid.uuid4(),
            actor=actor,
        )
    assert spaces_models.BookingCancellation.objects.filter(reason__contains=MARK).exists()
    entries = Entry.objects.filter(verb__startswith="space_booking.", person=spaces.guest)
    assert set(entries.values_list("reason", flat=True)) == {"", "電話で聞いた"}
    about = Message.objects.filter(recipient=spaces.owner, body__contains=MARK)
    first, late = about.order_by("pk")[:2]
    sent = {"state": "sent", "sent_at": timezone.now(), "next_try_at": None}
    about.exclude(pk=late.pk).update(**sent)
    erase_person(person=spaces.guest)
    first.refresh_from_db()
    assert (first.subject, first.body, first.subject_en, first.body_en, first.in_app) == (
        "",
        "",
        "",
        "",
        False,
    )
    assert list(about) == [late]
    # One that was on its way is emptied in the night.
    about.update(**sent)
    forget_guests(now=timezone.now())
    assert not about.exists()


def test_who_waits_for_a_place_waits_no_more(spaces: SpacesWorld) -> None:
    only(place(spaces.friend, wish(spaces.rooms[0])))
    entry = waiting.join(
        person=spaces.guest,
        space=spaces.rooms[0],
        period=period(20, "10:00", "12:00"),
        purpose="meeting",
        actor=spaces.guest,
    )
    erase_person(person=spaces.guest)
    entry.refresh_from_db()
    assert entry.state == "left"


def test_who_entered_a_lottery_or_won_in_it_gives_up_the_place(spaces: SpacesWorld) -> None:
    room = make_hall_room(spaces)
    lottery = announced(spaces, room)
    won = entered(lottery, spaces.guest, morning(room))[0]
    drawn(lottery)
    later = announced(spaces, room, title="その次", use_from=day_from_now(200), use_until=day_from_now(210))
    waits = entered(later, spaces.guest, morning(room, 201))[0]
    assert spaces_models.Occupancy.objects.filter(space=room).exists()
    foreseen = foresee_erasure(spaces.guest)
    assert foreseen.blocks == []
    assert spaces_models.Occupancy.objects.filter(space=room).exists()
    erase_person(person=spaces.guest)
    for entry in (won, waits):
        entry.refresh_from_db()
        assert entry.state == "withdrawn"
    assert not spaces_models.Occupancy.objects.filter(space=room).exists()


def test_a_guest_without_an_account_is_forgotten_a_year_after_the_last_use(spaces: SpacesWorld) -> None:
    def used_by(name: str, days: int, room: int) -> Any:
        guest = Guest(None, name, email="mountain@example.jp", phone="+81246000099")
        order = place(guest, wish(spaces.rooms[room]), purpose_note=f"{name}の会", note=name)
        end = timezone.now() - timedelta(days=days)
        order.bookings.update(state="used", period=(end - timedelta(hours=2), end))
        return order

    now = timezone.now()
    owing, gone, fresh = (used_by(MARK, days, room) for room, days in enumerate((366, 366, 364)))
    with_account = place(spaces.guest, wish(spaces.desk))
    with_account.bookings.update(
        state="used", period=(now - timedelta(days=400, hours=1), now - timedelta(days=400))
    )
    for order in (gone, fresh):
        pay(order)
    assert forget_guests(now=now) == 1
    assert forget_guests(now=now) == 0
    for order in (owing, gone, fresh, with_account):
        order.refresh_from_db()
    assert (gone.guest_name, gone.guest_email, gone.guest_phone, gone.purpose_note) == ("", "", "", "")
    assert gone.forgotten_at == now and gone.bookings.get().note == ""
    versions = apps.get_model("spaces", "OrderEvent").objects
    assert versions.filter(pgh_obj=gone).exists()
    assert not versions.filter(pgh_obj=gone, guest_name=MARK).exists()
    assert {owing.guest_name, fresh.guest_name} == {MARK} and with_account.guest_name
    # What a bill keeps for the tax laws is not touched.
    bill = money.bill_of(gone)
    assert bill is not None and bill.payer_name == MARK
    assert numbers.orders_by_mail(gone.number, "mountain@example.jp") is None
    pay(owing)
    report = spaces_models.DamageReport.objects.create(
        municipality=spaces.town,
        host=spaces.host,
        booking=owing.bookings.get(),
        side="host",
        text="いすがこわれた",
        told_at=now,
    )
    assert forget_guests(now=now) == 0
    spaces_models.DamageReport.objects.filter(pk=report.pk).update(state="settled")
    assert forget_guests(now=now) == 1
    with pytest.raises(IntegrityError):
        spaces_models.Order.objects.filter(pk=fresh.pk).update(guest_email="", guest_phone="")


def test_what_staff_did_for_others_is_counted_and_names_nobody(guest: Person) -> None:
    order = spaces_models.Order.objects.filter(person=guest).first()
    assert order is not None
    staff = order.municipality.memberships.filter(role=roles.PROGRAMME_STAFF)[0].person
    spaces_models.Order.objects.filter(pk=order.pk).update(made_by=staff)
    rows = [row for part in collect(staff) if part.kind.key == "space_work" for row in part.rows]
    assert [row["what"] for row in rows] == ["order"]
    assert MARK not in json.dumps(rows, ensure_ascii=False)
    assert [row for part in collect(guest) if part.kind.key == "space_work" for row in part.rows] == []
