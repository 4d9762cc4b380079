"""Leads whoever signed in to a new version of a text that Sosei cannot be used without, once a day and session."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from sosei.core.design import civil_day
from sosei.core.people.addresses import audience_of
from sosei.core.people.services.consents import due

SESSION_KEY = "consents_asked_on"
ALWAYS_OPEN = frozenset(
    {
        "people:consents-due",
        "people:consents",
        "people:consent",
        "people:consent-decide",
        "people:looks",
        "people:data",
        "people:data-file",
        "people:erase",
        "people:stop-acting",
        "people:account",
        "people:sign-out-elsewhere",
    }
)
"""Who does not agree may still read the texts, take their data away, have them erased and sign out."""


def lead(request: Any, view_name: str) -> HttpResponse | None:
    """The way to the texts to be read, for a page that needs an account; None where nothing is due."""
    if request.method != "GET" or getattr(request, "htmx", False) or view_name in ALWAYS_OPEN:
        return None
    if ":" not in view_name or not audience_of(view_name).signed_in:
        return None
    today = civil_day.today().isoformat()
    if request.session.get(SESSION_KEY) == today:
        return None
    if not due(request.user):
        request.session[SESSION_KEY] = today
        return None
    return redirect(f"{reverse('people:consents-due')}?{urlencode({'next': request.get_full_path()})}")


def ask_again(request: Any) -> None:
    """After a withdrawal the next page asks at once."""
    request.session.pop(SESSION_KEY, None)
