"""Security headers: complete on every answer, whoever gave it, and stricter for whoever is signed in."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from sosei.gateway.project.headers import HeadersMiddleware

pytestmark = pytest.mark.django_db
ALWAYS = {
    "Content-Security-Policy",
    "Permissions-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "X-Permitted-Cross-Domain-Policies",
    "X-Request-ID",
}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/nowhere", "/metrics", "/en/nowhere"])
def test_every_answer_carries_every_header(path):
    assert ALWAYS - set(Client().get(path).headers) == set()


def test_the_policy_refuses_what_no_page_here_needs():
    policy = Client().get("/healthz")["Permissions-Policy"].split(", ")
    assert {"camera=()", "microphone=()", "usb=()", "payment=()"} <= set(policy)
    assert "geolocation=(self)" in policy
    assert len(policy) == len({each.split("=")[0] for each in policy})


def test_with_https_plain_requests_are_sent_on_and_the_promise_is_made(settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
    client = Client()
    assert client.get("/nowhere").status_code == 301
    assert client.get("/healthz").status_code == 200
    assert client.get("/nowhere", secure=True)["Strict-Transport-Security"] == "max-age=31536000"


class Session(dict):
    """A session as the middleware meets it."""

    accessed = True


def answer(session: Session | None, **headers: str) -> HttpResponse:
    request = RequestFactory().get("/")
    if session is not None:
        request.session = session
    return HeadersMiddleware(lambda request: HttpResponse(headers=headers))(request)


def test_what_a_signed_in_person_sees_is_kept_by_no_cache():
    signed_in = Session(_auth_user_id="1")
    assert answer(signed_in)["Cache-Control"] == "private, no-store"
    assert answer(signed_in, **{"Cache-Control": "max-age=60"})["Cache-Control"] == "max-age=60"
    assert "Cache-Control" not in answer(Session())
    assert "Cache-Control" not in answer(None)
    unread = Session(_auth_user_id="1")
    unread.accessed = False
    assert "Cache-Control" not in answer(unread)
