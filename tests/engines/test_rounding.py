"""Controlled rounding: every cell next to its value, every margin kept, no cell favoured."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sosei.engines.demography.dimensions import SEXES
from sosei.engines.demography.errors import InvalidValueError, ShapeError
from sosei.engines.demography.rounding import NoRoundingError, controlled_rounding


def table(cells: np.ndarray) -> xr.DataArray:
    """A table of areas and ages."""
    return xr.DataArray(cells, dims=("area", "age"), name="population")


def rounded(cells: np.ndarray, seed: int = 0) -> np.ndarray:
    return controlled_rounding(table(cells), columns=("age",), seed=seed).values


def assert_controlled(cells: np.ndarray, whole: np.ndarray) -> None:
    """What the theorem promises, with the engine's 1e-6 within which a margin counts as whole."""
    assert whole.dtype == np.int64
    assert ((whole == np.floor(cells)) | (whole == np.ceil(cells))).all()
    assert (whole[cells == np.floor(cells)] == cells[cells == np.floor(cells)]).all()
    for margin, kept in (
        (cells.sum(axis=1), whole.sum(axis=1)),
        (cells.sum(axis=0), whole.sum(axis=0)),
        (cells.sum(), whole.sum()),
    ):
        off = np.abs(kept - margin)
        assert (off < 1 + 1e-6).all()
        near = np.abs(margin - np.rint(margin)) < 5e-7
        assert (np.where(near, off, 0.0) < 1e-6).all()


fractions = st.sampled_from(
    [0.0, 0.0, 0.5, 0.5, 0.25, 1 / 3, 0.1, 0.999, 1.0, 2.5, 7.0, 123456.75]
) | st.floats(0, 50)


@given(
    cells=arrays(float, st.tuples(st.integers(1, 12), st.integers(1, 8)), elements=fractions),
    seed=st.integers(0, 2**63),
)
@settings(max_examples=300)
def test_every_margin_of_any_table_is_kept(cells: np.ndarray, seed: int) -> None:
    assert_controlled(cells, rounded(cells, seed))


@given(data=st.data(), seed=st.integers(0, 1000))
@settings(max_examples=150)
def test_whole_margins_stay_exactly_what_they_are(data: st.DataObject, seed: int) -> None:
    # A mixture of permutations of whole tables has whole margins and fractions inside.
    shape = (data.draw(st.integers(2, 10)), data.draw(st.integers(2, 7)))
    whole = data.draw(arrays(np.int64, shape, elements=st.integers(0, 9)))
    cells = whole.astype(float)
    for _ in range(data.draw(st.integers(1, 12))):
        i, k = (data.draw(st.integers(0, shape[0] - 1)) for _ in range(2))
        j, m = (data.draw(st.integers(0, shape[1] - 1)) for _ in range(2))
        if i == k or j == m:
            continue
        moved = data.draw(st.floats(0, 1)) * min(cells[i, j], cells[k, m])
        cells[i, j] -= moved
        cells[k, m] -= moved
        cells[i, m] += moved
        cells[k, j] += moved
    result = rounded(cells, seed)
    assert_controlled(cells, result)
    np.testing.assert_array_equal(result.sum(axis=1), whole.sum(axis=1))
    np.testing.assert_array_equal(result.sum(axis=0), whole.sum(axis=0))


