"""The tasks of records on the office page of people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality, Person
from sosei.core.people.office_tasks import Task, register
from sosei.core.records import permissions
from sosei.core.records.models import Message


def _undelivered(person: Person, municipality: Municipality) -> int:
    return Message.objects.visible_to(person).filter(municipality=municipality).undelivered().count()


register(
    Task(
        _("記録"),
        _("だれが、だれについて、何を、なぜ行ったかを見ます。"),
        "records:entries",
        permissions.ADDRESSES["entries"].roles,
        order=80,
    )
)
register(
    Task(
        _("届かなかったメッセージ"),
        _("送れなかったお知らせとその理由を見て、もう一度送ります。"),
        "records:undelivered",
        permissions.ADDRESSES["undelivered"].roles,
        _undelivered,
        _("%(count)s件"),
        order=90,
    )
)
