"""No public address ends in a server error, whatever is asked of it (schemathesis)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest, get_str_from_wsgi
from hypothesis import HealthCheck, settings

from tests.scan.public_endpoints import description

EXAMPLES = 15


class Application(WSGIHandler):
    """The site as a WSGI application within the test's own transaction, forms without their token."""

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answers as the site would; says nothing of request signals, which would close the connection."""
        environ.setdefault("SCRIPT_NAME", get_str_from_wsgi(environ, "SCRIPT_NAME", ""))
        request = WSGIRequest(environ)
        request._dont_enforce_csrf_checks = True
        response = self.get_response(request)
        headers = [
            *response.items(),
            *(("Set-Cookie", c.output(header="")) for c in response.cookies.values()),
        ]
        start_response(f"{response.status_code} {response.reason_phrase}", headers)
        return list(response)


schema = schemathesis.openapi.from_dict(description())


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
    ],
)
def test_no_answer_is_a_server_error(case: schemathesis.Case, db: None, iwaki: Any) -> None:
    response = case.call(app=Application(), headers={"Host": "testserver"})
    if case.operation.path in {"/readyz"}:
        # Nothing is ready in a test: no worker runs.
        assert response.status_code in {200, 405, 503}
    else:
        assert response.status_code < 500, (
            case.operation.label,
            response.status_code,
            case.as_curl_command(),
        )


def test_the_description_leaves_no_public_address_out() -> None:
    assert len(description()["paths"]) >= 12


@pytest.fixture
def iwaki(db: None) -> None:
    """The city's vision needs no figures here: an unknown or empty town must answer as well as a full one."""
