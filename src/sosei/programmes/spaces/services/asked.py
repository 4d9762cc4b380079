"""What is handed in to place an order, and whether this person may order it so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any
from uuid import UUID

import rules
from django.utils.translation import gettext as _

from sosei.core.people.models import Person
from sosei.programmes.spaces import rules_bookings, rules_series
from sosei.programmes.spaces.errors_bookings import BookingError, ChangedPriceError, NotAllowedError
from sosei.programmes.spaces.models import Order, UserGroup
from sosei.programmes.spaces.services import groups, money
from sosei.programmes.spaces.services.quoting import Quoted, Wanted

MOST = rules_series.MOST
"""Bookings of one order."""
NOT_SHOWN = (Order.Source.PHONE, Order.Source.LOTTERY)
"""Where nobody looks at a last page: read out on the phone, or shown before the lottery."""


@dataclass(frozen=True)
class Guest:
    """Who books: somebody with an account, or a name with an address."""

    person: Person | None
    name: str
    email: str = ""
    phone: str = ""
    language: str = "ja"

    @classmethod
    def of(cls, person: Person) -> Guest:
        """Somebody with an account."""
        return cls(person, str(person), person.email or "", str(person.phone or ""), person.language)


@dataclass(frozen=True)
class Asked:
    """Everything an order is made of, as it was handed in."""

    wanted: Sequence[Wanted]
    guest: Guest
    tier: str
    group: UserGroup | None
    purpose: str
    purpose_note: str
    heads: int
    from_outside: int
    remote_workers: int
    way_to_pay: str
    shown: Mapping[str, Any]
    key: UUID
    actor: Person | None
    source: str
    repeats: Any
    note: str
    by_staff: bool
    waiting: int
    agreed: int | None
    now: datetime


def check(
    wanted: Sequence[Wanted],
    guest: Guest,
    actor: Person | None,
    source: str,
    way_to_pay: str,
    shown: Mapping[str, Any],
) -> bool:
    """What can be said without asking the database; whether it is booked by the house itself.

    Raises:
        NotAllowedError: `actor` may not book for this guest.
        BookingError: nothing wanted, too much or twice, several hosts, no way to be reached, items not shown.
    """
    if not wanted:
        raise BookingError(_("予約する日と時間を選んでください。"), "period")
    if len(wanted) > MOST:
        raise BookingError(
            _("一度に予約できるのは%(most)s回までです。いくつかに分けてください。") % {"most": MOST}, "period"
        )
    if len({one.space.host_id for one in wanted}) > 1:
        raise BookingError(_("貸す人がちがう場所は、別々に予約してください。"), "spaces")
    if any(
        one.space.pk == other.space.pk and one.period.overlaps(other.period)
        for one, other in combinations(wanted, 2)
    ):
        raise BookingError(_("同じ場所の同じ時間を2回選んでいます。1つにしてください。"), "period")
    if guest.person is None and not (guest.email or guest.phone):
        raise BookingError(_("メールアドレスか電話番号を入れてください。予約の案内を送ります。"), "email")
    if source not in NOT_SHOWN and rules_bookings.missing_items(
        {item: shown.get(item) for item in rules_bookings.Item}
    ):
        raise BookingError(_("申し込みの前に示すことがらが足りません。確認の画面からやり直してください。"))
    space = wanted[0].space
    draft = Order(
        municipality_id=space.municipality_id,
        host_id=space.host_id,
        person=guest.person,
        way_to_pay=way_to_pay,
    )
    if actor is None:
        if guest.person is not None or source != Order.Source.WEB:
            raise NotAllowedError(_("この人の予約は、本人か、貸す人、市の担当者だけができます。"))
        return False
    if not rules.has_perm("spaces.add_order", actor, draft):
        raise NotAllowedError(_("この人の予約は、本人か、貸す人、市の担当者だけができます。"))
    return source == Order.Source.PHONE and rules.has_perm("spaces.run_host", actor, draft)


def check_group(asked: Asked) -> None:
    """Who won in the lottery entered in time: what a group had then, it keeps.

    Raises:
        BookingError: a group that is not the guest's, or not registered any more.
    """
    if asked.group is not None and asked.source != Order.Source.LOTTERY:
        town = asked.wanted[0].space.municipality
        groups.must_fit(asked.group, asked.guest.person, town.pk, groups.today_of(town, asked.now))


def check_offer(asked: Asked, found: Quoted) -> None:
    """What is quoted now is what was shown, and the way to pay fits it.

    Raises:
        ChangedPriceError: price, ladder or terms have changed meanwhile.
        BookingError: a way to pay that does not fit.
    """
    if asked.shown.get("digest") not in (None, found.digest):
        raise ChangedPriceError(
            _("画面を見ている間に、料金か取り消しの決まりが変わりました。新しい内容をたしかめてください。")
        )
    if found.yen == 0:
        if asked.way_to_pay not in ("", money.FREE):
            raise BookingError(_("無料なので、支払いの方法はいりません。"), "way_to_pay")
    elif asked.way_to_pay not in found.ways:
        raise BookingError(
            _(
                "この支払いの方法は使えません。ほかの方法を選んでください（始まりが近いと使えないものがあります）。"
            ),
            "way_to_pay",
        )
