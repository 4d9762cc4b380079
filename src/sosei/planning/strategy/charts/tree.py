"""The whole strategy on one slide: a column a goal, its packages under it, promotion models as bands across all."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from sosei.core.design import chart_theme
from sosei.planning.strategy.charts import svg
from sosei.planning.strategy.models.common import in_language
from sosei.planning.strategy.numbers import print_value, print_year, short_year
from sosei.planning.strategy.structure_tree import Branch, KpiLeaf, Tree

WIDTH, MARGIN, GAP = 1600.0, 40.0, 24.0
TONES = {"good": "male", "fair": "special", "poor": "tfr", "neutral": "axis"}
"""Tone of a judgement -> colour of its mark; the marks differ in shape as well."""
Shapes = list[str]


def draw_tree(tree: Tree) -> str:
    """The slide as SVG with colours of the page; 16 by 9, longer where the strategy needs it."""
    strategy = tree.strategy
    shapes: Shapes = [
        svg.text(MARGIN, 58, strategy.local_title, size=30, bold=True),
        svg.text(MARGIN, 86, _years(tree), size=16, colour="muted"),
    ]
    y = 104.0
    if strategy.concept:
        concept = _("コンセプト：%(concept)s") % {"concept": _concept(tree)}
        shapes += [
            svg.box(MARGIN, y, WIDTH - 2 * MARGIN, 48, fill="step-1", stroke="baseline"),
            svg.text(WIDTH / 2, y + 32, concept, size=22, bold=True, anchor="middle"),
        ]
        y += 48
    trunk, y = y, y + 34
    count = max(len(tree.goals), 1)
    column = (WIDTH - 2 * MARGIN - GAP * (count - 1)) / count
    places = [(goal, MARGIN + i * (column + GAP)) for i, goal in enumerate(tree.goals)]
    shapes += _trunk([x + column / 2 for _goal, x in places], trunk, y)
    bottoms = []
    heads = [_goal_lines(goal, column) for goal, _x in places]
    tall = max((_goal_height(*head) for head in heads), default=0.0)
    for (goal, x), (titles, targets) in zip(places, heads, strict=True):
        shapes += _goal(titles, targets, x, y, column, tall)
        drawn, bottom = _packages(goal, x, y + tall, column)
        shapes += drawn
        bottoms.append(bottom)
    bottom = max(bottoms, default=y)
    bands, bottom = _bands(tree, places, bottom + 18, column)
    shapes += bands
    shapes += _legend(bottom + 34)
    return svg.document(WIDTH, max(900.0, bottom + 56), shapes, label=strategy.local_title)


def _years(tree: Tree) -> str:
    first, last = tree.strategy.first_fiscal_year, tree.strategy.last_fiscal_year
    years = f"{print_year(first)}–{print_year(last)}"
    return " ・ ".join([years, *([tree.strategy.framework.local_title] if tree.strategy.framework else [])])


def _concept(tree: Tree) -> str:
    return in_language(tree.strategy, "concept")


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    colour = chart_theme.colour("axis")
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="1.6"/>'


def _trunk(middles: Sequence[float], top: float, bottom: float) -> Shapes:
    if not middles:
        return []
    half = (top + bottom) / 2
    across = [_line(min(middles), half, max(middles), half)] if len(middles) > 1 else []
    root = WIDTH / 2
    return [_line(root, top, root, half), *across, *(_line(x, half, x, bottom) for x in middles)]


def _goal_lines(goal: Branch, width: float) -> tuple[list[str], list[tuple[KpiLeaf, str]]]:
    title = _("基本目標%(number)s %(title)s") % {
        "number": goal.part.number,
        "title": goal.part.local_title,
    }
    targets = []
    for leaf in goal.kpis[:4]:
        words = leaf.kpi.local_title
        target = leaf.final_target
        if target is not None:
            value = print_value(target.value, leaf.kpi)
            words = f"{words} {value} ({short_year(target.fiscal_year)})"
        targets.append((leaf, svg.wrapped(words, 14, width - 56, 1)[0]))
    return svg.wrapped(title, 19, width - 28, 2), targets


def _goal_height(titles: list[str], targets: list[tuple[KpiLeaf, str]]) -> float:
    return 22 + 26 * len(titles) + 22 * len(targets)


def _goal(
    titles: list[str],
    targets: list[tuple[KpiLeaf, str]],
    x: float,
    y: float,
    width: float,
    height: float,
) -> Shapes:
    shapes = [svg.box(x, y, width, height, fill="step-2")]
    for i, line in enumerate(titles):
        shapes.append(svg.text(x + 14, y + 30 + 26 * i, line, size=19, bold=True))
    top = y + 30 + 26 * len(titles)
    for i, (leaf, words) in enumerate(targets):
        shapes += _mark(leaf, x + 20, top + 22 * i - 6)
        shapes.append(svg.text(x + 36, top + 22 * i, words, size=14))
    return shapes


def _packages(goal: Branch, x: float, top: float, width: float) -> tuple[Shapes, float]:
    shapes: Shapes = []
    y, stem = top, x + 12
    last = top
    for package in goal.branches:
        left, inner = x + 30, width - 30
        title = f"{package.part.number} {package.part.local_title}"
        titles = svg.wrapped(title, 16, inner - 24 - 26 * len(package.models), 2)
        measures = _(" ・ ").join(one.part.local_title for one in package.branches)
        lines = svg.wrapped(measures, 12.5, inner - 24, 2) if measures else []
        marks = package.all_kpis
        height = 18 + 22 * len(titles) + 18 * len(lines) + (20 if marks else 0)
        y += 12
        shapes.append(svg.box(left, y, inner, height, stroke="axis", line=1))
        last = y + height / 2
        shapes.append(_line(stem, last, left, last))
        for i, line in enumerate(titles):
            shapes.append(svg.text(left + 12, y + 24 + 22 * i, line, size=16, bold=True))
        for i, model in enumerate(reversed(package.models)):
            shapes += _number(model.number, left + inner - 18 - 26 * i, y + 18)
        below = y + 22 + 22 * len(titles)
        for i, line in enumerate(lines):
            shapes.append(svg.text(left + 12, below + 18 * i, line, size=12.5, colour="muted"))
        for i, leaf in enumerate(marks[: int((inner - 24) // 18)]):
            shapes += _mark(leaf, left + 18 + 18 * i, y + height - 14)
        y += height
    if goal.branches:
        shapes.append(_line(stem, top, stem, last))
    return shapes, y


def _number(number: int, x: float, y: float) -> Shapes:
    return [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="11" fill="{chart_theme.colour("what-if")}"/>',
        svg.text(x, y + 5, str(number), size=13, colour="surface", bold=True, anchor="middle"),
    ]


def _mark(leaf: KpiLeaf | None, x: float, y: float, tone: str = "") -> Shapes:
    """The signs of the chips: a tick for good, a triangle for fair, a cross for poor, a dash for none."""
    if leaf is not None:
        tone = leaf.latest.tone if leaf.latest is not None else "neutral"
    ways = {
        "good": "M-5 0.5L-1.5 4L5.5 -4.5",
        "fair": "M0 -5L5.5 4.5H-5.5Z",
        "poor": "M-4.5 -4.5L4.5 4.5M4.5 -4.5L-4.5 4.5",
    }
    colour = chart_theme.colour(TONES.get(tone, "axis"))
    return [
        f'<path transform="translate({x:.1f} {y:.1f})" d="{ways.get(tone, "M-5 0H5")}" fill="none"'
        f' stroke="{colour}" stroke-width="2.4"/>'
    ]


def _bands(
    tree: Tree, places: Sequence[tuple[Branch, float]], top: float, column: float
) -> tuple[Shapes, float]:
    """A band for each promotion model; under each goal the numbers of the packages that stand under the model."""
    shapes: Shapes = []
    y = top
    if tree.models:
        shapes.append(
            svg.text(MARGIN, y + 14, _("重点推進モデル（すべての目標を横に貫く）"), size=14, colour="muted")
        )
        y += 24
    for model in tree.models:
        shapes.append(svg.box(MARGIN, y, WIDTH - 2 * MARGIN, 56, stroke="what-if", radius=28, line=1.6))
        shapes += _number(model.number, MARGIN + 28, y + 20)
        shapes.append(svg.text(MARGIN + 48, y + 25, model.local_title, size=16, bold=True))
        for goal, x in places:
            numbers = [p.part.number for p in goal.branches if model in p.models]
            words = _("、").join(numbers)
            if words:
                line = svg.wrapped(words, 13, column - 60, 1)[0]
                shapes.append(svg.text(x + 44, y + 46, line, size=13, colour="muted"))
        y += 66
    return shapes, y


def _legend(y: float) -> Shapes:
    shapes: Shapes = []
    x = MARGIN
    for tone, label in (
        ("good", _("順調")),
        ("fair", _("もう少し")),
        ("poor", _("遅れ")),
        ("neutral", _("まだ評価がない")),
    ):
        shapes += _mark(None, x + 6, y - 5, tone)
        shapes.append(svg.text(x + 20, y, label, size=14, colour="muted"))
        x += 20 + svg.width_of(label, 14) + 28
    return shapes
