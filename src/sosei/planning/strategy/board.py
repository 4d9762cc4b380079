"""The dashboard of a strategy: what is late and why, as of a fiscal year, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from sosei.planning.strategy.charts.sparkline import Sparkline, sparkline
from sosei.planning.strategy.departments import name_departments
from sosei.planning.strategy.judgement import progress as way
from sosei.planning.strategy.judgement import wording
from sosei.planning.strategy.judgement.records import Direction
from sosei.planning.strategy.judgement.words import Word
from sosei.planning.strategy.judging import JudgedKpi, JudgedYear, judge_strategy
from sosei.planning.strategy.models import (
    Kpi,
    KpiActual,
    PromotionTag,
    Strategy,
)
from sosei.planning.strategy.numbers import (
    print_change,
    print_share,
    print_value,
    short_year,
    today_in,
)

TONES = ("poor", "fair", "good", "neutral")
"""The worst first."""
OVERDUE = frozenset({Word.VALUE_MISSING})
SORTS = ("worst", "plan", "pace", "fresh")


@dataclass(frozen=True)
class Filters:
    """What is shown, and in which order."""

    goal: int | None = None
    package: int | None = None
    department: int | None = None
    model: int | None = None
    tone: str = ""
    sort: str = "worst"

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.goal or self.package or self.department or self.model or self.tone)


@dataclass(frozen=True)
class BoardRow:
    """One KPI on the dashboard, in the reader's words."""

    kpi: Any
    judged: JudgedYear
    goal: Any
    package: Any
    base: str
    target: str
    latest: str
    planned: str
    pace: str
    trend: str
    trend_tone: str
    why: str
    explanation: str
    fresh: str
    newest: int
    spark: Sparkline | None

    @property
    def tone(self) -> str:
        """good, fair, poor or neutral."""
        return self.judged.tone

    @property
    def overdue(self) -> bool:
        """The year is over, and nobody has reported."""
        return self.judged.judgement.word in OVERDUE


@dataclass(frozen=True)
class GoalCount:
    """How the KPIs under a goal stand; `goal` is None for all together."""

    goal: Any
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())

    @property
    def cells(self) -> list[tuple[str, int]]:
        """Tone and number, the worst first."""
        return [(tone, self.counts.get(tone, 0)) for tone in TONES]


@dataclass
class Board:
    """The dashboard of a strategy in a year as somebody sees it."""

    strategy: Strategy
    year: int
    years: list[int]
    filters: Filters
    rows: list[BoardRow] = field(default_factory=list)
    goals: list[Any] = field(default_factory=list)
    packages: list[Any] = field(default_factory=list)
    models: list[Any] = field(default_factory=list)
    departments: list[tuple[int, str]] = field(default_factory=list)
    counts: list[GoalCount] = field(default_factory=list)
    total: GoalCount = field(default_factory=lambda: GoalCount(None, {}))
    overdue: int = 0


def years_shown(strategy: Strategy, user: object, works: bool) -> tuple[list[int], int]:
    """The years that can be chosen, and the newest for which at least half of the KPIs have a value."""
    counted = dict(
        KpiActual.objects.visible_to(user)
        .filter(strategy=strategy)
        .values_list("reported_in")
        .annotate(kpis=Count("kpi", distinct=True))
        .order_by("reported_in")
    )
    last = strategy.last_fiscal_year if works else strategy.published_through
    years = [year for year in strategy.fiscal_years if last is not None and year <= last]
    within = {year: kpis for year, kpis in counted.items() if year in years}
    if not within:
        return years, (years[0] if works and years else (years[-1] if years else strategy.first_fiscal_year))
    most = max(within.values())
    return years, max(year for year, kpis in within.items() if kpis * 2 >= most)


