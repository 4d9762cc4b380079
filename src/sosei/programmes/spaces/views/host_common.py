"""What the pages of a host have in common: whose they are, and the way there."""

from __future__ import annotations

import datetime
from typing import Any

import rules
from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from sosei.core.design.maps import MapPoint
from sosei.core.people import roles, town_pages
from sosei.core.people.models import Municipality
from sosei.core.people.standing import standing_of
from sosei.programmes.spaces.listing_check import unpriced
from sosei.programmes.spaces.models import Host, Space

Crumbs = list[tuple[Any, str]]
MOST_KNOWN = 40
"""Points on the map by which one finds one's way."""


def town_of(request: Any) -> Municipality:
    """The town of the address.

    Raises:
        Http404: a municipality that does not use this installation.
    """
    if not request.town:
        raise Http404(_("この市区町村は Sosei を使っていません。"))
    return request.town  # type: ignore[no-any-return]


def own_host(request: Any, host_id: int) -> Host:
    """The host of the address, for whoever runs it.

    Raises:
        Http404: none in this town, or not run by this person.
    """
    seen = Host.objects.visible_to(request.user).filter(municipality=request.town)
    found = seen.select_related("municipality", "organisation").filter(pk=host_id).first()
    if found is None or not rules.has_perm("spaces.run_host", request.user, found):
        raise Http404
    return found  # type: ignore[no-any-return]


def own_space(request: Any, host_id: int, space_id: int) -> Space:
    """A space of the host of the address, with all that its pages read.

    Raises:
        Http404: none, or not run by this person.
    """
    host = own_host(request, host_id)
    seen = Space.objects.visible_to(request.user).filter(host=host)
    found = (
        seen.select_related("municipality", "host__organisation", "host__municipality", "parent", "ladder")
        .prefetch_related("hours", "host__closures", "price_lists__items", "photos", "parts", "extras")
        .filter(pk=space_id)
        .first()
    )
    if found is None:
        raise Http404
    return found  # type: ignore[no-any-return]


def warn_of_unpriced(request: Any, space: Space, since: datetime.date | None = None) -> None:
    """After hours were saved: nobody can book a time that no price covers, and only here its host would learn of it."""
    for flaw in unpriced(own_space(request, space.host_id, space.pk), since)[:1]:
        messages.warning(
            request,
            _("%(flaw)s料金のない時間は、だれも予約できません。「料金」のページで足してください。")
            % {"flaw": flaw.text},
        )


def host_crumbs(request: Any, host: Host, *more: tuple[Any, str]) -> Crumbs:
    """From the office or from the list of one's own hosts down to a page."""
    if serves(request):
        first = (_("場所を貸す人の確認"), reverse("spaces:hosts-office", kwargs={"code": request.town.code}))
    else:
        first = (_("場所を貸す画面"), reverse("spaces:my-hosts"))
    here = host_url("host", host)
    return [first, (str(host), here if more else ""), *more]


def space_crumbs(request: Any, space: Space, *more: tuple[Any, str]) -> Crumbs:
    """Down to a page of a space, by way of its hall."""
    way: Crumbs = []
    if space.parent is not None:
        way.append((str(space.parent), space_url("space-edit", space.parent)))
    here = space_url("space-edit", space)
    return host_crumbs(request, space.host, *way, (str(space), here if more else ""), *more)


def host_url(name: str, host: Host, **more: Any) -> str:
    """An address of the host's pages."""
    return reverse(f"spaces:{name}", kwargs={"code": host.municipality.code, "host_id": host.pk, **more})


def space_url(name: str, space: Space, **more: Any) -> str:
    """An address of the host's pages of a space."""
    return reverse(
        f"spaces:{name}",
        kwargs={"code": space.municipality.code, "host_id": space.host_id, "space_id": space.pk, **more},
    )


def public_url(space: Space) -> str:
    """The public page of a space."""
    return reverse("spaces:space", kwargs={"code": space.municipality.code, "space_id": space.pk})


def serves(request: Any) -> bool:
    """Whether the one who asks is programme staff of the town."""
    return standing_of(request.user).holds(roles.PROGRAMME_STAFF, request.town.pk)


def to_spaces(request: Any) -> Crumbs:
    """The way from the town's page of spaces."""
    page = next((link for link in town_pages.TownPages(request) if link.current), None)
    return [(str(page.label), page.url)] if page is not None else []


def known_points(request: Any, host: Host, besides: int = 0) -> list[MapPoint]:
    """The host's own spaces, and those of others in the town where there are none."""
    seen = Space.objects.visible_to(request.user).filter(municipality=host.municipality, parent__isnull=True)
    rows = list(seen.exclude(pk=besides).order_by("pk")[:MOST_KNOWN])
    own = [row for row in rows if row.host_id == host.pk]
    return [MapPoint(float(row.latitude), float(row.longitude), str(row)) for row in (own or rows)]
