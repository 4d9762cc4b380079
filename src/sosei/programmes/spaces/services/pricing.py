"""What a booking costs, line by line: the cheapest cover of its time, extras, and the reduction that an ordinance grants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from sosei.core.payments.models import ExemptionRule
from sosei.engines.conventions.tax import tax_percent
from sosei.programmes.spaces.as_rules import price_lists_of, zone_of
from sosei.programmes.spaces.errors_bookings import Code
from sosei.programmes.spaces.models import Extra, PriceItem, Space, UserGroup
from sosei.programmes.spaces.rules_errors import Refusal
from sosei.programmes.spaces.rules_periods import Period, day_of
from sosei.programmes.spaces.rules_price_lists import Kind, PriceList, Tier
from sosei.programmes.spaces.rules_prices import QuoteLine, cheapest
from sosei.programmes.spaces.services import money

Extras = tuple[tuple[int, int], ...]
"""(key of the extra, how many)."""


@dataclass(frozen=True)
class Line:
    """One line of a price, in both languages."""

    text: str
    text_en: str
    quantity: int
    unit: str
    unit_yen: int
    yen: int
    code: str


@dataclass(frozen=True)
class Priced:
    """What a booking costs, tax included.

    Attributes:
        exemption: the reduction among the lines.
    """

    lines: tuple[Line, ...]
    yen: int
    tax_percent: int
    exemption: ExemptionRule | None = None

    def as_json(self, extras: Extras) -> dict[str, Any]:
        """As a booking keeps it (`Booking.quote`)."""
        return {
            "lines": [
                {
                    "text": line.text,
                    "text_en": line.text_en,
                    "quantity": line.quantity,
                    "unit": line.unit,
                    "unit_yen": line.unit_yen,
                    "yen": line.yen,
                    "code": line.code,
                }
                for line in self.lines
            ],
            "extras": [list(each) for each in extras],
            "exemption": self.exemption.pk if self.exemption else None,
        }


def extras_of(quote: Mapping[str, Any]) -> Extras:
    """The extras of a kept price."""
    return tuple((key, quantity) for key, quantity in quote.get("extras", ()))


class Pricing:
    """Prices of one space, its lists and extras read once for many bookings.

    Attributes:
        agreed: yen that one booking costs at most, since its host has offered it so; None for the list's price.
    """

    def __init__(
        self, space: Space, tier: str, group: UserGroup | None = None, agreed: int | None = None
    ) -> None:
        self.space, self.agreed = space, agreed
        self.tier = Tier(tier)
        self.zone = zone_of(space.municipality)
        self.lists: Sequence[PriceList] = price_lists_of(space)
        self._items = {str(item.pk): item for one in space.price_lists.all() for item in one.items.all()}
        self._extras: dict[int, Extra] | None = None
        granted = group.exemption_code if group is not None and space.host.is_public else ""
        self.exemption = money.exemption_for(granted) if granted else None

    def price(self, period: Period, extras: Extras = ()) -> Priced | Refusal:
        """What a period with extras costs, or why it has no price."""
        found = cheapest(period, self.lists, self.tier, self.zone)
        if isinstance(found, Refusal):
            return found
        lines = [self._line(one) for one in found.lines]
        for key, quantity in extras:
            extra = self._extra(key)
            if extra is None or quantity < 1:
                return Refusal(Code.NO_SUCH_EXTRA)
            lines.append(_extra_line(extra, quantity, period))
        yen = sum(line.yen for line in lines)
        on = day_of(period.start, self.zone)
        percent = money.exemption_percent(self.exemption, on)
        if percent and self.exemption is not None:
            lines.append(_reduction(self.exemption, -(yen * percent // 100)))
        above = 0 if self.agreed is None else sum(line.yen for line in lines) - self.agreed
        if above > 0:
            lines.append(_discount(-above))
        return Priced(
            tuple(lines),
            sum(line.yen for line in lines),
            tax_percent(on),
            self.exemption if percent else None,
        )

    def _extra(self, key: int) -> Extra | None:
        if self._extras is None:
            self._extras = {one.pk: one for one in self.space.extras.all() if one.ended_at is None}
        return self._extras.get(key)

    def _line(self, one: QuoteLine) -> Line:
        item = self._items[one.item.code]
        return Line(
            text=f"{self.space.name} {item.name or _kind(item.kind, 'ja')}",
            text_en=f"{self.space.name_en or self.space.name} {item.name_en or _kind(item.kind, 'en')}",
            quantity=one.quantity,
            unit="h" if one.item.kind is Kind.HOUR else "",
            unit_yen=one.item.yen,
            yen=one.yen,
            code=f"price:{item.pk}",
        )


def _kind(kind: str, language: str) -> str:
    with override(language):
        return str(PriceItem.Kind(kind).label)


def _extra_line(extra: Extra, quantity: int, period: Period) -> Line:
    units = quantity * (-(-period.minutes // 60) if extra.per == Extra.Per.HOUR else 1)
    return Line(
        text=extra.name,
        text_en=extra.name_en or extra.name,
        quantity=units,
        unit="h" if extra.per == Extra.Per.HOUR else "",
        unit_yen=extra.yen,
        yen=units * extra.yen,
        code=f"extra:{extra.pk}",
    )


def _discount(yen: int) -> Line:
    """What a host takes off in an offer (`services.wish_offers`)."""
    texts = []
    for language in ("ja", "en"):
        with override(language):
            texts.append(_("割引（貸す人からの申し出）"))
    return Line(texts[0], texts[1], 1, "", yen, yen, "offer")


def _reduction(rule: ExemptionRule, yen: int) -> Line:
    texts = []
    for language, title in (("ja", rule.title), ("en", rule.title_en or rule.title)):
        with override(language):
            texts.append(
                _("減免：%(title)s（%(article)s、%(percent)s％）")
                % {"title": title, "article": rule.article, "percent": rule.percent}
            )
    return Line(texts[0], texts[1], 1, "", yen, yen, f"exemption:{rule.pk}")
