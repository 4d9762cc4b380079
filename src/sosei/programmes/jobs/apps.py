"""Django's entry to the room `programmes.jobs`."""

from importlib import import_module
from pkgutil import iter_modules

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

REGISTERING = ("words", "permissions", "row_security", "personal_data", "office_tasks", "addresses")
"""Modules whose names begin so tell the rooms below what this room has; each is imported once, at start."""


class JobsConfig(AppConfig):
    """Seasonal work in a town (仕事)."""

    name = "sosei.programmes.jobs"
    label = "jobs"
    verbose_name = _("仕事")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Makes verbs, permissions, policies, personal data, addresses and tasks known."""
        for module in iter_modules(self.module.__path__):  # type: ignore[union-attr]
            if module.name.startswith(REGISTERING):
                import_module(f"{self.name}.{module.name}")
        from sosei.core.people.town_pages import TownPage, register

        register(TownPage(_("仕事"), "jobs:search", 50, lambda view: view.startswith("jobs:")))
