"""Money on the office's first page: refunds and transfers that wait, payouts that are due."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from sosei.core.payments.models import IncomingTransfer, Refund
from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.core.people.office_tasks import Task, register


def _refunds(user: Person, town: Municipality) -> QuerySet[Any]:
    waits = Q(way="bank", state__in=("asked", "waiting_account")) | Q(way="on_site", state="asked")
    return Refund.objects.visible_to(user).filter(waits, municipality=town)


def _transfers(user: Person, town: Municipality) -> QuerySet[Any]:
    return IncomingTransfer.objects.visible_to(user).filter(municipality=town, state="open")


register(
    Task(
        _("お金"),
        _("請求、振込、月の明細書、手数料と減免を見て、帳簿を確かめます。"),
        "payments:office",
        roles.SEES_PERSONAL_DATA,
        order=60,
    )
)
register(
    Task(
        _("返金"),
        _("口座を待つ返金と、これから振り込む返金を見ます。"),
        "payments:office-refunds",
        roles.SEES_PERSONAL_DATA,
        count=_refunds,
        count_text=_("終わっていない返金：%(count)s"),
        order=61,
    )
)
register(
    Task(
        _("銀行の入金"),
        _("銀行に入ったお金を、請求に結びつけます。"),
        "payments:office-transfers",
        roles.SEES_PERSONAL_DATA,
        count=_transfers,
        count_text=_("結びついていない入金：%(count)s"),
        order=62,
    )
)
register(
    Task(
        _("手数料と減免"),
        _("サイトの手数料と、条例の減免を決めます。"),
        "payments:office-rules",
        frozenset({roles.PLANNER}),
        order=63,
    )
)
