"""Builders of days of work: a clock that stands where a test puts it, a code at the workplace, punches."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from sosei.core.people.models import Person
from sosei.programmes.jobs.models import Contract, Punch, SiteCode, WorkDay
from sosei.programmes.jobs.services import days
from sosei.programmes.jobs.services.days_codes import make_code
from tests.jobs.applications_world import make_contract
from tests.jobs.world import JobsWorld, at

SetClock = Callable[..., datetime.datetime]


def make_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """`clock(day, "07:30")` makes it that moment in Japan for everybody."""

    def put(day: datetime.date, time: str, seconds: int = 0) -> datetime.datetime:
        moment = at(day, time) + datetime.timedelta(seconds=seconds)
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment.astimezone(datetime.UTC))
        return moment

    return put


class DaysWorld:
    """The small world with a contract of three days and a code at its workplace."""

    def __init__(self, jobs: JobsWorld, clock: SetClock) -> None:
        self.jobs = jobs
        self.clock = clock
        self.contract: Contract = make_contract(jobs.posting, jobs.worker, jobs.shifts)
        self.code: SiteCode = make_code(workplace=jobs.workplace, actor=jobs.farmer)
        self.day: WorkDay = self.contract.days.order_by("period")[0]
        self.date = self.day.period.lower.astimezone(at(datetime.date(2026, 1, 1), "00:00").tzinfo).date()

    def set(self, time: str, days: int = 0, seconds: int = 0) -> datetime.datetime:
        """The clock on the day of work, or so many days later."""
        return self.clock(self.date + datetime.timedelta(days=days), time, seconds)

    def at(self, time: str) -> datetime.datetime:
        """A moment of the day of work."""
        return at(self.date, time)

    def punch(self, kind: str, time: str, seconds: int = 0, **options: Any) -> Punch:
        """The worker scans the code at that time."""
        moment = self.set(time, seconds=seconds)
        given: dict[str, Any] = {
            "day": self.day,
            "kind": kind,
            "way": "qr",
            "at": moment,
            "token": uuid4(),
            "actor": self.jobs.worker,
            "secret": self.code.secret,
        }
        return days.record_punch(**{**given, **options})

    def fresh(self) -> WorkDay:
        """The day as it is now."""
        return WorkDay.objects.get(pk=self.day.pk)

    def span(self) -> tuple[str, str, int] | None:
        """What counts, in times of Japan."""
        found = days.worked_span(self.fresh())
        if found is None:
            return None
        zone = self.at("00:00").tzinfo
        start, end = (f"{moment.astimezone(zone):%H:%M}" for moment in found[:2])
        return start, end, found[2]

    def ask(
        self,
        start: str,
        end: str,
        pause: int = 60,
        reason: str = "最後の片づけをしました",
        actor: Person | None = None,
    ) -> Any:
        """The worker asks for other times."""
        return days.ask_correction(
            day=self.day,
            starts_at=self.at(start),
            ends_at=self.at(end),
            break_minutes=pause,
            reason=reason,
            actor=actor or self.jobs.worker,
        )
