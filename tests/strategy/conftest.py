"""Fixtures of strategies: two towns, people in every role, and small builders of a strategy and its parts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Organisation, Person
from sosei.planning.strategy.models import (
    BasicGoal,
    Kpi,
    KpiActual,
    KpiTarget,
    Measure,
    PolicyPackage,
    PromotionModel,
    Strategy,
)
from tests.people.conftest import (
    MakePerson,
    SignedIn,
    hold_role,
    make_person,
    organisation_for,
    other_town,
    signed_in,
    town,
)

__all__ = [
    "MakePerson",
    "SignedIn",
    "hold_role",
    "make_person",
    "organisation_for",
    "other_town",
    "signed_in",
    "town",
]


def make_department(town: Municipality, name: str = "移住定住課（架空）") -> Organisation:
    """A department of the town."""
    made: Organisation = Organisation.objects.get_or_create(
        municipality=town, kind=Organisation.Kind.DEPARTMENT, name=name
    )[0]
    return made


def make_strategy(town: Municipality, *, published: bool = True, **columns: Any) -> Strategy:
    """A strategy of fiscal 2020 to 2024; published with its actuals to 2024 unless told otherwise."""
    given: dict[str, Any] = {
        "title": "第2期 架空の総合戦略",
        "title_en": "Invented strategy, second term",
        "term": 2,
        "first_fiscal_year": 2020,
        "last_fiscal_year": 2024,
        **columns,
    }
    if published:
        given.setdefault("published_at", timezone.now())
        given.setdefault("published_through", given["last_fiscal_year"])
    made: Strategy = Strategy.objects.create(municipality=town, **given)
    return made


def make_goal(strategy: Strategy, number: int = 1, **columns: Any) -> BasicGoal:
    """A basic goal."""
    made: BasicGoal = BasicGoal.objects.create(
        strategy=strategy,
        number=number,
        **{"title": f"基本目標{number}", "title_en": f"Goal {number}", **columns},
    )
    return made


def make_package(goal: BasicGoal, position: int = 1, **columns: Any) -> PolicyPackage:
    """A package under a goal, numbered as `1-2`."""
    number = columns.pop("number", f"{goal.number}-{position}")
    texts = {"title": f"政策パッケージ{number}", "title_en": f"Package {number}"}
    made: PolicyPackage = PolicyPackage.objects.create(
        strategy=goal.strategy, goal=goal, number=number, position=position, **{**texts, **columns}
    )
    return made


def make_measure(package: PolicyPackage, position: int = 1, **columns: Any) -> Measure:
    """A measure of a package."""
    number = columns.pop("number", f"{package.number}-{position}")
    texts = {"title": f"施策{number}", "title_en": f"Measure {number}"}
    made: Measure = Measure.objects.create(
        strategy=package.strategy, package=package, number=number, position=position, **{**texts, **columns}
    )
    return made


def make_promotion_model(strategy: Strategy, number: int = 1, **columns: Any) -> PromotionModel:
    """A priority promotion model."""
    texts = {"title": f"重点推進モデル{number}", "title_en": f"Model {number}"}
    made: PromotionModel = PromotionModel.objects.create(
        strategy=strategy, number=number, **{**texts, **columns}
    )
    return made


def make_kpi(
    on: BasicGoal | PolicyPackage | Measure,
    *,
    targets: Mapping[int, object] | None = None,
    actuals: Mapping[int, object] | None = None,
    **columns: Any,
) -> Kpi:
    """A KPI that hangs on `on`: from 100 in 2019 to the `targets` (180 in 2024), with one typed actual a year."""
    place = {BasicGoal: "goal", PolicyPackage: "package", Measure: "measure"}[type(on)]
    given: dict[str, Any] = {
        "title": "移住した世帯の数",
        "title_en": "Households that moved in",
        "unit": "世帯",
        "unit_en": "households",
        "base_value": Decimal(100),
        "base_year": 2019,
        **columns,
    }
    made: Kpi = Kpi.objects.create(strategy=on.strategy, **{place: on}, **given)
    for year, value in ({2024: 180} if targets is None else targets).items():
        KpiTarget.objects.create(strategy=on.strategy, kpi=made, fiscal_year=year, value=Decimal(str(value)))
    for year, value in (actuals or {}).items():
        make_actual(made, year, value)
    return made


def make_actual(kpi: Kpi, reported_in: int, value: object, **columns: Any) -> KpiActual:
    """A value of a KPI as reported in a fiscal year."""
    made: KpiActual = KpiActual.objects.create(
        strategy=kpi.strategy,
        kpi=kpi,
        reported_in=reported_in,
        value=Decimal(str(value)),
        **{"entered_at": timezone.now(), **columns},
    )
    return made


@pytest.fixture
def department(town: Municipality) -> Organisation:
    """A department of the town."""
    return make_department(town)


@pytest.fixture
def planner(make_person: MakePerson, town: Municipality) -> Person:
    """A planner of the town."""
    return make_person(roles.PLANNER, town)


@pytest.fixture
def other_planner(make_person: MakePerson, other_town: Municipality) -> Person:
    """A planner of the other town."""
    return make_person(roles.PLANNER, other_town)


@pytest.fixture
def kpi_owner(make_person: MakePerson, town: Municipality, department: Organisation) -> Person:
    """A KPI owner of `department`."""
    return make_person(roles.KPI_OWNER, town, organisation=department)


@pytest.fixture
def reviewer(make_person: MakePerson, town: Municipality) -> Person:
    """An external reviewer of the town."""
    return make_person(roles.REVIEWER, town)


@pytest.fixture
def citizen(make_person: MakePerson, town: Municipality) -> Person:
    """Somebody of the town."""
    return make_person(roles.CITIZEN, town)


@pytest.fixture
def strategy(town: Municipality) -> Strategy:
    """A published strategy, 2020 to 2024."""
    return make_strategy(town)


@pytest.fixture
def goal(strategy: Strategy) -> BasicGoal:
    """A basic goal of `strategy`."""
    return make_goal(strategy)


@pytest.fixture
def package(goal: BasicGoal) -> PolicyPackage:
    """A package under `goal`."""
    return make_package(goal)


@pytest.fixture
def measure(package: PolicyPackage, department: Organisation) -> Measure:
    """A measure of `package`, in the charge of `department`."""
    return make_measure(package, department=department)


@pytest.fixture
def kpi(package: PolicyPackage, department: Organisation) -> Kpi:
    """A KPI of `package`, reported by `department`, with values to 2022."""
    return make_kpi(package, department=department, actuals={2020: 110, 2021: 125, 2022: 140})


@pytest.fixture
def planner_client(planner: Person, signed_in: SignedIn) -> Client:
    """A planner's browser."""
    return signed_in(planner)
