"""The page of a population vision, the fragment its what-if panel asks for, and the files behind its charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from sosei.engines.demography.errors import DemographyError
from sosei.planning.population import downloads, figures, lookup, permissions, tables
from sosei.planning.population.charts.pyramid import age_labels, pack
from sosei.planning.population.charts.pyramid import pyramid as draw_pyramid
from sosei.planning.population.descriptions import headline
from sosei.planning.population.models import Area
from sosei.planning.population.sections import sections_for
from sosei.planning.population.vision import NoVisionError, build_vision
from sosei.planning.population.vision_records import ScenarioInfo, Vision
from sosei.planning.population.what_if import NAME, WhatIf, WhatIfError, run_what_if
from sosei.planning.population.what_if_panel import Panelled

View = Callable[..., HttpResponse]
MIME_TYPES = {"csv": "text/csv; charset=utf-8", "svg": "image/svg+xml", "png": "image/png"}


def with_vision(view: View) -> View:
    """Finds the area and its vision for `view(request, vision, ...)`; explains with a remedy where there is none."""

    @require_safe
    @wraps(view)
    def found(request: HttpRequest, code: str, **kwargs: Any) -> HttpResponse:
        user = getattr(request, "user", None)
        area = lookup.find_area(code, user)
        if area is None or not permissions.can_see_vision(user, area):
            nearest = lookup.nearest_areas(code, user)
            return render(
                request, "population/unknown_area.html", {"code": code, "nearest": nearest}, status=404
            )
        if area.code != code:
            return _moved(request, area)
        try:
            held = build_vision(area)
        except NoVisionError as error:
            context = {"area": area, "reason": str(error)}
            return render(request, "population/no_vision.html", context, status=404)
        except DemographyError as error:
            return render(
                request, "population/cannot_compute.html", {"area": area, "error": _told(error)}, status=500
            )
        return view(request, held, **kwargs)

    return found


def _told(error: DemographyError) -> str:
    """The engine's sentence in the reader's language."""
    return error.text(get_language() or "ja")


def _moved(request: HttpRequest, area: Area) -> HttpResponse:
    """From a code with check digit, or a name, to the address with the code."""
    match = request.resolver_match
    kwargs = {**(match.kwargs if match else {}), "code": area.code}
    query = request.META.get("QUERY_STRING", "")
    address = reverse(f"population:{match.url_name}" if match else "population:vision", kwargs=kwargs)
    return redirect(f"{address}?{query}" if query else address)


@require_safe
def area(request: HttpRequest, code: str) -> HttpResponse:
    """The bare code leads to the page."""
    return redirect("population:vision", code=code)


def panelled(vision: Vision, query: Mapping[str, Any]) -> Panelled:
    """The what-if a query asks for, or its problems field by field."""
    given = {key: str(value) for key, value in query.items()}
    try:
        chosen = WhatIf.from_query(query)
    except WhatIfError as error:
        return Panelled(vision, given, WhatIf(), problems=error.problems)
    try:
        return Panelled(vision, given, chosen, run_what_if(vision.area, chosen))
    except WhatIfError as error:
        return Panelled(vision, given, chosen, problems=error.problems)
    except DemographyError as error:
        # The levers together leave nobody somewhere; the reader can only change them, so it is told there.
        return Panelled(vision, given, chosen, problems={"form": _told(error)})


@gzip_page
@with_vision
def vision(request: HttpRequest, held: Vision) -> HttpResponse:
    """The page."""
    drawn = figures.draw_all(held)
    pyramid_rows = held.tables["pyramid"]
    panel = panelled(held, request.GET)
    context = {
        "vision": held,
        "area": held.area,
        "headline": headline(held),
        "key_figures": figures.key_figures(held),
        "outlook": drawn.get(figures.OUTLOOK.slug),
        "sections": [
            (
                section,
                [drawn[f.slug] for f in figures.FIGURES if f.section == section.slug and f.slug in drawn],
            )
            for section in figures.SECTIONS
        ],
        "pyramid": {
            "ages": age_labels(pyramid_rows),
            "data": pack(pyramid_rows),
            "base": held.base_year,
            "start": next((info.name for info in held.scenarios), ""),
        },
        "panel": panel,
        "checks": _checks(held),
        "extra_sections": sections_for(request, held),
        "table_names": [name for name, rows in held.tables.items() if rows],
        "crumbs": [
            (_("ホーム"), reverse("portal:home")),
            (_("%(name)s 人口ビジョン") % {"name": held.area.local_name}, ""),
        ],
    }
    return render(request, "population/vision.html", context)


def _checks(vision: Vision) -> dict[str, Any] | None:
    if not vision.checks:
        return None
    table = tables.checks(vision)
    rows = [
        (check, list(zip(table.columns, cells, strict=True)))
        for check, cells in zip(tables.ordered_checks(vision), table.cells(), strict=True)
    ]
    return {"columns": table.columns, "rows": rows}


@gzip_page
@with_vision
def what_if(request: HttpRequest, held: Vision) -> HttpResponse:
    """The outcome of the panel alone; asked for without htmx it is the whole page at its panel."""
    if not getattr(request, "htmx", False):
        address = reverse("population:vision", kwargs={"code": held.area.code})
        return redirect(f"{address}?{request.META.get('QUERY_STRING', '')}#what-if")
    panel = panelled(held, request.GET)
    return render(
        request, "population/_what_if_answer.html", {"panel": panel, "vision": held, "area": held.area}
    )


@with_vision
def what_if_file(request: HttpRequest, held: Vision, kind: str) -> HttpResponse:
    """Table or picture of the what-if of the query."""
    panel = panelled(held, request.GET)
    if panel.problems or kind not in MIME_TYPES:
        raise Http404(" ".join(panel.problems.values()) or kind)
    title = f"{held.area.local_name} {_('もしも')}"
    drawing = downloads.whole_spec(panel.panels(), title, [panel.summary_line()]) if kind != "csv" else {}
    return _file(held, "what-if", kind, panel.table(), drawing)


@with_vision
def figure_file(request: HttpRequest, held: Vision, slug: str, kind: str) -> HttpResponse:
    """Table (csv) or picture (svg, png) of one figure; the pyramid's takes year, scenario and compare.

    With the scenario or comparison "what-if" it also takes the conditions of the panel.
    """
    figure = figures.BY_SLUG.get(slug)
    if figure is None or kind not in MIME_TYPES or not figure.is_available(held):
        raise Http404(slug)
    drawn = figures.draw_all(held)[slug]
    title = f"{held.area.local_name} {figure.title}"
    panels, table = drawn.panels, drawn.table
    if slug == "pyramid" and request.GET:
        held = _with_chosen_shapes(held, request.GET)
        scenario, year, compare = _pyramid_choice(held, request.GET)
        panels, table = (
            draw_pyramid(held, scenario, year, compare),
            tables.pyramid_of(held, scenario, year, compare),
        )
        named = [tables.pyramid_title(held, name, year) for name in (scenario, compare) if name]
        named = list(dict.fromkeys(named))
        title = f"{title} {year} {' / '.join(named)}"
    drawing = downloads.whole_spec(panels, title, drawn.sources) if kind != "csv" else {}
    return _file(held, slug, kind, table, drawing)


def _with_chosen_shapes(vision: Vision, query: Mapping[str, str]) -> Vision:
    """The vision with the shapes that only the pyramid's control knows: the base year's, and the what-if's."""
    chosen = {query.get("scenario"), query.get("compare")}
    rows = list(vision.tables["pyramid"])
    infos = list(vision.scenarios)
    if "base" in chosen:
        first = infos[0].name
        base = [row for row in rows if row["scenario"] == first and row["year"] == vision.base_year]
        years = {row["year"] for row in rows}
        rows += [{**row, "scenario": "base", "year": year} for year in years for row in base]
        infos.append(ScenarioInfo("base", _("%(year)s年の形") % {"year": vision.base_year}, ""))
    if NAME in chosen:
        panel = panelled(vision, query)
        if panel.problems:
            raise Http404(" ".join(panel.problems.values()))
        rows += panel.tables["pyramid"]
        infos.append(ScenarioInfo(NAME, _("もしも"), ""))
    return replace(vision, scenarios=infos, tables={**vision.tables, "pyramid": rows})


