"""The project's own small tables: recomputed from the public statistics they are made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sosei.planning.population.demonstration_data import _rows
from sosei.planning.population.reference import national_tfr_paths, survivorship_table
from tools import make_population_tables as tables


@pytest.mark.shared_data
def test_survivorship_of_japan_is_what_the_sources_give(shared_data: Path) -> None:
    stored = survivorship_table("japan").transpose("year", "sex", "age")
    for made in (tables.observed_survivorship(shared_data), tables.projected_survivorship(shared_data)):
        expected = made.transpose("year", "sex", "age")
        np.testing.assert_allclose(
            stored.sel(year=expected["year"]).values, expected.sel(age=stored["age"]).values, atol=6e-7
        )


@pytest.mark.shared_data
def test_the_evacuees_are_the_eight_towns_five_years_on(shared_data: Path) -> None:
    made = tables.evacuees_of_2015(shared_data)
    assert float(made.sum()) == pytest.approx(tables.EVACUEES_2015)
    for row in _rows("evacuees.csv"):
        stored = [float(v) for k, v in row.items() if k not in ("code", "year", "sex")]
        np.testing.assert_allclose(stored, made.sel(sex=row["sex"]).values, atol=6e-5)


@pytest.mark.shared_data
def test_the_demonstration_is_what_a_maintainer_would_make_again(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed = tables.POPULATION
    monkeypatch.setattr(tables, "POPULATION", tmp_path)
    tables.main(shared_data)
    made = sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*.csv"))
    assert len(made) == 4
    for path in made:
        assert (tmp_path / path).read_text() == (committed / path).read_text(), path


def test_survivorship_improves_and_women_outlive_men() -> None:
    table = survivorship_table("japan")
    assert bool((table.sel(sex="female", age=slice(65, 90)) > table.sel(sex="male", age=slice(65, 90))).all())
    assert bool((table.sel(year=2060, age=90) > table.sel(year=1985, age=90)).all())


def test_national_paths_start_where_a_base_year_can_stand() -> None:
    paths = national_tfr_paths()
    assert paths["ipss-2017-medium"][2015] == 1.45
    assert paths["ipss-2017-medium"][2065] == 1.44
    assert {2020, 2060} <= set(paths["ipss-2023-medium"])
