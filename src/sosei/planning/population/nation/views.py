"""The page of the nation, its file, and the page beside the official projection."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from sosei.core.design.pagination import paginate
from sosei.engines.conventions.prefectures import PREFECTURES
from sosei.planning.population import downloads
from sosei.planning.population.nation import comparison, empty, page, reading, shapes
from sosei.planning.population.nation.codes import EARLIER_CODES
from sosei.planning.population.nation.indicators import INDICATORS
from sosei.planning.population.nation.models import Boundary, NationalAnswer, NationalRun
from sosei.planning.population.nation.panel import panel_of
from sosei.planning.population.nation.selection import (
    Selection,
    UnknownChoiceError,
    found_places,
    selection_of,
)

PER_PAGE = 25
CSV = "text/csv; charset=utf-8"


def crumbs(last: str = "") -> list[tuple[str, str]]:
    """The way here."""
    here = [
        (_("ホーム"), reverse("portal:home")),
        (_("全国の人口"), reverse("population:nation") if last else ""),
    ]
    return [*here, (last, "")] if last else here


@gzip_page
@require_safe
def nation(request: HttpRequest) -> HttpResponse:
    """The page; what htmx asks for is its answer alone."""
    run = reading.newest_run()
    if run is None:
        return render(request, "population/nation_empty.html", {**empty.context(), "crumbs": crumbs()})
    chosen, values, names = _chosen(request, run)
    wanted = request.GET.get("q", "").strip()
    matches = found_places(wanted, values.figures.places) if wanted else []
    if len(matches) == 1:
        return redirect(f"{reverse('population:nation')}?{chosen.query(area=matches[0].code)}#place")
    drawing = shapes.drawing_of(reading.newest_boundary(), chosen.prefecture)
    context = {
        **_answer(request, run, chosen, values, names, drawing),
        "wanted": wanted,
        "matches": [
            (one, page.name_of(one, names), page.prefecture_name(one.prefecture), chosen.query(area=one.code))
            for one in matches
        ],
        "crumbs": crumbs(),
    }
    if getattr(request, "htmx", False):
        return render(request, "population/_nation_answer.html", context)
    return render(
        request, "population/nation.html", {**context, **_choices(run, chosen, values, names, drawing)}
    )


def _chosen(request: HttpRequest, run: NationalRun) -> tuple[Selection, page.Values, dict[str, str]]:
    newest, scenarios = reading.newest_names(), {one["name"] for one in run.scenarios}
    wanted = request.GET.get("scenario") or run.scenarios[0]["name"]
    if wanted not in scenarios:
        raise Http404(wanted)
    figures = reading.figures(run.pk, wanted, newest)
    try:
        chosen = selection_of(request.GET, run, figures.years)
    except UnknownChoiceError as error:
        raise Http404(str(error)) from None
    names = shapes.names_by_code(reading.newest_boundary())
    if chosen.area and not any(place.code == chosen.area for place in figures.places):
        raise Http404(chosen.area)
    return chosen, page.values_of(chosen, figures), names


def _answer(
    request: HttpRequest,
    run: NationalRun,
    chosen: Selection,
    values: page.Values,
    names: dict[str, str],
    drawing: shapes.Drawing | None,
) -> dict[str, Any]:
    """Everything that changes with the selection but the shapes themselves."""
    answers = list(
        NationalAnswer.objects.filter(run=run, area__code=chosen.area).order_by("-lever")
        if chosen.area
        else ()
    )
    tiles, legend = page.prefecture_tiles(values) if drawing is None else ([], [])
    coloured = page.map_values(values, drawing) if drawing is not None else None
    return {
        "run": run,
        "chosen": chosen,
        "scenario": _scenario(run, chosen.scenario),
        "map": coloured,
        "drawing": drawing,
        "tiles": tiles,
        "legend": coloured.legend if coloured else legend,
        "sentence": page.sentence(values, names),
        "panel": panel_of(values, names, chosen.area, answers) if chosen.area else None,
        "page": paginate(request, page.rows_of(values, names), per_page=PER_PAGE),
        "sorts": _sorts(chosen),
        "has_intervals": chosen.indicator.slug == "total" and run.methods.get("intervals"),
        "data": {
            "classes": coloured.classes if coloured else "",
            "texts": coloured.texts if coloured else [],
            "query": chosen.query(),
        },
        "query": chosen.query(),
        "query_of_areas": chosen.query(area=""),
    }


def _choices(
    run: NationalRun,
    chosen: Selection,
    values: page.Values,
    names: dict[str, str],
    drawing: shapes.Drawing | None,
) -> dict[str, Any]:
    """What only the whole page holds: the form's lists, the shapes and their names."""
    municipalities = [values.figures.places[i] for i in values.of_kind(page.MUNICIPALITY)]
    return {
        "indicators": INDICATORS.values(),
        "years": values.figures.years,
        "scenarios": [(one["name"], _title(one)) for one in run.scenarios],
        "prefectures": [(number, page.prefecture_name(number)) for number in PREFECTURES],
        "places": [(one.code, page.name_of(one, names)) for one in municipalities],
        "shapes": _shapes(drawing, values, chosen) if drawing else "",
        "source": _source(run.source, run.source_en),
        "boundary_source": _boundary_source() if drawing else "",
        "has_comparison": NationalRun.objects.visible_to(None).newest_compared() is not None,
        "names": [shape.name for shape in drawing.shapes] if drawing else [],
        "codes": [EARLIER_CODES.get(shape.code, shape.code) for shape in drawing.shapes] if drawing else [],
    }


