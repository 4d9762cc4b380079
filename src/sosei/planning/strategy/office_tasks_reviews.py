"""The yearly review on the office's first page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.core.people.office_tasks import Task, register
from sosei.planning.strategy.models import Review


def _open(person: Person, municipality: Municipality) -> int:
    running = Review.objects.visible_to(person).filter(plan_published_at__isnull=True)
    return running.filter(strategy__municipality=municipality, superseded_by__isnull=True).count()


register(
    Task(
        _("年度の評価"),
        _("施策を評価し、外部有識者の意見を聞き、公表して、次の年度の見直しを決めます。"),
        "strategy:reviews-office",
        roles.TOWN_STAFF | {roles.REVIEWER},
        _open,
        _("進んでいる評価：%(count)s件"),
        order=8,
    )
)
