"""Controlled rounding: whole persons in every cell, and every margin of the table kept.

The table (areas × sex and age, one for each year) is rounded so that each cell becomes the whole number below or
above it, whole numbers stay as they are, and each margin (an area's total, the total of a sex and age group, the
grand total) becomes the whole number below or above it: a margin that is whole is kept. Such a rounding always
exists, because a table with whole margins is a mixture of roundings of it (Causey, Cox & Ernst 1985, Journal of
the American Statistical Association 80(392), 903-909; Cox 1987, JASA 82(398), 520-524). Margins that are not whole
are made so by one more row and column, as Cox does.

Two passes find it:

1. Each row is rounded by its cumulated sums from a random start (systematic rounding). The row's margin holds, a
   cell goes up with the probability of its fraction, and every run of neighbouring ages is less than one person off.
2. A column that is a few persons off gives or takes one in a row where another column is off the other way: the
   cell there that went up goes down, and one that went down goes up. Rows are tried in random order and taken with
   probability (1 - fraction down) x (fraction up), so that the repair favours no cell. What cannot be paired
   directly goes through further columns, along a path that always exists.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.demography.errors import DemographyError, InvalidValueError, ShapeError, Text
from sosei.engines.demography.input_checks import coordinates_of_first, named

SEX_AND_AGE = ("sex", "age")
LARGEST_TOTAL = 1e11
"""Persons in a table from which on a float no longer tells its fractions apart to 1e-4."""


class NoRoundingError(DemographyError):
    """A table has no rounding that keeps every margin, which the theorem excludes but floats might not."""

    english = (
        "Table {table} of {tables} cannot be rounded to whole persons with every margin kept; nothing was "
        "rounded. Remedy: rake it to totals that are whole numbers, or use another seed."
    )
    japanese = (
        "{tables} 個のうち {table} 番目の表は、すべての合計を保ったまま整数にできません（何も丸めていません）。"
        "対処: 整数の合計に合わせてから丸めるか、別の seed を使ってください。"
    )


def controlled_rounding(
    values: xr.DataArray,
    *,
    rows: str = "area",
    columns: tuple[str, ...] = SEX_AND_AGE,
    seed: int = 0,
) -> xr.DataArray:
    """Whole persons with every margin kept.

    Args:
        values: persons, 0 or more, dims `rows`, `columns` and any others (year, scenario, …); each label of the
            others is a table of its own.
        rows: the dimension whose totals are one margin.
        columns: the dimensions whose cells are the other margin.
        seed: of the random starts; the same seed and values give the same result.

    Returns:
        The same dims in the same order, int64. In every table: each cell is `values` rounded down or up (a whole
        number stays; within 1e-9 of one counts as whole); each total over `columns`, each over `rows` and the
        grand total is the real total rounded down or up (within 1e-6 of a whole number: that number; in tables of
        more than 250,000 rows within 0.25 / rows).

    Raises:
        ShapeError: a dimension is not there.
        InvalidValueError: a value is negative or not a number, or a table sums to 1e11 or more, where fractions
            of a person are no longer told apart.
        NoRoundingError: a table's margins cannot all be kept; no table is known to have none.
    """
    inner = (rows, *columns)
    missing = [d for d in inner if d not in values.dims]
    if missing:
        raise ShapeError(
            name=named(str(values.name or "values")),
            problem=Text("a dimension to round over is not there", "丸める次元がありません"),
            expected=inner,
            got=values.dims,
        )
    if values.size == 0:
        return values.astype(np.int64)
    tables = tuple(str(d) for d in values.dims if d not in inner)
    ordered = values.transpose(rows, *tables, *columns)
    shape = ordered.shape
    width = int(np.prod([values.sizes[d] for d in columns], dtype=np.int64))
    cells = np.ascontiguousarray(ordered.values, dtype=np.float64).reshape(shape[0], -1, width)
    _require_countable(cells, ordered, rows, tables)
    # Here: loading numba takes longer than a projection, and most processes never round.
    from sosei.engines.demography.rounding_kernel import round_tables

    whole, holds = round_tables(cells, np.uint64(seed))
    if not holds.all():
        raise NoRoundingError(table=int(np.flatnonzero(~holds)[0]) + 1, tables=holds.size)
    result = ordered.copy(data=whole.reshape(shape))
    return result.transpose(*values.dims)


def _require_countable(
    cells: npt.NDArray[np.float64], holder: xr.DataArray, rows: str, tables: tuple[str, ...]
) -> None:
    """Every cell a finite number from 0, every table below `LARGEST_TOTAL`."""
    totals = cells.sum(axis=(0, 2))
    # A sum is finite and the least cell not negative exactly when all cells are counts: two quick passes.
    if np.isfinite(totals).all() and (cells.size == 0 or cells.min() >= 0) and (totals < LARGEST_TOTAL).all():
        return
    name = named(str(holder.name or "values"))
    bad = ~(np.isfinite(holder.values) & (holder.values >= 0))
    if bad.any():
        raise InvalidValueError(
            name=name,
            value=float(holder.values[bad][0]),
            expected=Text("a count of persons, 0 or more", "0以上の人数"),
            remedy=Text(
                "correct the input; nothing was clipped.",
                "入力を直してください（値の切り捨てはしていません）。",
            ),
            **coordinates_of_first(bad, holder, tuple(str(d) for d in holder.dims)),
        )
    sums = holder.sum([d for d in holder.dims if d not in tables])
    large = ~(sums.values < LARGEST_TOTAL)
    raise InvalidValueError(
        name=name,
        value=float(sums.values[large].flat[0]),
        expected=Text("a total below 1e11 persons", "合計が 1e11 人未満"),
        remedy=Text("check the unit of the values.", "値の単位を確かめてください。"),
        **(coordinates_of_first(large, sums, tables) if tables else {}),
    )
