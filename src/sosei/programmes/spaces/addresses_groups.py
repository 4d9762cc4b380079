"""Whom the pages of registered groups are for; their card."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from sosei.core.people import addresses, roles
from sosei.core.people.addresses import SIGNED_IN_OR_PROXY, office
from sosei.core.people.models import Person
from sosei.programmes.spaces.home import Card, register_guest_card
from sosei.programmes.spaces.models import Space, UserGroup
from sosei.programmes.spaces.space_panels import Panel, register_space_panel

addresses.register(
    "spaces",
    {
        **dict.fromkeys(("my-groups", "group-new", "group-again"), SIGNED_IN_OR_PROXY),
        **dict.fromkeys(("groups-office", "group-decide"), office(*roles.SEES_PERSONAL_DATA)),
    },
)


def mine(person: Person, request: Any) -> Card | None:
    """The groups one represents, and the way to register one."""
    count = UserGroup.objects.visible_to(request.user).filter(person=person).count()
    text = (
        _("代表をしている団体：%(count)s") % {"count": count}
        if count
        else _("公共施設を団体で使うときに、登録します")
    )
    return Card(_("利用団体"), text, reverse("spaces:my-groups"), order=70)


def on_space(space: Space, request: Any) -> Panel | None:
    """On public places: that groups can be registered."""
    return Panel("spaces/groups/_panel.html", order=30) if space.host.is_public else None


register_guest_card(mine)
register_space_panel(on_space)
