"""The strategy on the office's first page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality, Person
from sosei.core.people.office_tasks import Task, register
from sosei.planning.strategy import addresses_structure
from sosei.planning.strategy.models import Strategy


def _strategies(person: Person, municipality: Municipality) -> int:
    return Strategy.objects.visible_to(person).of(municipality).count()


register(
    Task(
        _("総合戦略"),
        _("戦略の全体、政策パッケージ、施策を見ます。企画担当は、書き、直し、公表します。"),
        "strategy:strategies-office",
        addresses_structure.ADDRESSES["strategies-office"].roles,
        _strategies,
        _("%(count)s件の戦略"),
        order=5,
    )
)
