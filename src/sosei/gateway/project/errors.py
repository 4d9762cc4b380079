"""Error pages: in plain words what happened and what to do, with a reference number the log also has."""

from __future__ import annotations

import logging
import sys
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.html import escape

from sosei.gateway.project.database import is_connection_lost

logger = logging.getLogger(__name__)
RETRY_SECONDS = 10


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the browser sent what cannot be read."""
    return page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: not for this person. A reason given in words for the person is shown."""
    reason = str(exception) if exception is not None and exception.args else ""
    return page(request, 403, reason=reason)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such page, or none for this person."""
    return page(request, 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose proof of origin is missing or too old; `reason` is for the log alone."""
    return page(request, 403, template="403_csrf.html")


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429: too many attempts in a short time."""
    response = page(request, 429)
    response.headers["Retry-After"] = "60"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500; 503 with Retry-After where the database is away, which passes by itself."""
    error = sys.exc_info()[1]
    if error is not None and is_connection_lost(error):
        response = page(request, 503)
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response
    return page(request, 500)


def page(request: HttpRequest, status: int, *, template: str = "", **context: Any) -> HttpResponse:
    """The error page of a status. It asks nothing of the database, and has a plain form if its template fails."""
    reference = getattr(request, "id", "")
    context |= {"request": request, "reference": reference, "contact": settings.CONTACT}
    try:
        content = loader.render_to_string(template or f"{status}.html", context)
    except Exception:
        logger.exception("the error page itself failed")
        content = _plain(reference)
    response = HttpResponse(content, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _plain(reference: str) -> str:
    return (
        '<!doctype html><html lang="ja"><meta charset="utf-8"><title>Sosei</title>'
        "<h1>うまく動きませんでした</h1><p>少し待って、もう一度開いてください。</p>"
        f"<p>問い合わせ番号: {escape(reference)}</p>"
        '<div lang="en"><h2>Something went wrong</h2><p>Please wait a little and open the page again.</p>'
        f"<p>Reference number: {escape(reference)}</p></div></html>"
    )
