"""A campaign with its departments, as tests of campaigns need it."""

from __future__ import annotations

import datetime
import re
from typing import Any

from django.utils import timezone

from sosei.core.people.models import Organisation, Person
from sosei.core.records.models import Message
from sosei.planning.strategy.models import Answer, Ask, Campaign, Kpi, PolicyPackage
from sosei.planning.strategy.numbers import today_in
from sosei.planning.strategy.services import answers, campaigns
from sosei.planning.strategy.services.answers import Sheet, Typed
from tests.strategy.conftest import make_department, make_kpi

YEAR = 2023
"""The fiscal year that the campaigns of the tests ask for."""


def prepared(package: PolicyPackage, planner: Person, **given: Any) -> Campaign:
    """A campaign of `YEAR` that is due in two weeks."""
    today = today_in(package.strategy.municipality)
    return campaigns.prepare_campaign(
        strategy=package.strategy,
        prepared_by=planner,
        **{"fiscal_year": YEAR, "due_on": today + datetime.timedelta(days=14), **given},
    )


def departments_with_kpis(package: PolicyPackage, departments: int, each: int = 2) -> list[Organisation]:
    """Departments with an e-mail address and so many KPIs each; values 110 in 2021 and 120 in 2022."""
    made = []
    for number in range(1, departments + 1):
        department = make_department(package.strategy.municipality, f"{number}課（架空）")
        department.email = f"department-{number}@example.jp"
        department.save()
        for place in range(1, each + 1):
            make_kpi(
                package,
                title=f"{number}課の指標{place}",
                title_en=f"Indicator {place} of {number}",
                position=number * 100 + place,
                department=department,
                actuals={2021: 110, 2022: 120},
            )
        made.append(department)
    return made


def opened(
    package: PolicyPackage, planner: Person, departments: int = 1, each: int = 2, **given: Any
) -> Campaign:
    """An open campaign of departments made for it."""
    departments_with_kpis(package, departments, each)
    return campaigns.open_campaign(campaign=prepared(package, planner, **given), opened_by=planner)


def token_for(department: Organisation | Any, kind: str = "campaign.question") -> str:
    """The token in the last mail that a department's address was sent."""
    message = Message.objects.filter(to_address=department.email, kind=kind).latest("pk")
    found = re.search(r"/strategy/answer/([\w-]{20,})", message.body)
    assert found is not None
    return found[1]


def fill(ask: Ask, person: Person | None = None, value: str = "131", **columns: Any) -> Sheet:
    """Every KPI of an ask with a value."""
    given = {
        answer.pk: Typed(version=answer.version, typed=value, explanation="広報をふやした", **columns)
        for answer in ask.answers.all()
    }
    return answers.save_answers(ask=ask, given=given, person=person)


def send(ask: Ask, person: Person | None = None, name: str = "山田（架空）", reason: str = "") -> Ask:
    """Looks over and sends."""
    seen = answers.sheet_of(Ask.objects.select_related("campaign").get(pk=ask.pk)).seen
    return answers.send_answers(ask=ask, person=person, name=name, seen=seen, reason=reason)


def make_due(campaign: Campaign, days_ago: int) -> None:
    """The due date lies so many days back."""
    day = today_in(campaign.strategy.municipality) - datetime.timedelta(days=days_ago)
    Campaign.objects.filter(pk=campaign.pk).update(due_on=day)


def kpi_of(ask: Ask) -> Kpi:
    """The first KPI of an ask."""
    answer: Answer = ask.answers.order_by("pk").first()
    return answer.kpi


def now() -> datetime.datetime:
    """This moment."""
    return timezone.now()
