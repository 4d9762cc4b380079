"""KPIs of the demonstration's strategies that facts of spaces fill, where the strategies are loaded."""

from __future__ import annotations

from sosei.planning.outcomes import feeding
from sosei.planning.outcomes.models import Feed
from sosei.planning.outcomes.services.feeds import define_feed
from sosei.planning.strategy.demonstration_data import planner_of
from sosei.planning.strategy.models import Kpi
from sosei.programmes.spaces.demonstration.story import Town
from sosei.programmes.spaces.demonstration.tables import FUKUSHIMA
from sosei.programmes.spaces.words_facts_ict import ICT_INSTALLED

FEEDS = {
    (FUKUSHIMA, "地域で働く体験をした人の数"): (
        feeding.Rule(kind="remote_worker_hosted", aggregation=feeding.Aggregation.SUM),
        "市外の勤め先の仕事を、市の場所でした人を、年度ごとに足す（見本）",
    ),
    (FUKUSHIMA, "貸し出せる場所の数"): (
        feeding.Rule(
            kind=ICT_INSTALLED,
            aggregation=feeding.Aggregation.SUM,
            period=feeding.Period.CUMULATIVE,
            since=2024,
        ),
        "ICT設備を入れて速さを確かめた場所を、足していく（見本）",
    ),
}
"""Town and KPI -> the rule, and its reason; all of these KPIs are samples themselves."""


def feed_kpis(town: Town) -> None:
    """Defines the feeds; a KPI that is not there, or has a feed, stays as it is."""
    for (code, title), (rule, reason) in FEEDS.items():
        kpi = Kpi.objects.filter(strategy__municipality=town.municipality, title=title).first()
        if code == town.code and kpi is not None and not Feed.objects.active().filter(kpi=kpi).exists():
            define_feed(kpi=kpi, rule=rule, reason=reason, made_by=planner_of(code))
