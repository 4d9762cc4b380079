"""The page of one KPI, its chart as a picture and its values as a file; the same for everybody, with more for staff."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sosei.planning.population.charts.parts import Panel
from sosei.planning.population.downloads import csv_bytes, png_bytes, svg_text, whole_spec
from sosei.planning.strategy.departments import name_departments
from sosei.planning.strategy.fed_values import way_to_feed
from sosei.planning.strategy.kpi_page import KpiPage
from sosei.planning.strategy.kpi_table import table_rows
from sosei.planning.strategy.models import Kpi, Strategy

MIME_TYPES = {"csv": "text/csv; charset=utf-8", "svg": "image/svg+xml", "png": "image/png"}
Crumbs = list[tuple[str, str]]


def strategy_or_404(request: Any, strategy_id: int) -> Strategy:
    """A strategy of the town in the address, as far as the reader sees it.

    Raises:
        Http404: there is none for the reader.
    """
    seen = Strategy.objects.visible_to(request.user).filter(municipality__code=_code(request))
    found: Strategy = get_object_or_404(seen.select_related("municipality", "rule"), pk=strategy_id)
    # The town came along; the header needn't ask for it again.
    request.town = found.municipality
    return found


def kpi_or_404(request: Any, kpi_id: int) -> Kpi:
    """A KPI of the town in the address, as far as the reader sees it.

    Raises:
        Http404: there is none for the reader.
    """
    seen = Kpi.objects.visible_to(request.user).filter(strategy__municipality__code=_code(request))
    found: Kpi = get_object_or_404(
        seen.select_related(
            "strategy__municipality",
            "strategy__rule",
            "goal",
            "package__goal",
            "measure__package__goal",
            "department",
        ),
        pk=kpi_id,
    )
    request.town = found.strategy.municipality
    return found


def _code(request: Any) -> str:
    return str(request.resolver_match.kwargs["code"])


def way_to_strategy(strategy: Strategy, *rest: tuple[str, str]) -> Crumbs:
    """The way to a page of a strategy."""
    code = strategy.municipality.code
    page = reverse("strategy:strategy", kwargs={"code": code, "strategy_id": strategy.pk})
    return [(_("ホーム"), reverse("portal:home")), (strategy.local_short_title, page), *rest]


def way_to_kpi(kpi: Kpi, *rest: tuple[str, str]) -> Crumbs:
    """The way to the page of a KPI, and on from there."""
    code = kpi.strategy.municipality.code
    board = reverse("strategy:board", kwargs={"code": code, "strategy_id": kpi.strategy_id})
    page = reverse("strategy:kpi", kwargs={"code": code, "kpi_id": kpi.pk}) if rest else ""
    return way_to_strategy(kpi.strategy, (_("KPIの状況"), board), (kpi.local_title, page), *rest)


@require_safe
def kpi(request: HttpRequest, code: str, kpi_id: int) -> HttpResponse:
    """The page."""
    held = kpi_or_404(request, kpi_id)
    page = KpiPage(held, request.user)
    name_departments([held])
    context = {
        "crumbs": way_to_kpi(held),
        "page": page,
        "kpi": held,
        "strategy": held.strategy,
        "code": code,
        "spec": page.chart,
        "corrections": [(change, page.works) for change in page.corrections],
        "feed_way": way_to_feed(held) if page.plans and held.ended_on is None else None,
    }
    return render(request, "strategy/kpis/kpi.html", context)


@require_safe
def kpi_file(request: HttpRequest, code: str, kpi_id: int, kind: str) -> HttpResponse:
    """Its values (csv), or its chart as a picture (svg, png)."""
    held = kpi_or_404(request, kpi_id)
    page = KpiPage(held, request.user)
    if kind == "csv":
        headings, rows = table_rows(page)
        return file_response(csv_bytes(headings, rows), kind, f"kpi-{held.pk}")
    if page.chart is None:
        raise Http404(held.pk)
    name = held.strategy.municipality
    signs = {"actual": "●", "plan": "┈", "target": "◆", "forecast": "○"}
    key = "　".join(f"{signs[name]} {title}" for name, title in page.legend)
    said = (held.strategy.local_title, key, held.local_source, page.forecast_text)
    subtitles = [text for text in said if text]
    whole = whole_spec([Panel("kpi", "", page.chart)], f"{name} {held.local_title}", subtitles)
    content = svg_text(whole).encode("utf-8") if kind == "svg" else png_bytes(whole)
    return file_response(content, kind, f"kpi-{held.pk}")


def file_response(content: bytes, kind: str, name: str) -> HttpResponse:
    """A file to keep."""
    disposition = content_disposition_header(as_attachment=kind != "svg", filename=f"{name}.{kind}")
    return HttpResponse(
        content, content_type=MIME_TYPES[kind], headers={"Content-Disposition": str(disposition)}
    )
