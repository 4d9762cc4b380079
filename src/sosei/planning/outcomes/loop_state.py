"""The loop of one town as its page and the vision page show it: settings, contribution, gap, shares, facts, KPIs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Any, TypeVar

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.core.people.models import Municipality
from sosei.engines.demography.errors import DemographyError
from sosei.planning.outcomes import loop_facts
from sosei.planning.outcomes.kinds import SMALLEST_SHOWN
from sosei.planning.outcomes.loop.contribution import (
    Contribution,
    Evidence,
    YearOfContribution,
    contribution,
    years,
)
from sosei.planning.outcomes.loop.errors import LoopError
from sosei.planning.outcomes.loop.fertility import Observed
from sosei.planning.outcomes.loop.missing import Missing, Target, missing, share_out
from sosei.planning.outcomes.loop.settings import (
    MIX,
    FertilitySettings,
    SettledSettings,
    fertility_settings,
    settled_settings,
)
from sosei.planning.outcomes.loop.settled import CENSUS_MONTH, fiscal_year, month_after
from sosei.planning.outcomes.models import GapShare, GapTarget, Lever
from sosei.planning.outcomes.querysets import towns_seen_by
from sosei.planning.outcomes.services.recording import today_in
from sosei.planning.population.inputs import ProjectionInputs
from sosei.planning.population.vision import vision_inputs
from sosei.planning.population.vision_records import Vision
from sosei.planning.strategy.models import PolicyPackage, Strategy

T = TypeVar("T")
PROSPECTS = ("prospect-2", "prospect-1")
"""Scenarios of a vision's own aims, the furthest first: the target until somebody sets another."""


@dataclass(frozen=True)
class Wanted:
    """The target with its words.

    Attributes:
        row: what was decided; None where nobody has, so that the furthest scenario of the vision stands in.
    """

    target: Target
    title: str
    mix: Mapping[str, float]
    row: GapTarget | None


@dataclass(frozen=True)
class ShareOfGap:
    """A package with its part of the households that are missing.

    Attributes:
        a_year: its whole households a year; None where the number is not known.
        share: its part of the weights, from 0 to 1.
    """

    package: PolicyPackage
    row: GapShare
    share: float
    a_year: int | None


@dataclass(frozen=True)
class Loop:
    """Everything the loop shows.

    Attributes:
        settled_by, lever: how settled households count, and the row that says so (None: as a new lever has it).
        fertility: the lever of births or marriages in force, or None.
        facts: what the facts add up to.
        packages, shares: of the strategy; read for the whole page only.
        may_see_small: whether who is asking sees numbers that could point at somebody.
        missing_problem: why the gap cannot be told; empty where it can.
    """

    town: Municipality
    vision: Vision
    today: date
    settled_by: SettledSettings
    lever: Lever | None
    fertility: Lever | None
    fertility_by: FertilitySettings | None
    observed: Observed | None
    contribution: Contribution
    rows: Sequence[YearOfContribution]
    wanted: Wanted | None
    missing: Missing | None
    missing_problem: str
    strategy: Strategy | None
    may_see_small: bool
    facts: loop_facts.FactsRead
    packages: Sequence[PolicyPackage] = field(default_factory=tuple)
    shares: Sequence[ShareOfGap] = field(default_factory=tuple)

    @property
    def uses_facts(self) -> bool:
        """Whether settled households count at all."""
        return self.lever is None or self.lever.in_force

    @property
    def households_after(self) -> float:
        """Households that settled after the base census."""
        first = (self.vision.base_year, CENSUS_MONTH)
        return sum(one.households for one in self.facts.settled if (one.month.year, one.month.month) >= first)

    @property
    def is_too_small_to_show(self) -> bool:
        """Whether the facts are so few that numbers could point at somebody."""
        return not self.may_see_small and 0 < self.households_after < SMALLEST_SHOWN

    @property
    def moves_projection(self) -> bool:
        """Whether there is something to show to who is asking."""
        return self.contribution.changes_anything and not self.is_too_small_to_show

    @property
    def last(self) -> YearOfContribution:
        """The last year."""
        return self.rows[-1]


def loop_of(
    town: Municipality,
    vision: Vision,
    user: Any,
    *,
    inputs: ProjectionInputs | None = None,
    whole: bool = False,
) -> Loop:
    """The loop of a town, for who is asking.

    Args:
        inputs: those of the vision, where they are at hand.
        whole: with the strategy's packages and their facts, as the loop's own page shows them.

    Raises:
        DemographyError: the facts or the KPI leave fewer than zero people somewhere.
    """
    inputs = inputs or vision_inputs(vision.area, until=vision.to_year)
    levers = {
        lever.kind: lever for lever in Lever.objects.visible_to(user).of(town).select_related("kpi__strategy")
    }
    lever = levers.get(Lever.Kind.SETTLED)
    settled_by = settled_settings(lever.parameters) if lever else SettledSettings()
    fertility = next(
        (one for kind, one in levers.items() if kind != Lever.Kind.SETTLED and one.in_force), None
    )
    fertility_by, observed = _of_fertility(fertility)
    today = today_in(town)
    sees_small = town.pk in towns_seen_by(user)
    facts = (
        loop_facts.read_everything(
            town,
            counts_persons=settled_by.counts_persons,
            since=shown_years(today)[0],
            sees_small=sees_small,
        )
        if whole
        else loop_facts.read_settled(town, counts_persons=settled_by.counts_persons)
    )
    counted = facts.settled if lever is None or lever.in_force else ()
    found = _contribution(inputs, Evidence(counted, settled_by, today, observed, fertility_by))
    wanted = wanted_of(vision, GapTarget.objects.visible_to(user).of(town).first())
    gap, problem = _missing(inputs, found, wanted, today)
    strategy = current_strategy(town, user, today) if whole else None
    packages = _packages(strategy, user)
    return Loop(
        town=town,
        vision=vision,
        today=today,
        settled_by=settled_by,
        lever=lever,
        fertility=fertility,
        fertility_by=fertility_by,
        observed=observed,
        contribution=found,
        rows=years(found),
        wanted=wanted,
        missing=gap,
        missing_problem=problem,
        strategy=strategy,
        may_see_small=sees_small,
        facts=facts,
        packages=packages,
        shares=_shares(packages, gap),
    )


