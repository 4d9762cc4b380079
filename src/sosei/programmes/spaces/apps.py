"""Django's entry to the room `programmes.spaces`."""

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
    "payable",
    "presets",
)
"""Modules whose names begin so tell the rooms below what this room has; each is imported once, at start."""


class SpacesConfig(AppConfig):
    """Places of a town that can be booked (場所)."""

    name = "sosei.programmes.spaces"
    label = "spaces"
    verbose_name = _("場所")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Makes verbs, permissions, policies, personal data, addresses, payable kinds and tasks known."""
        for module in iter_modules(self.module.__path__):  # type: ignore[union-attr]
            if module.name.startswith(REGISTERING):
                import_module(f"{self.name}.{module.name}")
