"""Whom the addresses of ICT equipment are for; the host's card, the panel of a space, the way for partners."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from sosei.core.people import account_menu, addresses, roles
from sosei.core.people.addresses import SIGNED_IN, office
from sosei.programmes.spaces import ict_cards as _cards  # noqa: F401  (registers them)
from sosei.programmes.spaces.models import IctPartner, Space
from sosei.programmes.spaces.querysets import partners_of
from sosei.programmes.spaces.services.ict_speed import measured_speed
from sosei.programmes.spaces.space_panels import Panel, register_space_panel

_HOSTS = office(roles.SPACE_HOST, roles.PROGRAMME_STAFF)
_PARTNERS = office(*roles.CIVIL, roles.PROGRAMME_STAFF)

ADDRESSES = {
    "my-ict-partners": SIGNED_IN,
    "ict-office": office(*roles.SEES_PERSONAL_DATA),
    "ict-partner-new": office(roles.PROGRAMME_STAFF),
    "ict-partner-end": office(roles.PROGRAMME_STAFF),
    "ict-unmet": office(),
    **dict.fromkeys(
        (
            "ict-host",
            "ict-host-unmet",
            "ict-need-new",
            "ict-need",
            "ict-need-change",
            "ict-need-open",
            "ict-need-income",
            "ict-need-drop",
            "ict-compare",
            "ict-proposal",
            "ict-bill",
            "ict-work",
            "ict-speed",
            "ict-speed-import",
            "ict-speed-down",
            "ict-speed-up",
        ),
        _HOSTS,
    ),
    **dict.fromkeys(
        (
            "ict-partner",
            "ict-partner-profile",
            "ict-catalogue",
            "ict-catalogue-file",
            "ict-catalogue-import",
            "ict-item-new",
            "ict-item",
            "ict-partner-need",
            "ict-answer",
            "ict-decline",
            "ict-partner-work",
        ),
        _PARTNERS,
    ),
}


def _way_to_partners(request: Any) -> Iterable[tuple[Any, str]]:
    """For those who act for a partner."""
    held = partners_of(request.user)
    if held and IctPartner.objects.filter(pk__in=held, ended_at__isnull=True).exists():
        yield _("ICTの会社の画面"), reverse("spaces:my-ict-partners")


def measured_panel(space: Space, request: Any) -> Panel | None:
    """The speed that was measured, with its day and spots; nothing where nobody measured."""
    found = measured_speed(space)
    return Panel("spaces/ict/_measured.html", {"measured": found}, order=8) if found is not None else None


addresses.register("spaces", ADDRESSES)
account_menu.register_links(_way_to_partners)
register_space_panel(measured_panel)
