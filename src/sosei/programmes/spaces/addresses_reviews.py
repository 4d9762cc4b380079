"""Whom the pages of reviews are for; their cards and panels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from sosei.core.people import addresses, roles
from sosei.core.people.addresses import EVERYBODY, SIGNED_IN_OR_PROXY, office
from sosei.core.people.models import Person
from sosei.programmes.spaces.booking_doors import GUEST_SIDE, Door, host_url
from sosei.programmes.spaces.booking_panels import Panel as OrderPanel
from sosei.programmes.spaces.booking_panels import register_order_panel
from sosei.programmes.spaces.home import Card, Counted, register_guest_card, register_host_card
from sosei.programmes.spaces.models import Booking, Host, Space, SpaceReview
from sosei.programmes.spaces.permissions import writes_for_guest
from sosei.programmes.spaces.review_shown import shown
from sosei.programmes.spaces.services import reviews
from sosei.programmes.spaces.space_panels import Panel, register_space_panel

_HOSTS = office(roles.SPACE_HOST, roles.PROGRAMME_STAFF)
ON_THE_PAGE = 3
"""So many reviews stand on the page of a space; the others on a page of their own."""

addresses.register(
    "spaces",
    {
        "reviews": EVERYBODY,
        "link-order-review": EVERYBODY,
        **dict.fromkeys(("my-reviews", "my-review", "my-order-review"), SIGNED_IN_OR_PROXY),
        **dict.fromkeys(("host-reviews", "host-review", "host-order-review"), _HOSTS),
        **dict.fromkeys(("reviews-office", "review-office"), office(*roles.SEES_PERSONAL_DATA)),
    },
)


def mine(person: Person, request: Any) -> Card | None:
    """What may be reviewed."""
    rows = Booking.objects.visible_to(request.user).filter(person=person)
    count = reviews.to_write(rows, "guest").count()
    text = _("書ける評価：%(count)s") % {"count": count} if count else _("書いた評価と、もらった評価を見る")
    return Card(_("場所の評価の一覧"), text, reverse("spaces:my-reviews"), order=65)


def of_host(host: Host, request: Any) -> Counted:
    """What may be reviewed."""
    rows = Booking.objects.visible_to(request.user).filter(host=host)

    def card(count: int) -> Card:
        text = _("書ける評価：%(count)s") % {"count": count} if count else _("もらった評価を見て、返事をする")
        return Card(_("使ったあとの評価"), text, host_url("host-reviews", host), order=60)

    return Counted(reviews.to_write(rows, "host"), card)


def on_space(space: Space, request: Any) -> Panel | None:
    """What guests said: the mean from three on, the newest words; nothing where nobody has said anything."""
    mean, newest = reviews.newest_of(space, ON_THE_PAGE)
    if not newest:
        return None
    return Panel(
        "spaces/reviews/_panel.html", {"mean": mean, "reviews": [shown(one) for one in newest]}, order=20
    )


def on_order(bookings: Sequence[Booking], door: Door) -> OrderPanel | None:
    """The dates that may be reviewed, and what was said."""
    if not any(one.state == Booking.State.USED for one in bookings):
        return None
    rows = SpaceReview.objects.filter(booking__order=door.order).filter(
        reviews.SHOWN | reviews.by_side(door.side)
    )
    said = list(rows.select_related("municipality", "space").order_by("booking__period", "side"))
    open_ones = _to_write(bookings, door.side)
    by_guest = door.is_host and writes_for_guest(door.actor, door.order)
    called = _to_write(bookings, "guest") if by_guest else []
    if not said and not open_ones and not called:
        return None
    context = {
        "open": [(one, door.url("review", booking_id=one.pk)) for one in open_ones],
        "called": [(one, f"{door.url('review', booking_id=one.pk)}{GUEST_SIDE}") for one in called],
        "said": [shown(one) for one in said],
        "list_url": _list_url(door),
    }
    return OrderPanel("spaces/reviews/_order.html", context, order=40)


def _to_write(bookings: Sequence[Booking], side: str) -> list[Any]:
    keys = [one.pk for one in bookings]
    rows = reviews.to_write(Booking.objects.filter(pk__in=keys), side)
    return list(rows.select_related("space", "municipality").order_by("period"))


def _list_url(door: Door) -> str:
    if door.kind == "link":
        return ""
    return host_url("host-reviews", door.order.host) if door.is_host else reverse("spaces:my-reviews")


register_guest_card(mine)
register_host_card(of_host)
register_space_panel(on_space)
register_order_panel(on_order)
