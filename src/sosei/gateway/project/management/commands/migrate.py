"""`sosei migrate`: Django's own command, in a fifth of its time."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate

from sosei.gateway.project.migration_state import options_added_in_place


class Command(migrate.Command):
    """Brings the tables up to date."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Django's migrate, with options added to models in place."""
        with options_added_in_place():
            super().handle(*args, **options)
