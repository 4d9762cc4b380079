"""The project's addresses, and beside the list of people one that passes the same way in and answers nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from sosei.core.people import addresses
from sosei.gateway.project.urls import *  # noqa: F403
from sosei.gateway.project.urls import urlpatterns as project_patterns


def bare(request: HttpRequest, code: str) -> HttpResponse:
    """What Django answers when a view does nothing: session, person, roles and guard are behind it."""
    return HttpResponse("bare")


urlpatterns = [path("<str:code>/office/people/bare", bare, name="bare"), *project_patterns]
addresses.register("", {"bare": addresses.audience_of("people:people")})
