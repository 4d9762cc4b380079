"""Lottery against late entry: real processes enter at the very moment it closes and is drawn; in the draw, or refused."""

from __future__ import annotations

import hashlib
import itertools
import os
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from sosei.core.people.models import Person
from sosei.programmes.spaces import locks_lotteries
from sosei.programmes.spaces.errors_bookings import BookingError, TooLateError
from sosei.programmes.spaces.models import Lottery, LotteryDraw, LotteryEntry, Occupancy, Space
from sosei.programmes.spaces.services import lotteries, lottery_draws
from tests.people.conftest import MakePerson
from tests.spaces.bookings_world import period, taken_twice
from tests.spaces.conftest import SpacesWorld
from tests.spaces.test_lotteries import DAY, announced, entered, make_hall_room, morning
from tests.spaces.test_race_bookings import Task, deadlocks, run_all

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS, PEOPLE = 3, 8
SOON = timedelta(seconds=0.3)


@pytest.fixture(autouse=True)
def no_deadlock_and_no_place_twice() -> Iterator[None]:
    # Read once here, and not by every process that is forked.
    reverse("spaces:my-spaces")
    with translation.override("en"):
        translation.gettext("")
    before = deadlocks()
    yield
    assert deadlocks() == before
    assert taken_twice() == []


def close_soon(lottery: Lottery) -> None:
    """Applications end in a moment, and in that same moment it may be drawn."""
    with transaction.atomic():
        # Whoever is just entering is in before the new end is reckoned.
        locks_lotteries.lock_lottery(lottery.pk)
        end = timezone.now() + SOON
        Lottery.objects.filter(pk=lottery.pk).update(enter_until=end, draw_at=end)


def note(pipe: int, text: str) -> None:
    """What a process was told; a line this short is written whole."""
    os.write(pipe, f"{text}\n".encode())


def keep_entering(lottery: Lottery, person: Person, rooms: list[Space], pipe: int) -> Task:
    """One wish after the other, until one is refused as too late."""

    def enter() -> None:
        for day, room in itertools.product(range(DAY, DAY + 25), rooms):
            try:
                [made] = entered(lottery, person, lotteries.Wish(room, period(day, "10:00", "12:00")))
            except TooLateError:
                note(pipe, "late")
                return
            note(pipe, f"in {made.number}")
        raise AssertionError("the lottery never closed")

    return enter


def keep_drawing(lottery: Lottery) -> Task:
    """A worker that draws as soon as it may be drawn."""

    def draw() -> None:
        while True:
            try:
                lottery_draws.draw(lottery=lottery, now=timezone.now())
            except BookingError:
                time.sleep(0.005)  # Not time yet.
            else:
                return

    return draw


def told(pipe: int) -> Counter[str]:
    """Everything the processes were told."""
    with os.fdopen(pipe, "rb") as file:
        return Counter(file.read().decode().split("\n")[:-1])


def test_who_enters_as_it_is_drawn_is_in_the_draw_or_refused(
    spaces: SpacesWorld, make_person: MakePerson
) -> None:
    people = [make_person() for _ in range(PEOPLE)]
    inside = 0
    for turn in range(ROUNDS):
        rooms = [make_hall_room(spaces, f"抽選の部屋{turn}-{n}（架空）") for n in range(2)]
        lottery = announced(spaces, *rooms, max_entries=20)
        # Everybody wants the same two first; some of them will get nothing.
        early = [entered(lottery, one, morning(rooms[0], DAY + 28))[0].number for one in people[:3]]
        reading, writing = os.pipe()
        entering = [keep_entering(lottery, one, rooms, writing) for one in people]
        drawing = [keep_drawing(lottery) for _ in range(3)]
        run_all([*entering, *drawing, partial(close_soon, lottery)], processes=6, threads=2)
        os.close(writing)
        answers = told(reading)
        assert answers.pop("late") == PEOPLE
        assert set(answers.values()) <= {1}, "a number was given twice"
        numbers = {int(answer.removeprefix("in ")) for answer in answers}
        check_draw(lottery, numbers | set(early))
        inside += len(numbers)
    assert inside > 0


def check_draw(lottery: Lottery, answered: set[int]) -> None:
    """Who was told that he is in is in, nobody else; and what was published can be drawn again by anybody."""
    lottery.refresh_from_db()
    made = LotteryDraw.objects.get(lottery=lottery)
    assert lottery.state == Lottery.State.DRAWN
    assert hashlib.sha256(lottery.seed.encode()).hexdigest() == lottery.seed_digest
    assert lottery_draws.check(lottery, made) == []
    rows = list(LotteryEntry.objects.filter(lottery=lottery))
    assert all(row.entered_at < lottery.enter_until <= made.at for row in rows)
    assert {row.number for row in rows} == answered
    assert {row["number"] for row in made.results["entries"]} == answered
    assert sorted(row["number"] for row in made.results["outcomes"]) == sorted(answered)
    won = [row for row in rows if row.state == "won"]
    assert {row.state for row in rows} <= {"won", "lost"}
    assert len({(row.space_id, row.period.lower) for row in won}) == len(won), "a place was won twice"
    # Each wish that anybody had was won by one of them, and his place is kept until he confirms.
    assert len(won) == len({(row.space_id, row.period.lower) for row in rows})
    kept = Occupancy.objects.filter(space__lotteries=lottery, until=lottery.confirm_until)
    assert sorted((one.space_id, one.period.lower) for one in kept) == sorted(
        (row.space_id, row.period.lower) for row in won
    )
