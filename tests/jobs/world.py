"""A small world of seasonal work: a town, an approved employer with its places, a published posting, workers, staff.

Every builder can be called by itself; `build_world` puts one of each together. All names are invented.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from sosei.core.people import roles
from sosei.core.people.models import BirthDate, Municipality, Organisation, Person
from sosei.programmes.jobs.models import (
    Crop,
    Employer,
    Lodging,
    LodgingNight,
    Posting,
    Shift,
    WorkerProfile,
    Workplace,
)
from tests.people.conftest import MakePerson, hold_role, make_town

JST = ZoneInfo("Asia/Tokyo")


def day_from_now(days: int) -> datetime.date:
    """A civil day in Japan, counted from today."""
    return timezone.now().astimezone(JST).date() + datetime.timedelta(days=days)


def at(day: datetime.date, time: str) -> datetime.datetime:
    """A moment of a day in Japan: `at(day, "06:30")`."""
    hour, minute = time.split(":")
    return datetime.datetime.combine(day, datetime.time(int(hour), int(minute)), tzinfo=JST)


def make_employer(
    town: Municipality, name: str = "みほん桃園（架空）", *, state: str = "approved", **columns: Any
) -> Employer:
    """An employer of the town with its organisation; approved unless told otherwise."""
    organisation = Organisation.objects.create(
        municipality=town, kind=Organisation.Kind.EMPLOYER, name=name, name_en=columns.pop("name_en", "")
    )
    now = timezone.now()
    given: dict[str, Any] = {
        "industry": Employer.Industry.FARMING,
        "representative": "架空 桃太",
        "address": "福島県いわき市架空1-2-3",
        "employees": 6,
        "is_individual": True,
        "accident_insurance": True,
        "accident_insurance_number": "07-1-01-000000-000",
        "harassment_contact": "架空 桃子",
        "harassment_phone": "+81246000000",
        "harassment_email": "soudan@example.jp",
        "asked_at": now - datetime.timedelta(days=30),
        "decided_at": None if state == "asked" else now - datetime.timedelta(days=29),
    }
    made: Employer = Employer.objects.create(
        organisation=organisation, municipality=town, name=name, state=state, **{**given, **columns}
    )
    return made


def make_workplace(employer: Employer, **columns: Any) -> Workplace:
    """An orchard of the employer, where the rules of working time apply unless `exemption` is given."""
    given: dict[str, Any] = {
        "name": "南の畑（架空）",
        "municipality_code": employer.municipality.code,
        "address": "福島県いわき市架空4-5",
        "latitude": Decimal("37.050000"),
        "longitude": Decimal("140.890000"),
        "access": "いわき駅から車で15分。無料の駐車場があります。",
        "smoking": Workplace.Smoking.OUTDOOR_WORK,
    }
    made: Workplace = Workplace.objects.create(
        municipality=employer.municipality, employer=employer, **{**given, **columns}
    )
    return made


def make_lodging(employer: Employer, **columns: Any) -> Lodging:
    """Two beds of the employer."""
    given: dict[str, Any] = {
        "name": "畑の離れ（架空）",
        "address": "福島県いわき市架空4-6",
        "latitude": Decimal("37.051000"),
        "longitude": Decimal("140.892000"),
        "beds": 2,
        "yen_a_night": 0,
        "has_desk": True,
    }
    made: Lodging = Lodging.objects.create(
        municipality=employer.municipality, employer=employer, **{**given, **columns}
    )
    return made


def make_nights(lodging: Lodging, first: datetime.date, nights: int) -> list[LodgingNight]:
    """Nights of a lodging, all beds free."""
    return [
        LodgingNight.objects.create(
            municipality=lodging.municipality,
            employer=lodging.employer,
            lodging=lodging,
            night=first + datetime.timedelta(days=offset),
            beds=lodging.beds,
        )
        for offset in range(nights)
    ]


def make_crop(town: Municipality, name: str = "桃") -> Crop:
    """A crop of the town."""
    made: Crop = Crop.objects.get_or_create(
        municipality=town, name=name, defaults={"name_en": {"桃": "Peaches"}.get(name, "")}
    )[0]
    return made


def make_posting(
    workplace: Workplace, *, lodging: Lodging | None = None, state: str = "published", **columns: Any
) -> Posting:
    """A posting that holds every item the law asks for, without shifts; published unless told otherwise."""
    now = timezone.now()
    given: dict[str, Any] = {
        "mode": Posting.Mode.INSTANT,
        "kind": "fruit_harvest",
        "title": "桃の収穫（架空）",
        "title_en": "Peach harvest (invented)",
        "duties": "木から桃をとり、かごに入れて運びます。",
        "duties_scope": "選果・箱づめをお願いすることがあります。",
        "place_scope": "変更はありません。",
        "term": "申し込んだ日だけの契約です。",
        "renewal": "更新はありません。",
        "trial_period": "ありません。",
        "holidays": "申し込んだ日のほかは休みです。",
        "has_overtime": False,
        "hourly_wage": 1300,
        "commuting_yen": 500,
        "fixed_overtime": "ありません。",
        "pay_closing": "毎日",
        "pay_day": "働いた日の7日後",
        "raise_and_bonus": "昇給・賞与・退職手当はありません。",
        "insurance": "労災保険に入っています。雇用保険・健康保険・厚生年金は、条件に合うときに入ります。",
        "meals": "昼食を出します。",
        "belongings": "帽子、長そで、長ぐつ",
        "rain": "小雨は仕事をします。",
        "cancellation_grounds": ["force_majeure", "worker_unable", "missing_items"],
        "ending": "契約の期間が終わると退職になります。",
        "created_at": now - datetime.timedelta(days=2),
        "published_at": None if state == "draft" else now - datetime.timedelta(days=1),
        "confirmed_at": None if state == "draft" else now - datetime.timedelta(days=1),
        "closed_at": now if state == "closed" else None,
    }
    made: Posting = Posting.objects.create(
        municipality=workplace.municipality,
        employer=workplace.employer,
        workplace=workplace,
        lodging=lodging,
        state=state,
        **{**given, **columns},
    )
    return made


def make_shift(
    posting: Posting,
    day: datetime.date,
    times: tuple[str, str] = ("08:00", "16:00"),
    *,
    break_minutes: int = 60,
    capacity: int = 3,
    **columns: Any,
) -> Shift:
    """One shift on a day in Japan; an end not after the start is on the next day."""
    starts, ends = at(day, times[0]), at(day, times[1])
    if ends <= starts:
        ends += datetime.timedelta(days=1)
    made: Shift = Shift.objects.create(
        municipality=posting.municipality,
        employer=posting.employer,
        posting=posting,
        starts_at=starts,
        ends_at=ends,
        break_minutes=break_minutes,
        capacity=capacity,
        **columns,
    )
    return made


def make_shifts(
    posting: Posting, first: datetime.date | None = None, days: int = 3, **options: Any
) -> list[Shift]:
    """Shifts on days that follow each other; from two weeks ahead unless told otherwise."""
    start = first or day_from_now(14)
    return [make_shift(posting, start + datetime.timedelta(days=n), **options) for n in range(days)]


def make_worker(
    make_person: MakePerson,
    *,
    birth: datetime.date | None = datetime.date(1995, 5, 5),
    profile: dict[str, Any] | None = None,
    **columns: Any,
) -> Person:
    """Somebody with an account, a date of birth and a worker's profile; `birth=None` for nobody knows when."""
    person = make_person(**columns)
    if birth is not None:
        BirthDate.objects.create(person=person, date=birth, legal_basis="労働基準法56条・57条")
    WorkerProfile.objects.create(
        person=person,
        updated_at=timezone.now(),
        **{"latitude": Decimal("37.055000"), "longitude": Decimal("140.887000"), **(profile or {})},
    )
    return person


