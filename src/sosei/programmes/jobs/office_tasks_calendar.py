"""The harvest calendar, on the office's first page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.office_tasks import Task, register

register(
    Task(
        _("収穫カレンダー"),
        _("作物ごとに、週に必要な人数を入れます。求人と比べて、人が足りない週が分かります。"),
        "jobs:calendar-office",
        frozenset({roles.PROGRAMME_STAFF, roles.PLANNER}),
        order=31,
    )
)
