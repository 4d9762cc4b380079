"""The demonstration's loop: invented settled households raise a KPI through a feed and bend the projection by a lever."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from importlib import resources
from typing import Any

from django.db import transaction

from sosei.core.people.models import Municipality, Person
from sosei.planning.outcomes import feeding
from sosei.planning.outcomes.loop.settings import MIX
from sosei.planning.outcomes.models import Fact, Feed
from sosei.planning.outcomes.services.feeds import define_feed
from sosei.planning.outcomes.services.levers import set_gap_shares, set_gap_target, set_settled_lever
from sosei.planning.outcomes.services.recording import NewFact, record_facts, today_in
from sosei.planning.strategy.demonstration_data import planner_of
from sosei.planning.strategy.models import Kpi, Measure, PolicyPackage, Strategy

TOWN = "07204"
TERM = 2
KIND = "household_settled"
LEDGER = "見本の台帳"
"""Type of the invented objects behind the facts."""
MEASURE = "2-3-1"
FEEDS = {
    "IWAKIふるさと誘致センターを介した移住実績": feeding.Field.COUNT,
    "IWAKIふるさと誘致センターを介した移住実績（人数）": feeding.Field.AMOUNT,
}
"""KPI -> which figure of a settled household it adds up: households, or their persons."""
TARGET_YEAR, TARGET_SCENARIO = 2060, "prospect-2"
SHARES = {
    "2-3": (Decimal(5), "移住の相談と体験を受け持つ中心のパッケージだから（見本）"),
    "2-4": (Decimal(2), "住む家がなければ移り住めないから（見本）"),
    "3-1": (Decimal(2), "働く場所があって、移り住む世帯が増えるから（見本）"),
    "3-3": (Decimal(1), "起業して移り住む人は、まだ少ないから（見本）"),
}
"""Package -> weight and the reason for it."""


class StrategyMissingError(RuntimeError):
    """The demonstration's strategy is not loaded yet, and there is no KPI to feed."""


def load_outcomes() -> list[str]:
    """Records the invented facts, sets up feeds, lever, target and shares; what is there already stays.

    Raises:
        StrategyMissingError: `sosei load_demonstration_strategy` did not run.
    """
    town = Municipality.objects.filter(code=TOWN).first()
    strategy = Strategy.objects.filter(municipality=town, term=TERM).first()
    if town is None or strategy is None:
        raise StrategyMissingError(TOWN)
    if Fact.objects.filter(municipality=town, object_type=LEDGER).exists():
        return ["定住の見本は読み込み済みです / sample settlements loaded already"]
    planner = planner_of(TOWN)
    with transaction.atomic():
        measure = Measure.objects.get(strategy=strategy, number=MEASURE)
        facts = _facts(today_in(town), measure)
        record_facts(
            municipality=town,
            kind=KIND,
            object_type=LEDGER,
            facts=facts,
            origin=Fact.Origin.HAND,
            entered_by=planner,
        )
        for title, figure in FEEDS.items():
            _feed(Kpi.objects.get(strategy=strategy, title=title), figure, planner)
        _loop(town, strategy, planner)
    return [f"定住の見本 {len(facts)} 世帯 / {len(facts)} sample households settled"]


def _facts(today: date, measure: Measure) -> list[NewFact]:
    """The rows of the table that lie not after today."""
    attributes = ("household_type", "head_age", "from_prefecture", "scheme")
    return [
        NewFact(
            on=date.fromisoformat(row["on"]),
            object_key=row["key"],
            amount=Decimal(row["persons"]),
            attributes={name: row[name] for name in attributes},
            measure=measure,
        )
        for row in _rows()
        if date.fromisoformat(row["on"]) <= today
    ]


def _rows() -> list[dict[str, str]]:
    folder: Any = resources.files(__package__) / "demonstration"
    lines = (folder / "settled_households.csv").read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def _feed(kpi: Kpi, figure: str, planner: Person) -> Feed:
    rule = feeding.Rule(kind=KIND, aggregation=feeding.Aggregation.SUM, field=figure)
    reason = "センターが記録した定住の世帯を、年度ごとに足す（見本）"
    return define_feed(kpi=kpi, rule=rule, reason=reason, made_by=planner)


def _loop(town: Municipality, strategy: Strategy, planner: Person) -> None:
    set_settled_lever(
        municipality=town,
        parameters={},
        set_by=planner,
        reason="最近3年の定住のペースが続き、半分はセンターがなくても来たと見る（見本）",
    )
    set_gap_target(
        municipality=town,
        year=TARGET_YEAR,
        scenario=TARGET_SCENARIO,
        mix=MIX,
        set_by=planner,
        reason="人口ビジョンの展望人口2に合わせる（見本）",
    )
    packages = {package.number: package for package in PolicyPackage.objects.filter(strategy=strategy)}
    set_gap_shares(
        municipality=town,
        shares={packages[number]: share for number, share in SHARES.items()},
        set_by=planner,
    )