def board_of(strategy: Strategy, *, user: object, year: int, years: list[int], filters: Filters) -> Board:
    """The dashboard, judged as of `year`: what was reported later doesn't count."""
    kpis = list(
        Kpi.objects.visible_to(user)
        .filter(strategy=strategy, ended_on__isnull=True)
        .select_related("goal", "package__goal", "measure__package__goal", "department")
    )
    board = Board(strategy, year, years, filters)
    place = _Places(strategy, user, kpis)
    board.goals = sorted(place.goals.values(), key=lambda goal: goal.number)
    board.packages = sorted(place.packages.values(), key=lambda one: (one.goal.number, one.position, one.pk))
    board.models = sorted(place.models.values(), key=lambda model: model.number)
    name_departments(kpis)
    board.departments = sorted(
        {(kpi.department_id, kpi.department_name) for kpi in kpis if kpi.department_id is not None},
        key=lambda named: named[1],
    )
    today = today_in(strategy.municipality)
    judged = judge_strategy(strategy, user=user, today=today, kpis=kpis, years=[year]).kpis
    shown = [kpi for kpi in kpis if year in judged[kpi.pk].years]
    narrowed = [kpi for kpi in shown if place.matches(kpi, filters)]
    board.total, board.counts = _counted(narrowed, judged, year, board.goals, place)
    rows = [
        _row(judged[kpi.pk], year, place)
        for kpi in narrowed
        if not filters.tone or judged[kpi.pk].years[year].tone == filters.tone
    ]
    board.rows = _sorted(rows, filters.sort)
    board.overdue = sum(1 for row in rows if row.overdue)
    return board


class _Places:
    """Where each KPI stands in the strategy, from what was read along with it."""

    def __init__(self, strategy: Strategy, user: object, kpis: Iterable[Any]) -> None:
        self.goals: dict[int, Any] = {}
        self.packages: dict[int, Any] = {}
        for kpi in kpis:
            package, goal = self.package(kpi), self.goal(kpi)
            if package is not None:
                self.packages[package.pk] = package
            self.goals[goal.pk] = goal
        self.models: dict[int, Any] = {}
        self.tagged: defaultdict[int, set[tuple[str, int]]] = defaultdict(set)
        tags = PromotionTag.objects.visible_to(user).filter(strategy=strategy).order_by()
        for tag in tags.select_related("model"):
            self.models[tag.model_id] = tag.model
            held = ("package", tag.package_id) if tag.package_id else ("measure", tag.measure_id)
            self.tagged[tag.model_id].add(held)

    def package(self, kpi: Any) -> Any:
        """Its package; None for a goal's own KPI."""
        return kpi.measure.package if kpi.measure_id is not None else kpi.package

    def goal(self, kpi: Any) -> Any:
        """Its goal."""
        return kpi.goal if kpi.goal_id is not None else self.package(kpi).goal

    def matches(self, kpi: Kpi, filters: Filters) -> bool:
        """Whether the filters leave it in, that of the status aside."""
        package, goal = self.package(kpi), self.goal(kpi)
        if filters.goal and (goal is None or goal.pk != filters.goal):
            return False
        if filters.package and (package is None or package.pk != filters.package):
            return False
        if filters.department and kpi.department_id != filters.department:
            return False
        if filters.model:
            held = self.tagged[filters.model]
            return ("measure", kpi.measure_id) in held or (
                package is not None and ("package", package.pk) in held
            )
        return True


