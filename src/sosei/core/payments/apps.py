"""Django's entry to the room `core.payments`."""

from importlib import import_module
from pkgutil import iter_modules

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

REGISTERING = ("words", "permissions", "row_security", "personal_data", "office_tasks", "addresses")
"""Modules whose names begin so tell the rooms below what this room has; each is imported once, at start."""


class PaymentsConfig(AppConfig):
    """What is owed, paid and paid out (お金)."""

    name = "sosei.core.payments"
    label = "payments"
    verbose_name = _("お金")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Makes verbs, permissions, policies, personal data, addresses and tasks known."""
        for module in iter_modules(self.module.__path__):  # type: ignore[union-attr]
            if module.name.startswith(REGISTERING):
                import_module(f"{self.name}.{module.name}")
