"""The check of the books on the office's first page, with the number of what did not agree last night."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.payments.services.checking import last_check
from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.core.people.office_tasks import Task, register


def _flaws(user: Person, town: Municipality) -> int:
    found = last_check(town)
    return int(found.data["count"]) if found is not None else 0


register(
    Task(
        _("帳簿の点検"),
        _("毎晩、請求、支払い、返金、振込の合計を数え直した結果を見ます。"),
        "payments:books",
        roles.SEES_PERSONAL_DATA,
        _flaws,
        _("合わないところ：%(count)s件"),
        order=52,
    )
)
