"""Turns away what no person types and no table can hold: the character NUL, in an address or in a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict

NUL = "\x00"


class UnreadableMiddleware:
    """Answers 400 before a view runs; PostgreSQL would refuse the character within it, with a 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if NUL in request.path_info or _holds_nul(request.GET):
            raise BadRequest("NUL in the address")
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: dict[str, Any]
    ) -> None:
        """What a form sent; it was read to look for its proof of origin already."""
        if request.method == "POST" and _holds_nul(request.POST):
            raise BadRequest("NUL in a form")


def _holds_nul(given: QueryDict) -> bool:
    return any(NUL in text for _, texts in given.lists() for text in texts)
