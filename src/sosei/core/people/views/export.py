"""Pages on which a person reads, takes away and erases all that is kept about them."""

from __future__ import annotations

import json
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.contrib.auth import logout
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.design import civil_day
from sosei.core.design.pagination import paginate
from sosei.core.people import export_words, personal_data
from sosei.core.people.person_forms import EraseForm
from sosei.core.people.services.erasure import ErasureBlockedError, erase_person, foresee_erasure
from sosei.core.people.services.export import collect, export_data
from sosei.core.people.views.subject import own_crumbs, subject_page

SHOWN_ROWS = 50
KINDS_A_PAGE = 1
"""So that a page asks the database no more than any other, however many rooms keep something."""
DONE_KEY = "erasure_done"


@never_cache
@require_safe
def data(request: Any) -> HttpResponse:
    """Everything, readable, some kinds a page; long lists are cut short, the file has them whole."""
    kinds = list(personal_data.registered())[::-1]
    page = paginate(request, kinds, per_page=KINDS_A_PAGE)
    parts = [
        {
            "key": part.kind.key,
            "title": part.kind.title,
            "count": len(part.rows),
            "more": max(0, len(part.rows) - SHOWN_ROWS),
            **export_words.as_table(part.rows[-SHOWN_ROWS:][::-1]),
        }
        for part in collect(request.user, page.items)
    ]
    context = {
        "parts": parts,
        "page": page,
        "all_kinds": [(kind, place // KINDS_A_PAGE + 1) for place, kind in enumerate(kinds)],
        "subject": request.user,
        "crumbs": own_crumbs((_("あなたの情報"), "")),
    }
    return render(request, "people/me/data.html", context)


@never_cache
@require_POST
@subject_page
def data_file(request: Any) -> HttpResponse:
    """Everything, for another program to read."""
    file = export_data(person=request.user)
    text = json.dumps(file, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    day = civil_day.today().isoformat()
    response["Content-Disposition"] = f'attachment; filename="sosei-my-data-{day}.json"'
    return response


@never_cache
@require_http_methods(["GET", "POST"])
@subject_page
def erase(request: Any) -> HttpResponse:
    """Three steps: what it means; what would go and what stays; the act."""
    if not did_recently_reauthenticate(request):
        # Only ever to the page, never back into the act: what was posted is not done after a detour.
        return redirect(f"{_reauthenticate_url(request)}?{urlencode({'next': reverse('people:erase')})}")
    crumbs = own_crumbs((_("あなたの情報を消す"), ""))
    if request.method == "GET":
        context = {"subject": request.user, "crumbs": crumbs, "steps": _steps(0)}
        return render(request, "people/me/erase.html", context)
    confirming = "word" in request.POST
    form = EraseForm(request.POST if confirming else None, person=request.user)
    if confirming and form.is_valid():
        try:
            erasure = erase_person(person=request.user)
        except ErasureBlockedError:
            pass
        else:
            logout(request)
            request.session[DONE_KEY] = {"erased": erasure.erased, "kept": erasure.kept}
            return redirect("people:erased")
    prospect = foresee_erasure(request.user)
    context = {
        "form": form,
        "prospect": prospect,
        "kept": [_in_language(vars(one)) for one in prospect.kept],
        "steps": _steps(1),
        "crumbs": crumbs,
    }
    return render(request, "people/me/erase_confirm.html", context, status=409 if prospect.blocks else 200)


def _steps(current: int) -> list[dict[str, str]]:
    labels = (_("知る"), _("消えるものを確かめる"), _("あなたの情報を消す"))
    states = ["done"] * current + ["current"] + ["todo"] * (len(labels) - current - 1)
    return [{"label": label, "state": state} for label, state in zip(labels, states, strict=True)]


def _reauthenticate_url(request: Any) -> str:
    methods = get_adapter().get_reauthentication_methods(request.user)
    return str(methods[0]["url"]) if methods else reverse("account_login")


@never_cache
@require_safe
def erased(request: Any) -> HttpResponse:
    """What was done, told to somebody who is nobody now; nothing personal is in it."""
    done = request.session.get(DONE_KEY)
    if done is None:
        return redirect("portal:home")
    context = {
        "erased": [_in_language(one) for one in done["erased"]],
        "kept": [_in_language(one) for one in done["kept"]],
    }
    return render(request, "people/me/erased.html", context)


def _in_language(words: dict[str, Any]) -> dict[str, Any]:
    """Of the pairs `x`, `x_en` the one in the reader's language, under the name `x`."""
    if not (get_language() or "ja").startswith("en"):
        return words
    return {key: words.get(f"{key}_en", value) for key, value in words.items()}
