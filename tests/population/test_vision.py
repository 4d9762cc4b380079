"""The page's tables: the same people counted every way, in both languages, kept until something newer is stored."""

from __future__ import annotations

import datetime

import pytest
from django.utils.translation import override

from sosei.planning.population.models import Area, ImportBatch, Observation, ObservationCell, Scenario
from sosei.planning.population.vision import NoVisionError, Vision, build_vision


@pytest.fixture(params=["07204", "07201"])
def vision(request: pytest.FixtureRequest, demonstration: None) -> Vision:
    return build_vision(Area.objects.get(code=request.param))


def test_ages_and_pyramid_add_up_to_the_totals(vision: Vision) -> None:
    totals = {(r["scenario"], r["year"]): r["total"] for r in vision.tables["scenario_totals"]}
    for row in vision.tables["scenario_ages"]:
        parts = row["age_0_14"] + row["age_15_64"] + row["age_65_plus"]
        assert parts == pytest.approx(totals[row["scenario"], row["year"]])
    people: dict[tuple[str, int], float] = {}
    for row in vision.tables["pyramid"]:
        key = row["scenario"], row["year"]
        people[key] = people.get(key, 0.0) + row["persons"]
    for key, total in totals.items():
        assert people[key] == pytest.approx(total)


def test_every_scenario_starts_from_the_census_of_the_base_year(vision: Vision) -> None:
    counted = next(r["total"] for r in vision.tables["observed_total"] if r["year"] == vision.base_year)
    starts = [r["total"] for r in vision.tables["scenario_totals"] if r["year"] == vision.base_year]
    assert len(starts) == 5
    assert starts == pytest.approx([counted] * 5)


def test_components_explain_the_change_of_the_residents(vision: Vision) -> None:
    residents = {(r["scenario"], r["year"]): r["residents"] for r in vision.tables["scenario_totals"]}
    for row in vision.tables["components"]:
        change = residents[row["scenario"], row["year"]] - residents[row["scenario"], row["year"] - 5]
        assert change == pytest.approx(row["natural"] + row["net_migration"], abs=1e-6)


def test_the_split_adds_up_to_the_gap_between_prospect_2_and_the_baseline(vision: Vision) -> None:
    totals = {(r["scenario"], r["year"]): r["total"] for r in vision.tables["scenario_totals"]}
    for row in vision.tables["split"]:
        gap = totals["prospect-2", row["year"]] - totals["baseline", row["year"]]
        assert row["natural"] + row["social"] + row["interaction"] == pytest.approx(gap, abs=1e-6)


def test_later_censuses_are_hindsight_and_not_part_of_the_vision(vision: Vision) -> None:
    series = {(r["series"], r["year"]) for r in vision.tables["vision_and_actual"]}
    assert ("hindsight", 2025) in series
    assert ("observed", vision.base_year) in series
    assert ("observed", 2025) not in series


def test_every_table_names_its_sources(vision: Vision) -> None:
    for name in vision.tables:
        assert vision.sources[name], name


def test_the_evacuees_of_2015_stand_apart(iwaki: Area) -> None:
    rows = {r["year"]: r for r in build_vision(iwaki).tables["observed_total"]}
    assert rows[2015]["residents"] == pytest.approx(325_999, abs=0.01)
    assert rows[2015]["total"] == pytest.approx(350_237)
    assert rows[2010]["special"] == 0


def test_the_english_page_holds_no_japanese_sentence(iwaki: Area) -> None:
    with override("en"):
        vision = build_vision(iwaki)
    words = [s.title + s.description for s in vision.scenarios]
    words += [a.title + a.value + a.source + a.effect for a in vision.assumptions]
    words += [line for lines in vision.sources.values() for line in lines]
    words += [c.why for c in vision.checks]
    for text in words:
        assert not any("\u3040" <= letter <= "\u30ff" for letter in text), text


