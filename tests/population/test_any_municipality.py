"""Any municipality whose censuses are imported has a vision, with assumptions of its own or the default ones."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.core.management.base import CommandError

from sosei.planning.population.importing.services import import_file
from sosei.planning.population.models import Area, AssumptionSet, Observation, ObservationCell, Scenario
from sosei.planning.population.vision import NoVisionError, build_vision

AOMORI = "02201"


def neighbour(iwaki: Area, *years: int) -> Area:
    """A municipality with half of Iwaki's people in the years given, and no assumptions."""
    area = Area.objects.create(
        code=AOMORI, check_digit="9", name="となり市", name_en="Next City", kind="municipality"
    )
    for old in Observation.objects.filter(area=iwaki, group="all", date__year__in=years):
        new = Observation.objects.create(area=area, date=old.date, kind=old.kind, batch=old.batch)
        ObservationCell.objects.bulk_create(
            ObservationCell(
                observation=new, sex=c.sex, age_from=c.age_from, age_to=c.age_to, persons=c.persons / 2
            )
            for c in old.cells.all()
        )
    return area


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_two_censuses_are_enough_for_a_vision_with_default_assumptions(iwaki: Area) -> None:
    vision = build_vision(neighbour(iwaki, 2005, 2010, 2015))
    assert vision.base_year == 2015
    assert "標準の仮定" in vision.assumptions_title
    assert {a.key for a in vision.assumptions} == {"migration", "fertility", "survivorship"}
    assert all(a.left_open for a in vision.assumptions)
    assert vision.checks == []


def test_a_scenario_that_needs_an_older_census_is_left_out_and_says_why(iwaki: Area) -> None:
    vision = build_vision(neighbour(iwaki, 2010, 2015))
    assert "prospect-2" not in {s.name for s in vision.scenarios}
    (missing,) = vision.left_out
    assert missing.name == "prospect-2"
    assert "1995-2000" in missing.reason
    assert vision.tables["split"] == []


def test_one_census_is_not_enough_and_says_what_is_missing(iwaki: Area) -> None:
    with pytest.raises(NoVisionError, match="2015"):
        build_vision(neighbour(iwaki, 2015))


def test_a_town_with_too_few_families_says_so(iwaki: Area) -> None:
    area = neighbour(iwaki, 2010)
    old = Observation.objects.get(area=iwaki, group="all", date__year=2015)
    new = Observation.objects.create(area=area, date=old.date, kind=old.kind, batch=old.batch)
    ObservationCell.objects.bulk_create(
        ObservationCell(observation=new, sex=c.sex, age_from=c.age_from, age_to=c.age_to, persons=c.persons)
        for c in old.cells.filter(age_from__gte=50)
    )
    with pytest.raises(NoVisionError, match="出生率"):
        build_vision(area)


def test_figures_that_cannot_be_believed_carry_a_warning(iwaki: Area) -> None:
    area = neighbour(iwaki, 2010)
    assert build_vision(iwaki).warnings == []
    old = Observation.objects.get(area=iwaki, group="all", date__year=2015)
    new = Observation.objects.create(area=area, date=old.date, kind=old.kind, batch=old.batch)
    ObservationCell.objects.bulk_create(
        ObservationCell(
            observation=new, sex=c.sex, age_from=c.age_from, age_to=c.age_to, persons=c.persons * 2
        )
        for c in old.cells.all()
    )
    (warning,) = build_vision(area).warnings
    assert "2010～2015年" in warning


def test_only_areas_that_can_be_projected_are_listed(iwaki: Area) -> None:
    listed = {a.code for a in Area.objects.with_vision()}
    assert listed == {"07201", "07204"}
    neighbour(iwaki, 2010, 2015)
    assert {a.code for a in Area.objects.with_vision()} == {"07201", "07204", AOMORI}


def test_default_assumptions_can_be_taken_changed_and_stored(iwaki: Area, tmp_path: Path) -> None:
    neighbour(iwaki, 2005, 2010, 2015)
    document = yaml.safe_load(run("assumptions", AOMORI))
    document["fertility"]["tfr"] = 1.8
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    # Four of the five shipped scenarios: prospect 2 needs the censuses of 1995 and 2000.
    assert "4" in run("assumptions", "となり市", "--set", str(path))
    stored = AssumptionSet.objects.get(area__code=AOMORI)
    assert yaml.safe_load(run("assumptions", AOMORI)) == yaml.safe_load(stored.document) == document


def test_assumptions_that_do_not_hold_are_refused_and_nothing_is_stored(iwaki: Area, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("{name: bad, title: {ja: だめ}, base_year: 2015, fertility: {tfr: 99}}", encoding="utf-8")
    before = AssumptionSet.objects.count()
    with pytest.raises(CommandError) as caught:
        run("assumptions", "07204", "--set", str(path))
    assert caught.value.returncode == 2
    assert "99" in str(caught.value)
    with pytest.raises(CommandError, match=r"nowhere\.yaml"):
        run("assumptions", "07204", "--set", "nowhere.yaml")
    path.write_bytes("name: 仮定".encode("cp932"))
    with pytest.raises(CommandError, match="UTF-8"):
        run("assumptions", "07204", "--set", str(path))
    assert AssumptionSet.objects.count() == before


def test_a_scenario_of_ones_own_is_listed_shown_and_stored(iwaki: Area, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("{name: own, title: {ja: 独自}, overrides: [{migration_zero: {}}]}", encoding="utf-8")
    run("scenarios", "07204", "--add", str(path))
    assert "own\t独自" in run("scenarios", "07204")
    assert run("scenarios", "07204", "--show", "own") == path.read_text(encoding="utf-8")
    assert "own" not in run("scenarios", "07201")


def test_a_scenario_that_does_not_fit_the_area_is_refused(iwaki: Area, tmp_path: Path) -> None:
    path = tmp_path / "far.yaml"
    path.write_text(
        "{name: far, title: {ja: 遠い}, overrides: [{tfr: {points: {2100: 2.0}}}]}", encoding="utf-8"
    )
    with pytest.raises(CommandError, match="2100"):
        run("scenarios", "07204", "--add", str(path))
    with pytest.raises(CommandError, match="baseline"):
        run("scenarios", "07204", "--show", "basline")
    assert not Scenario.objects.filter(name="far").exists()


@pytest.mark.shared_data
def test_from_the_nations_census_file_to_a_vision_of_any_city(db: None, shared_data: Path) -> None:
    from sosei.planning.population.demonstration_data import load_demonstration

    load_demonstration()
    import_file(path=shared_data / "census/municipality_1980_2015.csv.gz", imported_by="test")
    for code in ("01100", "13201", "47201", "02201"):
        vision = build_vision(Area.objects.get(code=code))
        assert len(vision.scenarios) == 5, vision.left_out
        totals = {
            r["year"]: r["total"] for r in vision.tables["scenario_totals"] if r["scenario"] == "baseline"
        }
        assert 0.2 < totals[2060] / totals[2015] < 2.0
