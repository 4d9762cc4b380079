"""Design's place among the Django apps."""

from __future__ import annotations

from django.apps import AppConfig


class DesignConfig(AppConfig):
    """Label `design`; no tables."""

    name = "sosei.core.design"
    label = "design"
    verbose_name = "デザイン"
