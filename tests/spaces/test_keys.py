"""Doors: a code opens in the time of its booking alone, follows it when it moves, and dies with it."""

from __future__ import annotations

import json
import logging
import re
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from sosei.core.payments.reasons import in_japanese, reason_words
from sosei.core.records.models import Entry, Message
from sosei.programmes.spaces import tasks_keys, words_problems
from sosei.programmes.spaces.lock_drivers import LockError, driver_of
from sosei.programmes.spaces.models import Booking, DoorCode, Lock, LockUse, Order, Space
from sosei.programmes.spaces.periods import period_of
from sosei.programmes.spaces.rules_keys import too_like
from sosei.programmes.spaces.rules_periods import Period
from sosei.programmes.spaces.services import cancelling, changing, key_sync, keys, locks_on_doors
from sosei.programmes.spaces.services.orders import Guest
from sosei.programmes.spaces.services.steps import facts_of
from sosei.programmes.spaces.simulated_lock import DoorLock, running
from tests.people.conftest import SignedIn
from tests.spaces.bookings_world import only, period, place, wish
from tests.spaces.conftest import SpacesWorld

SECRET = "a-practice-secret"
MINUTES = timedelta(minutes=1)


@pytest.fixture
def door(settings: Any) -> Iterator[DoorLock]:
    settings.DEMONSTRATION = True
    box = DoorLock(SECRET, name="A室のドア（架空）")
    with running(box) as address:
        box.address = address  # type: ignore[attr-defined]
        yield box


def hang(space: Space, door: DoorLock, actor: Any, **more: Any) -> Lock:
    """Puts the practice lock on the door of a space."""
    given = {"name": "A室のドア", "driver": "simulated", "address": door.address, "secret": SECRET}  # type: ignore[attr-defined]
    return locks_on_doors.add_lock(space=space, actor=actor, **{**given, **more})


def work(*bookings_: Booking) -> None:
    """What the worker does after a change."""
    touched: set[int] = set()
    for one in bookings_:
        touched |= keys.make_codes(booking_id=one.pk)
    for key in touched:
        assert key_sync.sync_lock(lock_id=key)


def code_of(booking: Booking, lock: Lock) -> DoorCode:
    return DoorCode.objects.get(booking=booking, lock=lock, state__in=keys.LIVE)


def at(door: DoorLock, moment: datetime) -> None:
    """The clock of the lock shows another moment."""
    door.shift = moment - timezone.now()


def booked(spaces: SpacesWorld, begins: str = "10:00", ends: str = "12:00", day: int = 20) -> Booking:
    return only(place(spaces.guest, wish(spaces.rooms[0], day, begins, ends)))


def test_a_code_opens_the_door_in_its_time_and_at_no_other(spaces: SpacesWorld, door: DoorLock) -> None:
    lock = hang(spaces.rooms[0], door, spaces.owner)
    booking = booked(spaces)
    work(booking)
    code = code_of(booking, lock)
    assert code.state == "sent"
    start, end = booking.period.lower, booking.period.upper
    said = []
    for moment in (start - 11 * MINUTES, start - 10 * MINUTES, end + 9 * MINUTES, end + 10 * MINUTES):
        at(door, moment)
        said.append(door.open(code.code).why or "opened")
    assert said == ["too_early", "opened", "opened", "too_late"]


def test_five_wrong_codes_shut_the_door_for_ten_minutes_even_for_the_right_one(
    spaces: SpacesWorld, door: DoorLock
) -> None:
    lock = hang(spaces.rooms[0], door, spaces.owner)
    booking = booked(spaces)
    work(booking)
    right = code_of(booking, lock).code
    wrong = f"{(int(right) + 500_000) % 1_000_000:06}"
    at(door, booking.period.lower)
    assert [door.open(wrong).why for _n in range(5)] == ["wrong"] * 5
    assert door.open(right).why == "locked_out"
    at(door, booking.period.lower + 11 * MINUTES)
    assert door.open(right).opened


