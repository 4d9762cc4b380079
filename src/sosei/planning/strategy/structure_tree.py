"""The whole strategy as one tree for page and picture: goals, packages, measures and KPIs with their latest judgement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sosei.planning.strategy.departments import attach_department_names
from sosei.planning.strategy.judging import JudgedKpi, JudgedStrategy, JudgedYear, judge_strategy
from sosei.planning.strategy.models import (
    BasicGoal,
    Measure,
    PolicyPackage,
    PromotionModel,
    PromotionTag,
    Strategy,
)


@dataclass(frozen=True)
class KpiLeaf:
    """A KPI with its latest judgement; None while nothing was reported."""

    judged: JudgedKpi
    latest: JudgedYear | None

    @property
    def kpi(self) -> Any:
        """The KPI."""
        return self.judged.kpi

    @property
    def final_target(self) -> Any:
        """The target of the last year; None where there is none."""
        return self.judged.targets[-1] if self.judged.targets else None


@dataclass
class Branch:
    """A goal, package or measure with its KPIs, the promotion models it stands under, and what is beneath it."""

    part: Any
    kpis: list[KpiLeaf] = field(default_factory=list)
    models: list[PromotionModel] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)

    @property
    def all_kpis(self) -> list[KpiLeaf]:
        """Its own KPIs and those beneath."""
        return [*self.kpis, *(leaf for branch in self.branches for leaf in branch.all_kpis)]


@dataclass
class Tree:
    """A strategy drawn out."""

    strategy: Strategy
    goals: list[Branch]
    models: list[PromotionModel]
    judged: JudgedStrategy

    @property
    def packages(self) -> list[Branch]:
        """Every package, in order."""
        return [package for goal in self.goals for package in goal.branches]

    @property
    def measures(self) -> list[Branch]:
        """Every measure, in order."""
        return [measure for package in self.packages for measure in package.branches]

    @property
    def kpi_count(self) -> int:
        """How many KPIs are judged."""
        return len(self.judged.kpis)


def build_tree(strategy: Strategy, *, user: object, today: date) -> Tree:
    """The tree as `user` may see it; in a fixed number of queries."""
    judged = judge_strategy(strategy, user=user, today=today)
    leaves: dict[tuple[str, int], list[KpiLeaf]] = defaultdict(list)
    for one in judged.kpis.values():
        place = next(p for p in ("goal", "package", "measure") if getattr(one.kpi, f"{p}_id") is not None)
        leaves[place, getattr(one.kpi, f"{place}_id")].append(KpiLeaf(one, one.latest))
    models = list(PromotionModel.objects.visible_to(user).filter(strategy=strategy))
    tags = _tags(strategy, user, models)
    measures = list(Measure.objects.visible_to(user).filter(strategy=strategy, ended_on__isnull=True))
    attach_department_names(measures)
    under_package = _branches(measures, "measure", "package_id", leaves, tags)
    packages = PolicyPackage.objects.visible_to(user).filter(strategy=strategy)
    under_goal = _branches(packages, "package", "goal_id", leaves, tags, under_package)
    goals = BasicGoal.objects.visible_to(user).filter(strategy=strategy)
    top = _branches(goals, "goal", "strategy_id", leaves, tags, under_goal)
    return Tree(strategy, top[strategy.pk], models, judged)


def _tags(
    strategy: Strategy, user: object, models: Iterable[PromotionModel]
) -> dict[tuple[str, int], list[PromotionModel]]:
    by_key = {model.pk: model for model in models}
    found: dict[tuple[str, int], list[PromotionModel]] = defaultdict(list)
    for tag in PromotionTag.objects.visible_to(user).filter(strategy=strategy).order_by("model__number"):
        place = ("package", tag.package_id) if tag.package_id is not None else ("measure", tag.measure_id)
        found[place].append(by_key[tag.model_id])
    return found


def _branches(
    parts: Iterable[Any],
    place: str,
    above: str,
    leaves: dict[tuple[str, int], list[KpiLeaf]],
    tags: dict[tuple[str, int], list[PromotionModel]],
    beneath: dict[int, list[Branch]] | None = None,
) -> dict[int, list[Branch]]:
    """Key of the part above -> its branches, in order."""
    found: dict[int, list[Branch]] = defaultdict(list)
    for part in parts:
        branches: Sequence[Branch] = (beneath or {}).get(part.pk, [])
        key = (place, part.pk)
        branch = Branch(part, leaves.get(key, []), tags.get(key, []), list(branches))
        found[getattr(part, above)].append(branch)
    return found
