"""The entries of a town for those who audit and plan, and of the installation for its operators."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.models import Municipality
from sosei.core.people.services.looks import record_looks
from sosei.core.people.views.subject import way_to
from sosei.core.records import services
from sosei.core.records.csv_file import entries_as_csv
from sosei.core.records.forms import EntrySearch
from sosei.core.records.models import Entry
from sosei.core.records.names import attach_people
from sosei.core.records.querysets.entries import EntryQuerySet
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import PERSONS
from sosei.core.records.words import LOOKED_AT_ENTRIES

FILE_ROWS = 50_000


def _entries(user: Any, town: Municipality | None) -> EntryQuerySet:
    found = Entry.objects.visible_to(user)
    return found.of_town(town) if town is not None else found.of_operators()


def _name_and_account_for(request: Any, town: Municipality | None, shown: list[Entry]) -> None:
    """Reads the names; staff then saw whose data these entries tell of."""
    attach_people(shown, *PERSONS)
    seen: dict[int, None] = {}
    for entry in shown:
        if entry.scope == Scope.PEOPLE:
            seen |= dict.fromkeys(key for key in (entry.person_id, entry.on_behalf_of_id) if key is not None)
    if seen:
        record_looks(staff=request.user, persons=seen, what=LOOKED_AT_ENTRIES, municipality=town)


def _page(request: Any, town: Municipality | None) -> HttpResponse:
    search = EntrySearch(request.GET)
    page = paginate(request, search.narrow(_entries(request.user, town)).newest_first())
    _name_and_account_for(request, town, list(page))
    return _shown(request, town, search, page=page)


def _shown(request: Any, town: Municipality | None, search: EntrySearch, **more: Any) -> HttpResponse:
    query = request.GET.copy()
    query.pop("page", None)
    file_url = (
        reverse("records:entries-file", kwargs={"code": town.code})
        if town is not None
        else reverse("records:operator-entries-file")
    )
    context = {
        "crumbs": way_to(town, (_("記録"), "")),
        "town": town,
        "search": search,
        "searched": any(request.GET.get(name) for name in search.fields),
        "file_url": f"{file_url}?{query.urlencode()}" if query else file_url,
        "file_rows": FILE_ROWS,
        **more,
    }
    status = 200 if search.is_valid() and not more.get("too_many") else 400
    return render(request, "records/entries.html", context, status=status)


def _file(request: Any, town: Municipality | None) -> HttpResponse:
    search = EntrySearch(request.GET)
    found = search.narrow(_entries(request.user, town))
    count = found.count()
    if not search.is_valid() or count > FILE_ROWS:
        page = paginate(request, found.newest_first())
        _name_and_account_for(request, town, list(page))
        return _shown(request, town, search, page=page, too_many=count if count > FILE_ROWS else 0)
    rows = list(found.newest_first())
    _name_and_account_for(request, town, rows)
    services.write_entry(
        actor=request.user, verb="records.entries_exported", municipality=town, data={"rows": len(rows)}
    )
    name = f"entries-{town.code if town is not None else 'operator'}-{timezone.now():%Y%m%d}.csv"
    return HttpResponse(
        entries_as_csv(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@never_cache
@require_safe
def entries(request: Any, code: str) -> HttpResponse:
    """Those of the town of the address."""
    return _page(request, request.town)


@never_cache
@require_safe
def entries_file(request: Any, code: str) -> HttpResponse:
    """The same as CSV."""
    return _file(request, request.town)


@never_cache
@require_safe
def operator_entries(request: Any) -> HttpResponse:
    """Those of no town, and of how towns are administered."""
    return _page(request, None)


@never_cache
@require_safe
def operator_entries_file(request: Any) -> HttpResponse:
    """The same as CSV."""
    return _file(request, None)
