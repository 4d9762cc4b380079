"""The yearly collection on the office's first page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.core.people.office_tasks import Task, register
from sosei.planning.strategy.models import Ask


def _not_sent(person: Person, municipality: Municipality) -> int:
    asks = Ask.objects.visible_to(person).filter(
        strategy__municipality=municipality, campaign__state="open", sent_at__isnull=True
    )
    return int(asks.count())


register(
    Task(
        _("KPIの実績の調査"),
        _(
            "部署はKPIの実績を入れて送ります。企画担当は、調査を始め、遅れを見て催促し、Excelで出し入れします。"
        ),
        "strategy:campaigns",
        frozenset({roles.PLANNER, roles.KPI_OWNER}) | roles.READS_WHOLE_TOWN,
        _not_sent,
        _("まだ送っていない部署：%(count)s"),
        order=6,
    )
)
