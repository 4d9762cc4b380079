"""Traces: started only for a collector that is named, and clean of addresses and values."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult

from sosei.gateway.project.tracing import clean_exporter, clean_name, start_tracing
from tests.frame.processes import clean_environment


class Kept(SpanExporter):
    """Keeps what would be sent."""

    def __init__(self) -> None:
        self.spans: list = []

    def export(self, spans) -> SpanExportResult:
        self.spans += spans
        return SpanExportResult.SUCCESS


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def tracer(kept: Kept):
    provider = TracerProvider(resource=Resource.create({"service.name": "sosei"}))
    provider.add_span_processor(SimpleSpanProcessor(clean_exporter(kept)))
    return provider.get_tracer("test")


def test_only_attributes_that_were_chosen_leave(tracer, kept):
    with tracer.start_as_current_span("GET <str:code>/office") as span:
        span.set_attributes(
            {
                "http.method": "GET",
                "http.route": "<str:code>/office",
                "http.url": "https://vision.example.jp/07204/office?mail=hanako@example.jp",
                "http.target": "/07204/office?mail=hanako@example.jp",
                "net.peer.ip": "203.0.113.9",
                "http.user_agent": "Browser of Sato",
                "db.statement": "SELECT * FROM person WHERE email = 'hanako@example.jp'",
            }
        )
    (sent,) = kept.spans
    assert sent.name == "GET /<str:code>/office"
    assert dict(sent.attributes) == {
        "http.method": "GET",
        "http.route": "<str:code>/office",
        "db.statement": "SELECT * FROM person WHERE email = '[mail]'",
    }


def test_an_exception_leaves_masked(tracer, kept):
    with pytest.raises(ValueError), tracer.start_as_current_span("task records.deliver"):
        raise ValueError("cannot deliver to hanako@example.jp, 0246-22-1111")
    told = kept.spans[0].to_json()
    assert "cannot deliver to [mail], [phone]" in told
    assert "hanako@" not in told.replace('raise ValueError(\\"cannot deliver to hanako@', "")


@pytest.mark.parametrize(
    ("name", "attributes", "sent"),
    [
        ("GET /invitation/secret-token", {}, "GET"),
        ("POST", {"http.route": "account/login/"}, "POST /account/login/"),
        ("SELECT", {}, "SELECT"),
        ("task records.deliver", {}, "task records.deliver"),
    ],
)
def test_a_request_that_met_no_route_is_not_named_by_its_address(name, attributes, sent):
    assert clean_name(name, attributes) == sent


def test_without_a_collector_nothing_is_started(settings):
    settings.TRACES_ENDPOINT = ""
    before = set(sys.modules)
    start_tracing()
    assert not {name for name in set(sys.modules) - before if name.startswith("opentelemetry")}


COLLECTED = """
import http.server, json, os, threading
got = []
class Collector(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        got.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200); self.end_headers()
    def log_message(self, *a): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Collector)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}"
import django
django.setup()
from sosei.gateway.project.wsgi import application
from django.test import Client
somebody = Client(raise_request_exception=False, headers={"User-Agent": "Browser of Sato"}, REMOTE_ADDR="203.0.113.9")
somebody.get("/no/such/satohanako?mail=hanako@example.jp")
Client(raise_request_exception=False).get("/healthz")
from opentelemetry import trace
trace.get_tracer_provider().force_flush()
everything = b"".join(body for _, body in got)
print(json.dumps([sorted({path for path, _ in got}), b"GET" in everything, b"healthz" in everything,
    [word for word in ("satohanako", "hanako", "203.0.113.9", "Browser of Sato") if word.encode() in everything]]))
"""


def test_a_real_request_reaches_the_collector_without_its_address(tmp_path):
    environment = clean_environment(tmp_path, DJANGO_SETTINGS_MODULE="sosei.gateway.project.settings_test")
    told = subprocess.run(
        [sys.executable, "-c", COLLECTED],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert json.loads(told.stdout.splitlines()[-1]) == [["/v1/traces"], True, False, []]
