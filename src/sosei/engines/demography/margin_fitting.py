"""Two-margin fitting: the districts of a city scaled to their own totals and to the city's sex and age at once.

Iterative proportional fitting (Deming & Stephan 1940, Annals of Mathematical Statistics 11(4), 427-444): rows and
columns are scaled in turn until both margins hold. A zero cell stays zero, and the ratios of ratios of the start
are kept; where a solution exists, it is the one nearest to the start in information (Csiszár 1975, Annals of
Probability 3(1), 146-158).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from sosei.engines.demography.errors import DemographyError, ShapeError, Text
from sosei.engines.demography.input_checks import (
    A_COUNT,
    COUNT,
    aligned,
    coordinates_of_first,
    require_within,
    sex_first,
)
from sosei.engines.demography.step_rates import INNER, Array

AREA_TOTALS = Text("area totals", "地域別の総数")
CELL_TOTALS = Text("totals by sex and age", "男女・年齢別の総数")
SAME_SUM = 1e-9
"""How far apart, relatively, the sums of the two margins may be."""


class MarginsError(DemographyError):
    """Two margins that no table with these zeros has."""

    english = "The {margins} cannot both be met: {problem}. Where: {place}. Remedy: {remedy}"
    japanese = "{margins} を同時に満たす表はありません: {problem}。箇所: {place}。対処: {remedy}"


class NotFittedError(DemographyError):
    """A table with these margins exists, but the rounds were not enough to come as near as asked."""

    english = (
        "After {rounds} rounds the margins are still off by {error:.1e}, more than {tolerance:.1e}. Where: {place}. "
        "Remedy: {remedy}"
    )
    japanese = (
        "{rounds} 回くり返しても、合計との差 {error:.1e} が許容 {tolerance:.1e} より大きいままです。箇所: {place}。"
        "対処: {remedy}"
    )


@dataclass(frozen=True)
class Fitted:
    """A fitted table and how it came about.

    Attributes:
        values: persons, dims (area, sex, age).
        iterations: rounds of rows and columns.
        largest_error: largest difference of a margin from its total, relative to the total, at least 1 person.
    """

    values: xr.DataArray
    iterations: int
    largest_error: float


def fit_margins(
    values: xr.DataArray,
    *,
    area_totals: xr.DataArray,
    cell_totals: xr.DataArray,
    tolerance: float = 1e-10,
    most_iterations: int = 10_000,
) -> Fitted:
    """A table near `values` with the given totals of areas and of sexes and ages.

    Args:
        values: persons to start from, 0 or more, dims (area, sex, age).
        area_totals: dims (area).
        cell_totals: dims (sex, age), the whole city's.
        tolerance: largest accepted error of a margin, relative to its total, at least 1 person.
        most_iterations: rounds after which margins that still do not hold are an error.

    Raises:
        ShapeError: dimensions or labels differ.
        InvalidValueError: a value or a total that is no count.
        MarginsError: the sums of the two margins differ by more than 1e-9; an area, or a sex and age, has a total
            above 0 where all cells are 0; or the zeros leave no table with these margins.
        NotFittedError: there is such a table, but fitting nears it too slowly, as where cells have to become 0.
    """
    table = sex_first(values, "population").transpose("area", *INNER)
    rows = aligned(area_totals, table, ("area",), "area totals")
    columns = aligned(sex_first(cell_totals, "totals"), table, ("age",), "totals").transpose(*INNER)
    if rows.dims != ("area",):
        raise ShapeError(
            name=AREA_TOTALS,
            problem=Text("not one number an area", "地域ごとに1つの数ではありません"),
            expected=("area",),
            got=rows.dims,
        )
    for array, name, dims in (
        (table, "population", ("area", *INNER)),
        (rows, "totals", ("area",)),
        (columns, "totals", INNER),
    ):
        require_within(np.asarray(array.values, dtype=float), COUNT, name, array, dims, A_COUNT)
    cells = np.array(table.values, dtype=np.float64).reshape(table.sizes["area"], -1)
    by_area = np.asarray(rows.values, dtype=np.float64)
    by_cell = np.asarray(columns.values, dtype=np.float64).reshape(-1)
    _require_same_sum(by_area, by_cell)
    _require_start(cells, by_area, by_cell, table)
    iterations, error = 0, _largest_error(cells, by_area, by_cell)
    while error > tolerance:
        if iterations == most_iterations:
            if _has_a_table(cells, by_area, by_cell):
                raise _not_fitted(cells, by_area, by_cell, table, (iterations, error, tolerance))
            raise _incompatible(cells, by_area, by_cell, table, error)
        cells *= _scale(by_area, cells.sum(axis=1))[:, None]
        cells *= _scale(by_cell, cells.sum(axis=0))[None, :]
        iterations += 1
        error = _largest_error(cells, by_area, by_cell)
    fitted = table.copy(data=cells.reshape(table.shape)).transpose(*values.dims)
    return Fitted(fitted, iterations, error)


def _scale(wanted: Array, now: Array) -> Array:
    return np.divide(wanted, now, out=np.zeros_like(now), where=now > 0)


def _errors(cells: Array, by_area: Array, by_cell: Array) -> tuple[Array, Array]:
    return (
        np.abs(cells.sum(axis=1) - by_area) / np.maximum(by_area, 1.0),
        np.abs(cells.sum(axis=0) - by_cell) / np.maximum(by_cell, 1.0),
    )


def _largest_error(cells: Array, by_area: Array, by_cell: Array) -> float:
    return float(max(e.max() for e in _errors(cells, by_area, by_cell)))


BOTH = Text("area totals and totals by sex and age", "地域別の総数と男女・年齢別の総数")


def _require_same_sum(by_area: Array, by_cell: Array) -> None:
    one, other = float(by_area.sum()), float(by_cell.sum())
    if abs(one - other) <= SAME_SUM * max(one, other, 1.0):
        return
    raise MarginsError(
        margins=BOTH,
        problem=Text(
            f"the areas sum to {one:,.3f}, the sexes and ages to {other:,.3f}",
            f"地域別の合計は {one:,.3f}、男女・年齢別の合計は {other:,.3f} です",
        ),
        remedy=Text("rake one margin to the other first.", "先に一方をもう一方の合計に合わせてください。"),
    )


def _require_start(cells: Array, by_area: Array, by_cell: Array, table: xr.DataArray) -> None:
    """Every margin above 0 has a cell above 0 to grow from."""
    remedy = Text(
        "give that place a start above 0, or a total of 0.",
        "出発の表に0より大きい値を入れるか、総数を0にしてください。",
    )
    empty = (by_area > 0) & ~(cells > 0).any(axis=1)
    if empty.any():
        where = coordinates_of_first(empty, table, ("area",))
        amount = float(by_area[empty][0])
        raise MarginsError(
            margins=AREA_TOTALS,
            problem=Text(
                f"{amount:g} persons where all cells are 0", f"すべての欄が0の所に {amount:g} 人とあります"
            ),
            remedy=remedy,
            **where,
        )
    bare = (by_cell > 0) & ~(cells > 0).any(axis=0)
    if bare.any():
        where = coordinates_of_first(bare.reshape(table.shape[1:]), table, INNER)
        amount = float(by_cell[bare][0])
        raise MarginsError(
            margins=CELL_TOTALS,
            problem=Text(
                f"{amount:g} persons where all cells are 0", f"すべての欄が0の所に {amount:g} 人とあります"
            ),
            remedy=remedy,
            **where,
        )


def _has_a_table(cells: Array, by_area: Array, by_cell: Array) -> bool:
    """Whether some table with the zeros of `cells` has these margins: a transportation problem without costs."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    rows, columns = np.nonzero(cells > 0)
    numbers = np.arange(rows.size)
    margins = np.concatenate([by_area, by_cell * (by_area.sum() / by_cell.sum())])
    sums = coo_array(
        (
            np.ones(2 * rows.size),
            (np.concatenate([rows, by_area.size + columns]), np.concatenate([numbers, numbers])),
        ),
        shape=(margins.size, rows.size),
    )
    found = linprog(np.zeros(rows.size), A_eq=sums.tocsr(), b_eq=margins / margins.max())
    return bool(found.status == 0)


