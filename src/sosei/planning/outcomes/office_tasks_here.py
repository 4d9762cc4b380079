"""The tasks of this room on the office page of people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.core.people.office_tasks import Task, register
from sosei.planning.outcomes.models import Feed


def _feeds(person: Person, municipality: Municipality) -> int:
    return Feed.objects.visible_to(person).of(municipality).active().count()


register(
    Task(
        _("事業の実績"),
        _(
            "定住、仕事の紹介、宿泊などの実績を見ます。事業担当は、手で入れ、ファイルから取り込み、取り消します。"
        ),
        "outcomes:list",
        roles.TOWN_STAFF,
        order=60,
    )
)
register(
    Task(
        _("KPIの自動計算"),
        _("どのKPIを、どの実績から計算するかを見ます。企画担当は、計算のしかたを決めます。"),
        "outcomes:feeds",
        roles.TOWN_STAFF,
        _feeds,
        _("動いているもの：%(count)s件"),
        order=62,
    )
)
