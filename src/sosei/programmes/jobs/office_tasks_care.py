"""Complaints, measures, reviews and wishes to move in on the office's first page."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.core.people.office_tasks import Task, register
from sosei.programmes.jobs.models import Complaint, RelocationWish
from sosei.programmes.jobs.services import restrictions


def _complaints(user: Person, town: Municipality) -> QuerySet[Complaint]:
    rows: QuerySet[Complaint] = Complaint.objects.visible_to(user).filter(municipality=town)
    return rows.exclude(state=Complaint.State.ANSWERED)


def _objections(user: Person, town: Municipality) -> int:
    return restrictions.unanswered(town.pk)


def _wishes(user: Person, town: Municipality) -> QuerySet[RelocationWish]:
    rows: QuerySet[RelocationWish] = RelocationWish.objects.visible_to(user).filter(municipality=town)
    return rows.filter(answered_at__isnull=True)


register(
    Task(
        _("仕事の相談"),
        _("働く人からの相談とハラスメントの報告に、期限までに答えます。雇用主には見えません。"),
        "jobs:office-complaints",
        roles.SEES_PERSONAL_DATA,
        count=_complaints,
        count_text=_("答えを待っている：%(count)s件"),
        order=43,
    )
)
register(
    Task(
        _("利用の制限"),
        _("直前の取り消しなどの回数を見て、期限のある制限を決めます。意見に返事をします。"),
        "jobs:office-restrictions",
        roles.SEES_PERSONAL_DATA,
        count=_objections,
        count_text=_("返事を待っている意見：%(count)s件"),
        order=51,
    )
)
register(
    Task(
        _("仕事の評価"),
        _("働いた人と雇用主の評価を見ます。ひどいことばは、理由を書いてかくします。"),
        "jobs:office-reviews",
        roles.SEES_PERSONAL_DATA,
        order=50,
    )
)
register(
    Task(
        _("移住の相談の申し込み"),
        _("ここで働いた人からの、移住の相談の申し込みに連絡します。"),
        "jobs:office-relocation",
        roles.SEES_PERSONAL_DATA,
        count=_wishes,
        count_text=_("連絡を待っている：%(count)s件"),
        order=52,
    )
)
