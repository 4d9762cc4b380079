"""Who is asking and for whom, on every request: `request.subject`, `request.town`, and the guard of the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pghistory
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from sosei.core.people import addresses, consents_gate, proxy, tenancy
from sosei.core.people.models import Municipality

Next = Callable[[HttpRequest], HttpResponse]
DOOR = "account/"
"""Where somebody becomes known: these pages of the sign-in library look up accounts nobody may see yet."""


def _of_the_door(route: str) -> bool:
    return route.removeprefix("en/").startswith(DOOR)


class PeopleMiddleware:
    """Names the person acting and the person acted for, and guards the database for the time of the view."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Lets the request through and takes the guard away behind it."""
        try:
            return self.get_response(request)
        finally:
            tenancy.release()

    def process_view(
        self, request: Any, view: Callable[..., Any], args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """After the address is understood, before its view runs."""
        user = request.user
        key = user.pk if user.is_authenticated else None
        code = kwargs.get("code")
        request.town = SimpleLazyObject(
            lambda: Municipality.objects.filter(code=code).first() if code else None
        )
        request.proxy_session = proxy.session_under_way(request) if key is not None else None
        request.subject = request.proxy_session.person if request.proxy_session else user
        if not _of_the_door(request.resolver_match.route):
            tenancy.guard(person=key, town=code)
        name = request.resolver_match.view_name
        return (
            addresses.refuse(request, name)
            or proxy.refuse(request, name)
            or consents_gate.lead(request, name)
        )


class HistoryMiddleware:
    """Every version that a request writes names the person, the person acted for and the request."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Reading requests write nothing that is kept."""
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            return self.get_response(request)
        with pghistory.context():
            return self.get_response(request)

    def process_view(
        self, request: Any, view: Callable[..., Any], args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """The person is known by now."""
        if request.method not in {"GET", "HEAD", "OPTIONS"} and request.user.is_authenticated:
            session = request.proxy_session
            pghistory.context(
                person=request.user.pk,
                on_behalf_of=session.person_id if session else None,
                request=getattr(request, "id", None),
            )
        return None
