"""The URL table: Japanese at `/…`, English at `/en/…`, the same pages under both."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from sosei.gateway.project.health import health

urlpatterns = [
    path("healthz", health, name="health"),
    *i18n_patterns(
        path("", include("sosei.gateway.portal.urls")),
        path("", include("sosei.planning.population.urls")),
        prefix_default_language=False,
    ),
]
