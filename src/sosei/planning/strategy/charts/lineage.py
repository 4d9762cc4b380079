"""Lineage from one term to the next: two columns of packages, joined by ribbons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from sosei.core.design import chart_theme
from sosei.planning.strategy.charts import svg
from sosei.planning.strategy.models import Lineage

COLOURS = {
    Lineage.Kind.KEPT: "baseline",
    Lineage.Kind.MERGED: "prospect-1",
    Lineage.Kind.SPLIT: "prospect-2",
    Lineage.Kind.ENDED: "simulation-2",
    Lineage.Kind.NEW: "what-if",
}
DASHES = {Lineage.Kind.MERGED: "9 4", Lineage.Kind.SPLIT: "3 4"}
"""A second cue beside the colour."""


@dataclass(frozen=True)
class _Size:
    width: float
    column: float
    font: float
    lines: int


WIDE = _Size(1080, 380, 15, 1)
NARROW = _Size(350, 132, 12, 2)


def draw_lineage(
    earlier: Sequence[Any],
    later: Sequence[Any],
    links: Sequence[Lineage],
    *,
    headings: tuple[str, str],
    narrow: bool = False,
) -> str:
    """The drawing as SVG for a page; `narrow` for a telephone."""
    size = _fitting(NARROW if narrow else WIDE, [*earlier, *later])
    right = size.width - size.column
    line = size.font * 1.4
    row = line * size.lines + 14
    step = row + 10
    head = 44.0
    shapes = [
        *_heading(headings[0], 0, size),
        *_heading(headings[1], right, size),
    ]
    places: dict[tuple[str, int], float] = {}
    for side, packages in (("earlier", earlier), ("later", later)):
        gap = _gap(len(packages), max(len(earlier), len(later)), step)
        for i, package in enumerate(packages):
            places[side, package.pk] = head + i * gap + (gap - step) / 2
    height = head + max(len(earlier), len(later), 1) * step + 34
    shapes += _ribbons(links, places, size, row)
    for side, packages, x in (("earlier", earlier, 0.0), ("later", later, right)):
        for package in packages:
            mark = _mark(side, package, links)
            shapes += _package(package, x, places[side, package.pk], size, row, mark)
    shapes += _legend(height - 10, size)
    return svg.document(
        size.width, height, shapes, label=_("前の期から次の期への流れ。同じ内容が下の表にあります。")
    )


def _fitting(size: _Size, packages: Sequence[Any]) -> _Size:
    """As many lines a box as the longest title takes, within reason."""
    taken = [len(svg.wrapped(_words(one), size.font, size.column - 18, 9)) for one in packages]
    return replace(size, lines=min(max([size.lines, *taken]), 5))


def _words(package: Any) -> str:
    return f"{package.number} {package.local_title}"


def _gap(count: int, most: int, step: float) -> float:
    return step * most / count if count else step


def _heading(words: str, x: float, size: _Size) -> list[str]:
    lines = svg.wrapped(words, size.font, size.column, 2)
    top = 34 - (len(lines) - 1) * size.font * 1.3
    return [
        svg.text(x, top + i * size.font * 1.3, one, size=size.font, bold=True) for i, one in enumerate(lines)
    ]


def _ribbons(
    links: Sequence[Lineage], places: dict[tuple[str, int], float], size: _Size, row: float
) -> list[str]:
    """One ribbon a link; several at one package stand beside each other in its edge."""
    drawn = [
        link
        for link in links
        if ("earlier", link.earlier_id) in places and ("later", link.later_id) in places
    ]
    drawn.sort(key=lambda link: (places["earlier", link.earlier_id], places["later", link.later_id]))
    start = _edges(drawn, "earlier", places, row)
    by_end = sorted(
        drawn, key=lambda link: (places["later", link.later_id], places["earlier", link.earlier_id])
    )
    end = _edges(by_end, "later", places, row)
    left, right = size.column, size.width - size.column
    middle = (left + right) / 2
    shapes = []
    for link in drawn:
        (a, b), (c, d) = start[link.pk], end[link.pk]
        colour = chart_theme.colour(COLOURS[Lineage.Kind(link.kind)])
        dash = DASHES.get(Lineage.Kind(link.kind), "")
        way = (
            f"M{left:.1f} {a:.1f}C{middle:.1f} {a:.1f} {middle:.1f} {c:.1f} {right:.1f} {c:.1f}"
            f"L{right:.1f} {d:.1f}C{middle:.1f} {d:.1f} {middle:.1f} {b:.1f} {left:.1f} {b:.1f}Z"
        )
        shapes.append(
            f'<path d="{way}" fill="{colour}" fill-opacity="0.28" stroke="{colour}" stroke-width="1.4"'
            + (f' stroke-dasharray="{dash}"' if dash else "")
            + "/>"
        )
    return shapes


def _edges(
    links: Sequence[Lineage], side: str, places: dict[tuple[str, int], float], row: float
) -> dict[int, tuple[float, float]]:
    count: dict[int, int] = {}
    for link in links:
        count[getattr(link, f"{side}_id")] = count.get(getattr(link, f"{side}_id"), 0) + 1
    taken: dict[int, int] = {}
    found = {}
    for link in links:
        key = getattr(link, f"{side}_id")
        place = taken.get(key, 0)
        taken[key] = place + 1
        room = (row - 8) / count[key]
        thick = min(room - 2, 24.0)
        top = places[side, key] + 4 + room * place + (room - thick) / 2
        found[link.pk] = (top, top + thick)
    return found


def _mark(side: str, package: Any, links: Sequence[Lineage]) -> str:
    alone = Lineage.Kind.ENDED if side == "earlier" else Lineage.Kind.NEW
    is_alone = any(link.kind == alone and getattr(link, f"{side}_id") == package.pk for link in links)
    return alone if is_alone else ""


def _package(package: Any, x: float, y: float, size: _Size, row: float, mark: str) -> list[str]:
    stroke = COLOURS[Lineage.Kind(mark)] if mark else "axis"
    label = f"{Lineage.Kind(mark).label} · " if mark else ""
    words = f"{label}{_words(package)}"
    lines = svg.wrapped(words, size.font, size.column - 18, size.lines)
    line = size.font * 1.4
    top = y + row / 2 - (len(lines) - 1) * line / 2 + size.font * 0.36
    return [
        svg.box(x + 0.6, y, size.column - 1.2, row, stroke=stroke, line=2 if mark else 1),
        *(svg.text(x + 9, top + i * line, one, size=size.font) for i, one in enumerate(lines)),
    ]


def _legend(y: float, size: _Size) -> list[str]:
    shapes, x = [], 0.0
    for kind in (Lineage.Kind.KEPT, Lineage.Kind.MERGED, Lineage.Kind.SPLIT):
        colour, dash = chart_theme.colour(COLOURS[kind]), DASHES.get(kind, "")
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        shapes.append(
            f'<rect x="{x + 1:.1f}" y="{y - 11:.1f}" width="22" height="12" fill="{colour}" fill-opacity="0.28"'
            f' stroke="{colour}" stroke-width="1.4"{dashes}/>'
        )
        shapes.append(svg.text(x + 29, y, str(kind.label), size=size.font, colour="muted"))
        x += 29 + svg.width_of(str(kind.label), size.font) + 20
    return shapes
