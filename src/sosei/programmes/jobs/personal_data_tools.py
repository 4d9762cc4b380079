"""What this room's kinds of personal data need: the terms of the law on employment, and names in place of keys."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable

from django.db.models import Max

from sosei.core.design import civil_day
from sosei.core.design.templatetags.design import screen_time
from sosei.core.people.models import Person
from sosei.core.people.personal_data import Kept
from sosei.core.people.personal_data_here.tools import name_keys
from sosei.programmes.jobs.models import Contract

LABOUR_LAW = (
    "労働基準法 第109条と第143条（労働関係の書類と賃金台帳は5年、当分の間は3年）",
    "Labour Standards Act, arts. 109 and 143 (records of employment and wages: five years, for now three)",
)
YEARS_KEPT = 3
"""What article 143 says for now, in place of the five years of article 109."""

name_keys("employer", "posting")


def today() -> datetime.date:
    """The civil day at the place."""
    return civil_day.today()


def terms_of(person: Person) -> dict[int, datetime.date]:
    """Contract -> the day until which the law keeps its papers: three years after it ended and was paid."""
    found = Contract.objects.filter(person=person).annotate(paid=Max("payslips__pay_on"))
    return {
        contract.pk: _later(max(screen_time(contract.ended_at).date(), contract.paid or datetime.date.min))
        if contract.ended_at
        else _later(today())
        for contract in found
    }


def _later(day: datetime.date) -> datetime.date:
    year = day.year + YEARS_KEPT
    return day.replace(year=year) if (day.month, day.day) != (2, 29) else datetime.date(year, 3, 1)


def kept_until(what: str, what_en: str, rows: Iterable[tuple[datetime.date, int]]) -> tuple[Kept, ...]:
    """What the law on employment keeps, a line for every day until which it does."""
    until: Counter[datetime.date] = Counter()
    for day, count in rows:
        until[day] += count
    return tuple(
        Kept(what, what_en, LABOUR_LAW[0], LABOUR_LAW[1], day.isoformat(), count)
        for day, count in sorted(until.items())
        if count
    )
