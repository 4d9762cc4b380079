"""Security headers of every answer, beyond those Django and the content security policy set by themselves."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

ALLOWED_FEATURES = (
    "clipboard-write",
    "fullscreen",
    # Asked by a button of the map, and by the browser before anything is told.
    "geolocation",
    "publickey-credentials-create",
    "publickey-credentials-get",
)
REFUSED_FEATURES = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "encrypted-media",
    "gamepad",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
PERMISSIONS_POLICY = ", ".join(
    [f"{name}=(self)" for name in ALLOWED_FEATURES] + [f"{name}=()" for name in REFUSED_FEATURES]
)
HEADERS = {
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}


class HeadersMiddleware:
    """Adds the headers a view did not set itself; what a signed-in person sees is kept by no cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if "Cache-Control" not in response.headers and _is_somebodys(request):
            response.headers["Cache-Control"] = "private, no-store"
        return response


def _is_somebodys(request: HttpRequest) -> bool:
    # Asked only of a session already read: a public page must not load one for this.
    session = getattr(request, "session", None)
    return session is not None and session.accessed and "_auth_user_id" in session
