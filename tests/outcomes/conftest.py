"""A town with a strategy, a KPI to be fed, and the people who work with facts."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone, translation

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.planning.outcomes import feeding
from sosei.planning.outcomes.models import Fact
from sosei.planning.outcomes.services.feeds import define_feed
from sosei.planning.outcomes.services.recording import record_fact
from sosei.planning.strategy.models import BasicGoal, Kpi, Measure, PolicyPackage, Strategy
from tests.people.conftest import MakePerson, make_person, other_town, signed_in, town

__all__ = ["make_person", "other_town", "signed_in", "town"]

DAY = datetime.date(2024, 6, 1)
Settle = Callable[..., Fact]
Feeding = Callable[..., Any]


@pytest.fixture(autouse=True)
def japanese() -> None:
    """Sentences are compared in Japanese."""
    translation.activate("ja")


def make_strategy(town: Municipality, *, published: bool = True) -> Strategy:
    """A strategy with one package."""
    strategy = Strategy.objects.create(
        municipality=town,
        title="総合戦略（架空）",
        first_fiscal_year=2020,
        last_fiscal_year=2027,
        published_at=timezone.now() if published else None,
        published_through=2027,
    )
    goal = BasicGoal.objects.create(strategy=strategy, number=1, title="人が集まる（架空）")
    PolicyPackage.objects.create(strategy=strategy, goal=goal, number="1-1", title="移住（架空）")
    return strategy


def make_measure(strategy: Strategy, title: str = "移住の支援（架空）") -> Measure:
    """A measure of the package."""
    package = strategy.packages.get()
    made: Measure = Measure.objects.create(strategy=strategy, package=package, title=title)
    return made


def make_kpi(strategy: Strategy, title: str = "定住した世帯（架空）", **columns: Any) -> Kpi:
    """A KPI of the package."""
    package = strategy.packages.get()
    made: Kpi = Kpi.objects.create(strategy=strategy, package=package, title=title, unit="世帯", **columns)
    return made


@pytest.fixture
def strategy(town: Municipality) -> Strategy:
    """The town's published strategy."""
    return make_strategy(town)


@pytest.fixture
def measure(strategy: Strategy) -> Measure:
    """One of its measures."""
    return make_measure(strategy)


@pytest.fixture
def kpi(strategy: Strategy) -> Kpi:
    """One of its KPIs."""
    return make_kpi(strategy)


@pytest.fixture
def planner(make_person: MakePerson, town: Municipality) -> Person:
    """Defines feeds."""
    return make_person(roles.PLANNER, town)


@pytest.fixture
def staff(make_person: MakePerson, town: Municipality) -> Person:
    """Enters facts."""
    return make_person(roles.PROGRAMME_STAFF, town)


def settle(town: Municipality, key: str, **given: Any) -> Fact:
    """Records a settled household in a transaction of its own."""
    columns: dict[str, Any] = {
        "kind": "household_settled",
        "on": DAY,
        "obj": ("relocation.settlement", key),
        "amount": Decimal(3),
        "attributes": {"household_type": "couple_with_children"},
        **given,
    }
    with transaction.atomic():
        return record_fact(municipality=town, **columns)


@pytest.fixture
def feed_households(kpi: Kpi, planner: Person) -> Feeding:
    """`feed_households(aggregation="sum", …)`: the KPI is fed with settled households."""

    def define(aggregation: str = feeding.Aggregation.SUM, **rule: Any) -> Any:
        measure = rule.pop("measure", None)
        return define_feed(
            kpi=rule.pop("kpi", kpi),
            rule=feeding.Rule(
                kind="household_settled",
                aggregation=aggregation,
                measure=measure.pk if measure else None,
                **rule,
            ),
            measure=measure,
            reason="定住は事業の記録から数える",
            made_by=planner,
        )

    return define
