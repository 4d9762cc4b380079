"""Project's place among the Django apps: it holds the commands of the whole site."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Label `project`; one table, the cache's."""

    name = "sosei.gateway.project"
    label = "project"
    verbose_name = "Sosei"

    def ready(self) -> None:
        """Registers the permissions of this room and what `sosei check --deploy` asks."""
        import_module("sosei.gateway.project.checks")
        import_module("sosei.gateway.project.permissions")
        from sosei.core.records import origin
        from sosei.gateway.project.context import request_id

        # An entry names the request that wrote it, as the log does.
        origin.install(request_id.get)
