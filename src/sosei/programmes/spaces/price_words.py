"""Prices in words: an item of a list, a line of a quote, and what a booking would cost."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.programmes.spaces import as_rules, rules_prices
from sosei.programmes.spaces.booking_times import clock_text, hours_text, length_text
from sosei.programmes.spaces.models import PriceItem, Space
from sosei.programmes.spaces.rules_errors import Refusal
from sosei.programmes.spaces.rules_periods import Period, at_minute
from sosei.programmes.spaces.rules_price_lists import Tier

DAY = 1440


@dataclass(frozen=True)
class ItemWords:
    """An item as a table tells it.

    Attributes:
        name: its own name, else that of its kind.
        when: hours, days and season; "" for always.
    """

    name: str
    when: str
    tier: str
    yen: int
    unit: str


def item_words(item: PriceItem) -> ItemWords:
    """One price in words."""
    english = (get_language() or "ja").startswith("en")
    own = item.name_en if english and item.name_en else item.name
    parts = []
    if (item.opens, item.closes) != (0, DAY):
        parts.append(
            _("%(start)s～%(end)s") % {"start": clock_text(item.opens), "end": clock_text(item.closes)}
        )
    if item.days != PriceItem.Days.ALL:
        parts.append(str(item.get_days_display()))
    if item.season_from is not None and item.season_until is not None:
        parts.append(
            _("%(first)s～%(last)s")
            % {"first": _month_day(item.season_from), "last": _month_day(item.season_until)}
        )
    if item.kind == PriceItem.Kind.HOUR and item.minutes:
        parts.append(_("%(length)sから") % {"length": length_text(item.minutes)})
    return ItemWords(
        name=own or str(item.get_kind_display()),
        when=_("・").join(parts),
        tier="" if item.tier == PriceItem.Tier.ALL else str(item.get_tier_display()),
        yen=item.yen,
        unit=_unit(item),
    )


def _unit(item: PriceItem) -> str:
    if item.kind == PriceItem.Kind.HOUR:
        return _("1時間")
    if item.kind == PriceItem.Kind.DAY:
        return _("1日")
    if item.kind == PriceItem.Kind.PACKAGE and item.minutes:
        return length_text(item.minutes)
    return _("1枠")


def _month_day(number: int) -> str:
    return _("%(month)s/%(day)s") % {"month": number // 100, "day": number % 100}


@dataclass(frozen=True)
class Tried:
    """What a booking would cost: its lines and sum, or why it has no price."""

    lines: tuple[tuple[str, str, int, int], ...] = ()
    total: int | None = None
    why: str = ""


def try_price(space: Space, day: datetime.date, opens: int, closes: int, tier: str) -> Tried:
    """The cheapest price of a time on a day, whether it is free or not.

    Reads the price lists of the space with their items.
    """
    zone = as_rules.zone_of(space.municipality)
    until = closes if closes > opens else closes + DAY
    period = Period(at_minute(day, opens, zone), at_minute(day, until, zone))
    found = rules_prices.cheapest(period, as_rules.price_lists_of(space), Tier(tier), zone)
    if isinstance(found, Refusal):
        return Tried(why=_refused(found, zone))
    items = {str(item.pk): item for row in space.price_lists.all() for item in row.items.all()}
    lines = []
    for line in found.lines:
        words = item_words(items[line.item.code])
        lines.append((words.name, hours_text(line, zone), line.quantity, line.yen))
    return Tried(lines=tuple(lines), total=found.total)


def _refused(refusal: Refusal, zone: Any) -> str:
    since = refusal.data.get("from")
    if isinstance(since, datetime.datetime):
        here = since.astimezone(zone)
        return _("%(time)sからの料金がありません。その時間に当てはまる料金を加えてください。") % {
            "time": f"{here.hour}:{here.minute:02}"
        }
    if refusal.code == rules_prices.Code.NO_LIST:
        return _("その日に使える料金表がありません。")
    return _("長すぎて計算できません。%(most)s日までにしてください。") % {"most": refusal.data.get("most")}
