"""What the demonstration's people do, each step at its moment: the clock stands there while the step is taken."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.utils import timezone

from sosei.core.people import demonstration
from sosei.core.people.models import Municipality, Person
from sosei.engines.labour.spans import JST
from sosei.programmes.jobs.models import (
    Application,
    Contract,
    Crop,
    Employer,
    Lodging,
    Posting,
    Shift,
    Workplace,
)

Step = Callable[[], object]
DAY = datetime.timedelta(days=1)


class Story:
    """Steps and their moments, taken in the order of time."""

    def __init__(self) -> None:
        self._steps: list[tuple[datetime.datetime, int, Step]] = []

    def tell(self, moment: datetime.datetime, step: Step) -> None:
        """Plans a step; of two at one moment, the one planned first is taken first."""
        self._steps.append((moment, len(self._steps), step))

    def play(self) -> None:
        """Takes all steps; a step may not plan another one."""
        for moment, _number, step in sorted(self._steps, key=lambda one: one[:2]):
            with clock_at(moment):
                step()


@contextmanager
def clock_at(moment: datetime.datetime) -> Iterator[None]:
    """It is that moment for everybody, for the time of a block."""
    # Every service asks django.utils.timezone for the time, and the command has but one thread.
    real = timezone.now
    timezone.now = lambda: moment
    try:
        yield
    finally:
        timezone.now = real


@dataclass
class Town:
    """A town of the demonstration, and what its people have made so far, by the keys of the tables.

    Attributes:
        now: the moment of loading; its day is day 0.
    """

    municipality: Municipality
    now: datetime.datetime
    employers: dict[str, Employer] = field(default_factory=dict)
    workplaces: dict[str, Workplace] = field(default_factory=dict)
    lodgings: dict[str, Lodging] = field(default_factory=dict)
    crops: dict[str, Crop] = field(default_factory=dict)
    postings: dict[str, Posting] = field(default_factory=dict)
    applications: dict[str, Application] = field(default_factory=dict)
    _people: dict[str, int] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """Its code, by which rows of the tables belong to it."""
        return self.municipality.code

    @property
    def today(self) -> datetime.date:
        """Day 0."""
        return self.now.astimezone(JST).date()

    def day(self, text: str | int) -> datetime.date:
        """`-3`: three days before day 0; `w1.0`: the Monday of the week after it."""
        if isinstance(text, str) and text.startswith("w"):
            week, weekday = (int(part) for part in text[1:].split("."))
            monday = self.today - DAY * self.today.weekday()
            return monday + DAY * (7 * week + weekday)
        return self.today + DAY * int(text)

    def at(self, day: str | int, time: str) -> datetime.datetime:
        """A moment in Japan."""
        return datetime.datetime.combine(self.day(day), datetime.time.fromisoformat(time), tzinfo=JST)

    def email(self, login: str) -> str:
        """The address of an invented person."""
        return f"{login}@{self.code}.{demonstration.DOMAIN}"

    def known(self, key: str, person: Person) -> None:
        """The person stands under that key from now on."""
        self._people[key] = person.pk

    def person(self, key: str) -> Person:
        """Read anew, so that roles given in the meantime count."""
        return Person.objects.get(pk=self._people[key])

    def staff(self, login: str = "jigyo") -> Person:
        """One of the cast; programme staff unless another is named."""
        return Person.objects.get(email=self.email(login))

    def acting(self, employer: str) -> Person:
        """Who acts for an employer."""
        return self.person(f"for {employer}")

    def shift(self, posting: str, day: str) -> Shift:
        """The first shift of a posting from that day on."""
        first = datetime.datetime.combine(self.day(day), datetime.time(), tzinfo=JST)
        return Shift.objects.filter(posting=self.postings[posting], starts_at__gte=first).earliest(
            "starts_at"
        )

    def application(self, key: str) -> Application:
        """As it is now."""
        return Application.objects.get(pk=self.applications[key].pk)

    def contract(self, key: str) -> Contract:
        """Of the application with that key."""
        return Contract.objects.get(application=self.applications[key])

    def contracts(self) -> list[Contract]:
        """All of the town."""
        return list(Contract.objects.filter(municipality=self.municipality))
