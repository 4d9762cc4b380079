"""Whom the addresses of the search are for, and its place among the pages of a town."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.people import addresses
from sosei.core.people.addresses import EVERYBODY
from sosei.core.people.town_pages import TownPage, register

addresses.register("spaces", {"search": EVERYBODY})
register(TownPage(_("場所を借りる"), "spaces:search", 60, lambda view: view.startswith("spaces:")))
