"""The compiled part of `rounding`: tables as plain arrays in, whole numbers out.

Everything about one table stands in one augmented table: a last column holds what each row's margin lacks to the
next whole number, a last row the same for columns, and their corner the fraction of the grand total.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sosei.engines.compiled import compiled

CELL_SLACK = 1e-9
MARGIN_SLACK = 1e-6
"""How near a whole number a cell, or a margin, counts as whole. A margin's fraction is the sum of its cells' fractions,
so that it carries no more error than the cells do; their sum over a table stays below 1, and with that a table whose
margins are within this of whole numbers has a rounding to just these (an integral flow misses by 0 or by 1)."""
ALL_SLACKS = 0.25
"""Largest sum of the margins' slacks: the grand total, too, is to be the real one rounded down or up."""
UP, DOWN, WHOLE = 1, -1, 0

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Went = npt.NDArray[np.int8]


@compiled
def _draw(state: np.uint64) -> tuple[np.uint64, float]:
    """The next state and a number in [0, 1): SplitMix64 (Steele, Lea & Flood 2014), one per call."""
    state = state + np.uint64(0x9E3779B97F4A7C15)
    mixed = state
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed = mixed ^ (mixed >> np.uint64(31))
    return state, (mixed >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@compiled
def _whole_above(fraction: float, slack: float) -> tuple[float, float]:
    """The whole number a sum of fractions stands for, and what it lacks to it (0 where it counts as whole)."""
    nearest = np.floor(fraction + 0.5)
    if abs(fraction - nearest) <= slack:
        return nearest, 0.0
    above = np.ceil(fraction)
    return above, above - fraction


@compiled
def _round_row(fractions: Floats, went: Went, start: float) -> None:
    """Systematic rounding of one row of fractions from `start`; `went` is set to UP, DOWN or WHOLE."""
    cumulated = start
    below = 0.0
    for j in range(fractions.size):
        if fractions[j] == 0.0:
            went[j] = WHOLE
            continue
        cumulated += fractions[j]
        passed = np.floor(cumulated)
        went[j] = UP if passed > below else DOWN
        below = passed


@compiled
def _set_ups(fractions: Floats, went: Went, wanted: int) -> bool:
    """Makes just `wanted` numbers of a row go up, those nearest to it first; False where there are too few."""
    ups = 0
    for j in range(went.size):
        ups += went[j] == UP
    while ups != wanted:
        turned = UP if ups < wanted else DOWN
        best, best_fraction = -1, -1.0
        for j in range(went.size):
            if went[j] == -turned:
                nearness = fractions[j] if turned == UP else 1.0 - fractions[j]
                if nearness > best_fraction:
                    best, best_fraction = j, nearness
        if best < 0:
            return False
        went[best] = turned
        ups += turned
    return True


@compiled
def _swap(went: Went, i: int, giver: int, taker: int, short: Whole) -> None:
    went[i, giver] = DOWN
    went[i, taker] = UP
    short[giver] += 1
    short[taker] -= 1


@compiled
def _pair_columns(fractions: Floats, went: Went, short: Whole, state: np.uint64) -> None:
    """Swaps between a column with too many and one with too few, in rows taken at random."""
    rows, columns = went.shape
    for thorough in range(2):
        for giver in range(columns):
            if short[giver] >= 0:
                continue
            state, chance = _draw(state)
            i = int(chance * rows)
            for _ in range(rows if thorough else 4 * rows):
                i += 1
                if i == rows:
                    i = 0
                if went[i, giver] != UP:
                    continue
                taker, most = -1, 0
                for k in range(columns):
                    if short[k] > most and went[i, k] == DOWN:
                        taker, most = k, short[k]
                if taker < 0:
                    continue
                if not thorough:
                    state, chance = _draw(state)
                    if chance >= (1.0 - fractions[i, giver]) * fractions[i, taker]:
                        continue
                _swap(went, i, giver, taker, short)
                if short[giver] == 0:
                    break


@compiled
def _through_other_columns(went: Went, short: Whole) -> bool:
    """Shortest paths of swaps from columns with too many to columns with too few; False where a margin is left off."""
    rows, columns = went.shape
    came_from = np.empty(columns, np.int64)
    in_row = np.empty(columns, np.int64)
    queue = np.empty(columns, np.int64)
    for giver in range(columns):
        while short[giver] < 0:
            came_from[:] = -1
            came_from[giver] = giver
            queue[0] = giver
            head, tail, found = 0, 1, -1
            while head < tail and found < 0:
                at = queue[head]
                head += 1
                for i in range(rows):
                    if went[i, at] != UP:
                        continue
                    for k in range(columns):
                        if went[i, k] == DOWN and came_from[k] < 0:
                            came_from[k], in_row[k] = at, i
                            queue[tail] = k
                            tail += 1
                            if short[k] > 0:
                                found = k
                                break
                    if found >= 0:
                        break
            if found < 0:
                return False
            while found != giver:
                before = came_from[found]
                _swap(went, in_row[found], before, found, short)
                found = before
    return not short.any()


@compiled
def _round_table(cells: Floats, out: Whole, seed: np.uint64) -> bool:
    """One table (rows, columns) into `out`; False where a margin could not be kept."""
    rows, columns = cells.shape
    fractions = np.zeros((rows + 1, columns + 1))
    went = np.zeros((rows + 1, columns + 1), np.int8)
    column_fraction = np.zeros(columns)
    column_size = np.zeros(columns)
    short = np.zeros(columns + 1, np.int64)
    state = seed
    all_fraction = 0.0
    all_size = 0.0
    rows_whole = 0.0
    uneven_rows = False
    slack = min(MARGIN_SLACK, ALL_SLACKS / max(rows, columns))
    for i in range(rows):
        row_fraction = 0.0
        row_size = 0.0
        for j in range(columns):
            value = cells[i, j]
            below = np.floor(value)
            fraction = value - below
            if fraction < CELL_SLACK:
                fraction = 0.0
            elif fraction > 1.0 - CELL_SLACK:
                fraction = 0.0
                below += 1.0
            out[i, j] = np.int64(below)
            fractions[i, j] = fraction
            row_fraction += fraction
            row_size += value
            column_fraction[j] += fraction
            column_size[j] += value
        whole, lacking = _whole_above(row_fraction, slack + 1e-15 * row_size)
        fractions[i, columns] = lacking
        uneven_rows = uneven_rows or lacking > 0.0
        rows_whole += whole
        all_fraction += row_fraction
        all_size += row_size

    columns_whole = 0.0
    uneven_columns = False
    for j in range(columns):
        whole, lacking = _whole_above(column_fraction[j], slack + 1e-15 * column_size[j])
        fractions[rows, j] = lacking
        uneven_columns = uneven_columns or lacking > 0.0
        columns_whole += whole
        short[j] = np.int64(whole)
    nearest = np.floor(all_fraction + 0.5)
    if not uneven_rows:
        grand, corner = rows_whole, 0.0
    elif not uneven_columns:
        grand, corner = columns_whole, 0.0
    elif abs(all_fraction - nearest) <= slack + 1e-15 * all_size:
        grand, corner = nearest, 0.0
    else:
        grand = np.floor(all_fraction)
        corner = all_fraction - grand
    fractions[rows, columns] = corner
    short[columns] = np.int64(rows_whole - grand)

    for i in range(rows + 1):
        state, start = _draw(state)
        # A start within the slack of 0 or 1 could tip a whole margin over.
        start = 2e-4 + (1.0 - 4e-4) * start
        _round_row(fractions[i], went[i], start)
        # The last row makes up for the slacks of all rows, which may be more than the start allows for.
        if i == rows and not _set_ups(fractions[i], went[i], int(columns_whole - grand)):
            return False
        for j in range(columns + 1):
            short[j] -= went[i, j] == UP

    _pair_columns(fractions, went, short, state)
    if not _through_other_columns(went, short):
        return False
    for i in range(rows):
        for j in range(columns):
            out[i, j] += went[i, j] == UP
    return True


@compiled
def round_tables(cells: Floats, seed: np.uint64) -> tuple[Whole, npt.NDArray[np.bool_]]:
    """Controlled rounding of tables stacked in the middle axis.

    Args:
        cells: persons, shape (rows, tables, columns), float64.
        seed: uint64; table number n starts at the n-th number drawn from it.

    Returns:
        Whole numbers of the same shape (int64), and for each table whether every margin holds.
    """
    out = np.empty(cells.shape, np.int64)
    holds = np.empty(cells.shape[1], np.bool_)
    state = seed
    for t in range(cells.shape[1]):
        state, chance = _draw(state)
        holds[t] = _round_table(cells[:, t], out[:, t], np.uint64(chance * 9007199254740992.0))
    return out, holds
