"""Workers of the demonstration: two of the cast, and others who cannot sign in; wishes, free days, licences, accounts."""

from __future__ import annotations

import datetime
import io
from collections.abc import Mapping
from decimal import Decimal
from functools import partial

from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from sosei.core.design import civil_day
from sosei.core.payments.bank_text import Account
from sosei.core.people import roles
from sosei.core.people.models import Person
from sosei.core.people.services.acting import Acting
from sosei.core.people.services.memberships import grant_role
from sosei.core.people.services.profile import record_birth_date
from sosei.core.records.attachments.receiving import prepare
from sosei.programmes.jobs.birth_purpose import LAW
from sosei.programmes.jobs.demonstration.story import DAY, Story, Town
from sosei.programmes.jobs.demonstration.tables import rows
from sosei.programmes.jobs.models import BankAccount
from sosei.programmes.jobs.search_filters import Filters
from sosei.programmes.jobs.services import licences, search, workers

LAST_YEAR, THIS_YEAR, LATELY = -390, -30, -13
"""Days on which those who worked last season registered, the others, and on which all looked at their free days."""
HALF_A_YEAR = 183 * DAY
LICENCES = (
    ("menkyo", "forklift", "checked", ""),
    ("sota", "age_certificate", "checked", ""),
    ("menkyo", "semi_medium_truck", "", ""),
    ("menkyo", "car", "", ""),
    ("ryoushi", "boat", "refused", "写真がぼやけて、番号が読めません。（見本）"),
)
"""Worker, licence, what the town's staff decided, and why."""
FOLLOWS = "hanako"
"""Who keeps a search."""


def make_person(
    town: Town, login: str, *, family: str, given: str, kana: tuple[str, str] = ("", "")
) -> Person:
    """Somebody invented who cannot sign in."""
    email = town.email(login)
    person = Person(
        email=email, family_name=family, given_name=given, family_kana=kana[0], given_kana=kana[1]
    )
    person.set_unusable_password()
    person.save()
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def plan_people(town: Town, story: Story) -> None:
    """From the registration to the checked licence."""
    before = {row["worker"] for row in rows("applications", town.code) if row["key"].startswith("kyo-")}
    for row in rows("workers", town.code):
        day = LAST_YEAR if row["key"] in before else THIS_YEAR
        story.tell(town.at(day, "18:00"), partial(_register, town, row))
        story.tell(town.at(LATELY, "19:00"), partial(_free_days, town, row))
    known = {row["key"] for row in rows("workers", town.code)}
    for worker, kind, decision, reason in LICENCES:
        if worker in known:
            _plan_licence(town, story, worker, kind, decision, reason)
    if FOLLOWS in known:
        story.tell(town.at(-5, "12:00"), lambda: _keep_search(town))


def _register(town: Town, row: Mapping[str, str]) -> None:
    person = town.staff(row["email"]) if row["email"] else _newcomer(town, row)
    town.known(row["key"], person)
    grant_role(
        person=person,
        role=roles.CITIZEN,
        municipality=town.municipality,
        granted_by=person,
        reason="仕事を探すため（見本）",
    )
    by = Acting.for_oneself(town.person(row["key"]))
    record_birth_date(by=by, date=_birth(town.today, int(row["born"])), legal_basis=str(LAW))
    workers.save_profile(by=by, wishes=_wishes(row))
    if row["electronic"]:
        workers.choose_delivery(by=by, electronic=True)
    if row["account"]:
        workers.save_account(by=by, account=_account(person))


def _newcomer(town: Town, row: Mapping[str, str]) -> Person:
    kana = (row["family_kana"], row["given_kana"])
    return make_person(town, f"shigoto-{row['key']}", family=row["family"], given=row["given"], kana=kana)


def _birth(today: datetime.date, age: int) -> datetime.date:
    first = today.replace(day=1)
    return first.replace(year=first.year - age) - HALF_A_YEAR


def _wishes(row: Mapping[str, str]) -> workers.Wishes:
    return workers.Wishes(
        about=row["about"],
        latitude=Decimal(row["latitude"]),
        longitude=Decimal(row["longitude"]),
        place_name=row["place"],
        max_km=int(row["km"]),
        needs_lodging=bool(row["lodging"]),
        wants_half_day=bool(row["half"]),
        needs_desk=bool(row["desk"]),
        wage_wish=int(row["wage"]) if row["wage"] else None,
        kinds=tuple(row["kinds"].split()),
        skills=tuple(row["skills"].split()),
        is_student=bool(row["student"]),
        other_weekly_minutes=int(row["other_minutes"] or 0),
        other_employers=row["other"],
    )


def _account(person: Person) -> Account:
    """At a bank that does not exist."""
    return Account(
        bank_code="0999",
        bank_name="ﾐﾎﾝ",
        branch_code="999",
        branch_name="ﾐﾎﾝ",
        type=BankAccount.Type.ORDINARY,
        number=f"{person.pk:07d}"[-7:],
        holder="ﾐﾎﾝ",
    )


def _free_days(town: Town, row: Mapping[str, str]) -> None:
    first, last = (town.day(part) for part in row["free"].split("-"))
    workers.add_free_days(by=Acting.for_oneself(town.person(row["key"])), first=first, last=last)


def _plan_licence(town: Town, story: Story, worker: str, kind: str, decision: str, reason: str) -> None:
    held = {}

    def send() -> None:
        by = Acting.for_oneself(town.person(worker))
        until = civil_day.today() + 700 * DAY
        held["licence"] = licences.send_licence(
            by=by, kind=kind, expires_on=until, files=[prepare(_picture())]
        )

    def decide() -> None:
        licences.decide_licence(
            licence=held["licence"],
            actor=town.staff(),
            municipality=town.municipality,
            checked=decision == "checked",
            reason=reason,
        )

    story.tell(town.at(LATELY if decision else -1, "20:00"), send)
    if decision:
        story.tell(town.at(LATELY + 1, "09:00"), decide)


def _picture() -> SimpleUploadedFile:
    """An empty card: no licence is imitated."""
    drawn = io.BytesIO()
    Image.new("RGB", (428, 270), "#dde3ea").save(drawn, "PNG")
    return SimpleUploadedFile("mihon.png", drawn.getvalue(), content_type="image/png")


def _keep_search(town: Town) -> None:
    search.save_search(
        by=Acting.for_oneself(town.person(FOLLOWS)),
        name="桃の仕事（見本）",
        filters=Filters(words=("桃",)),
        municipality=town.municipality,
    )