def _pyramid_choice(vision: Vision, query: Mapping[str, str]) -> tuple[str, int, str]:
    names = {row["scenario"] for row in vision.tables["pyramid"]}
    years = {row["year"] for row in vision.tables["pyramid"]}
    scenario = query.get("scenario", vision.scenarios[0].name)
    compare = query.get("compare", "")
    year = query.get("year", str(vision.base_year))
    if scenario not in names or (compare and compare not in names) or year not in map(str, years):
        raise Http404(f"{scenario} {year} {compare}")
    return scenario, int(year), compare


def _file(
    vision: Vision, name: str, kind: str, table: tables.FigureTable, spec: Mapping[str, Any]
) -> HttpResponse:
    if kind == "csv":
        body: bytes | str = downloads.csv_bytes([column.heading for column in table.columns], table.plain())
    elif kind == "svg":
        body = downloads.svg_text(dict(spec))
    else:
        body = downloads.png_bytes(dict(spec))
    return _attachment(body, kind, f"sosei_{vision.area.code}_{name}_{get_language()}.{kind}")


def _attachment(body: bytes | str, kind: str, file_name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=MIME_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


@with_vision
def table_file(request: HttpRequest, held: Vision, name: str) -> HttpResponse:
    """One table of the vision as it is: a row a fact, column names that do not change with the language."""
    rows: Sequence[Mapping[str, Any]] = held.tables.get(name) or []
    if not rows:
        raise Http404(name)
    columns = list(rows[0])
    body = downloads.csv_bytes(columns, [[row.get(column) for column in columns] for row in rows])
    return _attachment(body, "csv", f"sosei_{held.area.code}_{name}.csv")
