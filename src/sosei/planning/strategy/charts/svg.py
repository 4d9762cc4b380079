"""What drawings made by hand share: text broken into lines by width, shapes, and the file with colours written in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

import vl_convert

from sosei.core.design import chart_theme

PNG_SCALE = 2.0
_VARIABLE = re.compile(r"var\(--chart-([a-z0-9-]+)\)")
_NEVER_FIRST = frozenset("、。）」』】・：；！？ー々％ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.):;!?")


def width_of(text: str, size: float) -> float:
    """About how wide a text is drawn."""
    return sum(size * (1.0 if east_asian_width(one) in "FWA" else 0.56) for one in text)


def wrapped(text: str, size: float, width: float, at_most: int) -> list[str]:
    """Lines no wider than `width`; the last ends in … where the text does not fit."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and width_of((line + piece).rstrip(), size) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece.lstrip() if not line else piece
    if line.strip():
        lines.append(line.rstrip())
    if len(lines) <= at_most:
        return lines
    last = lines[at_most - 1]
    while last and width_of(last + "…", size) > width:
        last = last[:-1]
    return [*lines[: at_most - 1], last.rstrip() + "…"]


def _pieces(text: str) -> Iterable[str]:
    """English by words, Japanese by letters, with no line that begins with a closing mark."""
    found: list[str] = []
    for piece in re.findall(r"[!-~]+\s*|\s+|[^!-~\s]", text):
        if found and piece[0] in _NEVER_FIRST:
            found[-1] += piece
        else:
            found.append(piece)
    return found


def text(
    x: float,
    y: float,
    words: str,
    *,
    size: float,
    colour: str = "ink",
    bold: bool = False,
    anchor: str = "start",
) -> str:
    """One line of text; `y` is its baseline, `colour` a name of the chart theme."""
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{chart_theme.colour(colour)}"'
        f' text-anchor="{anchor}"{weight}>{escape(words)}</text>'
    )


def box(
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    fill: str = "surface",
    stroke: str = "",
    radius: float = 6,
    line: float = 1.2,
) -> str:
    """A rectangle with round corners."""
    edge = f' stroke="{chart_theme.colour(stroke)}" stroke-width="{line:g}"' if stroke else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{radius:g}"'
        f' fill="{chart_theme.colour(fill)}"{edge}/>'
    )


def document(width: float, height: float, shapes: Iterable[str], *, label: str) -> str:
    """A drawing for a page: it takes its colours from the page's stylesheet."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}"'
        f' height="{height:g}" role="img" aria-label="{escape(label, {chr(34): "&quot;"})}">'
        f"{''.join(shapes)}</svg>"
    )


def for_file(drawing: str, *, font: str = chart_theme.FONT_STACK) -> str:
    """The same drawing alone: light colours and fonts written in, on a ground of its own."""
    light = _VARIABLE.sub(lambda found: chart_theme.COLOURS[found[1]][0], drawing)
    family = escape(font, {'"': "&quot;"})
    ground = f'<rect width="100%" height="100%" fill="{chart_theme.COLOURS["surface"][0]}"/>'
    head, tail = light.split(">", 1)
    return f'{head} font-family="{family}">{ground}{tail}'


def png_bytes(drawing: str) -> bytes:
    """The drawing as PNG at twice the size, its text drawn with the font that comes with Sosei."""
    _register_fonts()
    return bytes(vl_convert.svg_to_png(for_file(drawing, font=chart_theme.EXPORT_FONT), scale=PNG_SCALE))


@cache
def _register_fonts() -> None:
    vl_convert.register_font_directory(str(chart_theme.export_font_folder()))
