"""The ways by which somebody comes to an order: as its guest, by the link or number without an account, as its host."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

import rules
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.core.people.services.looks import record_looks
from sosei.core.people.views.subject import subject_page
from sosei.programmes.spaces.models import Host, Order
from sosei.programmes.spaces.permissions import writes_for_guest
from sosei.programmes.spaces.querysets import hosts_of
from sosei.programmes.spaces.services import numbers

GRANTS = "space_orders"
"""Orders without an account that this browser may open, in its session: number -> until when (seconds)."""
GRANT_SECONDS = 12 * 3600
LOOK = "spaces_booking"
"""What staff looked at, in the words of `look_words`."""
RELATED = ("host", "municipality", "group", "terms")


@dataclass(frozen=True)
class Door:
    """How somebody came to an order.

    Attributes:
        kind: my (signed in), link (without an account) or host.
        side: guest or host: whose words the page speaks.
        actor: who acts, for the services; None without an account.
        secret: proves to the services who acts without an account.
        about: whom a form is for (`subject_page`); "" where it is nobody with an account.
    """

    order: Order
    kind: str
    side: str
    actor: Person | None
    secret: str = ""
    about: str = ""

    def url(self, step: str = "", **more: Any) -> str:
        """The address of a page of the order on this way."""
        name = f"spaces:{self.kind}-order{f'-{step}' if step else ''}"
        kwargs: dict[str, Any] = {"number": self.order.number, **more}
        if self.kind == "host":
            kwargs |= {"code": self.order.municipality.code, "host_id": self.order.host_id}
        return reverse(name, kwargs=kwargs)

    @property
    def links(self) -> dict[str, str]:
        """The addresses that templates need."""
        steps = ("done", "calendar", "paper", "cancel", "pay", "message")
        return {"order": self.url(), **{step: self.url(step) for step in steps if self._has(step)}}

    def _has(self, step: str) -> bool:
        return self.kind != "host" or step not in ("done", "pay")

    @property
    def is_host(self) -> bool:
        """Reads as the host."""
        return self.side == "host"

    def crumbs(self, *more: tuple[str, str]) -> Sequence[tuple[str, str]]:
        """The way to the order, and on."""
        here = (_("予約 %(number)s") % {"number": self.order.number}, self.url() if more else "")
        return [*_first_crumbs(self), here, *more]


def _first_crumbs(door: Door) -> list[tuple[str, str]]:
    if door.kind == "my":
        return my_crumbs((_("予約の一覧"), reverse("spaces:my-bookings")))
    if door.kind == "link":
        return [(_("ホーム"), reverse("portal:home")), (_("予約を見る"), reverse("spaces:look-up"))]
    return host_crumbs(
        door.order.host,
        (_("予約の一覧"), host_url("host-bookings", door.order.host)),
    )


def my_crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    """The way to a guest's page."""
    home = [(_("ホーム"), reverse("portal:home"))]
    return [*home, (_("わたしの場所の予約"), reverse("spaces:my-spaces") if more else ""), *more]


def host_crumbs(host: Host, *more: tuple[str, str]) -> list[tuple[str, str]]:
    """The way to a host's page."""
    here = host_url("host", host)
    return [(_("ホーム"), reverse("portal:home")), (str(host), here if more else ""), *more]


def host_url(name: str, host: Host, **more: Any) -> str:
    """An address of a host's pages."""
    return reverse(f"spaces:{name}", kwargs={"code": host.municipality.code, "host_id": host.pk, **more})


def host_of(request: Any, host_id: int) -> Host:
    """The host whose page is asked for, for whoever runs it.

    Raises:
        Http404: not of this town, or nobody for whom the user acts or serves.
    """
    seen = Host.objects.visible_to(request.user).filter(municipality=request.town)
    found: Host = get_object_or_404(seen.select_related("municipality", "organisation"), pk=host_id)
    if not rules.has_perm("spaces.run_host", request.user, found):
        raise Http404
    return found


def leave_looks(request: Any, host: Host, persons: Any) -> None:
    """The town's staff who open a host's page leave a look on each guest shown; the host's own people none."""
    if host.pk not in hosts_of(request.user):
        keys = {key for key in persons if key is not None}
        record_looks(staff=request.user, persons=keys, what=LOOK, municipality=request.town)


# --- Doors -------------------------------------------------------------------------------------------------------------

Page = Callable[..., HttpResponse]


def for_guest(page: Page) -> Page:
    """The page of an order for the person who made it, or whom the request is for."""

    @never_cache
    @subject_page
    @wraps(page)
    def shown(request: Any, number: str, **more: Any) -> HttpResponse:
        seen = Order.objects.visible_to(request.user).filter(person=request.subject)
        order = get_object_or_404(seen.select_related(*RELATED), number=number)
        door = Door(order, "my", "guest", request.user, about=str(request.subject.uid))
        return page(request, door, **more)

    return shown


def for_link(page: Page) -> Page:
    """The page of an order made without an account, in a browser that has shown the link, or number and mail."""

    @never_cache
    @wraps(page)
    def shown(request: Any, number: str, **more: Any) -> HttpResponse:
        until = request.session.get(GRANTS, {}).get(number, 0)
        if until < timezone.now().timestamp():
            return redirect(f"{reverse('spaces:look-up')}?number={number}")
        with tenancy.unguarded():
            order = Order.objects.filter(number=number, person=None).select_related(*RELATED).first()
            if order is None:
                raise Http404
            door = Door(order, "link", "guest", None, secret=numbers.secret_of(order))
            return page(request, door, **more)

    return shown


def for_host(page: Page) -> Page:
    """The page of an order for its host, and for the town's staff who serve it."""

    @never_cache
    @wraps(page)
    def shown(request: Any, code: str, host_id: int, number: str, **more: Any) -> HttpResponse:
        host = host_of(request, host_id)
        # Without the person, whom a host does not read: a join would hide the row.
        seen = Order.objects.visible_to(request.user).filter(host=host)
        order = get_object_or_404(seen.select_related(*RELATED), number=number)
        leave_looks(request, host, [order.person_id])
        return page(request, Door(order, "host", "host", request.user), **more)

    return shown


GUEST_SIDE = "?side=guest"
"""Behind an address of the host's door: staff write there for a guest without an account."""


def in_guests_words(request: Any, door: Door) -> Door:
    """The host's door turned to the side of its guest, where staff of the town write what a caller tells them."""
    asked = door.kind == "host" and request.GET.get("side") == "guest"
    return replace(door, side="guest") if asked and writes_for_guest(request.user, door.order) else door


def grant(request: Any, order: Order) -> None:
    """From now on this browser may open the order, for some hours."""
    now = timezone.now().timestamp()
    held = {number: until for number, until in request.session.get(GRANTS, {}).items() if until > now}
    request.session[GRANTS] = {**held, order.number: now + GRANT_SECONDS}


def door_after_order(request: Any, order: Order) -> Door:
    """The door of who has just ordered."""
    if order.person_id is None:
        return Door(order, "link", "guest", None)
    return Door(order, "my", "guest", request.user)
