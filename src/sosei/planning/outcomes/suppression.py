"""Small cells of a table of sums are hidden, and as many more that no hidden one can be worked out from the rest.

A cell is hidden where it rests on fewer than the smallest number shown (and on more than none). Then, in every row and
column, totals included, at least two cells are hidden or none, and what is hidden is together no small number either.
At last the table is audited as an attacker would read it: with a linear programme over all sums, knowing that no hidden
cell is empty (Fischetti & Salazar, "Solving the cell suppression problem on tabular data with linear constraints",
Management Science 47, 2001). Hidden cells all carry the same sign, so that nobody knows which are small.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

Cell = tuple[int, int]


@dataclass(frozen=True)
class Hidden:
    """Which cells of a table with its totals are hidden; the last row and column are the totals."""

    rows: int
    columns: int
    cells: frozenset[Cell]

    def __contains__(self, cell: object) -> bool:
        return cell in self.cells


def with_totals(counts: Sequence[Sequence[int]]) -> list[list[int]]:
    """The table with a total at the end of every row and column."""
    rows = [[*row, sum(row)] for row in counts]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]] if rows else []


def hide(counts: Sequence[Sequence[int]], *, smallest: int) -> Hidden:
    """Which cells to hide.

    Args:
        counts: number of units behind each cell, without totals; none is negative.
        smallest: fewer than this, and more than none, are not shown.
    """
    table = with_totals(counts)
    if not table:
        return Hidden(0, 0, frozenset())
    height, width = len(table), len(table[0])
    hidden = {(r, c) for r in range(height) for c in range(width) if 0 < table[r][c] < smallest}
    while True:
        more = _weak_line(table, hidden, smallest) or _worked_out(table, hidden)
        if more is None:
            return Hidden(height, width, frozenset(hidden))
        hidden.add(more)


def _lines(table: Sequence[Sequence[int]]) -> Iterator[list[Cell]]:
    height, width = len(table), len(table[0])
    # Single rows or columns have totals that repeat their cells: the line of two is weak in the same way.
    for r in range(height):
        yield [(r, c) for c in range(width)]
    for c in range(width):
        yield [(r, c) for r in range(height)]


def _weak_line(table: Sequence[Sequence[int]], hidden: set[Cell], smallest: int) -> Cell | None:
    """A cell to hide in a line whose hidden cells the rest of the line gives away; None where no line is weak."""
    for line in _lines(table):
        inside, total = line[:-1], line[-1]
        away = [cell for cell in inside if cell in hidden]
        if not away and total not in hidden:
            continue
        if total in hidden:
            weak = not away
        else:
            together = sum(table[r][c] for r, c in away)
            weak = len(away) < 2 or together < max(smallest, len(away) + 2)
        if weak:
            return _cheapest(table, inside, hidden) or (total if total not in hidden else None)
    return None


def _cheapest(table: Sequence[Sequence[int]], cells: Sequence[Cell], hidden: set[Cell]) -> Cell | None:
    """The smallest cell that is shown and not empty."""
    shown = [cell for cell in cells if cell not in hidden and table[cell[0]][cell[1]] > 0]
    return min(shown, key=lambda cell: (table[cell[0]][cell[1]], cell), default=None)


def _worked_out(table: Sequence[Sequence[int]], hidden: set[Cell]) -> Cell | None:
    """A cell to hide beside a hidden one that has one possible value; None where each has several."""
    for cell in _single_valued(table, sorted(hidden)):
        r, c = cell
        beside = [(r, other) for other in range(len(table[0]))] + [(other, c) for other in range(len(table))]
        anywhere = [(row, column) for row in range(len(table)) for column in range(len(table[0]))]
        more = _cheapest(table, beside, hidden) or _cheapest(table, anywhere, hidden)
        if more is not None:
            return more
    return None


def _single_valued(table: Sequence[Sequence[int]], cells: Sequence[Cell]) -> Iterator[Cell]:
    """The hidden cells that every table with the same shown cells has in common with this one."""
    # Half a second of every process that never asks it.
    from scipy.optimize import linprog

    if not cells:
        return
    equations, sums = _equations(table, cells)
    truth = np.array([table[r][c] for r, c in cells], dtype=float)
    open_cells = set(range(len(cells)))
    while open_cells:
        place = min(open_cells)
        for sign in (-1, 1):
            aim = np.zeros(len(cells))
            aim[place] = sign
            solved = linprog(aim, A_eq=equations, b_eq=sums, bounds=(1, None))
            if solved.x is None:
                # No bound in this direction: many values.
                open_cells.discard(place)
            else:
                # One other table shows of many cells at once that they have several values.
                open_cells -= {int(each) for each in np.flatnonzero(np.abs(solved.x - truth) > 0.5)}
            if place not in open_cells:
                break
        else:
            open_cells.discard(place)
            yield cells[place]


def _equations(table: Sequence[Sequence[int]], cells: Sequence[Cell]) -> tuple[np.ndarray, np.ndarray]:
    """Every line as an equation of its hidden cells: cells less total is nothing."""
    place = {cell: number for number, cell in enumerate(cells)}
    rows, sums = [], []
    for line in _lines(table):
        row, known = np.zeros(len(cells)), 0
        for cell in line:
            sign = -1 if cell == line[-1] else 1
            if cell in place:
                row[place[cell]] = sign
            else:
                known -= sign * table[cell[0]][cell[1]]
        if row.any():
            rows.append(row)
            sums.append(known)
    return np.array(rows), np.array(sums, dtype=float)
