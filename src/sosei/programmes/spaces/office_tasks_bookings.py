"""Bookings on the office's first page: who uses the town's spaces today, and what public facilities have to answer."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.core.people.office_tasks import Task, register
from sosei.programmes.spaces.models import Booking, Host


def _to_answer(user: Person, town: Municipality) -> QuerySet[Booking]:
    rows: QuerySet[Booking] = Booking.objects.filter(
        municipality=town.pk, state="requested", host__kind=Host.Kind.PUBLIC
    )
    return rows


register(
    Task(
        _("場所の予約"),
        _("今日だれがどの場所を使うかを見て、電話の予約を入れます。公共施設への申し込みに返事をします。"),
        "spaces:office-bookings",
        roles.SEES_PERSONAL_DATA,
        count=_to_answer,
        count_text=_("返事を待っている申し込み：%(count)s件"),
        order=52,
    )
)
