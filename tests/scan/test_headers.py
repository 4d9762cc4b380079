"""What every answer carries: the security headers complete, whoever asks and whatever is asked."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import reverse

from sosei.core.people import addresses
from tests.permissions.doors import ALL

REQUIRED = {
    "Content-Security-Policy": "default-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=",
}
PUBLIC = [(name, parts) for name, parts in ALL if not addresses.audience_of(name).signed_in]


@pytest.mark.parametrize(("name", "parts"), PUBLIC, ids=[name for name, _parts in PUBLIC])
def test_every_public_answer_carries_every_security_header(
    client: Client, db: None, name: str, parts: dict[str, object]
) -> None:
    response = client.get(reverse(name, kwargs=parts))
    missing = {
        h: response.headers.get(h) for h, v in REQUIRED.items() if v not in response.headers.get(h, "")
    }
    assert missing == {}
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy


def test_over_https_cookies_are_secure_and_the_browser_stays_with_https(client: Client, db: None) -> None:
    with override_settings(
        SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True, SECURE_HSTS_SECONDS=31_536_000
    ):
        response = client.get(reverse("account_login"), secure=True)
    assert "max-age=31536000" in response.headers["Strict-Transport-Security"]
    assert _cookies(response)
    for cookie in _cookies(response):
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


def _cookies(response: HttpResponse) -> list[dict[str, object]]:
    return list(response.cookies.values())  # type: ignore[arg-type]
