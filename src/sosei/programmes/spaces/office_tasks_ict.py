"""ICT equipment on the office's first page: partners, needs, unmet searches."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.core.people.office_tasks import Task, register
from sosei.programmes.spaces.models import IctNeed


def _open(person: Person, municipality: Municipality) -> QuerySet[IctNeed]:
    rows: QuerySet[IctNeed] = IctNeed.objects.visible_to(person).filter(
        municipality=municipality, state=IctNeed.State.OPEN
    )
    return rows


register(
    Task(
        _("場所のICT設備"),
        _("ICTの会社を認め、見つからなかった検索から相談を作り、提案・工事・検収のようすを見ます。"),
        "spaces:ict-office",
        roles.SEES_PERSONAL_DATA,
        _open,
        _("提案を待っている相談：%(count)s"),
        order=44,
    )
)
