"""The searches somebody keeps: the list, keeping one, stopping its notice, forgetting it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sosei.core.people.errors import RefusedError
from sosei.core.people.models import Municipality
from sosei.core.people.views.subject import acting, subject_page
from sosei.programmes.jobs.forms_search import KeepForm, search_form
from sosei.programmes.jobs.kinds import WORK_KIND, names_of
from sosei.programmes.jobs.models import SavedSearch
from sosei.programmes.jobs.search_filters import Filters, filters_from
from sosei.programmes.jobs.search_results import day_text
from sosei.programmes.jobs.services import search as services
from sosei.programmes.jobs.views.workers.common import work_crumbs


def filters_text(filters: Filters) -> str:
    """What is looked for, in a line."""
    parts = []
    if filters.words:
        parts.append(_("「%(words)s」") % {"words": " ".join(filters.words)})
    parts += names_of(filters.kinds, WORK_KIND)
    if filters.first:
        parts.append(_("%(day)sから") % {"day": day_text(filters.first)})
    if filters.last:
        parts.append(_("%(day)sまで") % {"day": day_text(filters.last)})
    if filters.wage:
        parts.append(_("時給%(yen)s円以上") % {"yen": f"{filters.wage:,}"})
    half = {"morning": _("午前だけ"), "afternoon": _("午後だけ")}.get(filters.half)
    parts += [half] if half else []
    parts += [_("泊まる場所がある")] if filters.lodging else []
    parts += [_("机仕事ができる")] if filters.desk else []
    return _("・").join(parts) or _("すべての仕事")


def search_url(search: SavedSearch) -> str:
    """The list with a kept search."""
    query = urlencode(filters_from(search.query).as_json(), doseq=True)
    town = search.municipality
    base = reverse("jobs:search", kwargs={"code": town.code}) if town else reverse("jobs:search-all")
    return f"{base}?{query}" if query else base


@never_cache
@require_safe
@subject_page
def mine(request: Any) -> HttpResponse:
    """All of them."""
    rows = SavedSearch.objects.visible_to(request.user).filter(person=request.subject)
    lines = [
        {"search": one, "text": filters_text(filters_from(one.query)), "url": search_url(one)}
        for one in rows.select_related("municipality")
    ]
    context = {
        "lines": lines,
        "subject": request.subject,
        "crumbs": work_crumbs((_("保存した条件"), "")),
    }
    return render(request, "jobs/search/kept.html", context)


@require_POST
@subject_page
def keep(request: Any) -> HttpResponse:
    """Keeps the search of an address, in its town or over all."""
    form = KeepForm(request.POST, person=request.subject)
    query = request.POST.get("query", "")
    code = request.POST.get("town", "")
    towns = Municipality.objects.filter(closed_at__isnull=True)
    town = get_object_or_404(towns, code=code) if code else None
    back = reverse("jobs:search", kwargs={"code": code}) if town else reverse("jobs:search-all")
    if not form.is_valid():
        messages.error(request, _("あとで分かる名前をつけてください（例：8月の桃）。"))
        return redirect(f"{back}?{query}")
    try:
        services.save_search(
            by=acting(request),
            name=form.cleaned_data["name"],
            filters=search_form(QueryDict(query)).filters,
            municipality=town,
        )
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect(f"{back}?{query}")
    messages.success(request, _("条件を保存しました。合う求人が出ると、1日に1回まで知らせます。"))
    return redirect("jobs:my-searches")


def _own(request: Any, search_id: int) -> SavedSearch:
    rows = SavedSearch.objects.visible_to(request.user).filter(person=request.subject)
    found: SavedSearch = get_object_or_404(rows, pk=search_id)
    return found


@require_POST
@subject_page
def remove(request: Any, search_id: int) -> HttpResponse:
    """Forgets one."""
    services.remove_search(by=acting(request), search=_own(request, search_id))
    messages.success(request, _("条件を消しました。"))
    return redirect("jobs:my-searches")


@require_POST
@subject_page
def notice(request: Any, search_id: int) -> HttpResponse:
    """Begins or stops its notice."""
    is_told = request.POST.get("told") == "1"
    services.set_notice(by=acting(request), search=_own(request, search_id), is_told=is_told)
    messages.success(
        request, _("新しい求人を知らせます。") if is_told else _("新しい求人の知らせを止めました。")
    )
    return redirect("jobs:my-searches")
