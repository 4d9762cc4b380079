"""Traces for an OpenTelemetry collector, only where one is named: without it nothing of OpenTelemetry is loaded.

What leaves is chosen by name: routes, methods, statuses, statements without their values. Addresses, headers and
whatever else an instrumentation may add stay here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings

from sosei.gateway.project.masking import mask

SENT_ATTRIBUTES = frozenset(
    {
        "http.method",
        "http.request.method",
        "http.route",
        "http.status_code",
        "http.response.status_code",
        "http.scheme",
        "url.scheme",
        "http.flavor",
        "network.protocol.version",
        "db.system",
        "db.system.name",
        "db.name",
        "db.namespace",
        "db.operation",
        "db.operation.name",
        "db.statement",
        "db.query.text",
        "error.type",
        "exception.type",
        "exception.message",
        "exception.stacktrace",
        "exception.escaped",
    }
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_started = False


def start_tracing() -> None:
    """Starts tracing requests, tasks and statements where `OTEL_EXPORTER_OTLP_ENDPOINT` is given; once a process."""
    global _started
    if _started or not settings.TRACES_ENDPOINT:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    instrument(BatchSpanProcessor(clean_exporter(OTLPSpanExporter())))
    _started = True


def instrument(processor: Any) -> Any:
    """Hands every finished span to `processor`; returns the provider of the tracers."""
    from opentelemetry import trace
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
    from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
    from opentelemetry.sdk.trace import TracerProvider

    import sosei

    resource = Resource.create({SERVICE_NAME: settings.TRACES_NAME, SERVICE_VERSION: sosei.__version__})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(processor)
    trace.set_tracer_provider(provider)
    DjangoInstrumentor().instrument(
        tracer_provider=provider, excluded_urls="healthz,readyz,metrics", is_sql_commentor_enabled=False
    )
    PsycopgInstrumentor().instrument(
        tracer_provider=provider, enable_commenter=False, capture_parameters=False
    )
    return provider


@contextmanager
def span(name: str) -> Iterator[None]:
    """A span around the block while tracing runs, else nothing."""
    if not _started:
        yield
        return
    from opentelemetry import trace

    with trace.get_tracer("sosei").start_as_current_span(name):
        yield


def clean_exporter(exporter: Any) -> Any:
    """An exporter that sends through `exporter` what of each span may leave."""
    from opentelemetry.sdk.trace import Event, ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
    from opentelemetry.trace import Status

    class CleanExporter(SpanExporter):
        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            return exporter.export([self._clean(each) for each in spans])

        def shutdown(self) -> None:
            exporter.shutdown()

        def force_flush(self, timeout_millis: int = 30_000) -> bool:
            return bool(exporter.force_flush(timeout_millis))

        def _clean(self, each: ReadableSpan) -> ReadableSpan:
            attributes = clean_attributes(each.attributes or {})
            events = [
                Event(mask(event.name), clean_attributes(event.attributes or {}), event.timestamp)
                for event in each.events
            ]
            description = each.status.description
            return ReadableSpan(
                name=clean_name(each.name, attributes),
                context=each.context,
                parent=each.parent,
                resource=each.resource,
                attributes=attributes,
                events=events,
                links=[],
                kind=each.kind,
                status=Status(each.status.status_code, mask(description) if description else None),
                start_time=each.start_time,
                end_time=each.end_time,
                instrumentation_scope=each.instrumentation_scope,
            )

    return CleanExporter()


def clean_attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes that may leave, texts masked."""
    return {
        name: mask(value) if isinstance(value, str) else value
        for name, value in attributes.items()
        if name in SENT_ATTRIBUTES
    }


def clean_name(name: str, attributes: Mapping[str, Any]) -> str:
    """A request's name is its method and route: where no route was met the instrumentation writes the address."""
    method = name.split(" ", 1)[0]
    if method not in METHODS:
        return mask(name)
    route = attributes.get("http.route")
    return f"{method} /{route}" if route else method
