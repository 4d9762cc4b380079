"""In a demonstration: signs a visitor in as one of its invented people, with one click."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from sosei.core.people import demonstration, tenancy
from sosei.core.people.models import Person


@require_http_methods(["GET", "POST"])
def sign_in(request: Any) -> HttpResponse:
    """The list, and the click; there is no such page where this is no demonstration."""
    if not settings.DEMONSTRATION:
        raise Http404(_("この画面は、実演のときだけあります。"))
    # Nobody is signed in yet, and nobody may be looked up by nobody.
    with tenancy.unguarded():
        if request.method == "POST":
            person = _invented(request.POST.get("person", ""))
            login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
            with override(person.language):
                return redirect("people:me")
        return render(request, "people/demonstration/sign_in.html", {"crumbs": []})


def _invented(text: str) -> Person:
    try:
        person: Person | None = Person.objects.filter(uid=uuid.UUID(text), is_active=True).first()
    except ValueError:
        person = None
    if person is None or not demonstration.is_invented(person):
        raise Http404(_("この人は、実演の人ではありません。"))
    return person
