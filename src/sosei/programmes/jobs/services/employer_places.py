"""Workplaces and lodgings of an employer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.design import civil_day
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.programmes.jobs.errors_postings import EmployerError
from sosei.programmes.jobs.locks_employers import lock_nights
from sosei.programmes.jobs.models import Employer, Lodging, LodgingNight, Posting, Workplace
from sosei.programmes.jobs.services.employers import check_runs

Held = Workplace | Lodging


@transaction.atomic
def enter_workplace(*, employer: Employer, columns: Mapping[str, Any], actor: Person) -> Workplace:
    """Enters a place where people work.

    Raises:
        EmployerError: `actor` does not act for the employer, or an exemption without a reason.
    """
    check_runs(actor, employer)
    _check_exemption(columns)
    made: Workplace = Workplace.objects.create(
        employer=employer, municipality=employer.municipality, **columns
    )
    _record("place_entered", made, actor)
    return made


@transaction.atomic
def change_workplace(*, workplace: Workplace, columns: Mapping[str, Any], actor: Person) -> Workplace:
    """Corrects a place where people work.

    Raises:
        EmployerError: as `enter_workplace`, or a posting that is published names it and its law would change.
    """
    check_runs(actor, workplace.employer)
    _check_exemption(columns)
    named = ("address", "municipality_code", "exemption", "smoking")
    differs = any(name in columns and columns[name] != getattr(workplace, name) for name in named)
    if differs and workplace.postings.filter(state=Posting.State.PUBLISHED).exists():
        raise EmployerError(
            _(
                "公開中の求人がこの場所を使っています。住所・受動喫煙の対策・適用除外を変えるときは、"
                "新しい就業場所を登録して、求人の就業場所を変えてください。申し込んだ人に変更が伝わります。"
            )
        )
    return _change(workplace, columns, actor)  # type: ignore[return-value]


def _check_exemption(columns: Mapping[str, Any]) -> None:
    if columns.get("exemption") and not str(columns.get("exemption_reason", "")).strip():
        raise EmployerError(
            _("適用除外にするときは、理由を書いてください（例：露地の桃畑で、天気で作業が変わる）。"),
            "exemption_reason",
        )


@transaction.atomic
def enter_lodging(*, employer: Employer, columns: Mapping[str, Any], actor: Person) -> Lodging:
    """Enters beds of the employer.

    Raises:
        EmployerError: `actor` does not act for the employer.
    """
    check_runs(actor, employer)
    made: Lodging = Lodging.objects.create(employer=employer, municipality=employer.municipality, **columns)
    _record("place_entered", made, actor)
    return made


@transaction.atomic
def change_lodging(*, lodging: Lodging, columns: Mapping[str, Any], actor: Person) -> Lodging:
    """Corrects beds of the employer; nights to come get the new number of beds.

    Raises:
        EmployerError: `actor` does not act for the employer, or more beds of a night are promised than would be left.
    """
    check_runs(actor, lodging.employer)
    beds = columns.get("beds", lodging.beds)
    today = civil_day.today()
    nights = lock_nights(lodging, today)
    promised = max((night.taken for night in nights), default=0)
    if beds < promised:
        raise EmployerError(
            _("もう%(taken)s人が泊まる約束の夜があります。%(taken)sより少なくはできません。")
            % {"taken": promised},
            "beds",
        )
    LodgingNight.objects.filter(pk__in=[night.pk for night in nights]).update(beds=beds)
    return _change(lodging, columns, actor)  # type: ignore[return-value]


def _change(place: Held, columns: Mapping[str, Any], actor: Person) -> Held:
    changed = [name for name, value in columns.items() if getattr(place, name) != value]
    for name in changed:
        setattr(place, name, columns[name])
    if changed:
        place.save()
        _record("place_changed", place, actor)
    return place


@transaction.atomic
def close_place(*, place: Held, actor: Person, reason: str = "") -> Held:
    """The place is not used for anything new.

    Raises:
        EmployerError: `actor` does not act for the employer, or a posting that is published names it.
    """
    check_runs(actor, place.employer)
    if place.closed_at is not None:
        return place
    here = Q(workplace=place) if isinstance(place, Workplace) else Q(lodging=place)
    if Posting.objects.filter(here, state=Posting.State.PUBLISHED).exists():
        raise EmployerError(
            _("公開中の求人がこの場所を使っています。先に求人を終えるか、求人の場所を変えてください。")
        )
    place.closed_at = timezone.now()
    place.save(update_fields=["closed_at"])
    _record("place_closed", place, actor, reason)
    return place


def _record(verb: str, place: Held, actor: Person, reason: str = "") -> None:
    write_entry(
        actor=actor,
        verb=f"employer.{verb}",
        subject=place,
        municipality=place.municipality,
        reason=reason.strip(),
        data={"employer": place.employer.name, "place": place.name},
    )
