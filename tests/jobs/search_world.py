"""A random town for the search: many postings, shifts, beds, workers, licences, free days and contracts."""

from __future__ import annotations

import datetime
import random
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from sosei.core.people.models import BirthDate, Person
from sosei.programmes.jobs.kinds import LICENCES, SKILLS, WORK_KINDS
from sosei.programmes.jobs.models import (
    Application,
    Availability,
    Contract,
    Licence,
    Posting,
    Shift,
    WorkDay,
    WorkerProfile,
)
from tests.jobs.world import (
    JobsWorld,
    day_from_now,
    make_lodging,
    make_nights,
    make_posting,
    make_shift,
    make_workplace,
)
from tests.people.conftest import MakePerson

JST = ZoneInfo("Asia/Tokyo")
TIMES = (("08:00", "16:00"), ("05:00", "09:30"), ("21:00", "23:00"), ("22:00", "05:00"), ("13:00", "17:00"))


def near(chance: random.Random) -> dict[str, Decimal]:
    """A place within some 40 km."""
    return {
        "latitude": Decimal(chance.randrange(36_800_000, 37_200_000)) / 1_000_000,
        "longitude": Decimal(chance.randrange(140_600_000, 141_000_000)) / 1_000_000,
    }


def slugs(chance: random.Random, named: tuple[object, ...], most: int) -> list[str]:
    """Some of them."""
    return [one.slug for one in chance.sample(named[:6], chance.randint(0, most))]  # type: ignore[attr-defined]


def make_random_postings(jobs: JobsWorld, chance: random.Random, count: int) -> list[Posting]:
    """Postings of every sort, some of them full, some over, some exempt."""
    made = []
    for _number in range(count):
        exempt = chance.random() < 0.2
        place = make_workplace(
            jobs.employer,
            has_desk=chance.random() < 0.3,
            exemption="agriculture" if exempt else "",
            exemption_reason="畑の仕事" if exempt else "",
            **near(chance),
        )
        bed = None
        if chance.random() < 0.5:
            bed = make_lodging(
                jobs.employer, beds=chance.randint(0, 3), meals=chance.choice(["", "朝食と夕食", "3食つき"])
            )
        posting = make_posting(
            place,
            lodging=bed,
            kind=chance.choice(WORK_KINDS[:8]).slug,
            hourly_wage=chance.randint(1000, 2000),
            licences=slugs(chance, LICENCES, 2) if chance.random() < 0.4 else [],
            skills=slugs(chance, SKILLS, 3),
            min_age=chance.choice([None, None, 18, 60]),
            is_hazardous=chance.random() < 0.2,
            half_day=chance.choice(["", "", "morning", "afternoon"]),
            whole_series=chance.random() < 0.5,
            meals=chance.choice(["", "昼食を出します。", "なし"]),
        )
        first, times = chance.randint(-2, 20), chance.choice(TIMES)
        step = chance.choice([1, 1, 2, 7])
        for number in range(chance.randint(1, 5)):
            shift = make_shift(
                posting, day_from_now(first + number * step), times, break_minutes=30, capacity=2
            )
            if chance.random() < 0.15:
                Shift.objects.filter(pk=shift.pk).update(taken=2)
        if bed is not None and chance.random() < 0.7:
            for night in make_nights(bed, day_from_now(first - 1), 3):
                type(night).objects.filter(pk=night.pk).update(taken=chance.randint(0, bed.beds))
        made.append(posting)
    return made


def make_random_workers(
    jobs: JobsWorld, make_person: MakePerson, chance: random.Random, count: int
) -> list[Person]:
    """Workers of every age and wish, some with contracts."""
    people = []
    for _number in range(count):
        person = make_person()
        birth = datetime.date(chance.choice([2010, 2011, 2009, 1995, 1960]), chance.randint(1, 12), 1)
        BirthDate.objects.create(person=person, date=birth, legal_basis="労働基準法56条・57条")
        WorkerProfile.objects.create(
            person=person,
            updated_at=timezone.now(),
            max_km=chance.choice([3, 10, 40]),
            needs_lodging=chance.random() < 0.3,
            wants_half_day=chance.random() < 0.3,
            needs_desk=chance.random() < 0.3,
            wage_wish=chance.choice([None, 1200, 1600]),
            kinds=slugs(chance, WORK_KINDS, 3),
            skills=slugs(chance, SKILLS, 4),
            other_weekly_minutes=chance.choice([0, 0, 1200, 2300]),
            is_listed=chance.random() < 0.8,
            **({} if chance.random() < 0.2 else near(chance)),
        )
        start = chance.randint(-5, 8)
        for _window in range(chance.randint(0, 3)):
            end = start + chance.randint(1, 15)
            Availability.objects.create(
                person=person, days=DateRange(day_from_now(start), day_from_now(end), "[)")
            )
            start = end + chance.randint(0, 4)
        for one in chance.sample(LICENCES[:6], chance.randint(0, 4)):
            Licence.objects.create(
                person=person,
                kind=one.slug,
                state=chance.choice(["checked", "checked", "sent"]),
                expires_on=chance.choice([None, day_from_now(-1), day_from_now(0)]),
                sent_at=timezone.now(),
                decided_at=timezone.now(),
            )
        if chance.random() < 0.4:
            make_day(jobs, person, chance.choice(jobs.shifts))
        people.append(person)
    return people


def make_day(jobs: JobsWorld, person: Person, shift: Shift) -> WorkDay:
    """A contract of one day, without what an application would bring with it."""
    now = timezone.now()
    common = {"municipality": jobs.town, "employer": shift.employer, "person": person}
    asked = Application.objects.create(
        **common, posting=shift.posting, state="contracted", shown_name="例", applied_at=now, decided_at=now
    )
    contract = Contract.objects.create(
        **common, posting=shift.posting, application=asked, worker_name="例", made_at=now
    )
    day: WorkDay = WorkDay.objects.create(
        **common,
        contract=contract,
        shift=shift,
        period=(shift.starts_at, shift.ends_at),
        break_minutes=shift.break_minutes,
    )
    return day