@pytest.mark.parametrize("rows", [1, 2, 57])
@pytest.mark.parametrize("columns", [1, 2, 38])
def test_equal_halves_everywhere_are_shared_out_evenly(rows: int, columns: int) -> None:
    cells = np.full((rows, columns), 0.5)
    result = rounded(cells)
    assert_controlled(cells, result)
    assert set(np.unique(result.sum(axis=1))) <= {columns // 2, -(-columns // 2)}


def test_a_chain_in_which_no_two_columns_share_a_row_directly_is_still_rounded() -> None:
    # Each row holds two halves, of neighbouring columns: what one end lacks comes through all the others.
    links = 9
    cells = np.zeros((links, links))
    for i in range(links):
        cells[i, i] = cells[i, (i + 1) % links] = 0.5
    for seed in range(30):
        result = rounded(cells, seed)
        np.testing.assert_array_equal(result.sum(axis=0), 1)
        np.testing.assert_array_equal(result.sum(axis=1), 1)


@pytest.mark.parametrize("third", [0.3333334, 0.3333332])
@pytest.mark.parametrize("rows", [20_000, 217_000])
def test_rows_that_are_nearly_whole_lose_no_margin_however_many_they_are(third: float, rows: int) -> None:
    """Each row counts as one person; together they are a noticeable part of one off."""
    cells = np.full((rows, 3), third)
    for seed in range(12):
        whole = rounded(cells, seed)
        np.testing.assert_array_equal(whole.sum(axis=1), 1)
        assert (np.abs(whole.sum(axis=0) - rows * third) < 1).all()


@given(chance=st.integers(0, 2**32), seed=st.integers(0, 100))
@settings(max_examples=20)
def test_rows_with_as_much_slack_as_counts_as_whole_keep_every_margin(chance: int, seed: int) -> None:
    random = np.random.default_rng(chance)
    cells = random.dirichlet(np.ones(7), 3000)
    cells[:, 0] += random.uniform(0, 9e-7, 3000)
    whole = rounded(cells, seed)
    np.testing.assert_array_equal(whole.sum(axis=1), 1)
    assert (np.abs(whole.sum(axis=0) - cells.sum(axis=0)) < 1).all()


def test_no_areas_are_no_persons() -> None:
    none = rounded(np.empty((0, 4)))
    assert none.shape == (0, 4)
    assert none.dtype == np.int64


@given(
    cells=arrays(float, (6, 5), elements=st.floats(0, 1e9)),
    seed=st.integers(0, 100),
)
@settings(max_examples=60)
def test_huge_cells_keep_their_margins(cells: np.ndarray, seed: int) -> None:
    result = rounded(cells, seed)
    assert (np.abs(result - cells) < 1).all()
    assert (np.abs(result.sum(axis=1) - cells.sum(axis=1)) < 1 + 1e-4).all()
    assert (np.abs(result.sum(axis=0) - cells.sum(axis=0)) < 1 + 1e-4).all()


def nation() -> xr.DataArray:
    """Three hundred areas, two years, both sexes, nineteen ages."""
    random = np.random.default_rng(1741)
    size = np.exp(random.normal(8, 1.5, (300, 1, 1, 1))) / 38
    return xr.DataArray(
        size * random.uniform(0, 2, (300, 2, 2, 19)),
        dims=("area", "year", "sex", "age"),
        coords={"year": [2020, 2025], "sex": list(SEXES), "age": np.arange(0, 95, 5)},
        name="population",
    )


def test_each_year_is_a_table_of_its_own() -> None:
    values = nation()
    whole = controlled_rounding(values, seed=5)
    assert whole.dims == values.dims
    xr.testing.assert_equal(whole["age"], values["age"])
    for year in (2020, 2025):
        assert_controlled(
            values.sel(year=year).values.reshape(300, -1), whole.sel(year=year).values.reshape(300, -1)
        )


def test_the_order_of_the_dimensions_does_not_matter() -> None:
    values = nation()
    turned = controlled_rounding(values.transpose("age", "year", "area", "sex"), seed=5)
    assert turned.dims == ("age", "year", "area", "sex")
    xr.testing.assert_equal(turned.transpose(*values.dims), controlled_rounding(values, seed=5))


def test_a_seed_gives_the_same_result_and_another_seed_another() -> None:
    values = nation()
    xr.testing.assert_identical(controlled_rounding(values, seed=1), controlled_rounding(values, seed=1))
    assert (controlled_rounding(values, seed=1) != controlled_rounding(values, seed=2)).any()


def test_runs_of_ages_stay_within_a_few_persons_of_their_real_number() -> None:
    values = nation()
    whole = controlled_rounding(values)
    old = slice(65, None)
    off = abs(whole.sel(age=old).sum("age") - values.sel(age=old).sum("age"))
    # Rounding each cell alone is off by up to 3 here; systematic rounding by 1, but for the repaired rows.
    assert float((off < 1).mean()) > 0.95
    assert float(off.max()) < 3


def test_over_many_seeds_no_cell_is_favoured() -> None:
    random = np.random.default_rng(3)
    cells = random.uniform(0, 1, (60, 10))
    draws = 1500
    mean = np.mean([rounded(cells, seed) for seed in range(draws)], axis=0)
    off = mean - cells
    noise = np.sqrt(cells * (1 - cells) / draws)
    # The repair may shift a cell a little; on average over cells of like fraction it may not.
    assert np.abs(off / np.maximum(noise, 1e-3)).mean() < 2
    assert np.abs(off).max() < 0.12
    for low in np.arange(0, 1, 0.1):
        alike = (cells >= low) & (cells < low + 0.1)
        assert abs(off[alike].mean()) < 0.01


def test_what_cannot_be_persons_is_refused_with_its_place() -> None:
    values = nation().assign_coords(area=[f"{i:05d}" for i in range(300)])
    values[7, 1, 1, 4] = -0.5
    with pytest.raises(InvalidValueError) as caught:
        controlled_rounding(values)
    assert caught.value.where == {"area": "00007", "year": 2025, "sex": "female", "age": "20-24"}
    values[7, 1, 1, 4] = np.nan
    with pytest.raises(InvalidValueError, match="nan"):
        controlled_rounding(values)
    with pytest.raises(InvalidValueError, match="1e11") as large:
        controlled_rounding(abs(nation()) * 1e9)
    assert large.value.where == {"year": 2020}


def test_a_table_without_its_rows_is_refused() -> None:
    with pytest.raises(ShapeError, match="to round over is not there"):
        controlled_rounding(nation().isel(area=0))


def test_a_table_that_cannot_be_rounded_would_be_an_error_and_not_a_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none_holds(cells: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
        return np.zeros(cells.shape, dtype=np.int64), np.array([True, False, True])

    monkeypatch.setattr("sosei.engines.demography.rounding_kernel.round_tables", none_holds)
    three = xr.DataArray(np.full((4, 3, 2), 0.5), dims=("area", "year", "age"))
    with pytest.raises(NoRoundingError, match="Table 2 of 3") as caught:
        controlled_rounding(three, columns=("age",))
    assert "3 個のうち 2 番目" in caught.value.text("ja")
