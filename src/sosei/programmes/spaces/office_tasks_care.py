"""Reports of damage to decide and reviews to look at, on the office's first page."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.core.people.office_tasks import Task, register
from sosei.programmes.spaces.models import DamageReport, SpaceReview
from sosei.programmes.spaces.services import damage


def _to_decide(person: Person, municipality: Municipality) -> QuerySet[DamageReport]:
    return damage.to_decide(DamageReport.objects.visible_to(person).filter(municipality=municipality))


def _reported(person: Person, municipality: Municipality) -> QuerySet[SpaceReview]:
    rows: QuerySet[SpaceReview] = SpaceReview.objects.visible_to(person).filter(
        municipality=municipality, reported_at__isnull=False, hidden_at__isnull=True
    )
    return rows


register(
    Task(
        _("場所の、こわれた・よごれたの報告"),
        _("使った人と貸した人の話が合わないとき、写真とことばを読んで、払う額を決めます。"),
        "spaces:damage-office",
        roles.SEES_PERSONAL_DATA,
        _to_decide,
        _("決める報告：%(count)s"),
        order=53,
    )
)
register(
    Task(
        _("場所の評価の一覧"),
        _(
            "見てほしいと知らせがあった評価を読みます。人を傷つけることばや、ほかの人のことがわかることばは、かくします。"
        ),
        "spaces:reviews-office",
        roles.SEES_PERSONAL_DATA,
        _reported,
        _("見てほしい評価：%(count)s"),
        order=54,
    )
)
