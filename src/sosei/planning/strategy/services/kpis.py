"""KPIs and their targets: define, change, end, set targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Organisation, Person
from sosei.core.records.services import write_entry
from sosei.planning.strategy.errors_kpis import ActualError, KpiError
from sosei.planning.strategy.locks_kpis import lock_kpi
from sosei.planning.strategy.models import BasicGoal, Kpi, KpiTarget, Measure, PolicyPackage
from sosei.planning.strategy.numbers import PLACES, check_number, print_year
from sosei.planning.strategy.permissions import can_plan_part

# What others take from here as well: the values of a KPI.
from sosei.planning.strategy.services.actuals import (
    choose_value,
    correct_actual,
    record_actual,
    record_actuals,
)
from sosei.planning.strategy.services.reports import Report

__all__ = [
    "Definition",
    "Report",
    "Target",
    "change_kpi",
    "choose_value",
    "correct_actual",
    "define_kpi",
    "end_kpi",
    "record_actual",
    "record_actuals",
    "set_targets",
]

Place = BasicGoal | PolicyPackage | Measure
_PLACES: Mapping[type, str] = {BasicGoal: "goal", PolicyPackage: "package", Measure: "measure"}


@dataclass(frozen=True)
class Definition:
    """What a KPI is; the names are those of the table's columns."""

    title: str
    title_en: str = ""
    text: str = ""
    text_en: str = ""
    unit: str = ""
    unit_en: str = ""
    decimals: int = 0
    direction: str = Kpi.Direction.UP.value
    kind: str = Kpi.Kind.YEARLY.value
    year_kind: str = Kpi.YearKind.FISCAL.value
    tolerance: Decimal | None = None
    base_value: Decimal | None = None
    base_year: int | None = None
    base_period: str = ""
    base_printed: str = ""
    department: Organisation | None = None
    source: str = ""
    source_en: str = ""
    same_indicator_as: Kpi | None = None
    continues: Kpi | None = None
    position: int = 0
    is_sample: bool = False


@dataclass(frozen=True)
class Target:
    """A target value, and how the document prints it where that matters."""

    value: Decimal
    printed: str = ""
    is_sample: bool = False


@transaction.atomic
def define_kpi(*, place: Place, definition: Definition, defined_by: Person, reason: str = "") -> Kpi:
    """Sets up a KPI of a basic goal, a package or a measure.

    Raises:
        NotAllowedError: `defined_by` doesn't plan for the town.
        KpiError: no name, a number that cannot be kept, a department or KPI of another town, a base without its year.
    """
    columns: dict[str, Any] = {_PLACES[type(place)]: place}
    kpi = Kpi(strategy=place.strategy, **columns)
    _check_leave(defined_by, kpi)
    for name, value in _columns(kpi, definition).items():
        setattr(kpi, name, value)
    kpi.save()
    _record(kpi, "kpi.defined", defined_by, reason)
    return kpi


@transaction.atomic
def change_kpi(*, kpi: Kpi, definition: Definition, changed_by: Person, reason: str = "") -> Kpi:
    """Corrects what a KPI is; its history keeps how it was.

    Raises:
        NotAllowedError: `changed_by` doesn't plan for the town.
        KpiError: as `define_kpi`; or the KPI has ended; or fewer decimal places than a value recorded has.
    """
    _check_leave(changed_by, kpi)
    if kpi.ended_on is not None:
        raise KpiError(
            _("KPI「%(kpi)s」は%(day)sに終えました。変えるには、新しいKPIを定めてください。")
            % {"kpi": kpi, "day": kpi.ended_on}
        )
    columns = _columns(kpi, definition)
    changed = sorted(name for name, value in columns.items() if getattr(kpi, name) != value)
    if not changed:
        return kpi
    if "decimals" in changed:
        _check_decimals(kpi, definition.decimals)
    for name in changed:
        setattr(kpi, name, columns[name])
    kpi.save()
    _record(kpi, "kpi.changed", changed_by, reason, changed=changed)
    return kpi


