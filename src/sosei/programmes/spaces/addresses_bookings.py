"""Whom the pages of booking are for; their cards, their letters, and the way to them in the menu."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from sosei.core.people import account_menu, addresses, roles
from sosei.core.people.addresses import EVERYBODY, SIGNED_IN_OR_PROXY, office
from sosei.programmes.spaces import booking_cards as _cards  # noqa: F401  (registers them)
from sosei.programmes.spaces import letters_bookings as _letters  # noqa: F401  (registers them)

_HOSTS = office(roles.SPACE_HOST, roles.PROGRAMME_STAFF)
_STEPS = ("done", "paper", "calendar", "message", "pay", "cancel", "change")

ADDRESSES = {
    "book": EVERYBODY,
    "book-live": EVERYBODY,
    "furigana": EVERYBODY,
    "wait": SIGNED_IN_OR_PROXY,
    **dict.fromkeys(
        (
            "my-spaces",
            "my-bookings",
            "my-waiting",
            "my-offer",
            "my-waiting-leave",
            "my-order",
            *(f"my-order-{step}" for step in _STEPS),
        ),
        SIGNED_IN_OR_PROXY,
    ),
    **dict.fromkeys(
        ("look-up", "link-open", "link-order", *(f"link-order-{step}" for step in _STEPS)), EVERYBODY
    ),
    **dict.fromkeys(
        (
            "host-calendar",
            "host-requests",
            "host-bookings",
            "host-bookings-file",
            "host-blocks",
            "host-unblock",
            "host-phone",
            "host-book",
            "host-book-live",
            "host-order",
            "host-order-paper",
            "host-order-calendar",
            "host-order-message",
            "host-order-cancel",
            "host-order-change",
            "host-order-answer",
        ),
        _HOSTS,
    ),
    "office-bookings": office(*roles.SEES_PERSONAL_DATA),
}
addresses.register("spaces", ADDRESSES)


def _way_to_spaces(request: Any) -> Iterable[tuple[Any, str]]:
    yield _("わたしの場所の予約"), reverse("spaces:my-spaces")


account_menu.register_links(_way_to_spaces)
