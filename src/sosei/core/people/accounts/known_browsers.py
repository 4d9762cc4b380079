"""Browsers from which an account was used before: strangers who try its password do not keep its owner out of them.

The signed cookie holds a number and the hashes of a few names. It lets nobody in; it only counts wrong passwords apart.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

COOKIE = "known_browser"
SALT = "sosei.core.people.known_browsers"
DAYS = 180
KEPT = 6


def _hash(name: str) -> str:
    return salted_hmac(SALT, name.casefold(), algorithm="sha256").hexdigest()[:24]


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        held = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=DAYS * 86400)
        return str(held["b"]), [str(name) for name in held["n"]]
    except (signing.BadSignature, KeyError, TypeError):
        return "", []


def browser_of(request: HttpRequest, name: str) -> str:
    """The number of a browser from which the account of that name was used; empty for any other."""
    browser, names = _read(request)
    return browser if name and _hash(name) in names else ""


def remember(request: HttpRequest, response: HttpResponse, person: Any) -> None:
    """After signing in."""
    browser, names = _read(request)
    own = [_hash(name) for name in (person.email, person.phone) if name]
    kept = [*own, *(name for name in names if name not in own)][:KEPT]
    response.set_cookie(
        COOKIE,
        signing.dumps({"b": browser or secrets.token_urlsafe(9), "n": kept}, salt=SALT),
        max_age=DAYS * 86400,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
        path="/",
    )
