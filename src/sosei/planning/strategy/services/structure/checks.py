"""What is missing in a strategy before it is published: some of it refuses, the rest is shown as a warning."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from sosei.planning.strategy.grant_rules import grant_breaches
from sosei.planning.strategy.models import (
    BasicGoal,
    Kpi,
    Measure,
    MeasureBudget,
    PolicyPackage,
    Strategy,
)
from sosei.planning.strategy.services.structure.lineage import unlinked


@dataclass(frozen=True)
class Finding:
    """Something missing.

    Attributes:
        text: what, and the remedy, in the reader's language.
        refuses: without it the strategy cannot be published.
        part: where to mend it; None for the strategy itself.
    """

    text: str
    refuses: bool = False
    part: Any = None


@dataclass(frozen=True)
class Parts:
    """The parts of a strategy, read once; KPIs that have not ended, each with its `target_count`."""

    goals: list[BasicGoal]
    packages: list[PolicyPackage]
    measures: list[Measure]
    kpis: list[Any]


def parts_of(strategy: Strategy) -> Parts:
    """Reads the parts; four queries."""
    kpis = Kpi.objects.filter(strategy=strategy, ended_on__isnull=True).order_by("position", "pk")
    return Parts(
        list(BasicGoal.objects.filter(strategy=strategy)),
        list(PolicyPackage.objects.filter(strategy=strategy)),
        list(Measure.objects.filter(strategy=strategy).select_related("department")),
        list(kpis.annotate(target_count=Count("targets"))),
    )


def publication_findings(strategy: Strategy, parts: Parts | None = None) -> list[Finding]:
    """Everything that is missing, what refuses first; in a fixed number of queries."""
    parts = parts_of(strategy) if parts is None else parts
    goals, packages, kpis = parts.goals, parts.packages, parts.kpis
    measures = [measure for measure in parts.measures if measure.ended_on is None]
    found = [
        *_of_strategy(strategy, goals),
        *_of_goals(goals, packages, kpis),
        *_of_packages(packages, measures, kpis),
        *_of_measures(strategy, measures, kpis),
        *_of_kpis(kpis),
        *_of_lineage(strategy),
    ]
    return sorted(found, key=lambda finding: not finding.refuses)


def _of_strategy(strategy: Strategy, goals: list[BasicGoal]) -> list[Finding]:
    found = []
    if not goals:
        found.append(Finding(_("基本目標がありません。一つ以上書いてください。"), refuses=True))
    if not strategy.concept:
        found.append(Finding(_("コンセプトがありません。")))
    if not strategy.legal_basis:
        found.append(Finding(_("根拠（法律の名前と条）がありません。")))
    if strategy.framework_id is None:
        found.append(Finding(_("国の枠組みが選ばれていません。")))
    return found


def _of_goals(goals: list[BasicGoal], packages: list[PolicyPackage], kpis: list[Any]) -> list[Finding]:
    with_packages = {package.goal_id for package in packages}
    with_target = {kpi.goal_id for kpi in kpis if kpi.goal_id is not None and kpi.target_count}
    found = []
    for goal in goals:
        names = {"number": goal.number, "title": goal.local_title}
        if goal.pk not in with_packages:
            text = _("基本目標%(number)s「%(title)s」に政策パッケージがありません。")
            found.append(Finding(text % names, refuses=True, part=goal))
        if goal.pk not in with_target:
            text = _("基本目標%(number)s「%(title)s」に数値目標がありません。")
            found.append(Finding(text % names, part=goal))
    return found


def _of_packages(packages: list[PolicyPackage], measures: list[Measure], kpis: list[Any]) -> list[Finding]:
    package_of = {measure.pk: measure.package_id for measure in measures}
    with_kpi = {kpi.package_id or package_of.get(kpi.measure_id) for kpi in kpis}
    with_measure = set(package_of.values())
    found = []
    for package in packages:
        names = {"number": package.number, "title": package.local_title}
        if package.pk not in with_kpi:
            text = _("政策パッケージ%(number)s「%(title)s」にKPIがありません。")
            found.append(Finding(text % names, part=package))
        if package.pk not in with_measure:
            text = _("政策パッケージ%(number)s「%(title)s」に施策がありません。")
            found.append(Finding(text % names, part=package))
    return found


def _of_measures(strategy: Strategy, measures: list[Measure], kpis: list[Any]) -> list[Finding]:
    budgets: dict[int, list[MeasureBudget]] = defaultdict(list)
    for row in MeasureBudget.objects.filter(strategy=strategy).select_related("grant"):
        budgets[row.measure_id].append(row)
    counts = Counter(kpi.measure_id for kpi in kpis if kpi.measure_id is not None)
    found = []
    for measure in measures:
        names = {"title": measure.local_title}
        if measure.department_id is None:
            found.append(Finding(_("施策「%(title)s」に担当の部署がありません。") % names, part=measure))
        if not (measure.outcome and measure.component):
            text = _("施策「%(title)s」は、成果と、人口のどこに効くかがまだ書かれていません。")
            found.append(Finding(text % names, part=measure))
        for breach in grant_breaches(budgets[measure.pk], counts[measure.pk]):
            text = _("施策「%(title)s」：%(breach)s") % {**names, "breach": breach}
            found.append(Finding(text, part=measure))
    return found


def _of_kpis(kpis: list[Any]) -> list[Finding]:
    found = []
    for kpi in kpis:
        names = {"title": kpi.local_title}
        if not kpi.target_count:
            found.append(Finding(_("KPI「%(title)s」に目標値がありません。") % names, part=kpi))
        if kpi.department_id is None:
            found.append(Finding(_("KPI「%(title)s」に担当の部署がありません。") % names, part=kpi))
    return found


def _of_lineage(strategy: Strategy) -> list[Finding]:
    ended, new = unlinked(strategy)
    if not ended and not new:
        return []
    text = _("前の期とのつながりが書かれていない政策パッケージがあります（前の期%(ended)s、この期%(new)s）。")
    return [Finding(text % {"ended": len(ended), "new": len(new)})]
