"""Row locks of employers and their beds, in the order of keys."""

from __future__ import annotations

from sosei.programmes.jobs.models import Employer, Lodging, LodgingNight


def lock_employer(key: int) -> Employer:
    """One employer: two of the town's staff decide one after the other.

    Raises:
        Employer.DoesNotExist: no such employer.
    """
    found: Employer = (
        Employer.objects.select_for_update(of=("self",), no_key=True)
        .select_related("municipality")
        .get(pk=key)
    )
    return found


def lock_nights(lodging: Lodging, first: object) -> list[LodgingNight]:
    """The nights of a lodging from a day on."""
    nights = LodgingNight.objects.select_for_update(no_key=True).filter(lodging=lodging, night__gte=first)
    return list(nights.order_by("pk"))