def test_a_newer_scenario_shows_at_once(iwaki: Area) -> None:
    before = {s.name for s in build_vision(iwaki).scenarios}
    Scenario.objects.create(
        area=iwaki,
        name="own",
        title="独自",
        created_by="test",
        document="{name: own, title: {ja: 独自}, overrides: [{migration_zero: {}}]}",
    )
    assert {s.name for s in build_vision(iwaki).scenarios} == before | {"own"}


def test_a_corrected_census_takes_the_place_of_the_older_row_and_both_stay(iwaki: Area) -> None:
    old = Observation.objects.get(area=iwaki, date=datetime.date(2025, 10, 1))
    batch = ImportBatch.objects.create(
        file_name="x.csv",
        sha256="0" * 64,
        recognised_format="test",
        encoding="utf-8",
        source="訂正",
        imported_by="t",
    )
    new = Observation.objects.create(area=iwaki, date=old.date, kind=old.kind, batch=batch)
    ObservationCell.objects.bulk_create(
        ObservationCell(
            observation=new, sex=c.sex, age_from=c.age_from, age_to=c.age_to, persons=c.persons + 1
        )
        for c in old.cells.all()
    )
    rows = {r["year"]: r["total"] for r in build_vision(iwaki).tables["observed_total"]}
    assert rows[2025] == 306_165 + 38
    assert Observation.objects.filter(area=iwaki, date=old.date).count() == 2


def test_an_area_without_assumptions_has_no_vision(demonstration: None) -> None:
    with pytest.raises(NoVisionError):
        build_vision(Area.objects.get(code="07000"))


def test_the_page_tells_the_stored_run_behind_each_scenario(iwaki: Area) -> None:
    vision = build_vision(iwaki)
    assert [r.scenario for r in vision.stored_runs] == [s.name for s in vision.scenarios]
    assert {r.run_by for r in vision.stored_runs} == {"sosei load_demonstration"}
    assert len({r.fingerprint for r in vision.stored_runs}) == 5


def test_intervals_after_the_evacuees_were_counted_apart_say_that_they_hold_them(iwaki: Area) -> None:
    (note,) = [line for line in build_vision(iwaki).sources["net_migration"] if "出入り" in line]
    assert "2015-2020、2020-2025年は原発避難者" in note


def test_influences_compare_the_simulations_in_the_year_they_name(vision: Vision) -> None:
    totals = {(r["scenario"], r["year"]): r["total"] for r in vision.tables["scenario_totals"]}
    found = {r["kind"]: r for r in vision.tables["influence"]}
    assert {r["reference_year"] for r in found.values()} == {2045}
    natural = totals["simulation-1", 2045] / totals["baseline", 2045]
    social = totals["simulation-2", 2045] / totals["simulation-1", 2045]
    assert found["natural"]["ratio"] == pytest.approx(natural)
    assert found["social"]["ratio"] == pytest.approx(social)


def test_the_natural_part_of_the_split_is_fertility_alone(vision: Vision) -> None:
    totals = {(r["scenario"], r["year"]): r["total"] for r in vision.tables["scenario_totals"]}
    # Prospect 1 differs from the baseline by the fertility of prospect 2 and by nothing else.
    for row in vision.tables["split"]:
        gap = totals["prospect-1", row["year"]] - totals["baseline", row["year"]]
        assert row["natural"] == pytest.approx(gap, abs=1e-6)


def test_distributed_figures_stand_before_enumerated_ones_of_the_same_census(iwaki: Area) -> None:
    before = {r["year"]: r["total"] for r in build_vision(iwaki).tables["observed_total"]}
    old = Observation.objects.get(area=iwaki, date=datetime.date(2025, 10, 1))
    enumerated = Observation.objects.create(
        area=iwaki, date=old.date, kind=Observation.Kind.CENSUS_ENUMERATED, batch=old.batch
    )
    ObservationCell.objects.bulk_create(
        ObservationCell(
            observation=enumerated, sex=c.sex, age_from=c.age_from, age_to=c.age_to, persons=c.persons / 2
        )
        for c in old.cells.all()
    )
    assert {r["year"]: r["total"] for r in build_vision(iwaki).tables["observed_total"]} == before
