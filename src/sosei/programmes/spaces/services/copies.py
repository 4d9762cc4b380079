"""Copies: a space with its words, hours, rules and prices; a price list with its items."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.models import Person
from sosei.programmes.spaces.models import Extra, PriceItem, PriceList, Space
from sosei.programmes.spaces.services.halls import (
    copy_hours,
    ready_for_rooms,
    record_space,
    take_over_what_is_taken,
)
from sosei.programmes.spaces.services.hosts import check_runs
from sosei.programmes.spaces.services.listings import COLUMNS


@transaction.atomic
def copy_space(*, space: Space, actor: Person) -> Space:
    """A new draft with the same words, hours, rules and prices; without pictures, for they show the other one.

    Raises:
        ListingError: `actor` does not run it, or the hall cannot get a room now.
    """
    check_runs(actor, space)
    if space.parent is not None:
        ready_for_rooms(space.parent, space.host)
    own = {name: getattr(space, name) for name in (*COLUMNS, "closed_on_holidays", "ladder", "parent")}
    name = _("%(name)sの写し") % {"name": space.name[:70]}
    made: Space = Space.objects.create(
        **{**own, "name": name, "official_id": ""},
        municipality=space.municipality,
        host=space.host,
        state=Space.State.DRAFT,
        made_at=timezone.now(),
    )
    copy_hours(space, made)
    if space.parent is not None:
        take_over_what_is_taken(space.parent, made)
    newest = space.price_lists.order_by("-valid_from").first()
    if newest is not None:
        copy_price_list(newest, made, newest.valid_from, actor)
    Extra.objects.bulk_create(
        Extra(
            municipality=made.municipality,
            host=made.host,
            space=made,
            name=row.name,
            name_en=row.name_en,
            per=row.per,
            yen=row.yen,
        )
        for row in space.extras.filter(ended_at__isnull=True)
    )
    record_space("copied", space, actor)
    return made


def copy_price_list(source: PriceList, target: Space, valid_from: datetime.date, actor: Person) -> PriceList:
    """The items of a list again, for a space from a day on."""
    made: PriceList = PriceList.objects.create(
        municipality=target.municipality,
        host=target.host,
        space=target,
        valid_from=valid_from,
        combine=source.combine,
        ordinance=source.ordinance,
        made_at=timezone.now(),
        made_by=actor,
    )
    items = list(source.items.all())
    for item in items:
        item.pk, item._state.adding = None, True
        item.municipality, item.host, item.space, item.price_list = (
            target.municipality,
            target.host,
            target,
            made,
        )
    PriceItem.objects.bulk_create(items)
    return made
