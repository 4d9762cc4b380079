"""How well each KPI of a strategy can be followed, from its judged values and who answers for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import Count

from sosei.core.people import roles, tenancy
from sosei.core.people.models import Membership
from sosei.planning.strategy.judgement.monitoring import Quality, Upkeep, quality
from sosei.planning.strategy.judging import JudgedKpi, JudgedStrategy
from sosei.planning.strategy.numbers import last_day_of


def qualities_of(judged: JudgedStrategy, *, today: date) -> dict[int, Quality]:
    """KPI -> how well it can be followed; one more query, for who answers in which department.

    A term that is over is looked at as of its last day: nobody reports for it any longer.
    """
    today = min(today, last_day_of(judged.strategy.last_fiscal_year))
    departments = {kpi.kpi.department_id for kpi in judged.kpis.values() if kpi.kpi.department_id}
    # Only how many: a count tells nothing about a person, and not everybody who may see it may see who they are.
    with tenancy.unguarded():
        owners = dict(
            Membership.objects.held()
            .filter(role=roles.KPI_OWNER, organisation__in=departments)
            .values("organisation")
            .annotate(people=Count("person", distinct=True))
            .values_list("organisation", "people")
        )
    return {key: quality(kpi.facts, _upkeep(kpi, owners), today=today) for key, kpi in judged.kpis.items()}


def _upkeep(judged: JudgedKpi, owners: Mapping[int, int]) -> Upkeep:
    chosen = [year.chosen for year in judged.values.values() if year.chosen and year.chosen.value is not None]
    # A value that the facts make names them as its source.
    sourced = [each for each in chosen if each.fed is not None or (each.actual and each.actual.source)]
    department = judged.kpi.department_id
    return Upkeep(
        source=bool(judged.kpi.source),
        values_with_source=len(sourced),
        values=len(chosen),
        department=department is not None,
        owners=owners.get(department, 0) if department is not None else 0,
    )