def test_a_moved_booking_has_another_code_and_the_old_one_opens_nothing(
    spaces: SpacesWorld, door: DoorLock
) -> None:
    lock = hang(spaces.rooms[0], door, spaces.owner)
    booking = booked(spaces)
    work(booking)
    old = code_of(booking, lock).code
    moved = changing.move_booking(
        booking=booking,
        space=spaces.rooms[0],
        period=period(21, "10:00", "12:00"),
        scope="this",
        reason="予定",
        key=uuid.uuid4(),
        actor=spaces.guest,
    )[0]
    assert not DoorCode.objects.filter(booking=booking, state__in=keys.LIVE).exists()
    work(moved)
    new = code_of(moved, lock).code
    assert new != old
    at(door, booking.period.lower)
    assert (door.open(old).why, door.open(new).why) == ("withdrawn", "too_early")
    at(door, moved.period.lower)
    assert (door.open(old).opened, door.open(new).opened) == (False, True)


def test_a_cancelled_booking_leaves_no_code_in_the_lock(spaces: SpacesWorld, door: DoorLock) -> None:
    lock = hang(spaces.rooms[0], door, spaces.owner)
    booking = booked(spaces)
    work(booking)
    code = code_of(booking, lock)
    call_off(booking, spaces)
    code.refresh_from_db()
    assert (code.state, code.removed_at) == ("ended", None)
    work(booking)
    code.refresh_from_db()
    assert code.removed_at is not None
    assert door.listed() == []
    at(door, booking.period.lower)
    assert not door.open(code.code).opened


def call_off(booking: Booking, spaces: SpacesWorld) -> None:
    cancelling.cancel(
        bookings=[booking], side="guest", reason_code="plans", key=uuid.uuid4(), actor=spaces.guest
    )


def test_margins_never_reach_into_the_booking_before_or_behind_and_come_back_when_it_goes(
    spaces: SpacesWorld, door: DoorLock
) -> None:
    lock = hang(spaces.rooms[0], door, spaces.owner, minutes_before=45, minutes_after=45)
    first = booked(spaces, "10:00", "12:00")
    work(first)
    second = booked(spaces, "12:30", "14:00")
    work(second)
    assert period_of(code_of(first, lock).period) == period(20, "9:15", "12:30")
    assert period_of(code_of(second, lock).period) == period(20, "12:00", "14:45")
    assert {row["until"] for row in door.listed()} == {
        period(20, "9:15", "12:30").end.isoformat(),
        period(20, "9:15", "14:45").end.isoformat(),
    }
    call_off(second, spaces)
    work(second)
    assert period_of(code_of(first, lock).period) == period(20, "9:15", "12:45")


def test_codes_of_one_door_are_unlike_each_other_and_differ_each_time(
    spaces: SpacesWorld, door: DoorLock
) -> None:
    lock = hang(spaces.rooms[0], door, spaces.owner)
    made = [booked(spaces, f"{hour}:00", f"{hour + 1}:00") for hour in range(9, 21)]
    work(*made)
    codes = [code_of(one, lock).code for one in made]
    assert len(codes) == 12
    assert not any(too_like(one, other) for n, one in enumerate(codes) for other in codes[:n])


def test_the_door_of_the_hall_opens_for_its_rooms_and_the_rooms_for_the_hall(
    spaces: SpacesWorld, door: DoorLock
) -> None:
    front = hang(spaces.hall, door, spaces.owner, name="正面")
    paper = locks_on_doors.add_lock(
        space=spaces.rooms[1], name="B室", driver="paper", paper_place="受付", actor=spaces.owner
    )
    room = booked(spaces)
    hall = only(place(spaces.guest, wish(spaces.hall, 21)))
    work(room, hall)
    assert set(DoorCode.objects.filter(booking=room).values_list("lock", flat=True)) == {front.pk}
    assert set(DoorCode.objects.filter(booking=hall).values_list("lock", flat=True)) == {front.pk, paper.pk}


