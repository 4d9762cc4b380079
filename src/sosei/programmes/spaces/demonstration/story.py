"""What the demonstration's people do, each step at its moment: the clock stands there while the step is taken."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field

from allauth.account.models import EmailAddress

from sosei.core.people import demonstration
from sosei.core.people.models import Municipality, Person
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.demonstration.ict import clock_at
from sosei.programmes.spaces.models import Booking, Host, Order, Space
from sosei.programmes.spaces.rules_periods import Period

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


@dataclass
class Town:
    """A town of the demonstration, and what its people have made so far, by short keys.

    Attributes:
        now: the moment of loading; its day is day 0.
    """

    municipality: Municipality
    now: datetime.datetime
    hosts: dict[str, Host] = field(default_factory=dict)
    spaces: dict[str, Space] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """Its code, by which rows of the tables belong to it."""
        return self.municipality.code

    def day(self, text: str | int) -> datetime.date:
        """`-3`: three days before day 0; `w1.0`: the Monday of the week after it."""
        today = self.now.astimezone(zone_of(self.municipality)).date()
        if isinstance(text, str) and text.startswith("w"):
            week, weekday = (int(part) for part in text[1:].split("."))
            return today - DAY * today.weekday() + DAY * (7 * week + weekday)
        return today + DAY * int(text)

    def at(self, day: str | int | datetime.date, clock: str) -> datetime.datetime:
        """A moment of the town's clocks."""
        on = day if isinstance(day, datetime.date) else self.day(day)
        return datetime.datetime.combine(
            on, datetime.time.fromisoformat(clock), tzinfo=zone_of(self.municipality)
        )

    def period(self, day: str | int | datetime.date, begins: str, ends: str) -> Period:
        """A stretch of a day."""
        return Period(self.at(day, begins), self.at(day, ends))

    def person(self, login: str) -> Person:
        """Of the cast, or made here; read anew, so that roles given in the meantime count."""
        return Person.objects.get(email=f"{login}@{self.code}.{demonstration.DOMAIN}")

    def staff(self) -> Person:
        """Programme staff of the town."""
        return self.person("jigyo")

    def owner(self, host: str) -> Person:
        """Who acts for a host."""
        return self.person(self.owners[host])

    def space(self, key: str) -> Space:
        """As it is now."""
        return Space.objects.select_related("host", "municipality").get(pk=self.spaces[key].pk)

    def booking(self, order: str, day: datetime.date, begins: str) -> Booking | None:
        """The booking of an order that begins then; None where the series left the day out."""
        rows = Booking.objects.select_related("order", "space__host", "space__municipality", "municipality")
        found: Booking | None = rows.filter(
            order=self.orders[order], period__startswith=self.at(day, begins)
        ).first()
        return found

    def newcomer(self, login: str, family: str, given: str, *, kana: tuple[str, str] = ("", "")) -> Person:
        """Somebody invented who cannot sign in; the same person when called again."""
        email = f"{login}@{self.code}.{demonstration.DOMAIN}"
        found = Person.objects.filter(email=email).first()
        if found is not None:
            return found
        person = Person(
            email=email,
            family_name=family,
            given_name=f"{given}（架空）",
            family_kana=kana[0],
            given_kana=kana[1],
        )
        person.set_unusable_password()
        person.save()
        EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
        return person
