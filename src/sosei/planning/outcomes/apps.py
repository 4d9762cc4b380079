"""Django's entry to the room `planning.outcomes`."""

from importlib import import_module
from pkgutil import iter_modules

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

REGISTERING = (
    "words",
    "permissions",
    "row_security",
    "personal_data",
    "office_tasks",
    "addresses",
    "fed_values",
    "vision_section",
)
"""Modules whose names begin so tell the rooms below what this room has; each is imported once, at start."""


class OutcomesConfig(AppConfig):
    """What programmes achieved, and its way into KPIs and the projection (実績)."""

    name = "sosei.planning.outcomes"
    label = "outcomes"
    verbose_name = _("実績")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Makes kinds and verbs known, registers permissions, policies, personal data, addresses, tasks; feeds KPIs."""
        for module in iter_modules(self.module.__path__):  # type: ignore[union-attr]
            if module.name.startswith(REGISTERING):
                import_module(f"{self.name}.{module.name}")
        from sosei.core.people.town_pages import TownPage, register

        loop = ("outcomes:loop", "outcomes:lever", "outcomes:gap", "outcomes:share")
        register(
            TownPage(
                _("事業の実績"),
                "outcomes:facts",
                30,
                lambda view: view.startswith("outcomes:") and not view.startswith(loop),
            )
        )
        register(TownPage(_("人口とのつながり"), "outcomes:loop", 40, lambda view: view.startswith(loop)))
