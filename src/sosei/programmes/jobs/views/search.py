"""The public list of work, of one town or of all: as cards, on a map, in a calendar."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sosei.core.design.maps import MapPoint, draw_map
from sosei.core.design.pagination import paginate
from sosei.core.people.models import Municipality
from sosei.engines.matching.retrieval import Weights
from sosei.programmes.jobs.forms_search import KeepForm, SearchForm, search_form
from sosei.programmes.jobs.matching_pairs import Match
from sosei.programmes.jobs.models import Posting
from sosei.programmes.jobs.search_calendar import calendar_of
from sosei.programmes.jobs.search_days import today
from sosei.programmes.jobs.search_filters import SORTS, narrowed, open_postings, ordered
from sosei.programmes.jobs.search_matches import Ready, postings_for, readiness, weights_of
from sosei.programmes.jobs.search_results import Results, results_of

VIEWS = ("list", "map", "calendar")
ON_MAP = 100
PER_PAGE = 12


@require_safe
def search(request: Any, code: str) -> HttpResponse:
    """The work of a town."""
    if not request.town:
        raise Http404
    return _page(request, request.town)


@require_safe
def search_all(request: Any) -> HttpResponse:
    """The work of all towns."""
    return _page(request, None)


@dataclass(frozen=True)
class Asker:
    """For whom the list is: what fits, where that can be said.

    Attributes:
        ready: None for visitors.
    """

    ready: Ready | None
    matches: dict[int, Match]
    weights: Weights

    @property
    def is_known(self) -> bool:
        """Whether fits can be said."""
        return self.ready is not None and self.ready.is_enough

    @property
    def has_place(self) -> bool:
        """Whether distances mean something."""
        return self.ready is not None and self.ready.place


def asker_of(request: Any, town: Municipality | None) -> Asker:
    """What is known of the person for whom the request is."""
    if not request.user.is_authenticated:
        return Asker(None, {}, Weights())
    ready = readiness(request.subject)
    if not ready.is_enough:
        return Asker(ready, {}, Weights())
    return Asker(ready, postings_for(request.subject, town), weights_of(town))


def _page(request: Any, town: Municipality | None) -> HttpResponse:
    form = search_form(request.GET)
    asker = asker_of(request, town)
    sort = _chosen(request.GET.get("sort"), SORTS, "fit" if asker.is_known else "date")
    view = _chosen(request.GET.get("view"), VIEWS, "list")
    if sort == "fit" and not asker.is_known:
        sort = "date"
    rows = ordered(narrowed(open_postings(request.user, town), form.filters), sort)
    only = asker.is_known and request.GET.get("fits") == "1"
    keys = _in_order(list(rows.values_list("pk", flat=True)), asker, sort, only=only)
    context: dict[str, Any] = {
        "town": town,
        "form": form,
        "filters": form.filters,
        "asker": asker,
        "sort": sort,
        "view": view,
        "only": only,
        "total": len(keys),
        "more_open": any(
            form.filters.as_json().get(name) for name in ("kind", "wage", "half", "lodging", "desk")
        ),
        "sorts": _sorts(request, sort, asker),
        "views": _views(request, view),
        "weeks": _weeks(request, form),
        "fits_url": _with(request, fits=None if only else "1", page=None),
        "keep_form": _keep_form(request),
        "query": request.GET.urlencode(),
        "crumbs": _crumbs(town),
    }
    if not keys:
        context["remedies"] = _remedies(request, form)
    elif view == "map":
        context["map"] = _map(
            keys, results_of(keys[:ON_MAP], asker.matches, asker.weights, has_place=asker.has_place), town
        )
        context["on_map"] = ON_MAP
    elif view == "calendar":
        context["calendar"] = calendar_of(keys, request.GET, form.filters.first or today())
    if keys and view == "list":
        page = paginate(request, keys, per_page=PER_PAGE)
        context["page"] = page
        context["results"] = results_of(list(page), asker.matches, asker.weights, has_place=asker.has_place)
    return render(request, "jobs/search/search.html", context)


def _chosen(given: str | None, allowed: tuple[str, ...], default: str) -> str:
    return given if given in allowed else default


def _in_order(keys: list[int], asker: Asker, sort: str, *, only: bool) -> list[int]:
    """Those that fit first, best first; the others keep their order."""
    if only:
        keys = [key for key in keys if key in asker.matches]
    if sort != "fit":
        return keys
    asked = set(keys)
    fitting = [key for key in asker.matches if key in asked]
    return fitting + [key for key in keys if key not in asker.matches]


def _with(request: Any, **changes: str | None) -> str:
    """The same address with some parameters changed or left out."""
    query: QueryDict = request.GET.copy()
    for name, value in changes.items():
        query.pop(name.rstrip("_"), None)
        if value is not None:
            query[name.rstrip("_")] = value
    return f"?{query.urlencode()}"


@dataclass(frozen=True)
class Choice:
    """A link of a group, of which one is current."""

    label: str
    url: str
    current: bool = False


def _sorts(request: Any, sort: str, asker: Asker) -> list[Choice]:
    names = {"fit": _("合う順"), "date": _("日が近い順"), "wage": _("時給が高い順"), "new": _("新しい順")}
    return [
        Choice(label, _with(request, sort=name, page=None), name == sort)
        for name, label in names.items()
        if name != "fit" or asker.is_known
    ]


def _views(request: Any, view: str) -> list[Choice]:
    names = {"list": _("一覧"), "map": _("地図"), "calendar": _("カレンダー")}
    return [
        Choice(label, _with(request, view=name, page=None, month=None), name == view)
        for name, label in names.items()
    ]


def _weeks(request: Any, form: SearchForm) -> list[Choice]:
    """Spans of days that many ask for."""
    now = today()
    sunday = now + datetime.timedelta(days=6 - now.weekday())
    spans = {
        _("今週"): (now, sunday),
        _("来週"): (sunday + datetime.timedelta(days=1), sunday + datetime.timedelta(days=7)),
        _("2週間"): (now, now + datetime.timedelta(days=13)),
        _("1か月"): (now, now + datetime.timedelta(days=30)),
    }
    held = (form.filters.first, form.filters.last)
    return [
        Choice(
            label,
            _with(
                request,
                from_=None if held == span else span[0].isoformat(),
                to=None if held == span else span[1].isoformat(),
                page=None,
            ),
            held == span,
        )
        for label, span in spans.items()
    ]


def _keep_form(request: Any) -> KeepForm | None:
    return KeepForm(person=request.subject) if request.user.is_authenticated else None


def _remedies(request: Any, form: SearchForm) -> list[Choice]:
    """What was asked for, each with the search without it."""
    held = form.filters
    days = [date_format(day, "n/j") if day else "" for day in (held.first, held.last)]
    told = {
        "q": (held.words, _("ことば「%(words)s」") % {"words": " ".join(held.words)}),
        "kind": (held.kinds, _("仕事の種類")),
        "from": (
            held.first or held.last,
            _("日（%(first)s～%(last)s）") % {"first": days[0], "last": days[1]},
        ),
        "wage": (held.wage, _("時給%(yen)s円以上") % {"yen": f"{held.wage:,}"}),
        "half": (held.half, _("半日だけ")),
        "lodging": (held.lodging, _("泊まる場所がある")),
        "desk": (held.desk, _("机仕事ができる")),
        "fits": (request.GET.get("fits"), _("わたしが行けるものだけ")),
    }
    found = []
    for name, (value, label) in told.items():
        if value:
            gone: dict[str, str | None] = {"from_": None, "to": None} if name == "from" else {name: None}
            found.append(Choice(label, _with(request, page=None, **gone)))
    return found


def _map(keys: list[int], results: Results, town: Municipality | None) -> Any:
    points = []
    for result in results:
        place = result.posting.workplace
        yen = _("時給%(yen)s円") % {"yen": f"{result.posting.hourly_wage:,}"}
        points.append(
            MapPoint(
                float(place.latitude),
                float(place.longitude),
                label=str(result.posting),
                url=posting_url(result.posting),
                detail=f"{result.days_text} {yen}",
            )
        )
    return draw_map(points)


def posting_url(posting: Posting) -> str:
    """The posting's page."""
    return reverse("jobs:posting", kwargs={"code": posting.municipality.code, "posting_id": posting.pk})


def _crumbs(town: Municipality | None) -> list[tuple[str, str]]:
    home = (_("ホーム"), reverse("portal:home"))
    return [home, (_("%(town)sの仕事") % {"town": town} if town else _("全国の仕事"), "")]
