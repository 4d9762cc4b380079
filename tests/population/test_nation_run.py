"""`sosei nation`: every municipality at once, stored once, and beside the official projection."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import xarray as xr
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError

from sosei.engines.demography.levers import lever_scenario
from sosei.engines.demography.project import project
from sosei.engines.demography.scenario import apply_scenario
from sosei.planning.population.importing.services import import_file
from sosei.planning.population.nation.census import national_census
from sosei.planning.population.nation.levers import LEVERS
from sosei.planning.population.nation.models import (
    NationalAnswer,
    NationalFigure,
    NationalRun,
    OfficialComparison,
)
from sosei.planning.population.nation.official import difference_by_age
from sosei.planning.population.nation.projecting import NEEDED, rates_for_all
from sosei.planning.population.nation.services import run_nation, silent
from sosei.planning.population.nation.uncertainty import cases_of
from tests.emptying import put_back
from tests.population.national_world import (
    BASE,
    CODES,
    COUNT,
    YEARS,
    censuses,
    official_file,
    store_census,
)
from tests.population.statistics_files import TODAY


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[str]:
    """The invented nation, projected and compared by the command; what it printed."""
    folder = tmp_path_factory.mktemp("nation")
    with django_db_blocker.unblock():
        store_census(folder)
        import_file(path=official_file(folder), imported_by="test", today=TODAY)
        out = io.StringIO()
        call_command("nation", "--fewest", str(COUNT), "--compare", "--language", "en", stdout=out)
        yield out.getvalue()
        put_back("default")


@pytest.fixture
def run(told: str, db: None) -> NationalRun:
    """The run stored for all tests of this file."""
    return NationalRun.objects.get()


def _figures(run: NationalRun, **chosen: Any) -> dict[tuple[str, int], NationalFigure]:
    rows = NationalFigure.objects.filter(run=run, **chosen).select_related("area")
    return {(row.area.code, row.year): row for row in rows}


def test_every_municipality_and_prefecture_stands_in_every_year_and_scenario(run: NationalRun) -> None:
    assert (run.base_year, run.to_year, run.municipalities) == (BASE, 2060, COUNT)
    years = (2060 - BASE) // 5 + 1
    assert NationalFigure.objects.filter(run=run).count() == (COUNT + 3) * years * len(run.scenarios)
    assert [one["name"] for one in run.scenarios][:2] == ["baseline", "migration-balanced"]


def test_the_base_year_is_the_census_and_prefectures_are_sums(run: NationalRun) -> None:
    rows = _figures(run, scenario="baseline")
    for code, people in censuses().items():
        assert rows[code, BASE].total == pytest.approx(people[-1].sum())
        assert rows[code, BASE].women_20_39 == pytest.approx(people[-1, 1, 4:8].sum())
    for prefecture in ("02", "03", "05"):
        inside = [rows[code, 2045] for code in CODES if code.startswith(prefecture)]
        whole = rows[f"{prefecture}000", 2045]
        for column in ("total", "age_0_14", "age_15_64", "age_65_plus", "age_75_plus"):
            assert getattr(whole, column) == pytest.approx(sum(getattr(one, column) for one in inside))
        assert whole.low is None


def test_age_groups_add_up_and_the_interval_holds_the_middle(run: NationalRun) -> None:
    for (code, year), row in _figures(run, scenario="baseline").items():
        assert row.age_0_14 + row.age_15_64 + row.age_65_plus == pytest.approx(row.total)
        if code in CODES and year > BASE:
            assert row.low < row.total < row.high
    assert not NationalFigure.objects.filter(run=run, low__isnull=False).exclude(scenario="baseline").exists()


def test_intervals_widen_with_the_years(run: NationalRun) -> None:
    rows = _figures(run, scenario="baseline", area__code=CODES[30])
    widths = [np.log(rows[CODES[30], year].high / rows[CODES[30], year].low) for year in (2020, 2030, 2040)]
    assert widths == sorted(widths)


def test_more_children_make_more_people_everywhere(run: NationalRun) -> None:
    base, more = (_figures(run, scenario=name, year=2045) for name in ("baseline", "simulation-1"))
    assert all(more[key].age_0_14 > base[key].age_0_14 for key in base if key[0] in CODES)


def test_the_level_that_is_told_holds_the_population_and_an_unreachable_one_does_not(
    run: NationalRun,
) -> None:
    census = national_census(fewest=COUNT, progress=silent)
    rates = rates_for_all(census, 2045)
    answers = NationalAnswer.objects.filter(run=run).select_related("area")
    assert answers.count() == COUNT * len(LEVERS)
    for answer in [*answers.filter(reached=True)[:4], *answers.filter(reached=False)[:4]]:
        code = answer.area.code
        alone = rates.sel(area=[code])
        scenario = lever_scenario("held", LEVERS[answer.lever].overrides(answer.level, BASE))
        changed = apply_scenario(scenario, alone, base_year=BASE)
        base = census.base.sel(area=[code])
        kept = changed[[name for name in NEEDED if name in changed]]
        held = project(base, kept, until=2045, closure="child_woman_ratio", base_year=BASE)
        end = held.total().sel(year=2045).item()
        assert end == pytest.approx(answer.best, rel=1e-6)
        assert (end >= float(base.sum()) * (1 - 1e-6)) == answer.reached


def test_the_same_inputs_are_run_once(run: NationalRun) -> None:
    again, made = run_nation(run_by="another", fewest=COUNT)
    assert (again.pk, made) == (run.pk, False)


def test_a_run_is_never_changed(run: NationalRun) -> None:
    for table in ("nationalrun", "nationalfigure", "nationalanswer", "officialcomparison"):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            connection.cursor().execute(f"DELETE FROM population_{table}")


def test_the_command_tells_what_it_did_and_how_far_the_official_projection_is(told: str) -> None:
    assert f"{COUNT} municipalities were projected under 4 scenarios from {BASE} to 2060" in told
    assert f"Median absolute difference from the official projection, {COUNT - 1} municipalities" in told
    assert [line.split()[0] for line in told.splitlines() if line.startswith("  ")] == [
        str(year) for year in range(2020, 2050, 5)
    ]


def test_the_difference_from_the_official_projection_is_told_apart_without_rest(run: NationalRun) -> None:
    rows = OfficialComparison.objects.filter(run=run)
    assert rows.values("area").distinct().count() == COUNT - 1
    for row in rows:
        assert row.born + row.old + row.moved == pytest.approx(row.ours - row.official, abs=1e-6)
    growing = censuses()[CODES[0]][-1].sum() * 1.1
    assert rows.get(area__code=CODES[0], year=2020).official == pytest.approx(growing, rel=1e-5)


def test_parts_are_cut_by_age_and_by_who_was_born() -> None:
    coords = {"area": ["x"], "year": [2035], "age": [0, 15, 20, 60, 65, 90]}
    ours = xr.DataArray([[[1.0, 2, 4, 8, 16, 32]]], dims=("area", "year", "age"), coords=coords)
    parts = difference_by_age(ours, xr.zeros_like(ours), 2015)
    assert (parts.born.item(), parts.moved.item(), parts.old.item()) == (3, 12, 48)


def test_hindcasts_begin_where_an_estimate_can_and_end_with_the_newest_census() -> None:
    assert cases_of([2000, 2005, 2010, 2015]) == [(2010, 5)]
    assert cases_of(list(YEARS)) == [(2000, 5), (2000, 10), (2000, 15), (2005, 5), (2005, 10), (2010, 5)]
