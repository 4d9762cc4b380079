"""Portal's place among the Django apps."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Label `portal`; no tables."""

    name = "sosei.gateway.portal"
    label = "portal"
    verbose_name = "入口"