def test_a_new_lock_gets_the_codes_of_what_is_booked_and_one_taken_off_loses_all(
    spaces: SpacesWorld, door: DoorLock
) -> None:
    booking = booked(spaces)
    lock = hang(spaces.rooms[0], door, spaces.owner)
    assert keys.fill_lock(lock_id=lock.pk) == {lock.pk}
    assert key_sync.sync_lock(lock_id=lock.pk)
    assert len(door.listed()) == 1
    locks_on_doors.end_lock(lock=lock, actor=spaces.owner)
    assert not DoorCode.objects.filter(booking=booking, state__in=keys.LIVE).exists()
    assert key_sync.locks_to_look_after() == [lock.pk]
    key_sync.sync_lock(lock_id=lock.pk)
    assert door.listed() == []
    assert key_sync.locks_to_look_after() == []


def test_a_lock_that_forgot_everything_is_filled_again_and_foreign_codes_stay(
    spaces: SpacesWorld, door: DoorLock
) -> None:
    lock = hang(spaces.rooms[0], door, spaces.owner)
    booking = booked(spaces)
    work(booking)
    door._keys.clear()
    door.put("cleaner", "918273", Period(booking.period.lower, booking.period.upper))
    door.put("sosei-999999", "555444", Period(booking.period.lower, booking.period.upper))
    assert key_sync.sync_lock(lock_id=lock.pk)
    ref = key_sync.ref_of(code_of(booking, lock))
    assert {row["ref"] for row in door.listed()} == {"cleaner", ref}


def test_a_silent_lock_is_told_once_and_the_voucher_stands_in(
    spaces: SpacesWorld, door: DoorLock, signed_in: SignedIn
) -> None:
    lock = hang(spaces.rooms[0], door, spaces.owner, paper_place="みほん会館の受付")
    booking = booked(spaces, day=1)
    address = lock.address
    Lock.objects.filter(pk=lock.pk).update(address="http://127.0.0.1:9")
    keys.make_codes(booking_id=booking.pk)
    for _n in range(5):
        assert not key_sync.sync_lock(lock_id=lock.pk)
    code = code_of(booking, lock)
    assert (code.state, code.tries) == ("failed", 5)
    assert Message.objects.filter(kind="space.lock_failed", recipient=spaces.owner).count() == 1
    page = signed_in(spaces.guest).get(reverse("spaces:my-order", kwargs={"number": booking.order.number}))
    assert "いま、鍵に番号を送れません。みほん会館の受付で" in page.content.decode()
    Lock.objects.filter(pk=lock.pk).update(address=address)
    assert key_sync.sync_lock(lock_id=lock.pk)
    code.refresh_from_db()
    lock.refresh_from_db()
    assert (code.state, lock.problem, lock.failures) == ("sent", "", 0)


def test_why_a_lock_did_not_answer_is_kept_in_japanese_and_read_in_the_language_of_the_page(
    spaces: SpacesWorld, door: DoorLock, signed_in: SignedIn
) -> None:
    lock = hang(spaces.rooms[0], door, spaces.owner)
    Lock.objects.filter(pk=lock.pk).update(address="http://127.0.0.1:9")
    with override("en"):
        assert not key_sync.sync_lock(lock_id=lock.pk)
    page = reverse(
        "spaces:host-lock",
        kwargs={"code": spaces.town.code, "host_id": spaces.host.pk, "lock_id": lock.pk},
    )
    client = signed_in(spaces.owner)
    assert "「127.0.0.1」から返事がありません。" in client.get(page).content.decode()
    english = client.get(f"/en{page}").content.decode()
    assert "“127.0.0.1” does not answer." in english
    assert '<span lang="ja">A室のドア</span>' in english


@pytest.mark.parametrize("name", [name for name in vars(words_problems) if name.isupper()])
def test_every_problem_with_a_lock_or_calendar_is_read_in_english(name: str) -> None:
    text = getattr(words_problems, name)
    told = dict.fromkeys(re.findall(r"%\((\w+)\)s", str(text)), "8,300")
    kept = in_japanese(text, **told)
    with override("en"):
        assert reason_words(kept) == str(text) % told != kept


