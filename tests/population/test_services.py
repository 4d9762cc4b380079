"""Stored projections: once for the same inputs, whatever runs at the same time, and never changed afterwards."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from sosei.engines.demography.errors import ScenarioError
from sosei.engines.demography.scenario import scenario_from_yaml
from sosei.planning.population import services
from sosei.planning.population.area_inputs import inputs_of
from sosei.planning.population.assumptions import AssumptionError, assumptions_from_yaml
from sosei.planning.population.demonstration_data import load_demonstration
from sosei.planning.population.inputs import build_inputs
from sosei.planning.population.models import (
    Area,
    AssumptionSet,
    ImportBatch,
    Observation,
    ObservationCell,
    ProjectionCell,
    ProjectionRun,
    PublishedFigure,
    Scenario,
    VitalStatistic,
)
from sosei.planning.population.observations import MissingObservationError, UnsuitableAgesError, censuses_of
from sosei.planning.population.tasks import refresh_projections


def newest(area: Area) -> tuple[Scenario, AssumptionSet]:
    return Scenario.objects.get(name="baseline"), AssumptionSet.objects.get(area=area)


def test_loading_the_demonstration_again_changes_nothing(demonstration: None) -> None:
    tables = (
        Area,
        ImportBatch,
        Observation,
        ObservationCell,
        VitalStatistic,
        PublishedFigure,
        ProjectionCell,
    )
    before = [t.objects.count() for t in tables]
    load_demonstration()
    assert [t.objects.count() for t in tables] == before


def test_a_stored_run_holds_the_projection_number_by_number(iwaki: Area) -> None:
    run = ProjectionRun.objects.latest_of(iwaki, "baseline")
    assert run is not None
    inputs = inputs_of(iwaki, until=run.to_year)
    projection = inputs.project(scenario_from_yaml(run.scenario.document))
    stored = {
        (c.year, c.sex, c.age_from): c.persons
        for c in run.cells.filter(quantity=ProjectionCell.Quantity.POPULATION)
    }
    flat = projection.population.to_series()
    assert len(stored) == flat.size
    assert all(stored[key[-3:]] == value for key, value in flat.items())
    special = sum(c.persons for c in run.cells.filter(quantity=ProjectionCell.Quantity.SPECIAL, year=2015))
    assert special == pytest.approx(24_238)


def test_the_same_inputs_are_run_once(iwaki: Area) -> None:
    scenario, assumption_set = newest(iwaki)
    arguments = {
        "area": iwaki,
        "scenario": scenario,
        "assumption_set": assumption_set,
        "until": 2060,
        "run_by": "a",
    }
    assert services.run_projection(**arguments) == services.run_projection(**arguments)
    assert services.run_projection(**{**arguments, "until": 2050}) != services.run_projection(**arguments)


@pytest.mark.django_db(transaction=True)
def test_runs_at_the_same_moment_store_one_row() -> None:
    load_demonstration()
    area = Area.objects.get(code="07201")
    scenario, assumption_set = newest(area)
    start = threading.Barrier(6)
    found: list[int] = []

    def run() -> None:
        start.wait()
        try:
            stored = services.run_projection(
                area=area, scenario=scenario, assumption_set=assumption_set, until=2045, run_by="race"
            )
            found.append(stored.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 6
    assert len(set(found)) == 1
    assert ProjectionRun.objects.filter(area=area, to_year=2045).count() == 1
    assert ProjectionCell.objects.filter(run_id=found[0]).count() > 0


@pytest.mark.parametrize(
    "table",
    [
        ImportBatch,
        Observation,
        ObservationCell,
        VitalStatistic,
        PublishedFigure,
        AssumptionSet,
        Scenario,
        ProjectionRun,
        ProjectionCell,
    ],
)
def test_the_database_refuses_to_change_or_delete_what_was_recorded(table: type, demonstration: None) -> None:
    row = table.objects.first()
    field = next(f.attname for f in table._meta.concrete_fields if not f.primary_key)
    with pytest.raises(DatabaseError), transaction.atomic():
        table.objects.filter(pk=row.pk).update(**{field: getattr(row, field)})
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{table._meta.db_table}" WHERE id = %s', [row.pk])
    assert table.objects.filter(pk=row.pk).exists()


def test_a_scenario_that_does_not_hold_is_not_stored(db: None) -> None:
    with pytest.raises(ScenarioError):
        services.store_scenario(document="{name: a, title: {ja: あ}, overrides: [{tfr: {}}]}", stored_by="t")
    assert not Scenario.objects.filter(name="a").exists()


def test_assumptions_report_all_their_problems_together() -> None:
    with pytest.raises(AssumptionError) as caught:
        assumptions_from_yaml(
            "{name: A B, title: {ja: あ}, base_year: soon, color: red, special: {e: {remaining: {2015: 3}}}, "
            "migration: {periods: [2010, 2000-2010], without: [f]}, fertility: {tfr: 15, national_path: ipss}, "
            "survivorship: {table: moon}}"
        )
    text = str(caught.value)
    for part in (
        "'A B'",
        "'soon'",
        "'color'",
        "2015: 3",
        "2010 is not a period",
        "not five years",
        "'f'",
        "15",
        "'moon'",
    ):
        assert part in text, part


def test_a_census_that_is_not_stored_is_named_with_those_that_are(iwaki: Area) -> None:
    assumptions = assumptions_from_yaml(newest(iwaki)[1].document)
    with pytest.raises(MissingObservationError) as caught:
        build_inputs(censuses_of(iwaki), assumptions.changed({"base_year": 2012}), until=2060)
    assert "2012" in caught.value.text("ja")
    assert "1980" in caught.value.text("ja")


def test_ages_that_do_not_fit_five_year_groups_are_refused(iwaki: Area) -> None:
    batch = ImportBatch.objects.first()
    observation = Observation.objects.create(
        area=Area.objects.get(code="07000"), date="2020-10-01", kind="census_enumerated", batch=batch
    )
    ObservationCell.objects.create(observation=observation, sex="male", age_from=0, age_to=14, persons=5)
    with pytest.raises(UnsuitableAgesError, match="0-14"):
        censuses_of(observation.area)


def test_the_worker_stores_projections_of_the_areas_named(iwaki: Area) -> None:
    services.store_scenario(
        document="{name: still, title: {ja: 移動なし}, overrides: [{migration_zero: {}}]}",
        stored_by="t",
        area=iwaki,
    )
    done = refresh_projections(codes=["07204", "07000"])
    assert done == {"07204": 6}
    assert ProjectionRun.objects.latest_of(iwaki, "still") is not None
