"""Django's entry to the room `core.people`."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Persons, municipalities, organisations, roles, consents (人と役割)."""

    name = "sosei.core.people"
    label = "people"
    verbose_name = _("人と役割")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers the permissions, the kinds of personal data and the office tasks of this room."""
        for module in ("permissions", "personal_data_here", "office_tasks_here"):
            import_module(f"sosei.core.people.{module}")
        # Sent when the tables of every room are there.
        post_migrate.connect(_put_row_security_in_force, sender=self)


def _put_row_security_in_force(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """After every migrate: tables of every room may be used by the role that requests run as, within the policies."""
    from django.db import connections

    from sosei.core.people.row_security import put_in_force

    with connections[using].cursor() as cursor:
        put_in_force(cursor)
