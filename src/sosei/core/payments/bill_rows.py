"""Bills as rows of a list: what each is for and how it stands, without a query for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from sosei.core.payments.models import Bill, ChargeLine


@dataclass(frozen=True)
class BillRow:
    """A bill in a list.

    Attributes:
        thing: its first line.
        tag, label: how it stands, as a coloured word.
    """

    bill: Any
    thing: str
    tag: str
    label: str


def rows_of(bills: Iterable[Bill]) -> list[BillRow]:
    """The rows of bills with their standing annotated; one query."""
    found = list(bills)
    first: dict[int, ChargeLine] = {}
    lines = ChargeLine.objects.filter(bill__in=[one.pk for one in found]).order_by(
        "bill_id", "charge_id", "position"
    )
    for line in lines.distinct("bill_id"):
        first[line.bill_id] = line
    return [BillRow(one, str(first.get(one.pk, "")), *standing_word(one)) for one in found]


def standing_word(bill: Any) -> tuple[str, str]:
    """How a bill with its standing annotated stands: kind of tag, word."""
    if bill.waiting:
        return "info", _("支払い待ち")
    if bill.open:
        return "warning", _("未払い")
    if bill.refunding:
        return "info", _("返金の手続き中")
    if bill.refunded and bill.refunded >= bill.paid:
        return "neutral", _("返金済み")
    if bill.refunded:
        return "success", _("一部返金")
    if not bill.charged and not bill.paid:
        return "neutral", _("支払いなし")
    return "success", _("支払い済み")