def test_what_happened_at_the_door_is_written_down_once_and_the_booking_counts_as_used(
    spaces: SpacesWorld, door: DoorLock
) -> None:
    lock = hang(spaces.rooms[0], door, spaces.owner)
    booking = booked(spaces)
    work(booking)
    code = code_of(booking, lock)
    at(door, booking.period.lower)
    door.open("000001")
    door.open(code.code)
    for _n in range(2):
        key_sync.sync_lock(lock_id=lock.pk)
    door.open(code.code)
    key_sync.sync_lock(lock_id=lock.pk)
    rows = list(
        LockUse.objects.filter(lock=lock).order_by("pk").values_list("opened", "why", "code", "person")
    )
    assert rows == [
        (False, "wrong", None, None),
        (True, "", code.pk, spaces.guest.pk),
        (True, "", code.pk, spaces.guest.pk),
    ]
    assert facts_of(booking).opened_at is not None
    with pytest.raises(Exception, match="Cannot update"):
        LockUse.objects.filter(lock=lock).update(opened=False)


def test_a_lock_does_as_it_is_told_by_its_own_site_alone(spaces: SpacesWorld, door: DoorLock) -> None:
    lock = hang(spaces.rooms[0], door, spaces.owner)
    lock.secret = "another-secret"
    with pytest.raises(LockError, match="合言葉"):
        driver_of(lock).list_codes()


def test_a_practice_lock_hangs_on_no_door_in_earnest(
    spaces: SpacesWorld, door: DoorLock, settings: Any
) -> None:
    settings.DEMONSTRATION = False
    with pytest.raises(locks_on_doors.KeyRefusedError, match="実演"):
        hang(spaces.rooms[0], door, spaces.owner)


