"""Contracts of the town on the office's first page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.office_tasks import Task, register

register(
    Task(
        _("仕事の契約"),
        _("町の仕事の契約、労働条件通知書、取り消しと払う額を見ます。"),
        "jobs:office-contracts",
        roles.SEES_PERSONAL_DATA,
        order=45,
    )
)
