"""Project's place among the Django apps: it holds the commands `demo`, `serve`, `worker` and `build_assets`."""

from __future__ import annotations

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Label `project`; no tables."""

    name = "sosei.gateway.project"
    label = "project"
    verbose_name = "Sosei"
