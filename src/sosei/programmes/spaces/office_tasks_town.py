"""The town's overview of its spaces, on the office's first page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.office_tasks import Task, register

register(
    Task(
        _("場所のようす"),
        _(
            "場所ごと、曜日ごと、使い道ごとの利用と収入、空いている時間、見つからなかった検索、場所がうごかすKPIを見ます。"
        ),
        "spaces:town",
        roles.SEES_PERSONAL_DATA | {roles.PLANNER},
        order=39,
    )
)
