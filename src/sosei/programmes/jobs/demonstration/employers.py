"""Employers of the demonstration: registered, checked, with their places; their postings; the town's harvest calendar."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from sosei.core.people.models import Organisation, Person
from sosei.engines.conventions.corporate_number import check_digit
from sosei.programmes.jobs.demonstration.people import make_person
from sosei.programmes.jobs.demonstration.story import DAY, Story, Town
from sosei.programmes.jobs.demonstration.tables import rows, season
from sosei.programmes.jobs.models import Employer
from sosei.programmes.jobs.services import calendar, employer_places, employers, postings, shifts
from sosei.programmes.jobs.services.days_codes import make_code

REGISTERED, CHECKED, ASKED = -400, -399, -2
"""Days on which employers registered, were checked, and on which the one that waits asked."""
OF_THE_CAST = "nouen"
FIRST_NUMBER = 999_900_000_000
"""No registry has numbered as far: of no real corporation."""
WEEKS_BEFORE, WEEKS_AFTER = 8, 52
NEEDS_FROM = "昨年の作付けからの見積もり（見本）"
TEXTS = {
    "duties_scope": "同じ場所での片づけや箱づめを頼むことがあります。",
    "place_scope": "変更はありません。",
    "term": "申し込んだ日だけの契約です。",
    "renewal": "更新はありません。",
    "trial_period": "ありません。",
    "holidays": "申し込んだ日のほかは休みです。",
    "fixed_overtime": "ありません。",
    "pay_closing": "毎日",
    "pay_day": "働いた日の7日後",
    "raise_and_bonus": "昇給・賞与・退職手当はありません。",
    "insurance": "労災保険に入っています。雇用保険・健康保険・厚生年金は、条件に合うときに入ります。",
    "transport": "無料の駐車場があります。",
    "belongings": "動きやすい服、飲み物。手ぶくろは用意します。",
    "ending": "契約の期間が終わると退職になります。",
}
"""What all postings of the demonstration say alike."""

HAZARDOUS = {"is_hazardous": True, "min_age": 18, "age_reason": "危険な仕事のため（労基法62条）"}


def plan_employers(town: Town, story: Story) -> None:
    """From the registration to the published posting."""
    for number, row in enumerate(rows("employers", town.code)):
        _plan_employer(town, story, row, number)
    for row in rows("workplaces", town.code):
        story.tell(town.at(REGISTERED, "11:00"), partial(_enter_workplace, town, row))
    for row in rows("lodgings", town.code):
        story.tell(town.at(REGISTERED, "11:30"), partial(_enter_lodging, town, row))
    story.tell(town.at(CHECKED, "15:00"), lambda: _plan_harvest(town))
    story.tell(town.at(CHECKED, "16:00"), lambda: _hang_codes(town))
    for row in rows("postings", town.code):
        day = int(row["published"]) if row["published"] else -1
        story.tell(town.at(day, "07:40"), partial(_write_posting, town, row))


# --- Employers and places ---------------------------------------------------------------------------------------------


def _plan_employer(town: Town, story: Story, row: Mapping[str, str], number: int) -> None:
    waits = row["decision"] == "asked"
    day = ASKED if waits else REGISTERED
    story.tell(town.at(day, "10:00"), lambda: _register(town, row, number))
    if not waits:
        story.tell(town.at(CHECKED, "14:00"), lambda: _decide(town, row))


def _register(town: Town, row: Mapping[str, str], number: int) -> None:
    corporate = "" if row["individual"] else _corporate_number(town, number)
    person = _who_acts(town, row, corporate)
    town.known(f"for {row['key']}", person)
    town.employers[row["key"]] = employers.register_employer(
        municipality=town.municipality,
        particulars=_particulars(town, row),
        corporate_number=corporate,
        person=person,
        actor=person,
    )


def _corporate_number(town: Town, number: int) -> str:
    base = str(FIRST_NUMBER + int(town.code) * 100 + number)
    return check_digit(base) + base


def _who_acts(town: Town, row: Mapping[str, str], corporate: str) -> Person:
    """The employer of the cast has an organisation already, which the number finds again."""
    if row["key"] != "mihon":
        family, given = row["representative"].split(" ")
        return make_person(town, f"koyou-{row['key']}", family=family, given=given)
    own = Organisation.objects.get(municipality=town.municipality, name=row["name"])
    own.corporate_number = corporate
    own.save(update_fields=["corporate_number"])
    return town.staff(OF_THE_CAST)


def _particulars(town: Town, row: Mapping[str, str]) -> employers.Particulars:
    agreed = row["overtime_days"]
    return employers.Particulars(
        name=row["name"],
        name_en=row["name_en"],
        industry=row["industry"],
        representative=row["representative"],
        address=row["address"],
        employees=int(row["employees"]),
        is_individual=bool(row["individual"]),
        accident_insurance=bool(row["insured"]),
        # No such office: labour insurance numbers begin with the prefecture.
        accident_insurance_number="00-0-00-000000-000" if row["insured"] else "",
        employment_insurance=bool(row["insured"]),
        overtime_agreement_until=town.day(agreed) if agreed else None,
        is_small_special=bool(row["small_special"]),
        harassment_contact=row["contact"],
        harassment_phone=row["contact_phone"],
        about=row["about"],
        about_en=row["about_en"],
    )


def _decide(town: Town, row: Mapping[str, str]) -> None:
    decide = employers.approve_employer if row["decision"] == "approved" else employers.refuse_employer
    employer = Employer.objects.get(pk=town.employers[row["key"]].pk)
    town.employers[row["key"]] = decide(employer=employer, actor=town.staff(), reason=row["reason"])


def _place_columns(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": row["name"],
        "name_en": row["name_en"],
        "address": row["address"],
        "latitude": Decimal(row["latitude"]),
        "longitude": Decimal(row["longitude"]),
        "has_desk": bool(row["desk"]),
    }


def _enter_workplace(town: Town, row: Mapping[str, str]) -> None:
    kept = {name: row[name] for name in ("access", "smoking", "exemption", "exemption_reason")}
    town.workplaces[row["key"]] = employer_places.enter_workplace(
        employer=town.employers[row["employer"]],
        columns={**_place_columns(row), **kept, "municipality_code": town.code},
        actor=town.acting(row["employer"]),
    )


def _enter_lodging(town: Town, row: Mapping[str, str]) -> None:
    kept: dict[str, Any] = {"meals": row["meals"], "about": row["about"]}
    kept |= {"beds": int(row["beds"]), "yen_a_night": int(row["yen"])}
    town.lodgings[row["key"]] = employer_places.enter_lodging(
        employer=town.employers[row["employer"]],
        columns={**_place_columns(row), **kept},
        actor=town.acting(row["employer"]),
    )


def _hang_codes(town: Town) -> None:
    for row in rows("workplaces", town.code):
        make_code(workplace=town.workplaces[row["key"]], actor=town.acting(row["employer"]))


# --- Harvest calendar -------------------------------------------------------------------------------------------------


def _plan_harvest(town: Town) -> None:
    monday = town.today - DAY * town.today.weekday()
    weeks = [monday + 7 * DAY * week for week in range(-WEEKS_BEFORE, WEEKS_AFTER + 1)]
    needs: dict[tuple[int, datetime.date], int] = {}
    for position, row in enumerate(rows("needs", town.code)):
        crop = calendar.enter_crop(
            municipality=town.municipality,
            name=row["crop"],
            name_en=row["crop_en"],
            position=position,
            actor=town.staff(),
        )
        town.crops[row["crop"]] = crop
        needs |= {(crop.pk, week): int(row[str(week.month)]) for week in weeks}
    calendar.set_needs(municipality=town.municipality, needs=needs, source=NEEDS_FROM, actor=town.staff())


# --- Postings ---------------------------------------------------------------------------------------------------------


def _write_posting(town: Town, row: Mapping[str, str]) -> None:
    employer = Employer.objects.get(pk=town.employers[row["employer"]].pk)
    actor = town.acting(row["employer"])
    posting = postings.write_posting(employer=employer, columns=_posting_columns(town, row), actor=actor)
    weekdays = [int(day) for day in row["weekdays"].split()]
    series = shifts.Series(
        first=town.day(row["first"]),
        last=town.day(row["until"]),
        weekdays=weekdays or range(7),
        starts=datetime.time.fromisoformat(row["starts"]),
        ends=datetime.time.fromisoformat(row["ends"]),
        break_minutes=int(row["pause"]),
        capacity=int(row["capacity"]),
    )
    shifts.add_series(posting=posting, series=series, actor=actor)
    if row["published"]:
        posting = postings.publish_posting(posting=posting, actor=actor)
    town.postings[row["key"]] = posting


def _posting_columns(town: Town, row: Mapping[str, str]) -> dict[str, Any]:
    told = {name: row[name] for name in ("kind", "title", "title_en", "duties", "duties_en")}
    if row["season"]:
        work = season(town.day(row["first"]).month)
        told["title"] = row["title"].replace("%", work["work"])
        told["title_en"] = row["title_en"].replace("%", work["work_en"])
        told |= {name: work[name] for name in ("kind", "duties", "duties_en")}
    kept = {name: row[name] for name in ("mode", "half_day", "meals", "rain")}
    return {
        **TEXTS,
        **told,
        **kept,
        "workplace": town.workplaces[row["workplace"]],
        "lodging": town.lodgings.get(row["lodging"]),
        "crop": town.crops.get(row["crop"]),
        "has_overtime": False,
        "hourly_wage": int(row["wage"]),
        "commuting_yen": int(row["commuting"]),
        "whole_series": bool(row["whole_series"]),
        "licences": row["licences"].split(),
        "skills": row["skills"].split(),
        **(HAZARDOUS if row["hazardous"] else {}),
        "cancellation_grounds": ["force_majeure", "worker_unable", "missing_items"],
    }
