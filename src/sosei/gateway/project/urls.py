"""The URL table: Japanese at `/…`, English at `/en/…`, the same pages under both."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from sosei.gateway.project.health import health
from sosei.gateway.project.metrics import metrics
from sosei.gateway.project.readiness import readiness

handler400 = "sosei.gateway.project.errors.bad_request"
handler403 = "sosei.gateway.project.errors.permission_denied"
handler404 = "sosei.gateway.project.errors.not_found"
handler429 = "sosei.gateway.project.errors.too_many"
handler500 = "sosei.gateway.project.errors.server_error"

urlpatterns = [
    path("healthz", health, name="health"),
    path("readyz", readiness, name="readiness"),
    path("metrics", metrics, name="metrics"),
    *i18n_patterns(
        path("", include("sosei.gateway.portal.urls")),
        path("", include("sosei.core.records.urls")),
        path("", include("sosei.core.payments.urls")),
        path("", include("sosei.core.design.urls")),
        path("account/", include("sosei.core.people.accounts.urls")),
        path("", include("sosei.core.people.urls")),
        path("", include("sosei.planning.population.urls")),
        path("", include("sosei.planning.strategy.urls")),
        path("", include("sosei.planning.outcomes.urls")),
        path("", include("sosei.programmes.jobs.urls")),
        path("", include("sosei.programmes.spaces.urls")),
        prefix_default_language=False,
    ),
]
