"""Django's entry to the room `planning.population`."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PopulationConfig(AppConfig):
    """Population vision (人口ビジョン)."""

    name = "sosei.planning.population"
    label = "population"
    verbose_name = _("人口ビジョン")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers the permissions of this room, and its page."""
        import_module("sosei.planning.population.permissions")
        from sosei.core.people.town_pages import TownPage, register

        register(
            TownPage(
                _("人口ビジョン"),
                "population:vision",
                10,
                lambda view: view.startswith("population:"),
                of_any_area=True,
            )
        )
