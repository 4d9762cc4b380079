"""Readings above difficult words, on or off in this browser, for the pages of this room."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from sosei.core.design.templatetags.furigana import COOKIE, ON

YEAR_SECONDS = 365 * 24 * 3600


@require_POST
def switch(request: Any) -> HttpResponse:
    """Switches, and goes back."""
    way_back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(way_back, allowed_hosts=None):
        way_back = reverse("portal:home")
    response = HttpResponseRedirect(way_back)
    if request.POST.get("furigana") != ON:
        response.delete_cookie(COOKIE, samesite="Lax")
        return response
    response.set_cookie(
        COOKIE,
        ON,
        max_age=YEAR_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
