"""`sosei migrate`: Django's own command, in a small part of its time."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate

from sosei.gateway.project.migration_state import added_in_place


class Command(migrate.Command):
    """Brings the tables up to date."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Django's migrate; to the newest state, what migrations add is added in place."""
        if options.get("migration_name"):
            super().handle(*args, **options)
            return
        with added_in_place():
            super().handle(*args, **options)
