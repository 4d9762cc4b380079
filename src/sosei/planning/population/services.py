"""Writes of the population vision: store scenarios, assumptions and projections; every verb is one transaction."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.db import connection, transaction

from sosei import __version__
from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.project import Projection
from sosei.engines.demography.scenario import scenario_from_yaml
from sosei.planning.population.area_inputs import newest_assumption_set, scenarios_of
from sosei.planning.population.assumptions import assumptions_from_yaml
from sosei.planning.population.inputs import ProjectionInputs, build_inputs
from sosei.planning.population.models import (
    Area,
    AssumptionSet,
    ProjectionCell,
    ProjectionRun,
    Scenario,
)
from sosei.planning.population.observations import censuses_of


@transaction.atomic
def store_scenario(
    *, document: str, stored_by: str, area: Area | None = None, position: int = 100
) -> Scenario:
    """Store a scenario's file as the one in force; the text already in force gives its row.

    Raises:
        ScenarioError: the document does not hold; nothing is stored.
    """
    read = scenario_from_yaml(document)
    newest = Scenario.objects.filter(area=area, name=read.name).order_by("-id").first()
    if newest is not None and newest.document == document:
        return newest
    return Scenario.objects.create(
        area=area,
        name=read.name,
        title=read.title.get("ja") or read.title["en"],
        title_en=read.title.get("en", ""),
        position=position,
        document=document,
        created_by=stored_by,
    )


@transaction.atomic
def store_assumptions(*, area: Area, document: str, stored_by: str) -> AssumptionSet:
    """Store an assumption document; the same text again gives the row already there.

    Raises:
        AssumptionError: the document does not hold; nothing is stored.
    """
    read = assumptions_from_yaml(document)
    newest = newest_assumption_set(area)
    if newest is not None and newest.document == document:
        return newest
    return AssumptionSet.objects.create(
        area=area,
        name=read.name,
        title=read.title.get("ja") or read.title["en"],
        title_en=read.title.get("en", ""),
        base_year=read.base_year,
        document=document,
        created_by=stored_by,
    )


@transaction.atomic
def run_projection(
    *, area: Area, scenario: Scenario, assumption_set: AssumptionSet, until: int, run_by: str
) -> ProjectionRun:
    """Project and store; where the same inputs were already run, the stored run is returned.

    Raises:
        DemographyError: inputs are missing or do not hold; nothing is stored.
    """
    inputs = _inputs(assumption_set, until)
    return _store_run(scenario, assumption_set, inputs, run_by)


@transaction.atomic
def run_all_projections(*, area: Area, until: int, run_by: str) -> list[ProjectionRun]:
    """Every scenario offered to `area` that can be computed, under its newest assumptions.

    Empty where the area has stored no assumptions. A scenario that does not fit (it needs a period the area has no
    censuses of) is left out here, and told with its reason on the page (`vision.left_out`).

    Raises:
        DemographyError: the inputs that all scenarios share do not hold.
    """
    assumption_set = newest_assumption_set(area)
    if assumption_set is None:
        return []
    inputs = _inputs(assumption_set, until)
    runs = []
    for scenario in Scenario.objects.offered_to(area):
        with suppress(DemographyError):
            runs.append(_store_run(scenario, assumption_set, inputs, run_by))
    return runs


def _inputs(assumption_set: AssumptionSet, until: int) -> ProjectionInputs:
    area = assumption_set.area
    assumptions = assumptions_from_yaml(assumption_set.document)
    return build_inputs(censuses_of(area), assumptions, until=until, bases=scenarios_of(area))


def _store_run(
    scenario: Scenario, assumption_set: AssumptionSet, inputs: ProjectionInputs, run_by: str
) -> ProjectionRun:
    read = scenario_from_yaml(scenario.document)
    fingerprint = inputs.fingerprint(read)
    _one_run_at_a_time(fingerprint)
    same = {"scenario": scenario, "assumption_set": assumption_set, "fingerprint": fingerprint}
    stored = ProjectionRun.objects.filter(area=assumption_set.area, **same).first()
    if stored is not None:
        return stored
    projection = inputs.project(read)
    projection.check_balance()
    run = ProjectionRun.objects.create(
        area=assumption_set.area,
        base_year=inputs.base_year,
        to_year=inputs.until,
        engine_version=__version__,
        run_by=run_by,
        **same,
    )
    _copy_cells(run, projection)
    return run


def _one_run_at_a_time(fingerprint: str) -> None:
    """Two requests for the same run wait for each other, so that the second finds the first's rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(fingerprint[:15], 16)])


def _copy_cells(run: ProjectionRun, projection: Projection) -> None:
    table = ProjectionCell._meta.db_table
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{table}" (run_id, quantity, year, sex, age_from, persons) FROM STDIN') as copy,
    ):
        for row in _cells(run.pk, projection):
            copy.write_row(row)


def _cells(run_id: int, projection: Projection) -> list[tuple[Any, ...]]:
    blocks: list[tuple[str, Any]] = [
        (ProjectionCell.Quantity.POPULATION, projection.population),
        (ProjectionCell.Quantity.BIRTHS, projection.births.expand_dims(age=[0])),
        (ProjectionCell.Quantity.DEATHS, projection.deaths),
        (ProjectionCell.Quantity.NET_MIGRATION, projection.net_migration),
    ]
    if projection.special:
        blocks.append((ProjectionCell.Quantity.SPECIAL, projection.everyone - projection.population))
    rows = []
    for quantity, block in blocks:
        ordered = block.transpose("year", "sex", "age")
        years, sexes, ages = (ordered[d].values.tolist() for d in ("year", "sex", "age"))
        values = ordered.values
        rows += [
            (run_id, str(quantity), year, sex, age, float(values[i, j, k]))
            for i, year in enumerate(years)
            for j, sex in enumerate(sexes)
            for k, age in enumerate(ages)
        ]
    return rows
