"""A partner's catalogue: what it sells, what each thing can do in numbers, and its price with tax."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.models import Person
from sosei.programmes.spaces.errors_ict import IctError
from sosei.programmes.spaces.locks_ict import lock_partner
from sosei.programmes.spaces.models import CatalogueItem, IctPartner
from sosei.programmes.spaces.services.ict_partners import check_runs, record
from sosei.programmes.spaces.words_ict_sizing import CAPACITIES, GOODS, NEEDED_CAPACITIES

MOST_YEN = 100_000_000
MOST_CAPACITY = 100_000_000
MOST_ITEMS = 500


@dataclass(frozen=True)
class Offer:
    """A thing as a partner enters it; prices with tax, speeds in kbit/s."""

    kind: str
    code: str
    name: str
    first_yen: int
    monthly_yen: int = 0
    name_en: str = ""
    capacity: Mapping[str, int] = field(default_factory=dict)
    valid_until: datetime.date | None = None

    def columns(self) -> dict[str, Any]:
        """As the table keeps them."""
        return {
            "kind": self.kind,
            "code": self.code,
            "name": self.name,
            "name_en": self.name_en,
            "first_yen": self.first_yen,
            "monthly_yen": self.monthly_yen,
            "capacity": dict(self.capacity),
            "valid_until": self.valid_until,
        }


def flaws_of(offer: Offer) -> list[tuple[str, str]]:
    """Why a thing cannot stand in a catalogue: column and words."""
    found: list[tuple[str, str]] = []
    if offer.kind not in GOODS:
        found.append(("kind", _("種類「%(kind)s」はありません。") % {"kind": offer.kind}))
    for name, label, longest in (
        ("code", _("型番"), 40),
        ("name", _("名前"), 120),
        ("name_en", _("名前（英語）"), 120),
    ):
        text = getattr(offer, name)
        if not text and name != "name_en":
            found.append((name, _("「%(label)s」を書いてください。") % {"label": label}))
        if len(text) > longest:
            found.append((name, _("「%(label)s」は%(most)s字までです。") % {"label": label, "most": longest}))
    for name, label in (("first_yen", _("初めの費用")), ("monthly_yen", _("月の費用"))):
        if not 0 <= getattr(offer, name) <= MOST_YEN:
            found.append(
                (
                    name,
                    _("「%(label)s」は0円から%(most)s円までです。")
                    % {"label": label, "most": f"{MOST_YEN:,}"},
                )
            )
    for name in NEEDED_CAPACITIES.get(offer.kind, ()):
        value = offer.capacity.get(name, 0)
        if not 0 < value <= MOST_CAPACITY:
            found.append(
                (
                    name,
                    _("「%(label)s」に、0より大きい数を書いてください。ないと、提案に選ばれません。")
                    % {"label": CAPACITIES[name]},
                )
            )
    if offer.kind == "switch" and offer.capacity.get("ports", 0) < offer.capacity.get("poe_ports", 0):
        found.append(("ports", _("LANの口（全部）は、PoEの口より少なくできません。")))
    return found


def tidy(offer: Offer) -> Offer:
    """Without needless blanks, and with those capacities alone that its kind has."""
    needed = NEEDED_CAPACITIES.get(offer.kind, ())
    return Offer(
        kind=offer.kind,
        code=" ".join(offer.code.split()),
        name=" ".join(offer.name.split()),
        name_en=" ".join(offer.name_en.split()),
        first_yen=offer.first_yen,
        monthly_yen=offer.monthly_yen,
        capacity={name: int(value) for name, value in offer.capacity.items() if name in needed},
        valid_until=offer.valid_until,
    )


@transaction.atomic
def enter_item(*, partner: IctPartner, offer: Offer, actor: Person) -> CatalogueItem:
    """Adds a thing to the catalogue.

    Raises:
        IctError: `actor` does not run the partner, it has ended, the code stands already, or a value cannot be kept.
    """
    held = _held(partner, actor)
    offer = _checked(offer)
    if CatalogueItem.objects.filter(partner=held, ended_at__isnull=True).count() >= MOST_ITEMS:
        raise IctError(_("カタログは%(most)s品までです。") % {"most": MOST_ITEMS})
    _must_be_new(held, offer.code)
    item: CatalogueItem = CatalogueItem.objects.create(
        municipality=held.municipality, partner=held, **offer.columns()
    )
    record("item_entered", held, actor, item=item.name)
    return item


@transaction.atomic
def change_item(*, item: CatalogueItem, offer: Offer, actor: Person) -> list[str]:
    """Corrects a thing; proposals keep the prices under which they were made. Gives the columns that changed.

    Raises:
        IctError: `actor` does not run the partner, the thing is no longer sold, or a value cannot be kept.
    """
    held = _held(item.partner, actor)
    current: CatalogueItem = CatalogueItem.objects.get(pk=item.pk)
    if current.ended_at is not None:
        raise IctError(_("「%(item)s」は、もう売るのをやめています。") % {"item": current})
    offer = _checked(offer)
    if offer.code != current.code:
        _must_be_new(held, offer.code)
    changed = changes(current, offer)
    for name in changed:
        setattr(current, name, offer.columns()[name])
    if changed:
        current.save(update_fields=changed)
        record("item_changed", held, actor, item=current.name)
    return changed


def changes(item: CatalogueItem, offer: Offer) -> list[str]:
    """Columns in which a thing differs from what is offered now."""
    return [name for name, value in offer.columns().items() if getattr(item, name) != value]


@transaction.atomic
def end_item(*, item: CatalogueItem, actor: Person) -> CatalogueItem:
    """The thing is no longer sold: new proposals do without it.

    Raises:
        IctError: `actor` does not run the partner, or it has ended already.
    """
    held = _held(item.partner, actor)
    current: CatalogueItem = CatalogueItem.objects.get(pk=item.pk)
    if current.ended_at is not None:
        raise IctError(_("「%(item)s」は、もう売るのをやめています。") % {"item": current})
    current.ended_at = timezone.now()
    current.save(update_fields=["ended_at"])
    record("item_ended", held, actor, item=current.name)
    return current


def _held(partner: IctPartner, actor: Person) -> IctPartner:
    check_runs(actor, partner)
    held = lock_partner(partner.pk)
    if held.ended_at is not None:
        raise IctError(
            _("「%(name)s」は、ICTの会社からはずれています。町の担当者に相談してください。") % {"name": held}
        )
    return held


def _checked(offer: Offer) -> Offer:
    offer = tidy(offer)
    flaws = flaws_of(offer)
    if flaws:
        raise IctError(flaws[0][1], flaws[0][0])
    return offer


def _must_be_new(partner: IctPartner, code: str) -> None:
    if CatalogueItem.objects.filter(partner=partner, code=code, ended_at__isnull=True).exists():
        raise IctError(_("型番「%(code)s」は、もうカタログにあります。") % {"code": code}, "code")