def _shapes(drawing: shapes.Drawing, values: page.Values, chosen: Selection) -> SafeString:
    """The paths with their classes: numbers and letters of our own making, nothing of a file's text."""
    classes = page.map_values(values, drawing).classes
    paths = (
        f'<path class="c{number}" d="{shape.path}"/>'
        for number, shape in zip(classes, drawing.shapes, strict=True)
    )
    return mark_safe("".join(paths))  # noqa: S308  paths are whole numbers (drawing.path)


def _source(japanese: str, english: str) -> page.Name:
    if page.is_english() and not english:
        return page.Name(japanese, "ja")
    return page.Name(english if page.is_english() else japanese)


def _boundary_source() -> str:
    batch = Boundary.objects.order_by("-pk").select_related("batch").first().batch
    return (batch.source_en if page.is_english() else "") or batch.source


def _scenario(run: NationalRun, name: str) -> str:
    return next(_title(one) for one in run.scenarios if one["name"] == name)


def _title(scenario: dict[str, str]) -> str:
    return scenario["en" if page.is_english() else "ja"]


def _sorts(chosen: Selection) -> list[tuple[str, str, str]]:
    """Headings that sort: title, query, and what aria-sort says."""
    titles = (("code", _("市区町村")), ("value", chosen.indicator.title()), ("rank", _("順位")))
    found = []
    for key, title in titles:
        here = chosen.sort == key
        turned = here and not chosen.descending
        state = ("descending" if chosen.descending else "ascending") if here else "none"
        found.append((title, chosen.query(sort=f"-{key}" if turned else key), state))
    return found


@require_safe
def nation_file(request: HttpRequest) -> HttpResponse:
    """The table behind the map: every municipality of the selection, with all its figures in that year."""
    run = reading.newest_run()
    if run is None:
        raise Http404("nation")
    chosen, values, names = _chosen(request, run)
    at = values.figures.years.index(chosen.year)
    rows = []
    for row in page.rows_of(values, names):
        i = values.figures.places.index(row.place)
        numbers = values.figures.values[i, at].tolist()
        persons = [None if np.isnan(value) else round(value, 3) for value in numbers]
        value = None if np.isnan(row.value) else round(row.value, 4)
        rows.append(
            [row.place.code, row.name.text, chosen.scenario, chosen.year, value, row.rank or None, *persons]
        )
    columns = ["code", "name", "scenario", "year", chosen.indicator.slug, "rank", *reading.STORED]
    if chosen.indicator.slug == "total":
        columns[4] = "value"
    body = downloads.csv_bytes(columns, rows)
    return _attachment(body, f"sosei_nation_{chosen.scenario}_{chosen.year}_{chosen.indicator.slug}.csv")


def _attachment(body: bytes, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=CSV)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@gzip_page
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Our run beside the official projection."""
    run: NationalRun | None = NationalRun.objects.visible_to(None).newest_compared()
    here = {"crumbs": crumbs(_("社人研の推計との比較"))}
    if run is None:
        return render(request, "population/nation_compare_empty.html", here)
    held = comparison.comparison_of(run.pk)
    year = request.GET.get("year") or str(held.years[-1])
    if year not in {str(y) for y in held.years}:
        raise Http404(year)
    drawing = shapes.drawing_of(reading.newest_boundary())
    names = shapes.names_by_code(reading.newest_boundary())
    context = comparison.context(held, int(year), drawing, names)
    return render(request, "population/nation_compare.html", {**here, **context, "run": run})


@require_safe
def compare_file(request: HttpRequest) -> HttpResponse:
    """Every area and year of the comparison."""
    run = NationalRun.objects.visible_to(None).newest_compared()
    if run is None:
        raise Http404("compare")
    return _attachment(comparison.csv_of(comparison.comparison_of(run.pk)), "sosei_nation_compare.csv")
