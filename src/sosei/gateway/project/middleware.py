"""What surrounds every request: its id, the visitor's real address, one log line, its figures for monitoring."""

from __future__ import annotations

import ipaddress
import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from sosei.gateway.project import metrics
from sosei.gateway.project.context import accepted_request_id, request_id
from sosei.gateway.project.logs import NO_ROUTE, route_of

logger = logging.getLogger("sosei.access")
QUIET = {"/healthz", "/readyz", "/metrics"}
HEADER = "X-Request-ID"


class RequestMiddleware:
    """The outermost: whatever goes wrong further in has its id and its log line."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        identity = accepted_request_id(request.headers.get(HEADER, ""))
        request.id = identity  # type: ignore[attr-defined]
        _take_visitors_address(request, settings.PROXIES)
        entered, started = request_id.set(identity), time.perf_counter()
        try:
            response = self._get_response(request)
            response.headers[HEADER] = identity
            _tell(request, response, time.perf_counter() - started)
            return response
        finally:
            request_id.reset(entered)


def _tell(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    route = route_of(request)
    static = route == NO_ROUTE and request.path_info.startswith(settings.STATIC_URL)
    route = settings.STATIC_URL if static else route
    method = request.method if request.method in METHODS else "OTHER"
    metrics.count_request(method or "OTHER", route, response.status_code, seconds)
    fields = {
        "method": method,
        "route": route,
        "status": response.status_code,
        "milliseconds": round(seconds * 1000, 1),
    }
    if settings.LOG_ADDRESSES:
        fields["address"] = request.META.get("REMOTE_ADDR", "")
    level = logging.DEBUG if static or request.path_info in QUIET else logging.INFO
    logger.log(level, "request", extra={"fields": fields})


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _take_visitors_address(request: HttpRequest, proxies: int) -> None:
    """Puts into REMOTE_ADDR what the outermost of our own web servers saw; what stands further left in
    `X-Forwarded-For` anybody could have written."""
    if not proxies:
        return
    seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if len(seen) < proxies:
        return
    try:
        request.META["REMOTE_ADDR"] = str(ipaddress.ip_address(seen[-proxies]))
    except ValueError:
        logger.warning("X-Forwarded-For holds no address; check SOSEI_PROXIES")
