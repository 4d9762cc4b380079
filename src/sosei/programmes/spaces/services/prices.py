"""Price lists of a space: written for a day to come, kept when the next one begins; and what can be added."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.models import Person
from sosei.programmes.spaces import as_rules
from sosei.programmes.spaces.errors_listings import ListingError
from sosei.programmes.spaces.locks_listings import lock_space
from sosei.programmes.spaces.models import Extra, PriceItem, PriceList, Space
from sosei.programmes.spaces.rules_errors import RulesError
from sosei.programmes.spaces.services.copies import copy_price_list
from sosei.programmes.spaces.services.halls import record_space
from sosei.programmes.spaces.services.hosts import check_runs

Item = Mapping[str, Any]
"""Columns of a `PriceItem` but those that say whose it is."""
MOST_ITEMS = 60


def today_at(space: Space) -> datetime.date:
    """The civil day at a space."""
    return timezone.now().astimezone(as_rules.zone_of(space.municipality)).date()


def is_fixed(price_list: PriceList) -> bool:
    """In force, or over, for a space that people could book: what they were shown stays as it was."""
    return price_list.space.published_at is not None and price_list.valid_from <= today_at(price_list.space)


@transaction.atomic
def set_price_list(
    *,
    space: Space,
    valid_from: datetime.date,
    items: Sequence[Item],
    actor: Person,
    combine: bool = True,
    ordinance: str = "",
    replaces: PriceList | None = None,
) -> PriceList:
    """Writes the list that begins on a day: a new one, or in place of the one that begins then.

    Args:
        replaces: a list to come that goes when this one is written, whatever its day was.

    Raises:
        ListingError: `actor` does not run the space, no item, figures that no price can have, or a list in force of a
            space that people can book; `field` is "items_3" for the third item.
    """
    check_runs(actor, space)
    held = lock_space(space.pk)
    if not items:
        raise ListingError(_("料金を1つ以上入れてください。無料のときは、0円と入れます。"), "items_1")
    if len(items) > MOST_ITEMS:
        raise ListingError(_("料金は%(most)s行までです。") % {"most": MOST_ITEMS}, "items_1")
    row = PriceList(space=held, valid_from=valid_from)
    if is_fixed(row):
        raise ListingError(
            _(
                "今日までに始まった料金表は変えられません。明日より後の日から始まる、新しい料金表を作ってください。"
            ),
            "valid_from",
        )
    if replaces is not None and replaces.valid_from != valid_from:
        drop_price_list(price_list=replaces, actor=actor)
    PriceList.objects.filter(space=held, valid_from=valid_from).delete()
    made: PriceList = PriceList.objects.create(
        municipality=held.municipality,
        host=held.host,
        space=held,
        valid_from=valid_from,
        combine=combine,
        ordinance=" ".join(ordinance.split()),
        made_at=timezone.now(),
        made_by=actor,
    )
    PriceItem.objects.bulk_create(_items(made, items))
    record_space("prices_set", held, actor, day=valid_from.isoformat(), items=len(items))
    return made


def _items(price_list: PriceList, items: Sequence[Item]) -> list[PriceItem]:
    rows = []
    for number, given in enumerate(items, start=1):
        row = PriceItem(
            municipality=price_list.municipality,
            host=price_list.host,
            space=price_list.space,
            price_list=price_list,
            position=number,
            **given,
        )
        if row.kind == PriceItem.Kind.PACKAGE and row.minutes is None:
            # Without a length of its own a package is all of its window.
            row.minutes = row.closes - row.opens
        _check_item(row, number)
        rows.append(row)
    return rows


def _check_item(row: PriceItem, number: int) -> None:
    if (row.season_from is None) != (row.season_until is None):
        raise ListingError(_("季節は、始まりと終わりの両方を書いてください。"), f"items_{number}")
    try:
        as_rules.price_item_of(row, code=str(number))
    except RulesError as error:
        raise ListingError(
            _("%(number)s行目の料金は使えません（%(place)s：%(value)s）。時間の順と金額を確かめてください。")
            % {"number": number, "place": error.data["place"], "value": error.data["value"]},
            f"items_{number}",
        ) from error


@transaction.atomic
def next_price_list(*, source: PriceList, valid_from: datetime.date, actor: Person) -> PriceList:
    """A list to come that begins as a copy of another; the other one stays.

    Raises:
        ListingError: `actor` does not run the space, a day that has begun, or a list that begins on that day already.
    """
    check_runs(actor, source)
    space = lock_space(source.space_id)
    if valid_from <= today_at(space) and space.published_at is not None:
        raise ListingError(_("明日より後の日を選んでください。"), "valid_from")
    if space.price_lists.filter(valid_from=valid_from).exists():
        raise ListingError(_("その日から始まる料金表は、もうあります。"), "valid_from")
    made = copy_price_list(source, space, valid_from, actor)
    record_space("prices_set", space, actor, day=valid_from.isoformat(), items=made.items.count())
    return made


@transaction.atomic
def drop_price_list(*, price_list: PriceList, actor: Person) -> None:
    """Removes a list that has not begun.

    Raises:
        ListingError: `actor` does not run the space, or people could book under it.
    """
    check_runs(actor, price_list)
    space = lock_space(price_list.space_id)
    if is_fixed(price_list):
        raise ListingError(_("今日までに始まった料金表は消せません。予約した人に示した料金だからです。"))
    record_space("prices_dropped", space, actor, day=price_list.valid_from.isoformat())
    price_list.delete()


@transaction.atomic
def set_extra(*, space: Space, name: str, per: str, yen: int, actor: Person, name_en: str = "") -> Extra:
    """Something that can be added to a booking; its price is never changed: one ends it and enters another.

    Raises:
        ListingError: `actor` does not run the space, or no name.
    """
    check_runs(actor, space)
    held = lock_space(space.pk)
    if not name.strip():
        raise ListingError(_("追加するものの名前を書いてください（例：プロジェクター）。"), "name")
    made: Extra = Extra.objects.create(
        municipality=held.municipality,
        host=held.host,
        space=held,
        name=" ".join(name.split()),
        name_en=" ".join(name_en.split()),
        per=per,
        yen=yen,
    )
    record_space("extra_set", held, actor, extra=made.name, yen=yen)
    return made


@transaction.atomic
def end_extra(*, extra: Extra, actor: Person) -> None:
    """It can no longer be added; bookings that have it keep it.

    Raises:
        ListingError: `actor` does not run the space.
    """
    check_runs(actor, extra)
    if extra.ended_at is None:
        extra.ended_at = timezone.now()
        extra.save(update_fields=["ended_at"])
        record_space("extra_ended", extra.space, actor, extra=extra.name)
