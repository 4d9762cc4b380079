"""Portal's place among the Django apps."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Label `portal`; no tables."""

    name = "sosei.gateway.portal"
    label = "portal"
    verbose_name = "入口"

    def ready(self) -> None:
        """Registers the permissions of this room."""
        import_module("sosei.gateway.portal.permissions")
