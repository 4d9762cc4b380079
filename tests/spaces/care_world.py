"""Steps that tests of reviews and damage take: a booking that is over and used, what both sides say of it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from sosei.core.people.models import Person
from sosei.programmes.spaces.models import Booking, DamageReport, SpaceReview
from sosei.programmes.spaces.rules_care import QUESTIONS, ClaimLine, LineKind
from sosei.programmes.spaces.services import damage, reviews
from sosei.programmes.spaces.services.orders import Guest
from tests.spaces.bookings_world import only, place, wish
from tests.spaces.world import SpacesWorld

GOOD = {side: {name: known[0] for name, known in asked.items()} for side, asked in QUESTIONS.items()}
LINES = [ClaimLine(LineKind.REPAIR, "いすの脚", 8000), ClaimLine(LineKind.OVERTIME, "30分", 500)]


def used(
    spaces: SpacesWorld,
    guest: Person | Guest | None = None,
    *,
    space: Any = None,
    hours_ago: int = 2,
    way: str = "on_site",
    **more: Any,
) -> Booking:
    """Two hours in room A, over so long ago and marked as used then."""
    booking = only(place(guest or spaces.guest, wish(space or spaces.rooms[0]), way=way, **more))
    end = timezone.now().replace(second=0, microsecond=0) - timedelta(hours=hours_ago)
    booking.occupancies.all().delete()
    Booking.objects.filter(pk=booking.pk).update(
        state="used",
        confirmed_at=end,
        ended_at=end,
        answer_until=None,
        period=(end - timedelta(hours=2), end),
    )
    return only(booking.order)


def review(booking: Booking, side: str, actor: Person | None, **changes: Any) -> SpaceReview:
    """One side's words."""
    given = {"stars": 5, "answers": GOOD[side], "comment": "よかったです。", **changes}
    return reviews.write_review(booking=booking, side=side, actor=actor, **given)


def report(booking: Booking, actor: Person | None, side: str = "host", **changes: Any) -> DamageReport:
    """A broken chair and half an hour too long."""
    given: dict[str, Any] = {"kind": "broken", "text": "いすがこわれていました。", "key": uuid.uuid4()}
    given["lines"] = LINES if side == "host" else []
    return damage.tell(booking=booking, side=side, actor=actor, **{**given, **changes})
