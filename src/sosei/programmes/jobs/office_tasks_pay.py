"""Wages on the office's first page: employers who have not issued what is due."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.core.people.office_tasks import Task, register
from sosei.programmes.jobs.services.pay_lists import employers_with_unpaid_days


def _unpaid(user: Person, town: Municipality) -> int:
    return employers_with_unpaid_days(town)


register(
    Task(
        _("賃金の支払い"),
        _("支払日を過ぎても給与明細が出ていない雇用主を見て、電話をします。"),
        "jobs:office-pay",
        roles.SEES_PERSONAL_DATA,
        count=_unpaid,
        count_text=_("明細がまだの日がある雇用主：%(count)s"),
        order=49,
    )
)
