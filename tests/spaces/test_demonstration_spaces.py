"""The demonstration's spaces: invented, whole, and such that the books balance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from sosei.core.payments.models import Deposit, Invoice, Payment, Payout, Receipt, Refund, Statement
from sosei.core.payments.services import check_books
from sosei.core.payments.services.checking_papers import check_papers
from sosei.core.people.models import Municipality
from sosei.planning.outcomes.models import Fact
from sosei.programmes.spaces import availability
from sosei.programmes.spaces.models import (
    Block,
    Booking,
    BookingCancellation,
    Host,
    Installation,
    Lock,
    Lottery,
    Order,
    PriceList,
    SearchMiss,
    Space,
    SpacePhoto,
    SpaceReview,
    WaitingEntry,
    WishOffer,
)
from sosei.programmes.spaces.services import lottery_draws
from tests.demonstration_database import demonstration_database
from tests.spaces.bookings_world import balance_flaws, taken_twice
from tests.spaces.world import JST

TABLES = (
    Host,
    Space,
    PriceList,
    Order,
    Booking,
    Block,
    Lock,
    SearchMiss,
    SpaceReview,
    WaitingEntry,
    WishOffer,
)
SAYS_INVENTED = re.compile("架空|見本|実演|[(（]invented|sample", re.IGNORECASE)


@pytest.fixture(scope="module")
def stored(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A loaded demonstration for all tests here; what they write is taken back."""
    with demonstration_database(django_db_blocker):
        yield


@pytest.fixture
def loaded(stored: None, db: None) -> None:
    """A demonstration with spaces."""


def test_without_the_people_nothing_is_loaded_and_the_remedy_is_told(db: None) -> None:
    with pytest.raises(CommandError, match="load_demonstration_people"):
        call_command("load_demonstration_spaces", verbosity=0)
    assert not Host.objects.exists()


def test_loading_again_changes_nothing(loaded: None) -> None:
    before = {table: sorted(table.objects.values_list("pk", flat=True)) for table in TABLES}
    call_command("load_demonstration_spaces", verbosity=0)
    assert {table: sorted(table.objects.values_list("pk", flat=True)) for table in TABLES} == before


def test_the_books_balance_and_each_booking_owes_its_price(loaded: None) -> None:
    assert check_books() == []
    assert balance_flaws() == []
    assert taken_twice() == []


def test_money_takes_every_way_and_its_papers_agree_with_the_books(loaded: None) -> None:
    assert set(Payment.objects.values_list("way", "state")) >= {
        ("card", "paid"),
        ("konbini", "paid"),
        ("konbini", "waiting"),
        ("invoice", "paid"),
        ("bank", "paid"),
        ("on_site", "paid"),
    }
    assert set(Refund.objects.values_list("way", "state")) >= {
        ("gateway", "done"),
        ("bank", "done"),
        ("bank", "waiting_account"),
    }
    for table in (Receipt, Invoice, Statement, Deposit):
        assert table.objects.exists(), table
    assert Payout.objects.filter(state="paid").exists()
    assert check_papers() == []


def test_a_lottery_is_drawn_as_its_seed_says_and_another_one_is_open(loaded: None) -> None:
    drawn = Lottery.objects.get(state="drawn")
    assert lottery_draws.check(drawn, drawn.draw) == []
    assert set(drawn.entries.values_list("state", flat=True)) == {"won", "lost", "confirmed"}
    assert Lottery.objects.get(state="announced").entries.count() > 1


def test_every_name_says_that_it_is_invented(loaded: None) -> None:
    texts = [
        text
        for table, columns in (
            (Host, ("name", "name_en", "address")),
            (Space, ("name", "name_en", "address")),
            (Order, ("guest_name",)),
            (SpacePhoto, ("shows",)),
            (SpaceReview, ("comment",)),
        )
        for row in table.objects.values_list(*columns)  # type: ignore[attr-defined]
        for text in row
    ]
    assert texts
    assert [text for text in texts if not SAYS_INVENTED.search(text)] == []


def test_every_page_of_lists_has_a_row_to_show(loaded: None) -> None:
    assert set(Booking.objects.values_list("state", flat=True)) == set(Booking.State.values)
    assert set(Space.objects.values_list("state", flat=True)) >= {"draft", "asked", "published", "closed"}
    assert set(Order.objects.values_list("shape", flat=True)) == set(Order.Shape.values)
    assert set(BookingCancellation.objects.values_list("side", flat=True)) >= {"guest", "host"}
    assert set(Lock.objects.values_list("driver", flat=True)) == set(Lock.Driver.values)
    assert Host.objects.filter(state="asked").count() == 2
    assert Installation.objects.filter(state="accepted").count() == 2
    for town in Municipality.objects.filter(code__in=("07204", "07201")):
        assert Booking.objects.filter(municipality=town, state="used").count() > 10
        assert Fact.objects.filter(municipality=town, kind="remote_worker_hosted").exists()


def test_a_room_is_taken_where_its_hall_is(loaded: None) -> None:
    used = Booking.objects.filter(space__parts__isnull=False, state="used").first()
    assert used is not None
    rooms = set(used.space.parts.values_list("pk", flat=True))
    assert set(used.occupancies.values_list("space", flat=True)) == rooms
    desk = Space.objects.get(municipality__code="07204", kind="desk")
    coming = Booking.objects.filter(space=desk, state="confirmed").earliest("period")
    day = coming.period.lower.astimezone(JST).date()
    assert availability.day(desk, day).state in {"partly", "full"}
