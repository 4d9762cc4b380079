"""Certificates of activities: the days, hours and employers of somebody's work in a town, with a code to check them by."""

from __future__ import annotations

import datetime
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import rules
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Municipality, Person
from sosei.core.records.services import write_entry
from sosei.engines.conventions.fiscal_years import fiscal_year_of
from sosei.engines.labour.spans import JST
from sosei.programmes.jobs import certificate_pdf, locks
from sosei.programmes.jobs.errors_care import CareError
from sosei.programmes.jobs.models import Certificate, WorkDay
from sosei.programmes.jobs.rules_care import SIGNS, masked_name, normal_number
from sosei.programmes.jobs.services.days import day_for_pay

CODE_SIGNS, NUMBER_SIGNS = 8, 6
PRESSED_TWICE = datetime.timedelta(minutes=2)
_SALT = "sosei.jobs.certificate"


@dataclass
class Activities:
    """What somebody did in a town in a time.

    Attributes:
        employers: for each its name, days and minutes, in the order of the first day.
    """

    first_day: datetime.date
    last_day: datetime.date
    days: int = 0
    minutes: int = 0
    employers: list[dict[str, Any]] = field(default_factory=list)


def activities_of(person: Person, town: Municipality, year: int | None = None) -> Activities | None:
    """The days on which the person worked in the town, of one fiscal year where one is named; None without any.

    Two shifts on one civil day are one day.
    """
    found: Activities | None = None
    seen: dict[str, set[datetime.date]] = {}
    for day in worked_days(person, town):
        on = day.period.lower.astimezone(JST).date()
        counted = day_for_pay(day)
        if counted is None or (year is not None and fiscal_year_of(on.year, on.month) != year):
            continue
        found = found or Activities(on, on)
        found.last_day, found.minutes = on, found.minutes + counted.minutes
        name = day.employer.name
        if name not in seen:
            found.employers.append({"name": name, "name_en": day.employer.name_en, "days": 0, "minutes": 0})
        seen.setdefault(name, set()).add(on)
        line = next(one for one in found.employers if one["name"] == name)
        line["days"], line["minutes"] = len(seen[name]), line["minutes"] + counted.minutes
    if found is not None:
        found.days = len(set().union(*seen.values()))
    return found


def worked_days(person: Person, town: Municipality) -> Sequence[WorkDay]:
    """Days of work that are over, first to last; called for the person, or who serves the person."""
    rows = WorkDay.objects.filter(person=person, municipality=town, state=WorkDay.State.WORKED)
    # The work stays done when the employer is gone, or no longer approved.
    with tenancy.unguarded():
        return list(
            rows.filter(period__endswith__lte=timezone.now())
            .select_related("employer", "shift")
            .prefetch_related("punches", "corrections")
            .order_by("period", "pk")
        )


def years_of(days: Sequence[WorkDay]) -> list[int]:
    """Fiscal years in which somebody worked, the latest first."""
    dates = (day.period.lower.astimezone(JST) for day in days)
    return sorted({fiscal_year_of(on.year, on.month) for on in dates}, reverse=True)


@transaction.atomic
def issue_certificate(
    *, municipality: Municipality, person: Person, actor: Person, year: int | None = None
) -> Certificate:
    """A certificate of what somebody did until now; a button pressed twice makes one.

    Raises:
        NotAllowedError: `actor` is neither the person nor serves the person.
        CareError: no name, or nothing done there.
    """
    made = Certificate(municipality=municipality, person=person)
    if not rules.has_perm("jobs.add_certificate", actor, made):
        raise NotAllowedError(_("証明書を出せるのは、本人と、本人を手伝う市の担当者だけです。"))
    if not person.full_name:
        raise CareError(_("証明書には名前がいります。マイページで名前を入れてください。"))
    with tenancy.unguarded():
        locks.lock_persons([person.pk])
        done = activities_of(person, municipality, year)
        if done is None:
            raise CareError(_("この町で働いた記録が、この期間にはありません。"))
        made.first_day, made.last_day = done.first_day, done.last_day
        made.days, made.minutes, made.employers = done.days, done.minutes, done.employers
        made.issued_at = timezone.now()
        same = _issued_just_now(made)
        if same is not None:
            return same
        made.number = _number(made.issued_at)
        made.pdf = certificate_pdf.make_certificate(
            made, name=person.full_name, code=check_code(made), english=person.language == "en"
        )
        made.save()
        write_entry(
            actor=actor,
            verb="certificate.issued",
            subject=made,
            person=person,
            municipality=municipality,
            on_behalf_of=None if actor.pk == person.pk else person,
            data={"number": made.number},
        )
        return made


def _issued_just_now(made: Certificate) -> Certificate | None:
    """The same one of a moment ago; later a name may have been put right, and a new one is wanted."""
    found: Certificate | None = Certificate.objects.filter(
        municipality=made.municipality,
        person=made.person,
        issued_at__gte=made.issued_at - PRESSED_TWICE,
        first_day=made.first_day,
        last_day=made.last_day,
        days=made.days,
        minutes=made.minutes,
    ).first()
    return found


def _number(now: datetime.datetime) -> str:
    """Chance, not a count: how many certificates there are is nobody's to read from one."""
    signs = "".join(secrets.choice(SIGNS) for _each in range(NUMBER_SIGNS))
    return f"{now.astimezone(JST):%Y%m%d}-{signs}"


# --- Checking ---------------------------------------------------------------------------------------------------------


def check_code(certificate: Certificate, key: str | None = None) -> str:
    """The code printed beside the number; another one if a figure of the row were changed."""
    told = "|".join(
        str(part)
        for part in (
            certificate.number,
            certificate.municipality_id,
            certificate.first_day.isoformat(),
            certificate.last_day.isoformat(),
            certificate.days,
            certificate.minutes,
        )
    )
    digest = salted_hmac(_SALT, told, secret=key, algorithm="sha256").digest()
    return "".join(SIGNS[byte % len(SIGNS)] for byte in digest[:CODE_SIGNS])


@dataclass(frozen=True)
class Checked:
    """What an outsider who holds the paper may compare with it: no more than the paper, and less of the name."""

    number: str
    town: Municipality
    name: str
    issued_on: datetime.date
    first_day: datetime.date
    last_day: datetime.date
    days: int
    minutes: int
    employers: list[dict[str, Any]]


def check_certificate(*, municipality: Municipality, number: str, code: str) -> Checked | None:
    """What stands in the certificate of that number and code; None where both do not belong together."""
    typed = normal_number(code).replace("-", "").encode()
    with tenancy.unguarded():
        found = (
            Certificate.objects.filter(municipality=municipality, number=normal_number(number))
            .select_related("municipality", "person")
            .defer("pdf")
            .first()
        )
        keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        if found is None or not any(
            hmac.compare_digest(check_code(found, key).encode(), typed) for key in keys
        ):
            return None
        return Checked(
            found.number,
            found.municipality,
            masked_name(found.person.full_name),
            found.issued_at.astimezone(JST).date(),
            found.first_day,
            found.last_day,
            found.days,
            found.minutes,
            found.employers,
        )
