"""What a booking costs once it is moved: what the ladder keeps of a lower price, and what the house does not ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from sosei.programmes.spaces.as_rules import ladder_from, zone_of
from sosei.programmes.spaces.models import Booking, BookingCancellation
from sosei.programmes.spaces.rules_errors import Refusal
from sosei.programmes.spaces.rules_ladders import DatedStep, Move, Owed, Why, change_due, steps_with_dates
from sosei.programmes.spaces.services.cancelling import (
    at_least,
    floor_of,
    moves_of,
    owed_now,
    standing_percent,
)
from sosei.programmes.spaces.services.pricing import Line, Priced
from sosei.programmes.spaces.services.quoting import Part

Side = BookingCancellation.Side
KEPT, WAIVED = "kept", "waived"
"""Codes of the lines that a move adds to a price."""


@dataclass(frozen=True)
class MovePrice:
    """What a move would cost, or why it cannot be.

    Attributes:
        new_yen: what the booking costs from then on.
        kept: what of a lower price is kept, because the ladder had begun to count.
        steps: the ladder from then on.
    """

    old_yen: int
    new_yen: int
    extra: int
    refund: int
    kept: int
    refusal: Refusal | None = None
    steps: tuple[DatedStep, ...] = ()


def price_for(booking: Booking, part: Part, now: datetime, side: str) -> MovePrice:
    """What one booking costs at its new place, by whichever side it is moved."""
    if part.refusal is not None:
        return MovePrice(booking.yen, booking.yen, 0, 0, 0, part.refusal)
    kept_before, floor, moves = kept_of(booking), floor_of(booking), moves_of(booking)
    if side == Side.GUEST:
        floor = max(floor, owed_now(booking, now).yen)
        moves = [*moves, Move(now, booking.period.lower)]
        yen = _yen_after(booking.yen, kept_before, part.yen, standing_percent(booking, now), floor)
    else:
        # Whoever is moved by the house pays no more, and nothing of what becomes cheaper is kept.
        yen = min(booking.yen, part.yen + kept_before)
    steps = steps_with_dates(
        ladder_from(booking.ladder),
        part.wanted.period.start,
        booking.booked_at,
        yen,
        zone_of(booking.municipality),
        moves=moves,
    )
    extra, refund = max(0, yen - booking.yen), max(0, booking.yen - yen)
    kept = max(0, yen - part.yen - kept_before) if side == Side.GUEST else 0
    return MovePrice(booking.yen, yen, extra, refund, kept, None, at_least(steps, floor, yen))


def _yen_after(old_yen: int, kept_before: int, new_yen: int, percent: int, floor: int) -> int:
    """What a booking costs after the guest's move.

    What was kept at earlier moves is no part of the price that becomes cheaper: it is not halved again. Where the price
    rises again, as much of it is set off as was kept of the same yen, so that going and coming wins and costs nothing.
    """
    price = old_yen - kept_before
    due = change_due(price, new_yen, Owed(percent, 0, 0, Why.STEP))
    set_off = min(kept_before, due.extra * percent // 100)
    after = new_yen + kept_before + due.kept - set_off
    return after if after >= old_yen else max(after, min(floor, old_yen))


def kept_of(booking: Booking) -> int:
    """What earlier moves kept of its price."""
    return sum(line["yen"] for line in booking.quote.get("lines", ()) if line.get("code") == KEPT)


def quote_after(part: Part, yen: int, kept: int | None) -> dict[str, object]:
    """The new price with what is kept, and what the house takes off where it moved the booking to something dearer.

    Args:
        kept: None where all beyond the new price is kept.
    """
    priced = part.priced
    if priced is None:
        raise ValueError("a place without a price cannot be moved to")
    beyond = yen - priced.yen
    kept = beyond if kept is None else kept
    lines = [line for line in (_line(KEPT, kept), _line(WAIVED, beyond - kept)) if line.yen]
    lines = (*priced.lines, *lines)
    return Priced(lines, yen, priced.tax_percent, priced.exemption).as_json(part.wanted.extras)


def _line(code: str, yen: int) -> Line:
    texts = []
    for language in ("ja", "en"):
        with override(language):
            texts.append(
                _("変更で返らない分") if code == KEPT else _("貸す人・市の都合の変更で、かからない分")
            )
    return Line(texts[0], texts[1], 1, "", yen, yen, code)