YEARS_SHOWN = 4


def shown_years(today: date) -> list[int]:
    """The fiscal years of the table of packages: the running one and those before it."""
    last = fiscal_year(today)
    return list(range(last - YEARS_SHOWN + 1, last + 1))


def current_strategy(town: Municipality, user: Any, today: date) -> Strategy | None:
    """The strategy whose term holds this fiscal year; else the latest."""
    seen = list(Strategy.objects.visible_to(user).of(town))
    year = fiscal_year(today)
    return next((one for one in seen if year in one.fiscal_years), seen[0] if seen else None)


def _of_fertility(lever: Lever | None) -> tuple[FertilitySettings | None, Observed | None]:
    if lever is None:
        return None, None
    settings = fertility_settings(lever.parameters, of_marriages=lever.kind == Lever.Kind.MARRIAGE)
    return settings, loop_facts.observed_by(lever, settings)


_KEPT = 256
_cache: OrderedDict[tuple[Any, ...], tuple[object, Any]] = OrderedDict()
_lock = Lock()


def kept(what: str, beside: object, key: Hashable, make: Callable[[], T]) -> T:
    """What `make` gives, made once for `key` and the very object `beside`.

    The object is kept with what was made of it, so that its id cannot pass to another one.
    """
    whole = (what, id(beside), key)
    with _lock:
        held = _cache.get(whole)
        if held is not None and held[0] is beside:
            _cache.move_to_end(whole)
            found: T = held[1]
            return found
    made = make()
    with _lock:
        _cache[whole] = (beside, made)
        while len(_cache) > _KEPT:
            _cache.popitem(last=False)
    return made


def _contribution(inputs: ProjectionInputs, evidence: Evidence) -> Contribution:
    """The contribution, projected once for the same inputs, facts and settings."""
    observed = evidence.observed
    values = observed and (
        observed.method,
        tuple(sorted(observed.values.items())),
        observed.base,
        observed.passed_on,
    )
    first = month_after(evidence.today)
    key = (tuple(evidence.settled), evidence.settled_by, first, evidence.fertility_by, values)
    return kept("contribution", inputs, key, lambda: contribution(inputs, evidence))


def wanted_of(vision: Vision, row: GapTarget | None) -> Wanted | None:
    """The target as decided, or the furthest scenario of the vision; None where there is neither."""
    totals = {(r["scenario"], r["year"]): r["total"] for r in vision.tables["scenario_totals"]}
    titles = {info.name: info.title for info in vision.scenarios}
    if row is None:
        name = next((one for one in PROSPECTS if one in titles), None)
        if name is None:
            return None
        return Wanted(Target(vision.to_year, totals[name, vision.to_year]), titles[name], MIX, None)
    if row.total is not None:
        return Wanted(Target(row.year, float(row.total)), _("決めた目標"), row.mix, row)
    if (row.scenario, row.year) not in totals:
        return None
    return Wanted(Target(row.year, totals[row.scenario, row.year]), titles[row.scenario], row.mix, row)


def _missing(
    inputs: ProjectionInputs, found: Contribution, wanted: Wanted | None, today: date
) -> tuple[Missing | None, str]:
    if wanted is None:
        return None, _("目標とする人口が決まっていないので、足りない世帯を計算できません。")
    target, mix, first = wanted.target, wanted.mix, month_after(today)
    try:
        gap = kept(
            "missing",
            found,
            (target, tuple(sorted(mix.items())), first),
            lambda: missing(inputs, found.chosen, target, mix, first=first),
        )
        return gap, ""
    except LoopError as error:
        return None, " ".join(error.problems.values())
    except DemographyError as error:
        return None, error.text(get_language() or "ja")


def _packages(strategy: Strategy | None, user: Any) -> list[PolicyPackage]:
    """The packages of the strategy, each with its share of the gap where it has one."""
    if strategy is None:
        return []
    return list(
        PolicyPackage.objects.visible_to(user)
        .filter(strategy=strategy)
        .select_related("gap_share", "strategy")
        .order_by("goal__number", "position", "pk")
    )


def _shares(packages: Sequence[PolicyPackage], gap: Missing | None) -> list[ShareOfGap]:
    rows: list[GapShare] = [
        package.gap_share for package in packages if getattr(package, "gap_share", None) is not None
    ]
    rows = [row for row in rows if row.weight > 0]
    total = sum(float(row.weight) for row in rows)
    parts = share_out(gap.households_a_year, {row.pk: row.weight for row in rows}) if gap and rows else {}
    by_key = {package.pk: package for package in packages}
    return [
        ShareOfGap(by_key[row.package_id], row, float(row.weight) / total, parts.get(row.pk)) for row in rows
    ]
