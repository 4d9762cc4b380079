"""The chart that `sosei project --chart FILE` writes: the total population under one scenario."""

from __future__ import annotations

import altair as alt
from django.utils.translation import gettext as _

from sosei.engines.demography.project import Projection
from sosei.planning.population import downloads
from sosei.planning.population.charts.parts import Panel
from sosei.planning.population.models import Area


def total_chart(area: Area, title: str, projection: Projection, kind: str) -> bytes:
    """The drawing as `kind` ("svg" or "png") bytes."""
    total = projection.total()
    rows = [
        {"year": int(y), "total": float(t)} for y, t in zip(total["year"].values, total.values, strict=True)
    ]
    x = alt.X("year:Q", title=_("年"), axis=alt.Axis(format="d"))
    y = alt.Y("total:Q", title=_("総人口（人）"), scale=alt.Scale(zero=True))
    base = alt.Chart(alt.Data(values=rows)).encode(x=x, y=y)
    labels = base.mark_text(dy=-12).encode(text=alt.Text("total:Q", format=",.0f"))
    spec = (base.mark_line(point=True) + labels).properties(height=320).to_dict()
    whole = downloads.whole_spec([Panel("total", "", spec)], f"{area.local_name} {title}", [])
    return downloads.png_bytes(whole) if kind == "png" else downloads.svg_text(whole).encode("utf-8")
