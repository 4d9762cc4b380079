"""One process of the site under a month's load: chance says what comes next, and everything is asked as a browser asks.

What is going to be asked is written down first, with its key. A process that is killed is followed by another, which asks
the same once more; one that loses the database asks again until it is there. What was answered is written down as well: it
must be there in the end, whatever crashed.
"""

from __future__ import annotations

import contextlib
import datetime
import heapq
import json
import random
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from bench.site.month import steps
from bench.site.month.town import CLOSES, OPENS, SLOTS, Place
from bench.site.month.world import Step, Told, World, new_key

CARDS = {
    "4242424242424242": 60,
    "4000000000000002": 6,
    "4000000000009995": 3,
    "4000000000000069": 3,
    "4000000000000010": 9,
    "4000000000000028": 5,
    "4000000000000036": 8,
    "4000000000000044": 6,
}
DOES = {
    "place": 36,
    "series": 16,
    "rooms": 5,
    "move": 12,
    "cancel": 16,
    "join": 3,
    "came": 9,
    "block": 2,
    "pass": 2,
}
JAPAN = datetime.timezone(datetime.timedelta(hours=9))
AHEAD = 30
DOUBLE = 0.04
"""Share of steps that are sent twice, as by a double click."""


class Client:
    """A process's own: its chance, what it will do next, and its files."""

    def __init__(self, number: int, life: int, seed: str, folder: Path, world: World, told: Any) -> None:
        self.number, self.told = number, told
        self.chance = random.Random(f"{seed}:{number}:{life}")  # noqa: S311
        self.world = world
        self.later: list[tuple[float, int, Step]] = []
        self.turn = 0
        self.intent = folder / f"intent-{number}.json"
        self.answered = folder / f"answered-{number}"
        self.faults = folder / f"faults-{number}"

    def live(self) -> None:
        """Until told to stop."""
        if self.intent.exists():
            with contextlib.suppress(json.JSONDecodeError):
                self.ask(json.loads(self.intent.read_text()), again=True)
        while not self.told.stop.value:
            if self.told.pause.value:
                self.told.rests[self.number] = 1
                time.sleep(0.02)
                continue
            self.told.rests[self.number] = 0
            if self.later and self.later[0][0] <= time.monotonic():
                self.ask(heapq.heappop(self.later)[2])
            elif not self.told.busy.value:
                step = self.next_step()
                if step is not None:
                    self.ask(step)
            else:
                time.sleep(0.05)
        self.told.rests[self.number] = 1
        connection.close()

    def ask(self, step: Step, *, again: bool = False) -> None:
        """Does a step until it is answered, by yes or no."""
        from sosei.core.people.errors import RefusedError

        times = 2 if self.chance.random() < DOUBLE else 1
        for _time in range(times):
            follows: Told = []
            self._write_down(step)
            try:
                follows = self._until_answered(step)
                outcome = "done"
            except RefusedError:
                outcome = "refused"
            except Exception:
                outcome = "fault"
                with self.faults.open("a") as file:
                    file.write(f"{json.dumps(step)}\n{traceback.format_exc()}\n")
                connection.close()
            if _time == 0:
                for seconds, one in follows:
                    self.turn += 1
                    heapq.heappush(self.later, (time.monotonic() + seconds, self.turn, one))
            if outcome == "done" and "order" in step and step["do"] in ("place", "accept"):
                with self.answered.open("a") as file:
                    file.write(f"{step['key']} {step['order']}\n")
                if _time == 0 and not again:
                    self.told.placed[self.number] += len(step.get("wanted", "1"))
            index = self.told.outcomes.index(f"{step['do']}:{outcome}")
            self.told.counts[self.number * len(self.told.outcomes) + index] += 1
        self.intent.unlink(missing_ok=True)

    def _write_down(self, step: Step) -> None:
        new = self.intent.with_suffix(".new")
        new.write_text(json.dumps(step))
        new.replace(self.intent)

    def _until_answered(self, step: Step) -> Told:
        from sosei.gateway.project.database import is_connection_lost

        until = time.monotonic() + 600
        while True:
            try:
                return steps.perform(self.world, step)
            except Exception as error:
                if not is_connection_lost(error) or time.monotonic() > until:
                    raise
                connection.close()
                self.told.lost[self.number] += 1
                time.sleep(0.3)
            finally:
                # What was chosen while it was done is asked for again, and nothing else.
                self._write_down(step)

    # --- What comes next ----------------------------------------------------------------------------------------------

    def next_step(self) -> Step | None:
        """Chance decides."""
        what = self.chance.choices(list(DOES), list(DOES.values()))[0]
        if what == "pass":
            return None
        common = {"key": new_key(self.chance), "luck": self.chance.random(), "card": self._card()}
        made: Callable[[Step], Step] = getattr(self, f"_{what}")
        return made(common)

    def _card(self) -> str:
        return self.chance.choices(list(CARDS), list(CARDS.values()))[0]

    def _guest(self) -> int:
        return self.chance.choice(self.world.towns.guests)

    def _some_place(self, *shapes: str) -> Place:
        places = self.world.towns.places
        for _try in range(50):
            place = self.chance.choice(places)
            if not shapes or place.shape in shapes:
                return place
        return self.chance.choice(places)

    def _time(self, place: Place, day: int) -> tuple[str, str]:
        today = timezone.now().astimezone(JAPAN).replace(hour=0, minute=0, second=0, microsecond=0)
        if place.shape == "slots":
            opens, closes = self.chance.choice(SLOTS)
            start, length = opens * 60, (closes - opens) * 60
        else:
            length = 30 * self.chance.choice([2, 2, 2, 3, 4, 4, 6, 8, 12])
            start = 30 * self.chance.randrange(OPENS * 2, CLOSES * 2 - length // 30 + 1)
        begins = today + datetime.timedelta(days=day, minutes=start)
        return begins.isoformat(), (begins + datetime.timedelta(minutes=length)).isoformat()

    def _wanted(self, place: Place, day: int, at: tuple[str, str] | None = None) -> list[Any]:
        extras = [[key, self.chance.choice([1, 2])] for key in place.extras if self.chance.random() < 0.4]
        return [place.key, *(at or self._time(place, day)), extras]

    def _order(self, common: Step, place: Place, wanted: list[Any], *, skip: bool = False) -> Step:
        return {
            **common,
            "do": "place",
            "guest": 0 if self.chance.random() < 0.1 else self._guest(),
            "wanted": wanted,
            "tier": self.chance.choice(["resident", "outside"]),
            "way": "" if place.shape == "free" else self.chance.choice(place.ways),
            "skip": skip,
            "requested": place.by_request,
        }

    def _place(self, common: Step) -> Step:
        place, day = self._some_place(), min(AHEAD, int(self.chance.expovariate(1 / 10)))
        return self._order(common, place, [self._wanted(place, day)])

    def _series(self, common: Step) -> Step:
        place = self._some_place("hours", "slots", "desk", "package", "free")
        begins, ends = self._time(place, self.chance.randrange(1, 8))
        every, times = self.chance.choice([(1, 3), (7, 4), (1, 8), (2, 10)]), []
        for turn in range(every[1]):
            by = datetime.timedelta(days=every[0] * turn)
            times.append(
                tuple((datetime.datetime.fromisoformat(one) + by).isoformat() for one in (begins, ends))
            )
        wanted = [self._wanted(place, 0, at) for at in times]
        return self._order(common, place, wanted, skip=self.chance.random() < 0.5)

    def _rooms(self, common: Step) -> Step:
        hall = self._some_place("hall")
        if not hall.parts:
            return self._place(common)
        at = self._time(hall, self.chance.randrange(1, AHEAD))
        parts = self.chance.sample(hall.parts, 2)
        return self._order(common, hall, [[part, *at, []] for part in parts])

    def _move(self, common: Step) -> Step:
        return {
            **common,
            "do": "move",
            "side": "host" if self.chance.random() < 0.25 else "guest",
            "scope": self.chance.choice(["this", "this", "following", "all"]),
            "days": self.chance.choice([0, 0, 1, 2, 7]),
            "halves": self.chance.choice([-2, -1, 0, 1, 2]),
            "longer": self.chance.choice([-60, 0, 0, 60]),
        }

    def _cancel(self, common: Step) -> Step:
        return {
            **common,
            "do": "cancel",
            "side": self.chance.choices(["guest", "host", "town"], [8, 1, 1])[0],
            "scope": self.chance.choice(["this", "this", "following", "all"]),
        }

    def _join(self, common: Step) -> Step:
        return {**common, "do": "join", "guest": self._guest()}

    def _came(self, common: Step) -> Step:
        return {**common, "do": "came"}

    def _block(self, common: Step) -> Step:
        place = self._some_place()
        return {**common, "do": "block", "space": place.key, "start": self._time(place, 15)[0]}
