"""The town's estimates for its harvest calendar: crops, and the hands they need week by week."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import rules
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from sosei.core.people.models import Municipality, Person
from sosei.core.records.services import write_entry
from sosei.programmes.jobs.errors_postings import EmployerError
from sosei.programmes.jobs.models import Crop, HarvestNeed


@transaction.atomic
def enter_crop(*, municipality: Municipality, name: str, name_en: str, position: int, actor: Person) -> Crop:
    """Enters a crop or seasonal work of the town.

    Raises:
        EmployerError: `actor` may not, no name, or one that is there already.
    """
    crop = Crop(municipality=municipality)
    _check(actor, "add_crop", crop)
    _save(crop, name, name_en, position)
    _record("crop_entered", crop, actor)
    return crop


@transaction.atomic
def change_crop(*, crop: Crop, name: str, name_en: str, position: int, actor: Person) -> Crop:
    """Corrects a crop.

    Raises:
        EmployerError: as `enter_crop`.
    """
    _check(actor, "change_crop", crop)
    _save(crop, name, name_en, position)
    _record("crop_changed", crop, actor)
    return crop


@transaction.atomic
def remove_crop(*, crop: Crop, actor: Person) -> None:
    """Takes a crop out of the calendar, with its estimates.

    Raises:
        EmployerError: `actor` may not, or a posting names it.
    """
    _check(actor, "delete_crop", crop)
    if crop.postings.exists():
        raise EmployerError(_("この作物を使っている求人があるので、消せません。"))
    _record("crop_removed", crop, actor)
    crop.delete()


def _save(crop: Crop, name: str, name_en: str, position: int) -> None:
    crop.name, crop.name_en, crop.position = name.strip(), name_en.strip(), position
    if not crop.name:
        raise EmployerError(_("作物の名前を書いてください。"), "name")
    try:
        with transaction.atomic():
            crop.save()
    except IntegrityError as error:
        if "crop_once" not in str(error):
            raise
        raise EmployerError(_("「%(name)s」は、もうあります。") % {"name": crop.name}, "name") from error


@transaction.atomic
def set_needs(
    *,
    municipality: Municipality,
    needs: Mapping[tuple[int, datetime.date], int],
    source: str,
    actor: Person,
) -> int:
    """Sets the hands needed by (crop, Monday), in person-days; 0 takes an estimate away. How many were changed.

    Raises:
        EmployerError: `actor` may not, no source, or a crop of another town.
    """
    _check(actor, "add_harvestneed", HarvestNeed(municipality=municipality))
    if not source.strip():
        raise EmployerError(
            _("何をもとにした人数かを書いてください（例：昨年の作付面積とJAの聞き取り）。"), "source"
        )
    own = set(Crop.objects.filter(municipality=municipality).values_list("pk", flat=True))
    if {crop for crop, _monday in needs} - own:
        raise EmployerError(_("この町の作物ではないものが入っています。"))
    held = {
        (need.crop_id, need.monday): need.hands
        for need in HarvestNeed.objects.filter(municipality=municipality, crop__in=own)
    }
    changed = {key: hands for key, hands in needs.items() if held.get(key, 0) != hands}
    for (crop, monday), hands in changed.items():
        if hands == 0:
            HarvestNeed.objects.filter(crop=crop, monday=monday).delete()
        else:
            HarvestNeed.objects.update_or_create(
                crop_id=crop,
                monday=monday,
                defaults={"municipality": municipality, "hands": hands, "source": source.strip()[:200]},
            )
    if changed:
        write_entry(
            actor=actor,
            verb="harvest.needs_set",
            subject=municipality,
            municipality=municipality,
            reason=source.strip(),
            data={"count": len(changed)},
        )
    return len(changed)


def _check(actor: Person, permission: str, row: Crop | HarvestNeed) -> None:
    if not rules.has_perm(f"jobs.{permission}", actor, row):
        raise EmployerError(_("収穫カレンダーは、この町の事業担当と企画担当だけが直せます。"))


def _record(verb: str, crop: Crop, actor: Person) -> None:
    write_entry(
        actor=actor,
        verb=f"harvest.{verb}",
        subject=crop,
        municipality=crop.municipality,
        data={"crop": crop.name},
    )