def make_farmer(make_person: MakePerson, employer: Employer, **columns: Any) -> Person:
    """Somebody who acts for the employer."""
    person = make_person(**columns)
    hold_role(person, roles.EMPLOYER, employer.municipality, employer.organisation)
    return person


@dataclass
class JobsWorld:
    """One of each, in a town; `other_*` stand in another town or belong to another employer."""

    town: Municipality
    other_town: Municipality
    employer: Employer
    other_employer: Employer
    workplace: Workplace
    lodging: Lodging
    crop: Crop
    posting: Posting
    shifts: list[Shift]
    farmer: Person
    other_farmer: Person
    worker: Person
    friend: Person
    staff: Person
    other_staff: Person
    planner: Person


def build_world(make_person: MakePerson) -> JobsWorld:
    """A town with an approved employer, its orchard, two beds and a posting of three days with three places each;
    another employer of the same town; two workers; programme staff of this town and of another; a planner."""
    town = make_town("07204", "いわき市", "Iwaki City")
    other_town = make_town("07201", "福島市", "Fukushima City")
    employer = make_employer(town)
    other_employer = make_employer(town, "べつの農園（架空）")
    workplace, lodging, crop = make_workplace(employer), make_lodging(employer), make_crop(town)
    posting = make_posting(workplace, lodging=lodging, crop=crop)
    shifts = make_shifts(posting)
    make_nights(lodging, day_from_now(13), 5)
    return JobsWorld(
        town=town,
        other_town=other_town,
        employer=employer,
        other_employer=other_employer,
        workplace=workplace,
        lodging=lodging,
        crop=crop,
        posting=posting,
        shifts=shifts,
        farmer=make_farmer(make_person, employer),
        other_farmer=make_farmer(make_person, other_employer),
        worker=make_worker(make_person),
        friend=make_worker(make_person),
        staff=make_person(roles.PROGRAMME_STAFF, town),
        other_staff=make_person(roles.PROGRAMME_STAFF, other_town),
        planner=make_person(roles.PLANNER, town),
    )