def _furthest_off(
    cells: Array, by_area: Array, by_cell: Array, table: xr.DataArray
) -> tuple[Text, dict[str, object], float, float]:
    """Name and place of the margin with the largest error, its sum and its total."""
    of_area, of_cell = _errors(cells, by_area, by_cell)
    if of_area.max() >= of_cell.max():
        worst = int(of_area.argmax())
        where = coordinates_of_first(of_area == of_area.max(), table, ("area",))
        return AREA_TOTALS, where, float(cells.sum(axis=1)[worst]), float(by_area[worst])
    worst = int(of_cell.argmax())
    where = coordinates_of_first((of_cell == of_cell.max()).reshape(table.shape[1:]), table, INNER)
    return CELL_TOTALS, where, float(cells.sum(axis=0)[worst]), float(by_cell[worst])


def _not_fitted(
    cells: Array, by_area: Array, by_cell: Array, table: xr.DataArray, ended: tuple[int, float, float]
) -> NotFittedError:
    _name, where, _got, _wanted = _furthest_off(cells, by_area, by_cell, table)
    rounds, error, tolerance = ended
    return NotFittedError(
        rounds=rounds,
        error=error,
        tolerance=tolerance,
        remedy=Text(
            "put 0 where the margins leave nobody, allow more rounds (most_iterations), or a larger tolerance.",
            "合計から見て0になるはずの欄を0にするか、回数（most_iterations）か許容差（tolerance）を大きくしてください。",
        ),
        **where,
    )


def _incompatible(
    cells: Array, by_area: Array, by_cell: Array, table: xr.DataArray, error: float
) -> MarginsError:
    """The margin that is furthest off after fitting stopped getting nearer."""
    name, where, got, wanted = _furthest_off(cells, by_area, by_cell, table)
    return MarginsError(
        margins=BOTH,
        problem=Text(
            f"the {name.en} come to {got:,.3f} instead of {wanted:,.3f} (relative error {error:.1e})",
            f"{name.ja} が {wanted:,.3f} でなく {got:,.3f} になります（相対誤差 {error:.1e}）",
        ),
        remedy=Text(
            "check the zeros of the starting table against both totals.",
            "出発の表の0と、両方の総数を見直してください。",
        ),
        **where,
    )
