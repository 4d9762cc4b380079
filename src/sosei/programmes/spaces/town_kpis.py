"""The KPIs of the town's strategies that facts of spaces fill: their number last year, and now."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from sosei.core.people.models import Municipality
from sosei.engines.conventions.fiscal_years import fiscal_year_of
from sosei.planning.outcomes.feeding import Period
from sosei.planning.outcomes.kinds import kind_named, kind_title
from sosei.planning.outcomes.models import Feed
from sosei.planning.outcomes.services.totals import read_sums
from sosei.planning.outcomes.words_facts import from_facts
from sosei.planning.population.wording import in_english, number
from sosei.planning.strategy.models import Kpi
from sosei.planning.strategy.permissions import can_see_part
from sosei.programmes.spaces.words_facts_ict import ICT_INSTALLED

KINDS = ("booking_used", "space_guest_from_outside", "remote_worker_hosted", ICT_INSTALLED)
"""Kinds of facts that this room records."""


@dataclass(frozen=True)
class MovedKpi:
    """A KPI with its number of the last year and of this one so far."""

    kpi: Kpi
    kind: str
    before: str
    now: str
    facts: str


@dataclass(frozen=True)
class MovedKpis:
    """The KPIs, and the kinds of facts that fill none."""

    kpis: list[MovedKpi]
    idle: list[str]


def moved_kpis(town: Municipality, user: Any, today: datetime.date) -> MovedKpis:
    """What the spaces of the town move in its strategies; two queries."""
    feeds = list(
        Feed.objects.visible_to(user)
        .active()
        .filter(municipality=town, kind__in=KINDS, kpi__ended_on=None)
        .select_related("kpi__strategy")
        .order_by("pk")
    )
    shown = [feed for feed in feeds if can_see_part(user, feed.kpi)]
    sums = read_sums(shown)
    fed = {feed.kind for feed in shown}
    return MovedKpis(
        [_moved(feed, sums[feed.pk], today) for feed in shown],
        [kind_title(kind) for kind in KINDS if kind not in fed],
    )


def _moved(feed: Feed, held: Any, today: datetime.date) -> MovedKpi:
    fiscal = fiscal_year_of(today.year, today.month)
    year = today.year if feed.period == Period.CALENDAR else fiscal
    values = held.values(feed.rule, year)
    now, before = values.get(year), values.get(year - 1)
    return MovedKpi(
        feed.kpi,
        kind_title(feed.kind),
        _text(feed.kpi, before.value if before else None),
        _text(feed.kpi, now.value if now else None),
        from_facts(kind_named(feed.kind), now.facts) if now else "",
    )


def _text(kpi: Kpi, value: Decimal | None) -> str:
    if value is None:
        return _("まだない")
    space = " " if in_english() and kpi.local_unit else ""
    return f"{number(float(value), kpi.decimals)}{space}{kpi.local_unit}"
