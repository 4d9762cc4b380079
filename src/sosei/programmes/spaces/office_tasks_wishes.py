"""Open wishes that nobody has answered, on the office's first page."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.core.people.office_tasks import Task, register
from sosei.programmes.spaces.models import SpaceWish


def _unanswered(person: Person, municipality: Municipality) -> QuerySet[SpaceWish]:
    rows: QuerySet[SpaceWish] = (
        SpaceWish.objects.visible_to(person)
        .filter(municipality=municipality)
        .open(timezone.now())
        .unanswered()
    )
    return rows


register(
    Task(
        _("こんな場所がほしい"),
        _("町の人がさがしている場所です。公共施設を申し出たり、困った内容をかくしたりできます。"),
        "spaces:office-wishes",
        roles.SEES_PERSONAL_DATA,
        _unanswered,
        _("申し出のない募集：%(count)s"),
        order=44,
    )
)
