"""Places of shifts and beds of nights: counters that the database keeps within their bounds, all of them or none.

Called within a transaction that holds the lock of the posting, and outside the guard of the web role.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.db import transaction
from django.db.models import F

from sosei.engines.labour.spans import JST
from sosei.programmes.jobs.models import Application, Lodging, LodgingNight, Shift
from sosei.programmes.jobs.rules_applications import lodging_nights


class NoPlaceError(Exception):
    """A shift is full, or called off."""


class NoBedError(Exception):
    """A night has no bed left."""


def wanted_shifts(application: Application) -> list[Shift]:
    """The shifts an application asks for, in the order of time."""
    return list(Shift.objects.filter(wanted_by__application=application).order_by("starts_at", "pk"))


def nights_of(shifts: Iterable[Shift]) -> tuple[date, ...]:
    """The nights for which somebody who works these shifts needs a bed."""
    return lodging_nights([shift.starts_at.astimezone(JST).date() for shift in shifts])


def take_all(
    shifts: Sequence[Shift], lodging: Lodging | None, people: int = 1, sleepers: int | None = None
) -> None:
    """Takes places for so many people, and beds for so many of them where a lodging is given; everything or nothing.

    Raises:
        NoPlaceError, NoBedError: something is full; nothing is taken.
    """
    with transaction.atomic():
        for key in sorted(shift.pk for shift in shifts):
            taken = Shift.objects.filter(
                pk=key, called_off_at__isnull=True, taken__lte=F("capacity") - people
            ).update(taken=F("taken") + people)
            if not taken:
                raise NoPlaceError
        if lodging is not None:
            _take_beds(lodging, nights_of(shifts), people if sleepers is None else sleepers)


def _take_beds(lodging: Lodging, nights: Collection[date], people: int) -> None:
    if lodging.closed_at is not None:
        raise NoBedError
    rows = [
        LodgingNight(
            municipality_id=lodging.municipality_id,
            employer_id=lodging.employer_id,
            lodging=lodging,
            night=night,
            beds=lodging.beds,
        )
        for night in sorted(nights)
    ]
    LodgingNight.objects.bulk_create(rows, ignore_conflicts=True)
    keys = LodgingNight.objects.filter(lodging=lodging, night__in=nights).order_by("pk")
    for key in keys.values_list("pk", flat=True):
        taken = LodgingNight.objects.filter(pk=key, taken__lte=F("beds") - people).update(
            taken=F("taken") + people
        )
        if not taken:
            raise NoBedError


def give_back(
    shifts: Sequence[Shift], lodging: Lodging | None, still_needed: Sequence[Shift] = (), people: int = 1
) -> None:
    """Frees the places of `shifts`, and the beds that nobody needs for `still_needed`."""
    for key in sorted(shift.pk for shift in shifts):
        Shift.objects.filter(pk=key, taken__gte=people).update(taken=F("taken") - people)
    if lodging is None:
        return
    kept = set(nights_of(still_needed))
    freed = [night for night in nights_of([*shifts, *still_needed]) if night not in kept]
    rows = LodgingNight.objects.filter(lodging=lodging, night__in=freed, taken__gte=people).order_by("pk")
    for key in rows.values_list("pk", flat=True):
        LodgingNight.objects.filter(pk=key).update(taken=F("taken") - people)