def test_codes_stand_in_no_log_no_entry_and_no_page_of_the_host(
    spaces: SpacesWorld, door: DoorLock, signed_in: SignedIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    lock = hang(spaces.rooms[0], door, spaces.owner)
    booking = booked(spaces, day=1)
    work(booking)
    code = code_of(booking, lock).code
    kwargs = {"code": spaces.town.code, "host_id": spaces.host.pk}
    client = signed_in(spaces.owner)
    for url in (
        reverse("spaces:host-keys", kwargs=kwargs),
        reverse("spaces:host-lock", kwargs={**kwargs, "lock_id": lock.pk}),
        reverse("spaces:host-order", kwargs={**kwargs, "number": booking.order.number}),
    ):
        page = client.get(url)
        assert page.status_code == 200
        assert code not in page.content.decode()
    assert not any(
        code in json.dumps(one.data) or code in f"{one.text}{one.reason}" for one in Entry.objects.all()
    )
    # SQL itself is logged by nobody but a developer.
    assert not any(code in row.getMessage() for row in caplog.records if not row.name.startswith("django.db"))


def test_the_guest_reads_the_code_from_the_day_before_on_the_page_and_in_one_letter(
    spaces: SpacesWorld, door: DoorLock, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = hang(spaces.rooms[0], door, spaces.owner)
    soon, later = booked(spaces, day=1), booked(spaces, day=3)
    work(soon, later)
    client = signed_in(spaces.guest)
    texts = [
        client.get(reverse("spaces:my-order", kwargs={"number": one.order.number})).content.decode()
        for one in (soon, later)
    ]
    assert code_of(soon, lock).code in texts[0]
    assert code_of(later, lock).code not in texts[1]
    assert "ここで見られます" in texts[1]
    for _n in range(2):
        key_sync.tell_codes(timezone.now())
    (letter,) = Message.objects.filter(kind="space.door_code")
    assert code_of(soon, lock).code in letter.body
    assert letter.recipient == spaces.guest


def test_a_voucher_is_exchanged_at_the_counter_in_its_time_alone(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    lock = locks_on_doors.add_lock(
        space=spaces.rooms[0], name="A室", driver="paper", paper_place="受付", actor=spaces.owner
    )
    booking = booked(spaces, day=1)
    work(booking)
    code = code_of(booking, lock)
    page = signed_in(spaces.guest).get(
        reverse("spaces:my-order-key", kwargs={"number": booking.order.number, "booking_id": booking.pk})
    )
    assert code.code in page.content.decode()
    with pytest.raises(locks_on_doors.KeyRefusedError):
        locks_on_doors.hand_over(lock=lock, number=code.code, actor=spaces.owner)
    now = timezone.now().replace(second=0, microsecond=0)
    DoorCode.objects.filter(pk=code.pk).update(period=(now - MINUTES, now + 60 * MINUTES))
    url = reverse(
        "spaces:host-lock", kwargs={"code": spaces.town.code, "host_id": spaces.host.pk, "lock_id": lock.pk}
    )
    desk = signed_in(spaces.owner)
    assert "鍵をわたせます" in desk.get(url, {"voucher": code.code}).content.decode()
    desk.post(url, {"number": code.code, "hand_over": "1"})
    assert LockUse.objects.get(lock=lock).code == code
    assert "番号がちがう" in desk.get(url, {"voucher": "000000"}).content.decode()


def test_strangers_reach_neither_locks_nor_vouchers(
    spaces: SpacesWorld, door: DoorLock, signed_in: SignedIn
) -> None:
    lock = hang(spaces.rooms[0], door, spaces.owner)
    booking = booked(spaces, day=1)
    work(booking)
    kwargs = {"code": spaces.town.code, "host_id": spaces.host.pk}
    for url in (
        reverse("spaces:host-keys", kwargs=kwargs),
        reverse("spaces:host-lock", kwargs={**kwargs, "lock_id": lock.pk}),
        reverse("spaces:host-calendars", kwargs=kwargs),
    ):
        assert signed_in(spaces.other_owner).get(url).status_code in (403, 404)
    voucher = reverse(
        "spaces:my-order-key", kwargs={"number": booking.order.number, "booking_id": booking.pk}
    )
    assert signed_in(spaces.friend).get(voucher).status_code == 404


def test_the_keypad_opens_without_scripts_and_without_an_account(spaces: SpacesWorld, door: DoorLock) -> None:
    lock = hang(spaces.rooms[0], door, spaces.owner)
    booking = booked(spaces)
    work(booking)
    at(door, booking.period.lower)
    assert "番号を押して" in typed(door, "GET", "/", "")
    right = code_of(booking, lock).code
    assert "開きました" in typed(door, "POST", "/open", f"typed={right}&press=open")
    assert "開きません" in typed(door, "POST", "/open", "typed=000000&press=open")


def typed(door: DoorLock, method: str, path: str, body: str) -> str:
    way = HTTPConnection(urlsplit(door.address).netloc, timeout=5)  # type: ignore[attr-defined]
    way.request(method, path, body, {"Content-Type": "application/x-www-form-urlencoded"})
    return way.getresponse().read().decode()


# --- Races --------------------------------------------------------------------------------------------------------------


class Slow(DoorLock):
    """A lock during whose work something else happens."""

    meanwhile: Callable[[], None] | None = None

    def put(self, ref: str, pin: str, valid: Period) -> None:
        """Takes its time."""
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            happening = threading.Thread(target=lambda: (happens(), connection.close()))
            happening.start()
            happening.join()
        super().put(ref, pin, valid)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["cancel", "move"])
def test_what_changes_while_a_code_is_being_sent_leaves_no_open_door(
    spaces: SpacesWorld, settings: Any, what: str
) -> None:
    settings.DEMONSTRATION = True
    box = Slow(SECRET)
    with running(box) as address:
        box.address = address  # type: ignore[attr-defined]
        lock = hang(spaces.rooms[0], box, spaces.owner)
        booking = booked(spaces)
        keys.make_codes(booking_id=booking.pk)
        sent = code_of(booking, lock).code

        def change() -> None:
            if what == "cancel":
                call_off(booking, spaces)
            else:
                changing.move_booking(
                    booking=booking,
                    space=spaces.rooms[0],
                    period=period(21, "10:00", "12:00"),
                    scope="this",
                    reason="",
                    key=uuid.uuid4(),
                    actor=spaces.guest,
                )

        box.meanwhile = change
        assert key_sync.sync_lock(lock_id=lock.pk)
        # Without any further task the lock holds nothing of the old time.
        assert box.listed() == []
        at(box, booking.period.lower)
        assert box.open(sent).why == "withdrawn"
        old = DoorCode.objects.get(code=sent)
        assert (old.state, old.removed_at is not None) == ("ended", True)


@pytest.mark.django_db(transaction=True)
def test_many_workers_make_one_code_a_lock(spaces: SpacesWorld, settings: Any) -> None:
    settings.DEMONSTRATION = True
    box = DoorLock(SECRET)
    with running(box) as address:
        box.address = address  # type: ignore[attr-defined]
        lock = hang(spaces.rooms[0], box, spaces.owner)
        made = [booked(spaces, f"{hour}:00", f"{hour + 1}:00") for hour in (9, 10, 11)]
        failures: list[BaseException] = []

        def settle() -> None:
            try:
                for one in made:
                    keys.make_codes(booking_id=one.pk)
            except BaseException as error:
                failures.append(error)
            finally:
                connection.close()

        workers = [threading.Thread(target=settle) for _n in range(6)]
        for one in workers:
            one.start()
        for one in workers:
            one.join()
        assert failures == []
        assert DoorCode.objects.filter(lock=lock).count() == 3
        key_sync.sync_lock(lock_id=lock.pk)
        assert len(box.listed()) == 3


def test_who_finds_a_lock_busy_comes_again(spaces: SpacesWorld, door: DoorLock) -> None:
    lock = hang(spaces.rooms[0], door, spaces.owner)
    assert (
        tasks_keys.AskAgain().get_retry_decision(exception=key_sync.LockBusyError(lock.pk), job=_Job(1))
        is not None
    )
    assert tasks_keys.AskAgain().get_retry_decision(exception=ValueError(), job=_Job(1)) is None
    assert (
        tasks_keys.AskAgain().get_retry_decision(exception=tasks_keys.LockSilentError(1), job=_Job(99))
        is None
    )


class _Job:
    def __init__(self, attempts: int) -> None:
        self.attempts = attempts


def test_guests_without_an_account_see_their_code_by_their_link(spaces: SpacesWorld, door: DoorLock) -> None:
    from sosei.programmes.spaces.services import numbers

    lock = hang(spaces.rooms[0], door, spaces.owner)
    order: Order = place(Guest(None, "架空 客", "guest@example.jp", ""), wish(spaces.rooms[0], 1))
    work(only(order))
    client = Client()
    opened = client.get(
        reverse("spaces:link-open", kwargs={"number": order.number, "secret": numbers.secret_of(order)}),
        follow=True,
    )
    assert code_of(only(order), lock).code in opened.content.decode()


def test_the_code_of_who_can_only_telephone_is_read_out_by_who_runs_the_host(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    lock = locks_on_doors.add_lock(
        space=spaces.rooms[0], name="A室", driver="paper", paper_place="受付", actor=spaces.owner
    )
    given = {"source": "phone", "actor": spaces.owner}
    phone = {"phone": "+81246000000"}
    soon, later = (
        only(place(Guest(None, "架空 客", **phone), wish(spaces.rooms[0], day), **given)) for day in (1, 3)
    )
    by_mail = only(place(Guest(None, "架空 客", "a@example.jp"), wish(spaces.rooms[0], 1, "14:00", "15:00")))
    work(soon, later, by_mail)
    seen = []
    for one in (soon, later, by_mail):
        kwargs = {"code": spaces.town.code, "host_id": spaces.host.pk, "number": one.order.number}
        page = signed_in(spaces.owner).get(reverse("spaces:host-order", kwargs=kwargs)).content.decode()
        seen.append(code_of(one, lock).code in page)
    assert seen == [True, False, False]
    page = signed_in(spaces.owner).get(
        reverse("spaces:host-keys", kwargs={"code": spaces.town.code, "host_id": spaces.host.pk})
    )
    assert "メールを書いていない人の番号だけは" in page.content.decode()


def test_a_voucher_without_a_number_is_wrong(spaces: SpacesWorld) -> None:
    lock = locks_on_doors.add_lock(
        space=spaces.rooms[0], name="A室", driver="paper", paper_place="受付", actor=spaces.owner
    )
    booking = booked(spaces, day=1)
    work(booking)
    # Of somebody who was erased.
    DoorCode.objects.filter(pk=code_of(booking, lock).pk).update(code="")
    for number in ("", " - "):
        found = locks_on_doors.find_voucher(lock=lock, number=number, actor=spaces.owner)
        assert (found.code, found.why) == (None, "wrong")
