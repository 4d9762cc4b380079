"""Figures for Prometheus: requests by page and status, the queue, the disk, and what any room adds.

A room adds figures in a module `measures.py` of its app: `MEASURES = [(name, help, function), …]`, each function
without arguments, giving a number. They are asked at each scrape.
"""

from __future__ import annotations

import hmac
import ipaddress
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import Error as DatabaseFailure
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sosei.gateway.project.queue import queue_figures

logger = logging.getLogger(__name__)
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
Measure = tuple[str, str, Callable[[], float]]


def are_wanted() -> bool:
    """Whether anybody may read the figures: if not, none are kept."""
    return bool(settings.METRICS_TOKEN or settings.METRICS_NETWORKS)


def share_between_processes(folder: Path) -> None:
    """Lets the processes of one server count together, from zero; called before they fork."""
    if not are_wanted():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ[FOLDER_VARIABLE] = str(folder)


@cache
def _instruments() -> tuple[Any, Any, Any]:
    # Loaded on the first request: after the folder is known, and never by a command.
    from prometheus_client import CollectorRegistry, Counter, Histogram

    registry = CollectorRegistry()
    counted = Counter("sosei_requests", "Requests answered", ["method", "route", "status"], registry=registry)
    lasted = Histogram(
        "sosei_request_seconds",
        "Seconds until the answer",
        ["method", "route"],
        buckets=SECONDS,
        registry=registry,
    )
    return registry, counted, lasted


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Counts one answer."""
    if not are_wanted():
        return
    _, counted, lasted = _instruments()
    counted.labels(method, route, str(status)).inc()
    lasted.labels(method, route).observe(seconds)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures as text, to whoever has the token or comes from a network named; to others no such page."""
    if not _may_read(request):
        raise Http404
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    registry, _, _ = _instruments()
    if os.environ.get(FOLDER_VARIABLE):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    now = CollectorRegistry()
    now.register(_Now())
    return HttpResponse(generate_latest(registry) + generate_latest(now), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and scheme.lower() == "bearer":
        return hmac.compare_digest(token.strip().encode(), settings.METRICS_TOKEN.encode())
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(address in network for network in settings.METRICS_NETWORKS)


class _Now:
    """What is asked at the moment of the scrape rather than counted."""

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily

        failed = GaugeMetricFamily(
            "sosei_measure_failed", "1 for a figure that could not be asked", labels=["name"]
        )
        for figure, text, function in measures():
            try:
                value = float(function())
            except Exception:
                logger.exception("the figure %s could not be asked", figure)
                failed.add_metric([figure], 1)
                continue
            yield GaugeMetricFamily(figure, text, value=value)
        yield failed


def measures() -> list[Measure]:
    """The frame's own figures and those of every app's `measures.py`."""
    found = [*_own()]
    for app in apps.get_app_configs():
        name = f"{app.name}.measures"
        if app.name.startswith("sosei.") and find_spec(name):
            found += import_module(name).MEASURES
    return found


def _own() -> Iterator[Measure]:
    yield (
        "sosei_disk_free_bytes",
        "Room left where SOSEI_HOME lies",
        lambda: shutil.disk_usage(settings.SOSEI_HOME).free,
    )
    try:
        figures = queue_figures()
    except DatabaseFailure:
        yield "sosei_database_up", "1 when the database answers", lambda: 0
        return
    yield "sosei_database_up", "1 when the database answers", lambda: 1
    yield "sosei_queue_waiting", "Tasks due and not begun", lambda: figures.waiting
    yield "sosei_queue_running", "Tasks under way", lambda: figures.running
    yield "sosei_queue_failed", "Tasks that failed for good", lambda: figures.failed
    yield (
        "sosei_queue_oldest_seconds",
        "Age of the oldest task due and not begun",
        lambda: figures.oldest_seconds,
    )
    yield "sosei_workers", "Workers heard of within READY_WORKER_SECONDS", lambda: figures.workers
