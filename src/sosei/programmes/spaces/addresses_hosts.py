"""Whom the addresses of hosts, listings and prices are for; files of spaces; the way to a host's own pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from sosei.core.people import account_menu, addresses, roles
from sosei.core.people.addresses import EVERYBODY, SIGNED_IN, SIGNED_IN_OR_PROXY, office
from sosei.core.records.attachments.subjects import Subject, register_subject
from sosei.programmes.spaces.models import Space
from sosei.programmes.spaces.permissions import can_see_space
from sosei.programmes.spaces.querysets import hosts_of

_HOSTS = office(roles.SPACE_HOST, roles.PROGRAMME_STAFF)

ADDRESSES = {
    "my-hosts": SIGNED_IN,
    "host-new": SIGNED_IN_OR_PROXY,
    "host-profile": EVERYBODY,
    "terms": EVERYBODY,
    "host": _HOSTS,
    "host-change": _HOSTS,
    "hosts-office": office(),
    "host-new-public": office(roles.PROGRAMME_STAFF),
    "host-check": office(),
    "terms-office": office(),
    "space": EVERYBODY,
    "spaces-csv": EVERYBODY,
    "space-new": _HOSTS,
    "space-edit": _HOSTS,
    "space-about": _HOSTS,
    "space-hours": _HOSTS,
    "space-season": _HOSTS,
    "space-closures": _HOSTS,
    "space-booking": _HOSTS,
    "space-photos": _HOSTS,
    "space-submit": _HOSTS,
    "space-close": _HOSTS,
    "space-reopen": _HOSTS,
    "space-copy": _HOSTS,
    "space-drop": _HOSTS,
    "space-prices": _HOSTS,
    "space-price-new": _HOSTS,
    "space-price-list": _HOSTS,
    "space-price-drop": _HOSTS,
    "space-ladder": _HOSTS,
    "spaces-office": office(),
    "space-check": office(),
    "spaces-import": office(roles.PROGRAMME_STAFF),
}


def _way_to_hosts(request: Any) -> Iterable[tuple[Any, str]]:
    """For those who act for a host."""
    if hosts_of(request.user):
        yield _("場所を貸す画面"), reverse("spaces:my-hosts")


addresses.register("spaces", ADDRESSES)
account_menu.register_links(_way_to_hosts)
register_subject(Subject(Space, can_see_space, Space.objects.visible_to))
