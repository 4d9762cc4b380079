"""What a planner decides about the loop: levers, the target, and the packages' shares; each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Municipality, Person
from sosei.core.records.services import write_entry
from sosei.planning.outcomes.loop.errors import LoopError
from sosei.planning.outcomes.loop.settings import fertility_settings, mix_of, settled_settings
from sosei.planning.outcomes.models.levers import LONGEST_REASON, GapShare, GapTarget, Lever
from sosei.planning.strategy.models import Kpi, PolicyPackage
from sosei.planning.strategy.permissions import plans_for

MOST_WEIGHT = Decimal("999999")
MOST_PEOPLE = 100_000_000
FERTILITY = (Lever.Kind.BIRTHS, Lever.Kind.MARRIAGE)


@transaction.atomic
def set_settled_lever(
    *,
    municipality: Municipality,
    parameters: Mapping[str, Any],
    set_by: Person,
    reason: str,
    in_force: bool = True,
) -> Lever:
    """Decides how settled households enter the projection; not `in_force`: they stay out of it.

    Raises:
        NotAllowedError: `set_by` is no planner of the town.
        LoopError: no reason, or a setting that cannot be used.
    """
    _require_planner(set_by, municipality)
    _require_reason(reason)
    settings = settled_settings(parameters).to_parameters()
    return _set_lever(
        municipality, Lever.Kind.SETTLED, set_by, reason, parameters=settings, kpi=None, in_force=in_force
    )


@transaction.atomic
def set_fertility_lever(
    *,
    municipality: Municipality,
    kind: str,
    kpi: Kpi,
    parameters: Mapping[str, Any],
    set_by: Person,
    reason: str,
) -> Lever:
    """Decides that a KPI of births or marriages moves the fertility rate; another one that did stops doing so.

    Raises:
        NotAllowedError: `set_by` is no planner of the town.
        LoopError: no reason, another kind, a KPI of another town or an unpublished strategy, or a setting that cannot
            be used.
    """
    _require_planner(set_by, municipality)
    _require_reason(reason)
    if kind not in FERTILITY:
        raise LoopError(
            {"kind": _("「%(kind)s」は選べません。出生数か婚姻率を選んでください。") % {"kind": kind}}
        )
    strategy = kpi.strategy
    if strategy.municipality_id != municipality.pk or strategy.published_at is None:
        raise LoopError(
            {"kpi": _("%(town)sの、公表した総合戦略のKPIを選んでください。") % {"town": municipality}}
        )
    settings = fertility_settings(parameters, of_marriages=kind == Lever.Kind.MARRIAGE).to_parameters()
    others = Lever.objects.of(municipality).filter(kind__in=FERTILITY, in_force=True).exclude(kind=kind)
    for other in others:
        _set_lever(
            municipality,
            other.kind,
            set_by,
            reason,
            parameters=other.parameters,
            kpi=other.kpi,
            in_force=False,
        )
    return _set_lever(municipality, kind, set_by, reason, parameters=settings, kpi=kpi, in_force=True)


@transaction.atomic
def end_fertility_lever(*, municipality: Municipality, set_by: Person, reason: str) -> None:
    """No KPI moves the fertility rate any more.

    Raises:
        NotAllowedError: `set_by` is no planner of the town.
        LoopError: no reason.
    """
    _require_planner(set_by, municipality)
    _require_reason(reason)
    for lever in Lever.objects.of(municipality).filter(kind__in=FERTILITY, in_force=True):
        _set_lever(
            municipality,
            lever.kind,
            set_by,
            reason,
            parameters=lever.parameters,
            kpi=lever.kpi,
            in_force=False,
        )


@transaction.atomic
def set_gap_target(
    *,
    municipality: Municipality,
    year: int,
    mix: Mapping[str, Any],
    set_by: Person,
    reason: str,
    scenario: str = "",
    total: int | None = None,
) -> GapTarget:
    """Decides the population that the programmes are measured against: a scenario's, or a stated figure.

    Raises:
        NotAllowedError: `set_by` is no planner of the town.
        LoopError: no reason, both or neither of scenario and figure, or shares that do not make 1.
    """
    _require_planner(set_by, municipality)
    _require_reason(reason)
    if bool(scenario) == (total is not None):
        raise LoopError({"total": _("シナリオか人口の数字か、どちらか一つを決めてください。")})
    if total is not None and not 1 <= total <= MOST_PEOPLE:
        raise LoopError(
            {
                "total": _("「%(total)s」は使えません。1から%(most)sまでの整数を入れてください。")
                % {"total": total, "most": f"{MOST_PEOPLE:,}"}
            }
        )
    target, _made = GapTarget.objects.update_or_create(
        municipality=municipality,
        defaults={
            "year": year,
            "scenario": scenario,
            "total": total,
            "mix": mix_of(mix),
            "reason": reason.strip(),
            "set_by": set_by,
            "set_at": timezone.now(),
        },
    )
    write_entry(
        actor=set_by,
        verb="gap_target.set",
        subject=target,
        municipality=municipality,
        reason=reason.strip(),
        data={"year": year, "scenario": scenario, "total": total},
    )
    return target


@transaction.atomic
def set_gap_shares(
    *, municipality: Municipality, shares: Mapping[PolicyPackage, tuple[Decimal, str]], set_by: Person
) -> list[GapShare]:
    """Decides the weights by which packages share the missing households, each with the reason for it.

    What stays as it was is left alone.

    Raises:
        NotAllowedError: `set_by` is no planner of the town.
        LoopError: a package of another town, a weight below 0 or too large, or no reason; the field is the package's
            number.
    """
    _require_planner(set_by, municipality)
    problems: dict[str, str] = {}
    for package, (weight, reason) in shares.items():
        if package.strategy.municipality_id != municipality.pk:
            problems[package.number] = _("%(town)sの政策パッケージではありません。") % {"town": municipality}
        elif not weight.is_finite() or not 0 <= weight <= MOST_WEIGHT:
            problems[package.number] = _("「%(weight)s」は使えません。0以上の数を入れてください。") % {
                "weight": weight
            }
        elif not reason.strip():
            problems[package.number] = _("この重みにした理由を書いてください。")
        elif len(reason) > LONGEST_REASON:
            problems[package.number] = _("理由は%(most)s字までです。") % {"most": LONGEST_REASON}
    if problems:
        raise LoopError(problems)
    held = {share.package_id: share for share in GapShare.objects.filter(package__in=list(shares))}
    changed = []
    for package, (weight, reason) in shares.items():
        before = held.get(package.pk)
        decided = {"weight": weight, "reason": reason.strip()}
        if before is not None and (before.weight, before.reason) == tuple(decided.values()):
            continue
        share, _made = GapShare.objects.update_or_create(
            package=package, defaults={**decided, "set_by": set_by, "set_at": timezone.now()}
        )
        changed.append(share)
        write_entry(
            actor=set_by,
            verb="gap_share.set",
            subject=share,
            municipality=municipality,
            reason=reason.strip(),
            data={"package": package.number, "weight": str(weight)},
        )
    return changed


def _set_lever(municipality: Municipality, kind: str, set_by: Person, reason: str, **columns: Any) -> Lever:
    lever, _made = Lever.objects.update_or_create(
        municipality=municipality,
        kind=kind,
        defaults={**columns, "reason": reason.strip(), "set_by": set_by, "set_at": timezone.now()},
    )
    write_entry(
        actor=set_by,
        verb="lever.set" if lever.in_force else "lever.ended",
        subject=lever,
        municipality=municipality,
        reason=reason.strip(),
        data={"kind": lever.kind, "parameters": lever.parameters},
    )
    return lever


def _require_planner(person: Person, municipality: Municipality) -> None:
    if not plans_for(person, municipality.pk):
        raise NotAllowedError(
            _("この設定は、%(town)sの企画担当だけが変えられます。") % {"town": municipality}
        )


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise LoopError({"reason": _("なぜそうするのか、理由を書いてください。")})
    if len(reason) > LONGEST_REASON:
        raise LoopError({"reason": _("理由は%(most)s字までです。") % {"most": LONGEST_REASON}})
