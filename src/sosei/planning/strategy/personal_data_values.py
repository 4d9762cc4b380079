"""What KPIs hold of a person: values, choices, judgements and rules that one wrote as staff."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Person
from sosei.core.people.personal_data import Outcome, PersonalData, Rows, register
from sosei.core.people.personal_data_here.tools import DOCUMENTS_LAW, kept, moment
from sosei.planning.strategy.models import JudgementRule, KpiActual, Overrule, ValueChoice

_HELD: tuple[tuple[Any, str, str, str], ...] = (
    (KpiActual, "entered_by", "entered_at", "value entered"),
    (ValueChoice, "chosen_by", "chosen_at", "value chosen"),
    (Overrule, "decided_by", "decided_at", "judgement decided"),
)


def export_values(person: Person) -> Rows:
    """What the person entered, chose and decided, by KPI and year; the rules the person made."""
    rows = [
        {"what": what, "kpi": row.kpi.title, "fiscal_year": row.reported_in, "at": moment(getattr(row, at))}
        for model, by, at, what in _HELD
        for row in model.objects.filter(**{by: person}).select_related("kpi").order_by("pk")
    ]
    rules = JudgementRule.objects.filter(created_by=person).order_by("pk")
    return [*rows, *({"what": "rule made", "rule": one.name, "at": moment(one.created_at)} for one in rules)]


def erase_values(person: Person) -> Outcome:
    """Nothing: the rows hold no name, and without the person's row they name nobody."""
    count = sum(model.objects.filter(**{by: person}).count() for model, by, _at, _what in _HELD)
    count += JudgementRule.objects.filter(created_by=person).count()
    return kept(
        "KPIの値と評価の記録（名前は入っていません）",
        "Records of KPI values and judgements (they hold no name)",
        DOCUMENTS_LAW,
        count,
    )


register(
    PersonalData(
        key="kpi_values",
        title=_("KPIの値と評価"),
        models=frozenset(
            {
                "strategy.kpiactual",
                "strategy.valuechoice",
                "strategy.overrule",
                "strategy.judgementrule",
                "strategy.judgementruleevent",
            }
        ),
        export=export_values,
        erase=erase_values,
        order=16,
    )
)
