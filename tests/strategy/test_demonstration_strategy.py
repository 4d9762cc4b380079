"""The demonstration's strategies: every printed cell is in the database as printed, and what is invented says so."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.test import Client

from sosei.core.people.models import Person
from sosei.planning.outcomes.models import Fact, Feed, GapShare, Lever
from sosei.planning.strategy.cells import Basis, read_cell
from sosei.planning.strategy.charts.kpi import kpi_chart
from sosei.planning.strategy.fed_values import fed_values
from sosei.planning.strategy.judging import judge_strategy
from sosei.planning.strategy.models import (
    Action,
    Campaign,
    Kpi,
    KpiActual,
    Lineage,
    Measure,
    MeasureBudget,
    MeasurePartner,
    PolicyPackage,
    Review,
    Strategy,
)
from sosei.planning.strategy.numbers import today_in
from tests.demonstration_database import demonstration_database
from tests.strategy.printed_tables import HEADINGS, OVERALL, TABLES
from tests.vega_lite import check_against_schema

EVERY_CELL = [
    (table, kpi, heading, cell)
    for table, rows in TABLES.items()
    for kpi, cells in rows.items()
    for heading, cell in zip(HEADINGS, cells, strict=True)
]


@pytest.fixture(scope="module")
def stored(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A loaded demonstration for all tests here; what they write is taken back."""
    with demonstration_database(django_db_blocker):
        yield


@pytest.fixture
def loaded(stored: None, db: None, settings: Any) -> None:
    """A demonstration with everything in it."""
    settings.DEMONSTRATION = True


def shown(kpi: Kpi, heading: str) -> str:
    """What the results table shows of a KPI under a heading."""
    year = int(heading[:4])
    if "目標" in heading:
        return str(kpi.targets.get(fiscal_year=year).printed)
    if "策定時" in heading:
        assert kpi.base_year == year
        return str(kpi.base_printed)
    return str(kpi.actuals.live().get(reported_in=year).printed)


def counted(kpi: Kpi, heading: str) -> Any:
    """The number that is reckoned with for what stands under a heading."""
    year = int(heading[:4])
    if "目標" in heading:
        return kpi.targets.get(fiscal_year=year).value
    if "策定時" in heading:
        return kpi.base_value
    return kpi.actuals.live().get(reported_in=year).value


def test_all_54_cells_of_the_result_tables_are_stored_as_printed_and_as_they_count(loaded: None) -> None:
    strategy = Strategy.objects.get(municipality__code="07204", term=1)
    kpis = {kpi.title: kpi for kpi in strategy.kpis.select_related("goal")}
    assert len(EVERY_CELL) == 54
    assert set(kpis) == {kpi for _table, kpi, _heading, _cell in EVERY_CELL}
    for table, title, heading, cell in EVERY_CELL:
        kpi = kpis[title]
        assert f"goal-{kpi.goal.number}" == table
        assert shown(kpi, heading) == cell, (title, heading)
        assert counted(kpi, heading) == read_cell(cell, basis=Basis.CALENDAR).value


