"""After damage: the space is kept free for the repair, and what cannot be used is marked on its page."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.programmes.spaces.errors_care import CareError
from sosei.programmes.spaces.locks_listings import lock_space
from sosei.programmes.spaces.models import DamageReport, Space
from sosei.programmes.spaces.rules_periods import Period
from sosei.programmes.spaces.services import blocks
from sosei.programmes.spaces.services.halls import record_space
from sosei.programmes.spaces.services.steps import must_run_host

DAYS = (1, 3, 7, 14, 30)
"""How long a repair may keep a space."""


def block_for_repair(*, report: DamageReport, days: int, actor: Person) -> blocks.Blocked:
    """Keeps the space of a report from being booked from now on, for so many days; what is booked stays and is told.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town.
        CareError: a number of days that is not offered.
    """
    if days not in DAYS:
        raise CareError(_("修理の日数を選んでください。"), "days")
    now = timezone.now().replace(second=0, microsecond=0)
    return blocks.block(
        space=report.booking.space,
        period=Period(now, now + timedelta(days=days)),
        reason=_("修理のため（予約 %(number)s）") % {"number": report.booking.order.number},
        actor=actor,
    )


@transaction.atomic
def mark_equipment(*, space: Space, broken: Collection[str], actor: Person) -> Space:
    """What of the equipment cannot be used now, as it is shown on the page; the list of what there is stays.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town.
        CareError: something that the space does not have.
    """
    must_run_host(actor, space)
    with tenancy.unguarded():
        held = lock_space(space.pk)
        unknown = sorted(set(broken) - set(held.equipment))
        if unknown:
            raise CareError(_("この場所にない設備です。画面を読み直してください。"), "broken")
        kept = [slug for slug in held.equipment if slug in broken]
        if kept != held.out_of_order:
            held.out_of_order = kept
            held.save(update_fields=["out_of_order"])
            record_space("equipment_marked", held, actor, count=len(kept))
        return held
