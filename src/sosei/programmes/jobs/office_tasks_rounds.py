"""Rounds on the office's first page: those whose applications are over and which wait for the draw or the publication."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.core.people.office_tasks import Task, register
from sosei.programmes.jobs.models import Round


def _waiting(user: Person, town: Municipality) -> QuerySet[Round]:
    over: QuerySet[Round] = Round.objects.visible_to(user).filter(
        municipality=town, closes_at__lte=timezone.now()
    )
    return over.exclude(state=Round.State.PUBLISHED)


register(
    Task(
        _("まとめて割り当てる回"),
        _("たくさんの場所を、希望の順と公開の抽選で一度にうめます。受付・抽選・発表をします。"),
        "jobs:office-rounds",
        roles.SEES_PERSONAL_DATA,
        count=_waiting,
        count_text=_("抽選か発表を待っている：%(count)s回"),
        order=44,
    )
)