@transaction.atomic
def end_kpi(*, kpi: Kpi, ended_on: date, ended_by: Person, reason: str) -> Kpi:
    """The KPI is no longer reported on after that day.

    Raises:
        NotAllowedError: `ended_by` doesn't plan for the town.
        KpiError: no reason, or it has ended already.
    """
    _check_leave(ended_by, kpi)
    if not reason.strip():
        raise KpiError(_("KPIを終える理由を書いてください。"), "reason")
    if kpi.ended_on is not None:
        raise KpiError(
            _("KPI「%(kpi)s」は、もう%(day)sに終えています。") % {"kpi": kpi, "day": kpi.ended_on}, "ended_on"
        )
    kpi.ended_on = ended_on
    kpi.save(update_fields=["ended_on"])
    _record(kpi, "kpi.ended", ended_by, reason)
    return kpi


@transaction.atomic
def set_targets(
    *, kpi: Kpi, targets: Mapping[int, Target | Decimal], set_by: Person, reason: str = ""
) -> list[KpiTarget]:
    """The whole path of targets: a year that is not given has none afterwards.

    Raises:
        NotAllowedError: `set_by` doesn't plan for the town.
        KpiError: a year outside the strategy's term, a number that cannot be kept, or a change of targets that stand
            in a published strategy without a reason.
    """
    _check_leave(set_by, kpi)
    wanted = {year: one if isinstance(one, Target) else Target(Decimal(one)) for year, one in targets.items()}
    for year, target in sorted(wanted.items()):
        _check_target(kpi, year, target)
    # Two planners at once: the second waits here and then sees what the first one left.
    lock_kpi(kpi.pk)
    held = {target.fiscal_year: target for target in KpiTarget.objects.filter(kpi=kpi)}
    if {y: (t.value, t.printed, t.is_sample) for y, t in held.items()} == {
        y: (t.value, t.printed, t.is_sample) for y, t in wanted.items()
    }:
        return [held[year] for year in sorted(held)]
    if held and kpi.strategy.published_at is not None and not reason.strip():
        raise KpiError(_("公表した目標値を変える理由を書いてください。記録に残ります。"), "reason")
    for year in held.keys() - wanted.keys():
        held[year].delete()
    kept: list[KpiTarget] = []
    for year, target in sorted(wanted.items()):
        row = held.get(year) or KpiTarget(strategy=kpi.strategy, kpi=kpi, fiscal_year=year)
        row.value, row.printed, row.is_sample = target.value, target.printed.strip(), target.is_sample
        row.save()
        kept.append(row)
    _record(kpi, "kpi.targets_set", set_by, reason, years=sorted(wanted))
    return kept


def _check_leave(person: Person, kpi: Kpi) -> None:
    if not can_plan_part(person, kpi):
        raise NotAllowedError(
            _("%(town)sのKPIを決める役割がありません。KPIと目標値は企画担当が決めます。")
            % {"town": kpi.strategy.municipality}
        )


def _columns(kpi: Kpi, definition: Definition) -> dict[str, Any]:
    columns = {field.name: getattr(definition, field.name) for field in fields(definition)}
    columns = {name: value.strip() if isinstance(value, str) else value for name, value in columns.items()}
    if not columns["title"]:
        raise KpiError(_("KPIの名前を書いてください。"), "title")
    for name in ("direction", "kind", "year_kind"):
        field = Kpi._meta.get_field(name)
        if columns[name] not in dict(field.flatchoices):
            raise KpiError(
                _("「%(field)s」の「%(value)s」は選べません。一覧から選んでください。")
                % {"field": field.verbose_name, "value": columns[name]},
                name,
            )
    _check_numbers(kpi, definition)
    _check_links(kpi, definition)
    return columns