def _counted(
    kpis: Iterable[Kpi], judged: Mapping[int, JudgedKpi], year: int, goals: Iterable[Any], place: _Places
) -> tuple[GoalCount, list[GoalCount]]:
    total: defaultdict[str, int] = defaultdict(int)
    by_goal: defaultdict[int, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for kpi in kpis:
        tone = judged[kpi.pk].years[year].tone
        total[tone] += 1
        goal = place.goal(kpi)
        if goal is not None:
            by_goal[goal.pk][tone] += 1
    return GoalCount(None, total), [GoalCount(goal, by_goal[goal.pk]) for goal in goals if goal.pk in by_goal]


def _row(judged: JudgedKpi, year: int, place: _Places) -> BoardRow:
    kpi, of_year = judged.kpi, judged.years[year]
    judgement = of_year.judgement
    chosen = of_year.values.chosen
    points = [
        (point.reported_in, point.value, point.carried_forward)
        for point in sorted(judged.facts.actuals, key=lambda point: point.reported_in)
        if point.value is not None and point.reported_in <= year
    ]
    newest = points[-1] if points else None
    trend, trend_tone = _trend(judged, points, year)
    first = min(judged.facts.base_year or year, points[0][0] if points else year)
    return BoardRow(
        kpi=kpi,
        judged=of_year,
        goal=place.goal(kpi),
        package=place.package(kpi),
        base=print_value(kpi.base_value, kpi),
        target=print_value(judged.facts.target, kpi),
        latest="" if newest is None else print_value(newest[1], kpi),
        planned=print_value(judgement.planned, kpi),
        pace="" if judgement.pace is None else print_share(judgement.pace),
        trend=trend,
        trend_tone=trend_tone,
        why=_why(of_year, kpi),
        explanation=chosen.actual.explanation if chosen is not None and chosen.actual is not None else "",
        fresh=_fresh(newest, year),
        newest=0 if newest is None else newest[0],
        spark=sparkline(points, judged.facts.target, first, year),
    )


def _trend(judged: JudgedKpi, points: list[tuple[int, Decimal, bool]], year: int) -> tuple[str, str]:
    """The change since the value before, and whether it is for the better."""
    fresh = [(at, value) for at, value, carried in points if not carried]
    base, start = judged.facts.base, judged.facts.base_year
    if base is not None and start is not None and all(at != start for at, _value in fresh):
        fresh.insert(0, (start, base))
    if len(fresh) < 2 or not points or points[-1][0] != year:
        return "", ""
    change = fresh[-1][1] - fresh[-2][1]
    text = print_change(change, judged.kpi)
    if judged.facts.direction is Direction.KEEP or change == 0:
        return text, "same"
    return text, "better" if way.gain(judged.facts.direction, fresh[-2][1], fresh[-1][1]) > 0 else "worse"


def _why(of_year: JudgedYear, kpi: Any) -> str:
    """In one sentence, what the status rests on."""
    judgement = of_year.judgement
    if of_year.overruled and of_year.overrule is not None:
        return _("人の判断：%(reason)s") % {"reason": of_year.overrule.reason}
    if judgement.word is not None and not judgement.rated:
        return str(wording.MEANINGS[judgement.word])
    if kpi.direction == Direction.KEEP and kpi.tolerance is not None and judgement.actual is not None:
        return _("保つ目標 %(target)s（±%(tolerance)s）に対して %(actual)s") % {
            "target": print_value(judgement.target, kpi),
            "tolerance": print_value(kpi.tolerance, kpi),
            "actual": print_value(judgement.actual, kpi),
        }
    if judgement.met and judgement.target is not None and judgement.progress is None:
        return _("目標 %(target)s に届いています。") % {"target": print_value(judgement.target, kpi)}
    if judgement.planned is not None and judgement.actual is not None:
        return _("予定 %(planned)s に対して %(actual)s") % {
            "planned": print_value(judgement.planned, kpi),
            "actual": print_value(judgement.actual, kpi),
        }
    return str(wording.MEANINGS[judgement.word]) if judgement.word is not None else ""


def _fresh(newest: tuple[int, Decimal, bool] | None, year: int) -> str:
    if newest is None:
        return _("値なし")
    at, _value, carried = newest
    text = short_year(at)
    if carried:
        return _("%(year)s（据え置き）") % {"year": text}
    return text if at == year else _("%(year)sまで") % {"year": text}


def _sorted(rows: list[BoardRow], sort: str) -> list[BoardRow]:
    def plan(row: BoardRow) -> tuple[Any, ...]:
        return (
            row.goal.number if row.goal is not None else 99,
            row.package is not None,
            row.package.position if row.package is not None else 0,
            row.kpi.position,
            row.kpi.pk,
        )

    def pace(row: BoardRow) -> Decimal:
        share = row.judged.judgement.pace
        return Decimal("Infinity") if share is None else share

    if sort == "plan":
        return sorted(rows, key=plan)
    if sort == "pace":
        return sorted(rows, key=lambda row: (pace(row), plan(row)))
    if sort == "fresh":
        return sorted(rows, key=lambda row: (row.newest, plan(row)))

    def worst(row: BoardRow) -> tuple[Any, ...]:
        # A value that is owed comes before one that lags a little: nobody knows how that KPI stands.
        weight = 1 if row.overdue else {"poor": 0, "fair": 2, "neutral": 4, "good": 3}[row.tone]
        return (weight, pace(row), plan(row))

    return sorted(rows, key=worst)
