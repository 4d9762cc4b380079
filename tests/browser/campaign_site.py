"""A demonstration with a strategy of thirty departments and sixty KPIs more, for the journey of a year."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.browser.demonstration_site import ROOT, served_demonstration

DEPARTMENTS, OWNED, PASTED = 30, 60, 12

SEED = f"""
import datetime
import json
from django.urls import reverse
from sosei.core.people.models import Municipality, Organisation
from sosei.planning.outcomes.models import Feed
from sosei.planning.strategy.models import Ask
from tests.strategy.conftest import make_actual, make_goal, make_kpi, make_measure, make_package, make_strategy
town = Municipality.objects.get(code="07204")
strategy = make_strategy(town, term=80, title="調べる架空の総合戦略", short_title="架空の戦略", published_through=2022)
goal = make_goal(strategy)
first, second, third = (make_package(goal, number) for number in (1, 2, 3))
evaluated = make_measure(first, 1, department=Organisation.objects.get(municipality=town, name="産業振興課"))
make_measure(first, 2)
def department(number):
    return Organisation.objects.create(
        municipality=town, kind="department", name=f"調査{{number:02}}課（架空）", email=f"d{{number}}@journey.example.jp"
    )
made = [department(number) for number in range(1, {DEPARTMENTS} + 1)]
# The first has twelve, 29 others the 48 that are left.
shares = [{PASTED}] + [2] * 19 + [1] * 10
for place, (one, share) in enumerate(zip(made, shares, strict=True)):
    for number in range(share):
        make_kpi(second if place else evaluated, title=f"{{one.name[:4]}}の指標{{number + 1:02}}",
                 position=place * 100 + number, department=one, actuals={{2022: 120}})
assert sum(shares) == {OWNED}

# What the demonstration has none of.
draft = make_strategy(town, term=81, title="架空の下書き", short_title="架空の下書き", published=False)
package = make_package(make_goal(draft))
ended = make_measure(package, 1, ended_on=datetime.date(2021, 3, 31))
twice = make_kpi(package, actuals={{2022: 120}})
make_actual(twice, 2022, 125, origin="imported")
def page(name, **arguments):
    return reverse(f"{{name}}", kwargs={{"code": town.code, **arguments}})
rare = [
    page("strategy:strategy-publish", strategy_id=draft.pk),
    page("strategy:strategy-drop", strategy_id=draft.pk),
    page("strategy:measure-resume", measure_id=ended.pk),
    page("strategy:kpi-choose", kpi_id=twice.pk, year=2022),
    page("strategy:reviews-compare"),
    page("strategy:ask-look", ask_id=Ask.objects.filter(strategy__municipality=town).earliest("pk").pk),
    page("outcomes:feed-end", kpi_id=Feed.objects.filter(municipality=town, ended_at=None).earliest("pk").kpi_id),
]
print("SEEDED", json.dumps([strategy.pk, rare]))
"""


@dataclass(frozen=True)
class Place:
    """A site of its own, whose strategy nobody else's test counts."""

    address: str
    strategy: int
    rare: list[str]
    """Pages of which the demonstration has none."""


def _run(environment: dict[str, str], code: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "sosei", "shell", "-v", "0", "-c", code],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.fixture(scope="module")
def place(chromium: str) -> Iterator[Place]:
    """`sosei demo` with thirty departments and sixty KPIs more."""
    with served_demonstration() as served:
        found = re.search(r"SEEDED (.+)", _run(served.environment, SEED))
        assert found is not None
        yield Place(f"http://localhost:{served.port}", *json.loads(found[1]))
