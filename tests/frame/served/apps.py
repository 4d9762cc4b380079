"""The app's registration, and whom its one address is for."""

from __future__ import annotations

from django.apps import AppConfig


class ServedConfig(AppConfig):
    """Label `served`; its tables are made by the tests."""

    name = "tests.frame.served"
    label = "served"

    def ready(self) -> None:
        """Everybody may write a note."""
        from sosei.core.people import addresses

        addresses.register("", {"served-note": addresses.EVERYBODY})
