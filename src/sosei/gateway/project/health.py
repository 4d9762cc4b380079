"""Health: one address that tells a load balancer whether this process reaches its database."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

import sosei


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 with the version when the database answers, 503 when it does not; no detail for outsiders."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "database unavailable", "version": sosei.__version__}, status=503)
    return JsonResponse({"status": "ok", "version": sosei.__version__})