def _check_numbers(kpi: Kpi, definition: Definition) -> None:
    if not 0 <= definition.decimals <= PLACES:
        raise KpiError(
            _("小数点以下の桁数は0から6までです。「%(value)s」は使えません。")
            % {"value": definition.decimals},
            "decimals",
        )
    if definition.base_value is not None:
        _number(definition.base_value, _("基準値"), definition.decimals, "base_value")
    if definition.base_value is not None and definition.base_year is None:
        raise KpiError(_("基準値を報告した年度を書いてください。進み具合はそこから数えます。"), "base_year")
    last = kpi.strategy.last_fiscal_year
    if definition.base_year is not None and definition.base_year > last:
        raise KpiError(
            _("基準値の年度「%(year)s」は、戦略の最後の年度（%(last)s）より後です。")
            % {"year": print_year(definition.base_year), "last": print_year(last)},
            "base_year",
        )
    if definition.tolerance is not None:
        if definition.direction != Kpi.Direction.KEEP:
            raise KpiError(
                _("「許される差」は、めざす向きが「保つ」のKPIだけに書きます。空にしてください。"),
                "tolerance",
            )
        if definition.tolerance < 0:
            raise KpiError(
                _("許される差は0以上です。「%(value)s」は使えません。") % {"value": definition.tolerance},
                "tolerance",
            )
        _number(definition.tolerance, _("許される差"), definition.decimals, "tolerance")


def _number(value: Decimal, what: str, decimals: int, field: str) -> None:
    try:
        check_number(value, what=what, decimals=decimals)
    except ActualError as error:
        raise KpiError(str(error), field) from error


def _check_links(kpi: Kpi, definition: Definition) -> None:
    town = kpi.strategy.municipality_id
    department = definition.department
    if department is not None and (
        department.municipality_id != town or department.kind != Organisation.Kind.DEPARTMENT
    ):
        raise KpiError(
            _("「%(name)s」はこの自治体の部署ではありません。部署を一覧から選んでください。")
            % {"name": department},
            "department",
        )
    for name in ("same_indicator_as", "continues"):
        other = getattr(definition, name)
        if other is None:
            continue
        if other.pk == kpi.pk or other.strategy.municipality_id != town:
            raise KpiError(
                _("「%(kpi)s」は選べません。同じ自治体の別のKPIを選んでください。") % {"kpi": other}, name
            )
    earlier = definition.continues
    if earlier is not None and earlier.strategy.first_fiscal_year >= kpi.strategy.first_fiscal_year:
        raise KpiError(
            _("「%(kpi)s」は前の期のKPIではありません。前の期の戦略から選んでください。") % {"kpi": earlier},
            "continues",
        )


def _check_decimals(kpi: Kpi, decimals: int) -> None:
    for row in kpi.actuals.live().filter(value__isnull=False).order_by("reported_in"):
        for value in (row.value, row.yearly_value):
            if value is not None and value != round(value, decimals):
                raise KpiError(
                    _(
                        "%(year)sの実績「%(value)s」は小数点以下が%(decimals)sけたを超えます。桁数を減らせません。"
                    )
                    % {
                        "year": print_year(row.reported_in),
                        "value": f"{value.normalize():f}",
                        "decimals": decimals,
                    },
                    "decimals",
                )


def _check_target(kpi: Kpi, year: int, target: Target) -> None:
    what = _("「%(kpi)s」の%(year)sの目標値") % {"kpi": kpi, "year": print_year(year)}
    first, last = kpi.strategy.first_fiscal_year, kpi.strategy.last_fiscal_year
    if not first <= year <= last + 1:
        raise KpiError(
            _("%(what)sは、戦略の期間（%(first)sから%(last)s）の外です。期間の中の年度に書いてください。")
            % {"what": what, "first": print_year(first), "last": print_year(last)},
            f"target_{year}",
        )
    _number(target.value, what, kpi.decimals, f"target_{year}")


def _record(kpi: Kpi, verb: str, actor: Person, reason: str, **data: object) -> None:
    write_entry(
        actor=actor,
        verb=verb,
        subject=kpi,
        municipality=kpi.strategy.municipality,
        reason=reason.strip(),
        data={"kpi": kpi.title, **data},
    )


def next_position(place: Place) -> int:
    """The place behind the last KPI of a goal, package or measure."""
    last = place.kpis.order_by(F("position").desc()).values_list("position", flat=True).first()
    return 1 if last is None else last + 1
