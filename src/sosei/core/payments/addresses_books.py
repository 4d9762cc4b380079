"""Whom the check of the books is for."""

from __future__ import annotations

from sosei.core.people import addresses, roles
from sosei.core.people.addresses import office

addresses.register("payments", {"books": office(*roles.SEES_PERSONAL_DATA)})
