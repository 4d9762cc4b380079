"""The public list of spaces of a town: what fits, when it is free and what it costs, as cards or on a map."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sosei.core.design.map_fields import is_picking
from sosei.core.design.maps import MapPoint, draw_map
from sosei.core.design.pagination import paginate
from sosei.core.people.models import Municipality
from sosei.programmes.spaces import kinds
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.forms_search import SearchForm, search_form
from sosei.programmes.spaces.models import Space
from sosei.programmes.spaces.rules_periods import ONE_DAY, day_of
from sosei.programmes.spaces.search_results import results_of, time_text
from sosei.programmes.spaces.search_sql import Query, counts_without, found, query_of
from sosei.programmes.spaces.services.search import record_miss

VIEWS = ("list", "map")
SORTS = ("fit", "price", "distance")
MOST = 60
"""Spaces that one search shows; who sees as many can say more."""
PER_PAGE = 12
MOST_COUNTED = 50
BOXES = {
    "words": ("q",),
    "time": ("from", "to", "day", "start", "end", "part", "length"),
    "kind": ("kind",),
    "use": ("use",),
    "seats": ("seats",),
    "equipment": ("have",),
    "yen": ("yen",),
    "step_free": ("flat",),
    "distance": ("km",),
}
"""The boxes of each wish."""


@dataclass(frozen=True)
class Choice:
    """A link of a group, of which one is current."""

    label: str
    url: str
    current: bool = False


@require_safe
def search(request: Any, code: str) -> HttpResponse:
    """What a town has to let."""
    town = request.town
    if not town:
        raise Http404
    now = timezone.now()
    form = search_form(request.GET, town, day_of(now, zone_of(town)))
    if is_picking(request.GET, "near") and "near_map.x" in request.GET:
        return HttpResponseRedirect(_picked(request, form))
    query = query_of(town, form.wishes, now)
    sort = _sort(request, query)
    view = _chosen(request.GET.get("view"), VIEWS, "list")
    keys = found(query, sort, MOST + 1)
    context: dict[str, Any] = {
        "town": town,
        "form": form,
        "wishes": form.wishes,
        "asked": bool(request.GET),
        "open": form.folds,
        "sort": sort,
        "view": view,
        "total": min(len(keys), MOST),
        "is_more": len(keys) > MOST,
        "time_text": time_text(query),
        "sorts": _sorts(request, sort, query),
        "views": [
            Choice(label, _with(request, view=name, page=None), name == view)
            for name, label in (("list", _("一覧")), ("map", _("地図")))
        ],
        "spans": _spans(request, form, query),
        "crumbs": [(_("ホーム"), reverse("portal:home")), (_("%(town)sの場所") % {"town": town}, "")],
    }
    if not keys:
        context |= _nothing(request, query, form)
    elif view == "map":
        context["map"] = _map(query, keys[:MOST])
    else:
        page = paginate(request, keys[:MOST], per_page=PER_PAGE)
        context |= {"page": page, "results": results_of(query, list(page))}
    return render(request, "spaces/search/search.html", context)


def _chosen(given: str | None, allowed: tuple[str, ...], default: str) -> str:
    return given if given in allowed else default


def _sort(request: Any, query: Query) -> str:
    """The order that was chosen; by distance where a place is named and nothing was chosen."""
    near = query.wishes.near is not None
    sort = _chosen(request.GET.get("sort"), SORTS, "distance" if near else "fit")
    return "fit" if sort == "distance" and not near else sort


def _with(request: Any, **changes: str | list[str] | None) -> str:
    """The same address with some parameters changed or left out; `from_` stands for `from`."""
    query: QueryDict = request.GET.copy()
    for name in [key for key in query if key.startswith("near_")]:
        query.pop(name)
    for name, value in changes.items():
        query.pop(name.rstrip("_"), None)
        if value is not None:
            query.setlist(name.rstrip("_"), value if isinstance(value, list) else [value])
    for name in [key for key, values in query.lists() if values == [""]]:
        query.pop(name)
    return f"?{query.urlencode()}"


def _picked(request: Any, form: SearchForm) -> str:
    """The address after a click on the map: the place that was clicked, and nothing of where the picture was."""
    return _with(request, near=str(form["near"].value() or ""), page=None)


def _sorts(request: Any, sort: str, query: Query) -> list[Choice]:
    names = {"fit": _("合う順"), "price": _("料金が安い順"), "distance": _("近い順")}
    return [
        Choice(label, _with(request, sort=name, page=None), name == sort)
        for name, label in names.items()
        if name != "distance" or query.wishes.near is not None
    ]


def _spans(request: Any, form: SearchForm, query: Query) -> list[Choice]:
    """Days that many ask for."""
    today = form.today
    saturday = today + (5 - today.weekday()) % 7 * ONE_DAY
    spans: dict[str, tuple[datetime.date, datetime.date]] = {
        _("今日"): (today, today),
        _("あした"): (today + ONE_DAY, today + ONE_DAY),
        _("次の土日"): (saturday, saturday + ONE_DAY),
        _("7日のあいだ"): (today, today + 6 * ONE_DAY),
    }
    held = (query.wishes.first, query.wishes.last or query.wishes.first)
    return [
        Choice(
            label,
            _with(
                request,
                from_=None if held == span else span[0].isoformat(),
                to=None if held == span else span[1].isoformat(),
                day=None,
                page=None,
            ),
            held == span,
        )
        for label, span in spans.items()
    ]


def _nothing(request: Any, query: Query, form: SearchForm) -> dict[str, Any]:
    """Which single wish to give up and how many are then left; that nothing was found is counted."""
    counts = counts_without(query, MOST_COUNTED)
    helping = sorted((name for name in counts if counts[name]), key=lambda name: -counts[name])
    if counts and not form.errors and not request.GET.get("page"):
        why = helping[0] if helping else "nothing"
        record_miss(municipality=query.municipality, wishes=query.wishes, why=why, now=query.now)
    remedies = [
        {
            "label": wish_words(name, query),
            "count": _("%(count)sか所以上") % {"count": MOST_COUNTED}
            if counts[name] == MOST_COUNTED
            else _("%(count)sか所") % {"count": counts[name]},
            "url": _with(request, page=None, **{_safe(box): None for box in BOXES[name]}),
        }
        for name in helping
    ]
    return {
        "remedies": remedies,
        "has_wishes": bool(counts),
        "wish_url": _wish_url(request, query.municipality),
    }


def _safe(box: str) -> str:
    return "from_" if box == "from" else box


def _wish_url(request: Any, town: Municipality) -> str:
    """The page on which somebody says what he looks for; it reads the same boxes."""
    try:
        address = reverse("spaces:wish-new", kwargs={"code": town.code})
    except NoReverseMatch:
        return ""
    return address + _with(request, page=None, view=None, sort=None)


def wish_words(name: str, query: Query) -> str:
    """A wish in words."""
    wishes = query.wishes
    if name == "words":
        return _("ことば「%(words)s」") % {"words": " ".join(wishes.words)}
    if name == "time":
        return time_text(query)
    if name == "kind":
        return str(Space.Kind(wishes.kind).label)
    if name == "use":
        return kinds.names([wishes.use], kinds.USES_BY_SLUG)[0]
    if name == "seats":
        return _("%(seats)s人から") % {"seats": wishes.seats}
    if name == "equipment":
        return _("、").join(kinds.names(wishes.equipment, kinds.EQUIPMENT_BY_SLUG))
    if name == "yen":
        return _("%(yen)s円まで") % {"yen": f"{wishes.yen:,}"}
    if name == "step_free":
        return _("段差がない")
    return _("%(place)sから%(km)s kmまで") % {"place": wishes.near_name, "km": f"{wishes.km:g}"}


def _map(query: Query, keys: list[int]) -> Any:
    rows = {row.pk: row for row in Space.objects.filter(pk__in=keys).select_related("municipality")}
    points = [
        MapPoint(
            float(row.latitude),
            float(row.longitude),
            label=str(row),
            url=reverse("spaces:space", kwargs={"code": row.municipality.code, "space_id": row.pk}),
            detail=_("%(kind)s・%(seats)s人まで") % {"kind": row.get_kind_display(), "seats": row.seats},
        )
        for key in keys
        if (row := rows.get(key)) is not None
    ]
    near = query.wishes.near
    if near is not None:
        points.append(MapPoint(*near, label=query.wishes.near_name, kind="here"))
    return draw_map(points, centre=near)
