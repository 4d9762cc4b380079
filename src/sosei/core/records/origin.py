"""Where an entry came from: the number of the request under way, told by the floor that knows requests."""

from __future__ import annotations

from collections.abc import Callable

_request_id: Callable[[], str] = str


def install(request_id: Callable[[], str]) -> None:
    """Called once by the gateway when Django starts, with a function that gives the request's number or nothing."""
    global _request_id
    _request_id = request_id


def request_id() -> str:
    """The number of the request under way; empty in a command or a task."""
    return _request_id()[:64]
