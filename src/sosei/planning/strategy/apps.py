"""Django's entry to the room `planning.strategy`."""

from importlib import import_module
from pkgutil import iter_modules

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

REGISTERING = ("words", "permissions", "row_security", "personal_data", "office_tasks", "addresses")
"""Modules whose names begin so tell the rooms below what this room has; each is imported once, at start."""


class StrategyConfig(AppConfig):
    """Basic goals, packages, measures, KPIs, the yearly review (総合戦略)."""

    name = "sosei.planning.strategy"
    label = "strategy"
    verbose_name = _("総合戦略")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Makes the vocabulary known and registers permissions, policies, personal data, addresses, office tasks."""
        for module in iter_modules(self.module.__path__):  # type: ignore[union-attr]
            if module.name.startswith(REGISTERING):
                import_module(f"{self.name}.{module.name}")
        from sosei.core.people.town_pages import TownPage, register

        register(TownPage(_("総合戦略"), "strategy:current", 20, lambda view: view.startswith("strategy:")))
