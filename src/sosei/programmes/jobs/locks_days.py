"""Row locks of days of work: taken after those of person, posting and contract."""

from __future__ import annotations

from sosei.programmes.jobs.models import Correction, WorkDay


def lock_day(key: int) -> WorkDay:
    """One day: two punches, or a punch and an absence, are noted one after the other.

    Raises:
        WorkDay.DoesNotExist: no such day.
    """
    found: WorkDay = (
        WorkDay.objects.select_for_update(of=("self",), no_key=True)
        .select_related("person", "municipality", "employer", "shift", "contract__posting__workplace")
        .get(pk=key)
    )
    return found


def lock_correction(key: int) -> Correction:
    """One correction; its day is locked before.

    Raises:
        Correction.DoesNotExist: no such correction.
    """
    found: Correction = Correction.objects.select_for_update(of=("self",), no_key=True).get(pk=key)
    return found
