"""Locks that do not answer, on the office's first page."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.core.people.office_tasks import Task, register
from sosei.programmes.spaces.models import Lock


def _silent(person: Person, municipality: Municipality) -> QuerySet[Lock]:
    rows: QuerySet[Lock] = Lock.objects.visible_to(person).filter(
        municipality=municipality, ended_at__isnull=True
    )
    return rows.exclude(problem="")


register(
    Task(
        _("場所の鍵とカレンダー"),
        _("返事のない鍵と、読めないカレンダーを見つけて、貸す人に知らせます。"),
        "spaces:office-keys",
        roles.SEES_PERSONAL_DATA,
        _silent,
        _("返事のない鍵：%(count)s"),
        order=53,
    )
)
