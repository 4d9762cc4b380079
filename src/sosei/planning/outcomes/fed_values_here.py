"""Gives strategy the values that facts make, through its port."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.planning.outcomes.feeding import Rule
from sosei.planning.outcomes.kinds import Kind, kind_named
from sosei.planning.outcomes.models import Feed
from sosei.planning.outcomes.rules import fiscal_year
from sosei.planning.outcomes.services.recording import today_in
from sosei.planning.outcomes.services.totals import read_sums
from sosei.planning.outcomes.words_facts import few, from_facts, too_few
from sosei.planning.strategy.fed_values import FedValue, register


def fed_values(kpis: Collection[int]) -> Mapping[int, Mapping[int, FedValue]]:
    """KPI -> fiscal year -> value; which KPIs somebody may see, whoever asks has decided. Two queries."""
    with tenancy.unguarded():
        feeds = list(Feed.objects.active().filter(kpi__in=kpis).select_related("municipality").order_by("pk"))
        sums = read_sums(feeds)
    given: dict[int, dict[int, FedValue]] = {}
    for feed in feeds:
        until = fiscal_year(today_in(feed.municipality))
        values = sums[feed.pk].values(feed.rule, until)
        kind = kind_named(feed.kind)
        given[feed.kpi_id] = {
            year: FedValue(
                value.value,
                value.facts,
                _label(kind, feed.rule, value.facts),
                feed.kind,
                small=too_few(kind, feed.rule, value.facts),
            )
            for year, value in values.items()
        }
    return given


def _told(kind: Kind, rule: Rule, facts: int) -> str:
    return few(kind) if too_few(kind, rule, facts) else from_facts(kind, facts)


_label: Any = lazy(_told, str)


def way_to_feed(kpi: Any) -> tuple[Any, str]:
    """Where a planner says which facts fill the KPI."""
    code = kpi.strategy.municipality.code
    return _("事業の実績から自動で計算する"), reverse(
        "outcomes:feed", kwargs={"code": code, "kpi_id": kpi.pk}
    )


register(fed_values, way_to_feed)
