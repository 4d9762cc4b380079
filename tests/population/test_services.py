"""Stored projections: once for the same inputs, whatever runs at the same time, and never changed afterwards."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from sosei.engines.demography.errors import ScenarioError
from sosei.engines.demography.fertility import child_woman_ratio
from sosei.engines.demography.scenario import scenario_from_yaml
from sosei.planning.population import services
from sosei.planning.population.area_inputs import inputs_of
from sosei.planning.population.assumptions import AssumptionError, assumptions_from_yaml
from sosei.planning.population.demonstration_data import load_demonstration
from sosei.planning.population.inputs import build_inputs, observed_migration
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
from sosei.planning.population.reference import survivorship_table
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


def test_loading_the_demonstration_leaves_a_citys_own_assumptions_and_scenarios_in_force(iwaki: Area) -> None:
    own = newest(iwaki)[1].document.replace("tfr: 1.57", "tfr: 1.40")
    services.store_assumptions(area=iwaki, document=own, stored_by="planner")
    changed = "{name: prospect-1, title: {ja: 変えた}, overrides: []}"
    services.store_scenario(document=changed, stored_by="planner")
    load_demonstration()
    assert inputs_of(iwaki, until=2060).assumptions.tfr == 1.40
    assert Scenario.objects.offered_to(iwaki).get(name="prospect-1").title == "変えた"


def test_an_older_text_stored_again_is_in_force_again(iwaki: Area) -> None:
    first, second = (f"{{name: own, title: {{ja: {word}}}, overrides: []}}" for word in ("一", "二"))
    for document in (first, second, first):
        services.store_scenario(document=document, stored_by="t", area=iwaki)
    assert Scenario.objects.offered_to(iwaki).get(name="own").title == "一"
    assert Scenario.objects.filter(name="own").count() == 3


@pytest.mark.parametrize(
    ("document", "part"),
    [
        ("name: [", "YAML"),
        ("fertility: 1.5", "1.5 is not a mapping"),
        ("special: [a]", "['a'] is not a mapping"),
        ("special: {e: {title: {ja: 人}}}", "special.e.remaining"),
        ("special: {e: {remaining: {2015: 1}, destination: moon}}", "'moon'"),
        ("migration: {periods: [2010-2015], witout: []}", "'witout' is not known; nearest: without"),
        ("survivorship: {tabel: japan}", "'tabel' is not known; nearest: table"),
        ("sex_ratio_0_4: {censuses: [two]}", "'two' is not a year"),
        ("assumptions: [3]", "3 is not a mapping"),
        (
            "assumptions: [{key: k, title: {ja: あ}, value: {ja: あ}, source: {ja: あ}, "
            "alternatives: [{label: {ja: あ}, set: {special.evacues.remaining.2025: 1}}]}]",
            "special.evacues.remaining.2025: names no part",
        ),
        (
            "assumptions: [{key: k, title: {ja: あ}, value: {ja: あ}, source: {ja: あ}, "
            "alternatives: [{label: {ja: あ}, set_override: {migration: 1}}]}]",
            "'migration' is not known",
        ),
    ],
)
def test_an_assumption_file_with_a_slip_names_it(document: str, part: str) -> None:
    whole = (
        "name: a\ntitle: {ja: あ}\nbase_year: 2015\nmigration: {periods: [2010-2015]}\n"
        "fertility: {tfr: 1.5, national_path: ipss-2017-medium}\n"
    )
    key = document.split(":")[0]
    kept = "".join(line for line in whole.splitlines(keepends=True) if not line.startswith(f"{key}:"))
    with pytest.raises(AssumptionError) as caught:
        assumptions_from_yaml(f"{kept}{document}\n")
    assert part in str(caught.value)


def test_a_scenario_may_rest_on_another_stored_one(iwaki: Area) -> None:
    text = "{name: on-top, title: {ja: 上乗せ}, base: prospect-1, overrides: [{migration_zero: {}}]}"
    services.store_scenario(document=text, stored_by="t", area=iwaki)
    run = services.run_projection(
        area=iwaki,
        scenario=Scenario.objects.get(name="on-top"),
        assumption_set=newest(iwaki)[1],
        until=2060,
        run_by="t",
    )
    inputs = inputs_of(iwaki, until=2060)
    by_hand = scenario_from_yaml(
        "{name: x, title: {ja: あ}, overrides: [{tfr: {points: {2040: 2.11}}}, {migration_zero: {}}]}"
    )
    stored = sum(c.persons for c in run.cells.filter(quantity=ProjectionCell.Quantity.POPULATION, year=2060))
    assert stored == pytest.approx(float(inputs.project(by_hand).population.sel(year=2060).sum()))


def test_one_area_that_cannot_be_computed_does_not_stop_the_worker(iwaki: Area) -> None:
    bare = Area.objects.get(code="07000")
    document = newest(iwaki)[1].document
    AssumptionSet.objects.create(
        area=bare, name="a", title="a", base_year=2015, document=document, created_by="t"
    )
    assert refresh_projections(codes=["07000", "07204"]) == {"07204": 5}


def test_the_fingerprint_tells_every_input_apart(iwaki: Area) -> None:
    inputs = inputs_of(iwaki, until=2060)
    baseline = scenario_from_yaml(Scenario.objects.get(name="baseline").document)
    stock = inputs.special[0]
    others = [
        inputs,
        replace(inputs, residents=inputs.residents + 1),
        replace(inputs, references={k: v + 0.001 for k, v in inputs.references.items()}),
        replace(inputs, rates=inputs.rates.assign(tfr=inputs.rates["tfr"] + 0.001)),
        replace(inputs, special=(replace(stock, destination="residents"),)),
        replace(inputs, special=(replace(stock, remaining={2015: 1.0, 2025: 0.5}),)),
        replace(inputs, until=2055),
    ]
    assert len({one.fingerprint(baseline) for one in others}) == len(others)


def test_fertility_moves_with_the_nation_from_the_base_year(iwaki: Area) -> None:
    rates = inputs_of(iwaki, until=2060).rates
    assert float(rates["tfr"].sel(year=2035)) == pytest.approx(1.57 * 1.43 / 1.45)
    assert float(rates["child_woman_ratio"].sel(year=2035)) == pytest.approx(
        float(child_woman_ratio(inputs_of(iwaki, until=2060).residents)) * 1.43 / 1.45
    )


def test_boys_per_girl_are_the_mean_of_the_censuses_named(iwaki: Area) -> None:
    inputs = inputs_of(iwaki, until=2060)
    young = [inputs.censuses.population(year).sel(age=0) for year in (2000, 2005, 2010, 2015)]
    mean = sum(float(c.sel(sex="male")) / float(c.sel(sex="female")) for c in young) / 4
    assert float(inputs.rates["sex_ratio_0_4"].sel(year=2060)) == pytest.approx(mean)


def test_evacuees_counted_at_both_censuses_are_taken_out_of_both(iwaki: Area) -> None:
    inputs = inputs_of(iwaki, until=2060)
    held = inputs.censuses.groups["evacuees"]
    both = replace(inputs.censuses, groups={"evacuees": {**held, 2020: replace(held[2015], year=2020)}})
    only_start = observed_migration(inputs.censuses, inputs.assumptions, 2015, 2020)["counts"]
    apart = observed_migration(both, inputs.assumptions, 2015, 2020)["counts"]
    stock = held[2015].population
    survivorship = survivorship_table("japan").sel(year=2020, drop=True)
    moved = stock.shift(age=1)
    at_40 = {"sex": "male", "age": 40}
    expected = -float(stock.sel(at_40)) + float((moved * survivorship).sel(at_40))
    assert float((apart - only_start).sel(at_40)) == pytest.approx(expected)
