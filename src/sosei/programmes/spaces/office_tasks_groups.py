"""Groups to be registered, on the office's first page."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.core.people.office_tasks import Task, register
from sosei.programmes.spaces.models import UserGroup


def _groups(person: Person, municipality: Municipality) -> QuerySet[UserGroup]:
    rows: QuerySet[UserGroup] = UserGroup.objects.visible_to(person).filter(
        state=UserGroup.State.ASKED, municipality=municipality
    )
    return rows


register(
    Task(
        _("利用団体の登録"),
        _("公共施設を使う団体を確かめて、区分（市内・市外）、減免、期限を決めます。"),
        "spaces:groups-office",
        roles.SEES_PERSONAL_DATA,
        _groups,
        _("確認を待っている団体：%(count)s"),
        order=43,
    )
)
