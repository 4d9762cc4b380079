"""One page of a bill under several addresses: for the payer, a guest with a link, the host and the town's staff."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.views.decorators.cache import never_cache

from sosei.core.payments.views.papers_common import guest_door, host_door, my_door, office_door
from sosei.core.records.own_pages import own_page

Opened = Callable[..., HttpResponse]


def _through(opened: Callable[..., HttpResponse]) -> dict[str, Opened]:
    """The same page for everybody who may see the bill, each by an own address."""

    def my(request: Any, pk: int, **more: Any) -> HttpResponse:
        return opened(request, my_door(request, pk), **more)

    def guest(request: Any, token: str, **more: Any) -> HttpResponse:
        return opened(request, guest_door(request, token), **more)

    def host(request: Any, code: str, organisation_id: int, pk: int, **more: Any) -> HttpResponse:
        return opened(request, host_door(request, organisation_id, pk), **more)

    def office(request: Any, code: str, pk: int, **more: Any) -> HttpResponse:
        return opened(request, office_door(request, pk), **more)

    return {"my": own_page(my), "guest": guest, "host": host, "office": office}


def by_every_door(
    opened: Callable[..., HttpResponse], decorator: Callable[[Opened], Opened]
) -> dict[str, Opened]:
    """The views of a page of a bill, one for each way to it: my, guest, host, office."""
    return {kind: never_cache(decorator(view)) for kind, view in _through(opened).items()}
