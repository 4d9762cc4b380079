"""The list of a town's people, which staff open all day: as few statements as can be, each shown row a look."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sosei.core.design.templatetags.design import as_written
from sosei.core.people import look_words, roles
from sosei.core.people.models import Person, Role
from sosei.core.people.phones import shown_phone
from sosei.core.people.querysets.desk import COLUMNS, KANA_ROWS, NO_KANA, ORDER, Wanted, after, before, listed
from sosei.core.people.services.looks import record_looks
from sosei.core.people.views.subject import office_crumbs, purpose_of_looking

PER_PAGE = 25


@require_safe
def people(request: Any, code: str) -> HttpResponse:
    """The page."""
    wanted = Wanted(
        words=request.GET.get("q", "").strip()[:80],
        role=request.GET["role"] if request.GET.get("role") in roles.CIVIL else "",
        kana=request.GET["kana"] if request.GET.get("kana") in (*KANA_ROWS, NO_KANA) else "",
    )
    purpose = purpose_of_looking(request)
    cut = _cut(request, listed(request.user.standing, request.town.pk, wanted))
    record_looks(
        staff=request.user,
        persons=[row[0] for row in cut.rows],
        what=look_words.LIST,
        municipality=request.town,
        purpose=purpose,
    )
    labels = {"kana": _("読みかた"), "phone": _("電話"), "email": _("メール")}
    query = {"q": wanted.words, "role": wanted.role, "kana": wanted.kana}
    context = {
        "labels": labels,
        "rows": _as_html(cut.rows, labels),
        "wanted": wanted,
        "purpose": purpose,
        "roles": [(role, Role(role).label) for role in sorted(roles.CIVIL)],
        "kana_links": [(row, _address(request, {**query, "kana": row})) for row in (*KANA_ROWS, NO_KANA)],
        "all_kana": _address(request, {**query, "kana": ""}),
        "previous_url": _address(request, {**query, "before": cut.rows[0][1]}) if cut.has_previous else "",
        "next_url": _address(request, {**query, "after": cut.rows[-1][1]}) if cut.has_next else "",
        "first_url": _address(request, query),
        "may_register": request.user.standing.holds(roles.PROGRAMME_STAFF, request.town.pk),
        "crumbs": office_crumbs(request, (_("人の一覧"), "")),
    }
    return render(request, "people/desk/people.html", context)


@dataclass(frozen=True)
class Cut:
    """The part of the list that one page shows."""

    rows: list[Any]
    has_previous: bool
    has_next: bool


def _cut(request: Any, found: QuerySet[Any]) -> Cut:
    """The rows behind or before the person that the address names; the first ones where it names nobody.

    By neighbours, not by number: nobody needs ten thousand rows counted to see the next 25, and a row that is added
    meanwhile moves none from one page to another. One row more than is shown tells whether the list goes on.
    """
    backwards = "before" in request.GET
    key = _key_of(request.GET.get("before") or request.GET.get("after"))
    columns = found.values_list(*COLUMNS)
    if key is None:
        rows = list(columns[: PER_PAGE + 1])
        return Cut(rows[:PER_PAGE], False, len(rows) > PER_PAGE)
    if backwards:
        rows = list(columns.filter(before(key)).reverse()[: PER_PAGE + 1])
        return Cut(rows[:PER_PAGE][::-1], len(rows) > PER_PAGE, bool(rows))
    rows = list(columns.filter(after(key))[: PER_PAGE + 1])
    return Cut(rows[:PER_PAGE], bool(rows), len(rows) > PER_PAGE)


def _key_of(uid: str | None) -> tuple[str, str, int] | None:
    try:
        named = uuid.UUID(uid or "")
    except ValueError:
        return None
    return Person.objects.filter(uid=named).values_list(*ORDER).first()


ROW = (
    '<tr><th scope="row"><a href="people/{{}}">{{}}</a></th><td data-label="{kana}">{{}}</td>'
    '<td data-label="{phone}">{{}}</td><td data-label="{email}">{{}}</td></tr>'
)


def _as_html(rows: list[Any], labels: dict[str, str]) -> SafeString:
    """The rows of the table: a template's loop takes longer over them than over all the rest of the page."""
    pattern = ROW.format(**{name: escape(label) for name, label in labels.items()})
    return format_html_join("\n", pattern, (_cells(*row) for row in rows))


def _cells(
    _key: int,
    uid: Any,
    family_name: str,
    given_name: str,
    family_kana: str,
    given_kana: str,
    phone: str | None,
    email: str | None,
) -> tuple[str, ...]:
    name = f"{family_name} {given_name}".strip() or _("（名前なし）")
    return str(uid), name, as_written(f"{family_kana} {given_kana}".strip()), _shown_phone(phone), email or ""


@lru_cache(maxsize=4096)
def _shown_phone(phone: str | None) -> str:
    return shown_phone(phone) if phone else ""


def _address(request: Any, query: dict[str, Any]) -> str:
    written = urlencode({key: value for key, value in query.items() if value})
    return f"{request.path}?{written}" if written else str(request.path)
