"""The page of the loop: vision, gap, packages, facts, KPIs and back to the projection; and its files."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sosei.core.people.models import Municipality
from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.household_types import HOUSEHOLD_TYPES
from sosei.planning.outcomes import loop_facts_shown, loop_figure
from sosei.planning.outcomes.loop_section import key_figures
from sosei.planning.outcomes.loop_state import Loop, loop_of, shown_years
from sosei.planning.outcomes.loop_steps import steps_of
from sosei.planning.population import downloads
from sosei.planning.population.lookup import find_area
from sosei.planning.population.models import Area
from sosei.planning.population.vision import NoVisionError, vision_with_inputs
from sosei.planning.strategy.permissions import plans_for

MIME_TYPES = {"csv": "text/csv; charset=utf-8", "svg": "image/svg+xml", "png": "image/png"}


@require_safe
def page(request: Any, code: str) -> HttpResponse:
    """The loop as one picture, with what stands behind each of its steps."""
    town = town_of(request)
    plans = plans_for(request.user, town.pk)
    context: dict[str, Any] = {
        "town": town,
        "plans": plans,
        "crumbs": [(_("ホーム"), reverse("portal:home")), (_("人口と施策のつながり"), "")],
    }
    area = find_area(town.code, request.user)
    try:
        loop = _loop(area, town, request.user, whole=True)
    except NoVisionError as error:
        return render(request, "outcomes/loop/no_vision.html", {**context, "reason": str(error)})
    except DemographyError as error:
        context["reason"] = error.text(get_language() or "ja")
        return render(request, "outcomes/loop/cannot_compute.html", context)
    kpis = loop_facts_shown.fed_kpis(loop, request.user)
    context |= {
        "loop": loop,
        "vision_url": reverse("population:vision", kwargs={"code": town.code}),
        "steps": steps_of(loop, kpis),
        "figures": key_figures(loop) if loop.moves_projection else [],
        "drawn": loop_figure.draw(loop) if loop.moves_projection else None,
        "method": loop_figure.method_of(loop),
        "years": shown_years(loop.today),
        "package_rows": loop_facts_shown.package_rows(loop),
        "kpis": kpis,
        "mix": _mix(loop),
        "anyway": round(loop.settled_by.anyway * 100),
    }
    return render(request, "outcomes/loop/page.html", context)


@require_safe
def file(request: Any, code: str, kind: str) -> HttpResponse:
    """Table (csv) or picture (svg, png) of the figure."""
    town = town_of(request)
    area = find_area(town.code, request.user)
    try:
        loop = _loop(area, town, request.user)
    except (NoVisionError, DemographyError) as error:
        raise Http404(kind) from error
    if kind not in MIME_TYPES or not loop.moves_projection:
        raise Http404(kind)
    drawn = loop_figure.draw(loop)
    if kind == "csv":
        body: bytes | str = downloads.csv_bytes(
            [column.heading for column in drawn.table.columns], drawn.table.plain()
        )
    else:
        spec = downloads.whole_spec(drawn.panels, f"{town} {drawn.title}", [drawn.text, *drawn.sources])
        body = downloads.svg_text(spec) if kind == "svg" else downloads.png_bytes(spec)
    response = HttpResponse(body, content_type=MIME_TYPES[kind])
    name = f"sosei_{town.code}_{loop_figure.SLUG}_{get_language()}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def town_of(request: Any) -> Municipality:
    """The town of the address.

    Raises:
        Http404: it does not use this installation.
    """
    if not request.town:
        raise Http404(_("この市区町村は Sosei を使っていません。"))
    return request.town  # type: ignore[no-any-return]


def _mix(loop: Loop) -> list[tuple[str, int]]:
    """The kinds of household that are missing, each with its per cent."""
    mix = loop.wanted.mix if loop.wanted else {}
    return [
        (loop_facts_shown.household_title(name), round(mix[name] * 100))
        for name in HOUSEHOLD_TYPES
        if mix.get(name)
    ]


def _loop(area: Area | None, town: Municipality, user: Any, *, whole: bool = False) -> Loop:
    if area is None:
        raise NoVisionError(_("人口の統計が、まだ取り込まれていません。"))
    vision, inputs = vision_with_inputs(area)
    return loop_of(town, vision, user, inputs=inputs, whole=whole)
