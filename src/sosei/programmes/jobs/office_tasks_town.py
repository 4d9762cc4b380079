"""The town's overview of seasonal work and its records of free placement, on the office's first page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.office_tasks import Task, register

register(
    Task(
        _("仕事のようす"),
        _("人が足りない週、うまった割合、順番を待っている用事、仕事がうごかすKPIを一つの画面で見ます。"),
        "jobs:town",
        roles.SEES_PERSONAL_DATA | {roles.PLANNER},
        order=29,
    )
)
register(
    Task(
        _("無料職業紹介の記録"),
        _("求人、求職者、紹介の記録と、年度ごとの報告を見ます（職業安定法29条）。"),
        "jobs:placement-report",
        roles.SEES_PERSONAL_DATA,
        order=49,
    )
)
