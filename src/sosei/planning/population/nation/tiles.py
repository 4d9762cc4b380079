"""The 47 prefectures as tiles, each about where it lies: a map that needs no boundaries.

Neighbours stand side by side as far as a grid allows, north is up, and no tile hides another.
"""

from __future__ import annotations

_ROWS = """
.. .. .. .. .. .. .. .. .. .. .. .. 01
.. .. .. .. .. .. .. .. .. .. .. .. ..
.. .. .. .. .. .. .. .. .. .. .. 02 ..
.. .. .. .. .. .. .. .. .. .. 05 03 ..
.. .. .. .. .. .. .. .. .. .. 06 04 ..
.. .. .. .. .. .. 17 16 .. 15 .. 07 ..
.. .. .. .. .. .. 18 .. 20 10 09 08 ..
.. .. 32 31 28 26 25 21 19 11 13 12 ..
41 40 35 34 33 27 29 23 22 .. 14 .. ..
42 43 44 .. .. 30 24 .. .. .. .. .. ..
.. 46 45 .. 38 37 .. .. .. .. .. .. ..
.. .. .. .. 39 36 .. .. .. .. .. .. ..
47 .. .. .. .. .. .. .. .. .. .. .. ..
"""

TILES: dict[str, tuple[int, int]] = {
    number: (column, row)
    for row, line in enumerate(_ROWS.strip().splitlines())
    for column, number in enumerate(line.split())
    if number != ".."
}
"""Column and row from 0 by the prefecture's two digits."""
COLUMNS = 1 + max(column for column, _ in TILES.values())
ROWS = 1 + max(row for _, row in TILES.values())
