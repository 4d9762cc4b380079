"""No hidden cell can be worked out from what is shown: an attacker with a linear programme learns nothing small."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from sosei.planning.outcomes.suppression import Hidden, hide, with_totals

SMALLEST = 5
COUNTS = st.integers(1, 6).flatmap(
    lambda width: st.lists(
        st.lists(
            st.one_of(st.just(0), st.integers(1, 6), st.integers(1, 60)), min_size=width, max_size=width
        ),
        min_size=1,
        max_size=6,
    )
)


def ranges(counts: Sequence[Sequence[int]], hidden: Hidden) -> dict[tuple[int, int], tuple[int, int]]:
    """What an attacker who knows the sums and that hidden cells are not empty can narrow each one down to."""
    table = with_totals(counts)
    cells = sorted(hidden.cells)
    place = {cell: number for number, cell in enumerate(cells)}
    equations, known = [], []
    height, width = len(table), len(table[0])
    lines = [[(r, c) for c in range(width)] for r in range(height)]
    lines += [[(r, c) for r in range(height)] for c in range(width)]
    for line in lines:
        row, right = np.zeros(len(cells)), 0
        for cell, sign in [*((each, 1) for each in line[:-1]), (line[-1], -1)]:
            if cell in place:
                row[place[cell]] = sign
            else:
                right -= sign * table[cell[0]][cell[1]]
        if row.any():
            equations.append(row)
            known.append(right)
    found = {}
    for cell in cells:
        ends = []
        for sign in (1, -1):
            aim = np.zeros(len(cells))
            aim[place[cell]] = sign
            solved = linprog(aim, A_eq=equations, b_eq=known, bounds=[(1, None)] * len(cells))
            ends.append(10**9 if solved.status == 3 else round(sign * solved.fun))
        found[cell] = (ends[0], ends[1])
    return found


@settings(max_examples=150, deadline=None)
@given(COUNTS)
def test_small_cells_are_hidden_and_no_hidden_cell_is_narrowed_down_to_one_number(
    counts: list[list[int]],
) -> None:
    hidden = hide(counts, smallest=SMALLEST)
    table = with_totals(counts)
    for r, row in enumerate(table):
        for c, count in enumerate(row):
            if 0 < count < SMALLEST:
                assert (r, c) in hidden
            if count == 0:
                assert (r, c) not in hidden
    for cell, (least, most) in ranges(counts, hidden).items():
        assert most > least, (cell, counts, sorted(hidden.cells))


def test_a_table_whose_lines_are_each_safe_is_still_read_as_a_whole() -> None:
    counts = [[0, 3, 1], [1, 4, 5]]
    found = ranges(counts, hide(counts, smallest=SMALLEST))
    assert all(most > least for least, most in found.values())


def test_a_table_without_small_cells_is_shown_whole() -> None:
    assert hide([[5, 9], [0, 12]], smallest=SMALLEST).cells == frozenset()


def test_one_small_cell_takes_others_with_it_in_its_row_and_column_and_no_more_than_needed() -> None:
    hidden = hide([[3, 20, 30], [10, 25, 40], [50, 60, 70]], smallest=SMALLEST)
    assert hidden.cells == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_two_small_cells_that_are_small_together_do_not_hide_each_other() -> None:
    hidden = hide([[1, 2, 30, 40]], smallest=SMALLEST)
    assert {(0, 0), (0, 1), (0, 2)} <= hidden.cells


def test_an_empty_table_has_nothing_to_hide() -> None:
    assert hide([], smallest=SMALLEST).cells == frozenset()
