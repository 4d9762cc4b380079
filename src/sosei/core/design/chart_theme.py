"""The one Vega-Lite theme: named colours, lines, fonts and label placement that every chart of Sosei shares.

In the browser a colour is a CSS custom property (`var(--chart-baseline)`), so that dark mode, print and forced
colours restyle a drawn chart without drawing it again; the values stand in `static/design/tokens.css` and a test
holds them equal to those here. For files, which have no stylesheet, `for_export` writes the light values in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FONT = "Sosei Chart"
EXPORT_FONT = "IPAexGothic"
FONT_STACK = f"'{FONT}', 'Noto Sans CJK JP', 'Noto Sans JP', 'Hiragino Sans', 'Yu Gothic', Meiryo, {EXPORT_FONT}, sans-serif"

# name: (light, dark). Scenario colours were chosen so that any two of them stay apart by at least 0.10 in Oklab
# for normal, protan, deutan and tritan sight (Machado, Oliveira & Fernandes 2009). Those that also colour words
# keep 4.5:1 on the surface, the others 3:1.
COLOURS: dict[str, tuple[str, str]] = {
    "surface": ("#ffffff", "#16181d"),
    "ink": ("#1a1a1a", "#f2f2f2"),
    "muted": ("#595959", "#b3b3b3"),
    "axis": ("#767676", "#949494"),
    "grid": ("#e6e6e6", "#33363d"),
    "observed": ("#1a1a1a", "#f2f2f2"),
    "baseline": ("#0017c1", "#9db7f9"),
    "prospect-1": ("#008299", "#008da6"),
    "prospect-2": ("#ac3e00", "#ffa66d"),
    "what-if": ("#6c006c", "#a565f8"),
    "simulation-1": ("#666666", "#b3b3b3"),
    "simulation-2": ("#767676", "#949494"),
    "special": ("#a58000", "#ebb700"),
    "residents": ("#4a5878", "#9aa7c7"),
    "births": ("#0877d7", "#57b8ff"),
    "tfr": ("#ac3e00", "#ffa66d"),
    "male": ("#197a4b", "#51b883"),
    "female": ("#6f23d0", "#bb87ff"),
    "age-0-14": ("#0877d7", "#97d3ff"),
    "age-15-64": ("#00428c", "#39abff"),
    "age-65-plus": ("#927200", "#d2a400"),
    "natural": ("#927200", "#d2a400"),
    "social": ("#0877d7", "#57b8ff"),
    "interaction": ("#767676", "#949494"),
    "latest": ("#ac3e00", "#ffa66d"),
    "step-1": ("#e8f1fe", "#20283a"),
    "step-2": ("#c5d7fb", "#2b3c66"),
    "step-3": ("#9db7f9", "#3a559b"),
    "step-4": ("#7096f8", "#4b74d6"),
    "step-5": ("#4979f5", "#6d95fb"),
    "past-1": ("#b3c0da", "#46516b"),
    "past-2": ("#9aabd0", "#52618a"),
    "past-3": ("#8296c6", "#5f72a8"),
    "past-4": ("#6a82bd", "#6c84c4"),
    "past-5": ("#536db3", "#7b96da"),
    "past-6": ("#3d58a8", "#8ca6e6"),
    "past-7": ("#29449b", "#9fb6ef"),
    "past-8": ("#17308a", "#b5c7f6"),
}
PAST_STEPS = 8

# A second cue beside colour, for print in one colour and for readers who see colours differently.
DASHES: dict[str, list[int]] = {
    "observed": [1, 0],
    "baseline": [1, 0],
    "prospect-1": [7, 4],
    "prospect-2": [1, 0],
    "what-if": [1, 0],
    "simulation-1": [2, 3],
    "simulation-2": [8, 3, 2, 3],
}

_VARIABLE = re.compile(r"var\(--chart-([a-z0-9-]+)\)")


def colour(name: str) -> str:
    """The CSS reference of a named colour.

    Raises:
        KeyError: no colour of that name.
    """
    COLOURS[name]
    return f"var(--chart-{name})"


def series_colour(name: str) -> str:
    """The colour of a scenario or series; one that has no colour of its own is drawn in the muted ink."""
    return colour(name if name in COLOURS else "muted")


def past_colours(count: int) -> list[str]:
    """Colours for `count` periods, oldest and palest first; the last one stands out."""
    if count < 1:
        return []
    earlier = count - 1
    steps = [
        PAST_STEPS if earlier == 1 else 1 + round(i * (PAST_STEPS - 1) / (earlier - 1))
        for i in range(earlier)
    ]
    return [*(colour(f"past-{step}") for step in steps), colour("latest")]


def config() -> dict[str, Any]:
    """The theme as a Vega-Lite `config` object."""
    return {
        # The chart's element carries name and text alternative; its parts would only repeat numbers of the table.
        "aria": False,
        "mark": {"aria": False},
        "font": FONT_STACK,
        "background": None,
        "padding": {"left": 2, "right": 6, "top": 6, "bottom": 2},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "view": {"stroke": None},
        "axis": {
            "domain": False,
            "ticks": False,
            "gridColor": colour("grid"),
            "domainColor": colour("axis"),
            "tickColor": colour("axis"),
            "labelColor": colour("muted"),
            "labelFontSize": 13,
            "labelPadding": 6,
            "titleColor": colour("muted"),
            "titleFontSize": 13,
            "titleFontWeight": "normal",
        },
        "axisX": {
            "grid": False,
            "domain": True,
            "ticks": True,
            "tickSize": 4,
            "labelOverlap": "parity",
            "labelSeparation": 6,
        },
        "axisY": {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleY": -12, "titleX": 0},
        "line": {"strokeWidth": 2.5, "strokeJoin": "round", "strokeCap": "round"},
        "text": {"fontSize": 13, "color": colour("ink")},
        "title": {
            "anchor": "start",
            "color": colour("ink"),
            "fontSize": 16,
            "fontWeight": "bold",
            "subtitleColor": colour("muted"),
            "subtitleFontSize": 12,
            "subtitlePadding": 6,
            "offset": 14,
        },
        "legend": {
            "orient": "top",
            "direction": "horizontal",
            "labelColor": colour("ink"),
            "labelFontSize": 13,
            "labelLimit": 0,
            "title": None,
            "columns": 3,
            "symbolStrokeWidth": 3,
            "symbolSize": 140,
            "padding": 0,
            "offset": 8,
        },
    }


def for_export(spec: Mapping[str, Any], mode: str = "light", font: str = FONT_STACK) -> dict[str, Any]:
    """A copy of a spec that stands alone: colours written as values, the font replaced by `font`.

    Args:
        mode: "light" or "dark".
        font: a font family; for PNG the one registered with the renderer.
    """
    column = ("light", "dark").index(mode)

    def written(value: Any) -> Any:
        if isinstance(value, str):
            if value == FONT_STACK:
                return font
            return _VARIABLE.sub(lambda match: COLOURS[match[1]][column], value)
        if isinstance(value, Mapping):
            return {key: written(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [written(item) for item in value]
        return value

    return written(dict(spec))


def export_font_folder() -> Path:
    """Folder of the font file that carries Japanese glyphs into PNG (IPAexGothic, from matplotlib-fontja)."""
    from importlib.util import find_spec

    # Importing the package would import matplotlib, which is not needed here.
    found = find_spec("matplotlib_fontja")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError(
            "matplotlib-fontja がありません。対処: pip install -r requirements/base.txt / "
            "matplotlib-fontja is missing. Remedy: pip install -r requirements/base.txt"
        )
    return Path(found.submodule_search_locations[0]) / "fonts"


def spread_labels(ends: Sequence[float], low: float, high: float, height: float, gap: float) -> list[float]:
    """Places for labels at the ends of lines, moved apart so that none covers another, order kept.

    Args:
        ends: values at which the lines end.
        low, high: bounds of the value axis.
        height: height of the plot in pixels.
        gap: least distance between two labels in pixels.

    Returns:
        Label positions in units of the value axis, in the order of `ends`, all within the bounds when they fit.
    """
    least = gap * (high - low) / height
    order = sorted(range(len(ends)), key=lambda i: ends[i])
    # Least-squares placement under minimum distances: pool neighbours that touch into blocks (isotonic regression).
    blocks: list[list[float]] = []
    for rank, index in enumerate(order):
        blocks.append([ends[index] - rank * least, 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            later, earlier = blocks.pop(), blocks.pop()
            size = earlier[1] + later[1]
            blocks.append([(earlier[0] * earlier[1] + later[0] * later[1]) / size, size])
    flat = [mean for mean, size in blocks for _ in range(int(size))]
    bottom, top = low, high - (len(ends) - 1) * least
    placed = [0.0] * len(ends)
    for rank, index in enumerate(order):
        placed[index] = min(max(flat[rank], bottom), max(top, bottom)) + rank * least
    return placed
