"""What an attacker tried on strategies, their collection by link, reviews and tables, and does not get."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Collection, Mapping
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import translation
from openpyxl import Workbook

from sosei.core.people import tenancy
from sosei.core.people.models import Municipality, Person
from sosei.planning.outcomes import feeding, loop_facts
from sosei.planning.outcomes.loop_facts_shown import fed_kpis
from sosei.planning.outcomes.services.feeds import define_feed
from sosei.planning.strategy import fed_values
from sosei.planning.strategy.errors_campaigns import SheetError
from sosei.planning.strategy.excel.tables import read_table
from sosei.planning.strategy.fed_values import FedValue
from sosei.planning.strategy.forms_campaigns import LayoutForm
from sosei.planning.strategy.models import Answer, FrozenLine, Kpi, PolicyPackage
from sosei.planning.strategy.numbers import today_in
from sosei.planning.strategy.services.reviews_compose import compose
from tests.outcomes.conftest import settle
from tests.people.conftest import MakePerson
from tests.strategy.campaign_worlds import opened, token_for
from tests.strategy.review_steps import YEAR, make_scene


@pytest.fixture(autouse=True)
def japanese() -> None:
    translation.activate("ja")


# The owner's link


def test_the_session_that_an_attacker_laid_into_a_browser_does_not_come_to_the_departments_page(
    package: PolicyPackage, planner: Person
) -> None:
    """Both browsers hold the same session; the department opens its link in one of them."""
    campaign = opened(package, planner, departments=2)
    first, second = (token_for(ask.department) for ask in campaign.asks.order_by("pk"))
    attacker, department = Client(), Client()
    attacker.get(f"/strategy/answer/{first}")
    planted = attacker.cookies["sessionid"].value
    department.cookies["sessionid"] = planted
    department.get(f"/strategy/answer/{second}")
    assert department.cookies["sessionid"].value != planted
    own = campaign.asks.order_by("pk").last().department.name
    assert own in department.get("/07204/strategy/answer").content.decode()
    assert own not in attacker.get("/07204/strategy/answer").content.decode()


def test_answers_of_another_department_in_the_form_are_passed_over(
    package: PolicyPackage, planner: Person
) -> None:
    mine, other = opened(package, planner, departments=2).asks.order_by("pk")
    client = Client()
    client.get(f"/strategy/answer/{token_for(mine.department)}")
    keys = [ask.answers.order_by("pk").first().pk for ask in (mine, other)]
    given = {f"version-{key}": "0" for key in keys} | {f"value-{key}": "131" for key in keys}
    assert client.post("/07204/strategy/answer", given).status_code == 302
    assert [Answer.objects.get(pk=key).typed for key in keys] == ["131", ""]


@pytest.mark.parametrize("year", ["0000", "0001", "1800", "9999", "２０２２"])
def test_an_odd_year_to_carry_a_value_from_is_answered_in_words(
    year: str, package: PolicyPackage, planner: Person
) -> None:
    ask = opened(package, planner).asks.get()
    client = Client()
    client.get(f"/strategy/answer/{token_for(ask.department)}")
    key = ask.answers.order_by("pk").first().pk
    given = {f"version-{key}": "0", f"kind-{key}": "carried_forward", f"carried-{key}": year}
    assert client.post("/07204/strategy/answer", given, follow=True).status_code == 200


# Values that rest on too few facts


def few_facts(keys: Collection[int]) -> Mapping[int, Mapping[int, FedValue]]:
    return {key: {YEAR: FedValue(Decimal(2), 2, "few", "", small=True)} for key in keys}


def test_a_report_that_will_be_published_freezes_no_value_that_could_point_at_somebody(
    town: Municipality, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = make_scene(town, make_person)
    kpi: Kpi = Kpi.objects.create(strategy=scene.strategy, package=scene.packages[0], title="定住（架空）")
    scene.opened()
    monkeypatch.setattr(fed_values._port, "provider", few_facts)
    composed = compose(scene.held, user=scene.planner, today=today_in(town))
    line: FrozenLine = next(line for line in composed.lines if line.kpi == kpi)
    assert (line.actual_value, line.actual, line.origin) == (None, "", "")
    missing = next(each for each in composed.missing if each.key == f"value:kpi:{kpi.pk}")
    assert "少ない実績" in missing.text


def test_the_loop_tells_the_public_no_kpi_that_rests_on_few_facts(
    town: Municipality, planner: Person, package: PolicyPackage
) -> None:
    kpi: Kpi = Kpi.objects.create(
        strategy=package.strategy, package=package, title="定住（架空）", unit="世帯"
    )
    settle(town, "1", count=4)
    settle(town, "2", count=4)
    define_feed(
        kpi=kpi,
        rule=feeding.Rule(kind="household_settled", aggregation="sum"),
        measure=None,
        reason="記録から数える",
        made_by=planner,
    )
    package.strategy.published_through = 2024
    package.strategy.save()
    with tenancy.unguarded():
        fed = loop_facts._fed(town)
    loop: Any = SimpleNamespace(
        may_see_small=False,
        is_too_small_to_show=False,
        today=datetime.date(2026, 11, 22),
        facts=SimpleNamespace(fed=fed),
    )
    assert fed_kpis(loop, AnonymousUser()) == []
    loop.may_see_small = True
    assert [one.text for one in fed_kpis(loop, planner)] == ["8世帯"]


# Files


def with_area(tmp_path: Path, element: str) -> Path:
    """A small workbook into whose sheet an element is written that openpyxl would never write."""
    made = io.BytesIO()
    book = Workbook()
    book.active["A1"] = "KPI"
    book.save(made)
    path = tmp_path / "kpi.xlsx"
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                data = re.sub(rb"(<pageMargins|</worksheet>)", element.encode() + rb"\1", data, count=1)
            target.writestr(entry, data)
    return path


@pytest.mark.parametrize(
    "element",
    [
        '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        '<mergeCells><mergeCell ref="&#65;1:&#88;&#70;D1048576"/></mergeCells>',
        '<hyperlinks><hyperlink ref="A1:XFD1048576" location="A1"/></hyperlinks>',
        "<mergeCells>" + '<mergeCell ref="A1:CV5000"/>' * 3 + "</mergeCells>",
    ],
)
def test_a_small_workbook_whose_areas_cover_billions_of_cells_is_refused_before_it_is_opened(
    element: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened_all_the_same(*_: Any, **__: Any) -> None:
        raise MemoryError

    monkeypatch.setattr("sosei.planning.strategy.excel.tables.load_workbook", opened_all_the_same)
    with pytest.raises(SheetError, match="広すぎる"):
        read_table(with_area(tmp_path, element), "kpi.xlsx")


def test_cells_that_a_table_usually_merges_are_read(tmp_path: Path) -> None:
    path = with_area(tmp_path, '<mergeCells><mergeCell ref="A1:H2"/></mergeCells>')
    assert read_table(path, "kpi.xlsx").rows[0]["A"].text == "KPI"


@pytest.mark.parametrize("year", ["0000", "1800", "9999"])
def test_a_layout_cannot_name_a_year_that_no_page_can_say(year: str) -> None:
    given = {"name": "市の表", "heading_row": "1", "column_title": "B", "years": f"2022=C, {year}=D"}
    form = LayoutForm(given)
    assert not form.is_valid()
    assert f"{year}=D" in str(form.errors["years"])
    assert LayoutForm({**given, "years": "2022=C"}).is_valid()
