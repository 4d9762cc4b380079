"""The site's URL table with addresses that fail in every way a page can."""

from __future__ import annotations

from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path

from sosei.core.people import addresses
from sosei.gateway.project import urls

handler400, handler403, handler404, handler500 = (
    urls.handler400,
    urls.handler403,
    urls.handler404,
    urls.handler500,
)


def fail(request: HttpRequest, name: str) -> HttpResponse:
    """Raises what the name asks for."""
    import psycopg

    if name == "bad":
        raise BadRequest("unreadable")
    if name == "denied":
        raise PermissionDenied("この市の担当者だけが開けます。")
    if name == "away":
        raise OperationalError("gone") from psycopg.OperationalError(
            "server closed the connection unexpectedly"
        )
    if name == "deadlock":
        raise OperationalError("deadlock") from psycopg.errors.DeadlockDetected("deadlock detected")
    raise RuntimeError("on purpose")


def give(request: HttpRequest) -> HttpResponse:
    """A form's target: what an ordinary page refuses without a token."""
    return HttpResponse("taken")


addresses.register("", {"fails": addresses.EVERYBODY, "gives": addresses.EVERYBODY})
urlpatterns = [
    path("fails/<slug:name>", fail, name="fails"),
    path("gives", give, name="gives"),
    *urls.urlpatterns,
]
