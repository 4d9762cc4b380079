"""Days of work on the office's first page: who works, corrections without an answer, safety notices."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.core.people.office_tasks import Task, register
from sosei.programmes.jobs.models import Correction
from sosei.programmes.jobs.services.days_corrections import overdue


def _overdue(user: Person, town: Municipality) -> QuerySet[Correction]:
    return overdue(town.pk)


register(
    Task(
        _("仕事の日"),
        _("町で今日だれが働いているか、だれが来なかったかを見ます。"),
        "jobs:office-days",
        roles.SEES_PERSONAL_DATA,
        order=46,
    )
)
register(
    Task(
        _("時間の修正"),
        _("働く人が求めた時間の修正のうち、雇用主が3日のあいだ返事をしていないものを見ます。"),
        "jobs:office-corrections",
        roles.SEES_PERSONAL_DATA,
        count=_overdue,
        count_text=_("返事がない：%(count)s件"),
        order=47,
    )
)
register(
    Task(
        _("仕事の安全の知らせ"),
        _("暑さや台風のとき、働いている人みんなに知らせを送り、返事を確かめます。"),
        "jobs:office-safety",
        frozenset({roles.PROGRAMME_STAFF}),
        order=48,
    )
)
