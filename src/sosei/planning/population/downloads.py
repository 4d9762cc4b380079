"""Files behind the charts: CSV that Excel opens as it is, SVG, and PNG with Japanese glyphs."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from functools import cache
from typing import Any

import vl_convert

from sosei.core.design import chart_theme
from sosei.planning.population.charts.parts import Panel, Spec

BOM = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
WIDTH = 760
PANEL_WIDTH = 480
PADDING = 24
PNG_SCALE = 2.0


def csv_bytes(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """UTF-8 with BOM and CRLF; text that a spreadsheet would run as a formula is kept as text.

    Numbers stay numbers: −3 is a number, the text "-3" is not one of ours and is guarded.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([_guarded(heading) for heading in headings])
    writer.writerows([[_guarded(value) for value in row] for row in rows])
    return (BOM + written.getvalue()).encode("utf-8")


def _guarded(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def whole_spec(panels: Sequence[Panel], title: str, subtitles: Sequence[str]) -> Spec:
    """All panels of a figure as one drawing of fixed size, with its title above and its sources under the title."""
    config = {**chart_theme.config(), "autosize": "pad", "background": chart_theme.colour("surface")}
    if len(panels) == 1:
        # Not as one of several: only a view that stands alone knows its own width.
        [panel] = panels
        lines = [*([panel.title] if panel.title else []), *subtitles]
        whole = {**panel.spec, "config": config, "width": WIDTH, "padding": PADDING}
        return {**whole, "title": {"text": title, "subtitle": lines}}
    drawings: list[Spec] = []
    datasets: dict[str, Any] = {}
    params: list[Any] = []
    for i, panel in enumerate(panels):
        # Names of data and parameters are the panel's own on the page; in one drawing they must differ.
        own = _renamed(panel.spec, f"panel{i}-", f"panel{i}_")
        datasets |= own.pop("datasets", {})
        params += own.pop("params", [])
        for key in ("config", "padding", "width"):
            own.pop(key, None)
        drawings.append({**own, "width": PANEL_WIDTH, "title": {"text": panel.title, "fontSize": 14}})
    together: Spec = {
        "config": config,
        "title": {"text": title, "subtitle": list(subtitles)},
        "padding": PADDING,
        "datasets": datasets,
        "hconcat": drawings,
        "spacing": 48,
        "resolve": {"scale": {"color": "independent"}},
    }
    if params:
        together["params"] = params
    return together


def _renamed(spec: Spec, data_prefix: str, parameter_prefix: str) -> Spec:
    names = set(spec.get("datasets", {}))
    parameters = {param["name"] for param in spec.get("params", [])}

    def walk(value: Any, key: str = "", parent: str = "") -> Any:
        if isinstance(value, dict):
            if parent == "datasets":
                return value
            return {
                (data_prefix + k if key == "datasets" else k): walk(item, k, key) for k, item in value.items()
            }
        if isinstance(value, list):
            return [walk(item, key, parent) for item in value]
        if key == "name" and value in names and parent == "data":
            return data_prefix + value
        if value in parameters and (key == "expr" or (key == "name" and parent != "data")):
            return parameter_prefix + value
        return value

    renamed: Spec = walk(spec)
    return renamed


def svg_text(spec: Spec) -> str:
    """The drawing as SVG; its text names fonts that every system has, IPAexGothic among them."""
    _register_fonts()
    return str(vl_convert.vegalite_to_svg(chart_theme.for_export(spec)))


def png_bytes(spec: Spec) -> bytes:
    """The drawing as PNG at twice the size, its text drawn with IPAexGothic."""
    _register_fonts()
    drawn = chart_theme.for_export(spec, font=chart_theme.EXPORT_FONT)
    return bytes(vl_convert.vegalite_to_png(drawn, scale=PNG_SCALE))


@cache
def _register_fonts() -> None:
    vl_convert.register_font_directory(str(chart_theme.export_font_folder()))
