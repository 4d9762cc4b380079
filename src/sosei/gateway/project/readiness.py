"""Readiness: whether this site can do its whole work now, not only answer; names what fails and nothing more."""

from __future__ import annotations

import logging
import shutil
from functools import cache

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sosei.gateway.project.queue import queue_figures

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def readiness(request: HttpRequest) -> JsonResponse:
    """200 when every check holds, else 503 with the names of those that do not."""
    failing = failing_checks()
    if failing:
        logger.warning("not ready: %s", ", ".join(failing))
    return JsonResponse(
        {"status": "not ready" if failing else "ok", "failing": failing}, status=503 if failing else 200
    )


def failing_checks() -> list[str]:
    """Of `database`, `migrations`, `worker`, `queue`, `disk` those that fail; without a database the three that
    ask it are not named besides."""
    failing = []
    try:
        if not _needed_migrations() <= _applied_migrations():
            failing.append("migrations")
        else:
            figures = queue_figures()
            failing += ["worker"] if not figures.workers else []
            failing += ["queue"] if figures.oldest_seconds > settings.READY_QUEUE_SECONDS else []
    except Error:
        logger.exception("the database does not answer")
        failing.append("database")
    try:
        free = shutil.disk_usage(settings.SOSEI_HOME).free
    except OSError:
        free = 0
    return failing + (["disk"] if free < settings.READY_DISK_BYTES else [])


@cache
def _needed_migrations() -> frozenset[tuple[str, str]]:
    from django.db.migrations.loader import MigrationLoader

    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _applied_migrations() -> frozenset[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return frozenset()
        cursor.execute("SELECT app, name FROM django_migrations")
        return frozenset((app, name) for app, name in cursor.fetchall())