class Tables(HTMLParser):
    """Every table of a page as rows of texts."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"td", "th"}:
            self._in_cell = True
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.tables[-1][-1][-1] += data


def test_the_results_page_shows_everybody_every_cell_of_the_tables_as_printed(loaded: None) -> None:
    strategy = Strategy.objects.get(municipality__code="07204", term=1)
    page = Client().get(f"/07204/strategy/{strategy.pk}/results")
    assert page.status_code == 200
    parser = Tables()
    parser.feed(page.content.decode())
    assert [table[0] for table in parser.tables] == [["KPI", *HEADINGS]] * len(TABLES)
    shown_rows = [table[1:] for table in parser.tables]
    assert shown_rows == [[[title, *cells] for title, cells in rows.items()] for rows in TABLES.values()]
    for purpose in OVERALL:
        assert purpose in Client().get(f"/07204/strategy/{strategy.pk}").content.decode()


def test_the_page_of_each_kpi_shows_its_cells_as_printed(loaded: None) -> None:
    for rows in TABLES.values():
        for title, cells in rows.items():
            kpi = Kpi.objects.get(strategy__term=1, strategy__municipality__code="07204", title=title)
            page = unescape(Client().get(f"/07204/strategy/kpis/{kpi.pk}").content.decode())
            for cell in cells:
                assert cell in page, (title, cell)


def test_the_census_value_is_carried_forward_and_the_cumulative_one_keeps_its_year(loaded: None) -> None:
    first = Strategy.objects.get(municipality__code="07204", term=1)
    census = first.kpis.get(title="15～24歳の転出超過数")
    rows = census.actuals.live().order_by("reported_in")
    assert [(r.value, r.carried_forward, str(r.period_ends_on)) for r in rows] == [
        (Decimal(4606), False, "2015-10-01"),
        *[(Decimal(4606), True, "2015-10-01")] * 3,
    ]
    firms = first.kpis.get(title="企業誘致件数(新規累計)").actuals.live().get(reported_in=2019)
    assert (firms.value, firms.yearly_value, firms.period) == (Decimal(55), Decimal(9), "H30")
    assert (str(firms.period_starts_on), str(firms.period_ends_on)) == ("2018-04-01", "2019-03-31")
    births = first.kpis.get(title="出生数")
    assert (births.base_value, births.base_year, births.base_period) == (Decimal(2562), 2015, "H26")


def test_the_structure_is_that_of_the_document(loaded: None) -> None:
    first, second = Strategy.objects.filter(municipality__code="07204").order_by("term")
    assert (first.packages.count(), second.packages.count()) == (17, 12)
    assert (first.goals.count(), second.goals.count(), second.promotion_models.count()) == (3, 3, 3)
    assert (second.previous, second.measures.count(), second.formation_steps.count()) == (first, 33, 8)
    for purpose in OVERALL:
        assert purpose in first.text
    for package in second.packages.all():
        assert package.kpis.exists(), package
        assert package.measures.exists(), package
    assert set(second.lineage.values_list("earlier", flat=True)) - {None} == set(
        first.packages.values_list("pk", flat=True)
    )
    assert set(second.lineage.values_list("later", flat=True)) == set(
        second.packages.values_list("pk", flat=True)
    )
    assert {link.kind for link in second.lineage.all()} == {"kept", "merged", "split", "new"}
    assert Strategy.objects.filter(published_at__isnull=True).count() == 0


def test_what_is_invented_says_so_and_what_is_published_does_not(loaded: None) -> None:
    assert not KpiActual.objects.filter(
        strategy__term=1, strategy__municipality__code="07204", is_sample=True
    )
    second = KpiActual.objects.filter(strategy__municipality__code="07204", strategy__term=2)
    published = second.filter(is_sample=False, reported_in__lte=2024)
    assert {(row.kpi.title, row.reported_in, row.printed) for row in published} == {
        ("IWAKIふるさと誘致センターを介した移住実績", 2024, "44組 (R6)"),
        ("IWAKIふるさと誘致センターを介した移住実績（人数）", 2024, "94人 (R6)"),
        ("移住世帯数（福島県の数え方）", 2024, "437世帯 (R6)"),
    }
    assert all(row.source and "見本" not in row.source for row in published)
    for row in second.filter(reported_in__gt=2024):
        assert "見本" in row.source
        assert "見本" in row.explanation
    for row in MeasurePartner.objects.all():
        assert "架空" in row.name
        assert "invented" in row.name_en
    assert all("架空" in str(person) or "invented" in str(person) for person in Person.objects.all())
    assert all("見本" in row.note for row in MeasureBudget.objects.all())
    assert all("見本" in row.title and "sample" in row.title_en for row in Action.objects.all())


def test_two_definitions_of_movers_are_two_kpis_that_point_at_each_other(loaded: None) -> None:
    own = Kpi.objects.get(title="IWAKIふるさと誘致センターを介した移住実績")
    prefecture = Kpi.objects.get(title="移住世帯数（福島県の数え方）")
    assert prefecture.same_indicator_as == own
    assert list(own.other_definitions.all()) == [prefecture]
    assert prefecture.actuals.get(reported_in=2024).value == Decimal(437)


def test_every_piece_of_content_has_english(loaded: None) -> None:
    for model in (Strategy, Kpi, Measure, PolicyPackage, Lineage):
        for row in model.objects.all():
            for field in ("title", "text", "note", "unit", "source"):
                if getattr(row, field, ""):
                    assert getattr(row, f"{field}_en"), (row, field)


def test_one_collection_is_open_with_departments_that_sent_and_departments_that_are_late(
    loaded: None,
) -> None:
    campaign = Campaign.objects.get()
    assert (campaign.state, campaign.strategy.term) == (Campaign.State.OPEN, 2)
    today = today_in(campaign.strategy.municipality)
    asks = list(campaign.asks.select_related("campaign", "department"))
    sent = {str(ask.department) for ask in asks if ask.is_sent}
    late = {str(ask.department) for ask in asks if not ask.is_sent and ask.due < today}
    extended = {str(ask.department) for ask in asks if not ask.is_sent and ask.due >= today}
    assert len(sent) >= 3
    assert len(late) >= 3
    assert extended == {"医療健康課（見本）"}
    founders = Kpi.objects.get(title="市創業支援事業計画に基づく支援を受けて起業した件数")
    assert founders.actuals.live().get(reported_in=campaign.fiscal_year).value == Decimal(83)


def test_three_reviews_are_closed_and_published_and_their_lines_show_what_was_printed(loaded: None) -> None:
    reviews = Review.objects.filter(published_at__isnull=False)
    assert {(r.strategy.term, r.fiscal_year) for r in reviews} == {(1, 2019), (2, 2023), (2, 2024)}
    first = reviews.get(fiscal_year=2019)
    lines = {line.title: line for line in first.lines.all()}
    for table in TABLES.values():
        for title, cells in table.items():
            line = lines[title]
            assert (line.target, line.base, line.actual) == (cells[0], cells[1], cells[5]), title
    for purpose in OVERALL:
        assert purpose in first.summary
    became = {(change.number, change.kind_key) for change in first.frozen_changes.all()}
    assert len(became) == 17
    assert {("1-1", "kept"), ("1-2", "merged"), ("3-6", "changed")} <= became
    latest = reviews.get(fiscal_year=2024)
    assert latest.plan_published_at is not None
    assert latest.frozen_comments.exclude(answer="").count() == 3
    assert latest.frozen_changes.exclude(kind_key="kept").count() == 6
    assert all("見本" in change.reason for change in latest.frozen_changes.all())


def test_settled_households_feed_the_relocation_kpi_beside_what_was_typed(loaded: None) -> None:
    kpi = Kpi.objects.get(title="IWAKIふるさと誘致センターを介した移住実績")
    people = Kpi.objects.get(title="IWAKIふるさと誘致センターを介した移住実績（人数）")
    fed = fed_values([kpi.pk, people.pk])
    assert (fed[kpi.pk][2024].value, fed[kpi.pk][2024].facts) == (Decimal(44), 44)
    assert fed[people.pk][2024].value == Decimal(94)
    assert fed[kpi.pk][2025].value == Decimal(47)
    assert Lever.objects.get(kind=Lever.Kind.SETTLED).in_force
    assert GapShare.objects.count() == 4


def test_loading_again_adds_nothing_and_leaves_alone_what_somebody_changed(loaded: None) -> None:
    models = (Strategy, Kpi, KpiActual, Measure, Lineage, Review, Campaign, Fact, Feed)
    counts = [model.objects.count() for model in models]
    Strategy.objects.filter(term=1).update(concept="訪れた人が変えた")
    call_command("load_demonstration_strategy", verbosity=0)
    call_command("load_demonstration_outcomes", verbosity=0)
    assert [model.objects.count() for model in models] == counts
    assert Strategy.objects.filter(term=1, concept="訪れた人が変えた").count() == 2


def test_every_chart_of_a_kpi_is_one_that_vega_lite_draws(loaded: None) -> None:
    judged = [
        kpi
        for strategy in Strategy.objects.all()
        for kpi in judge_strategy(
            strategy, user=AnonymousUser(), today=today_in(strategy.municipality)
        ).kpis.values()
    ]
    specs = [spec for kpi in judged if (spec := kpi_chart(kpi, kpi.forecast())) is not None]
    assert len(specs) > 10
    for spec in specs:
        check_against_schema(spec)
