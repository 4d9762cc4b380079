"""Whom the pages of lotteries are for; their cards."""

from __future__ import annotations

from sosei.core.people import addresses, roles
from sosei.core.people.addresses import EVERYBODY, SIGNED_IN_OR_PROXY, office
from sosei.programmes.spaces import lottery_cards as _cards  # noqa: F401  (registers them)

_HOSTS = office(roles.SPACE_HOST, roles.PROGRAMME_STAFF)

ADDRESSES = {
    **dict.fromkeys(("lotteries", "lottery", "lottery-check", "lottery-csv"), EVERYBODY),
    **dict.fromkeys(
        ("lottery-enter", "my-lotteries", "my-lottery-take", "my-lottery-withdraw"), SIGNED_IN_OR_PROXY
    ),
    **dict.fromkeys(("host-lotteries", "host-lottery-new", "host-lottery"), _HOSTS),
}
addresses.register("spaces", ADDRESSES)
