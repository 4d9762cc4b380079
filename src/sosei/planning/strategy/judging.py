"""From the tables to judgements: the values of many KPIs in a fixed number of queries, and what the rule says of them.

judged = judge_strategy(strategy, user=request.user, today=today_in(strategy.municipality))
judged.kpis[kpi.pk].years[2024].label / .tone / .judgement / .overrule
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from sosei.planning.strategy.chosen_values import ORIGINS, origin_that_counts
from sosei.planning.strategy.fed_values import FedValue, fed_values
from sosei.planning.strategy.judgement import wording
from sosei.planning.strategy.judgement.forecast import Forecast, forecast
from sosei.planning.strategy.judgement.judge import Judgement, judge
from sosei.planning.strategy.judgement.presets import PLAIN
from sosei.planning.strategy.judgement.records import (
    Availability,
    Direction,
    Kind,
    KpiFacts,
    Point,
    Tolerance,
)
from sosei.planning.strategy.judgement.rules import RuleDefinition, rule_from_json
from sosei.planning.strategy.models import (
    Kpi,
    KpiActual,
    KpiTarget,
    Origin,
    Overrule,
    Strategy,
    ValueChoice,
)
from sosei.planning.strategy.models.common import in_language
from sosei.planning.strategy.numbers import print_number, with_unit
from sosei.planning.strategy.permissions import works_on_strategy_of


@dataclass(frozen=True)
class Candidate:
    """One of the values that stand side by side for a year: a live row, or what the feed makes of the facts."""

    origin: str
    reported_in: int
    value: Decimal | None
    availability: str
    period_end: date | None
    carried_forward: bool = False
    actual: KpiActual | None = None
    fed: FedValue | None = None

    @property
    def origin_label(self) -> str:
        """How it came in, in the reader's language."""
        return str(Origin(self.origin).label)


@dataclass(frozen=True)
class YearValues:
    """All values of a year, and which of them counts.

    Attributes:
        chosen: the one that counts; None where the year has none.
        choice: a person's decision, if there is one.
    """

    candidates: tuple[Candidate, ...] = ()
    chosen: Candidate | None = None
    choice: ValueChoice | None = None

    @property
    def choice_is_lost(self) -> bool:
        """A person chose an origin that has no value any more, so the usual order holds again."""
        return self.choice is not None and (self.chosen is None or self.chosen.origin != self.choice.origin)

    @property
    def disagree(self) -> bool:
        """Whether the values differ."""
        return len({candidate.value for candidate in self.candidates}) > 1


NO_VALUES = YearValues()


@dataclass(frozen=True)
class JudgedYear:
    """What stands on the page for a KPI and year: the person's judgement where there is one, else the rule's."""

    year: int
    judgement: Judgement
    kpi: Kpi
    values: YearValues = NO_VALUES
    overrule: Overrule | None = None

    @property
    def label(self) -> str:
        """In the reader's language; the band's words, or the word for why there is none."""
        if self.overrule is not None:
            return in_language(self.overrule, "label")
        return wording.label(self.judgement)

    @property
    def tone(self) -> str:
        """good, fair, poor or neutral."""
        return self.overrule.tone if self.overrule is not None else self.judgement.tone.value

    @property
    def confirmed(self) -> bool:
        """A person confirmed what the rule proposed."""
        return (
            self.overrule is not None
            and self.judgement.rated
            and self.overrule.label == self.judgement.label.ja
        )

    @property
    def overruled(self) -> bool:
        """A person judged otherwise than the rule."""
        return self.overrule is not None and not self.confirmed

    @property
    def provisional(self) -> bool:
        """The rule wants a person to confirm this, and nobody has yet."""
        return self.overrule is None and bool(self.judgement.confirm.ja)

    @property
    def why(self) -> list[str]:
        """The reasoning, sentence by sentence, in the reader's language."""
        return wording.steps(self.judgement, self._shown)

    def _shown(self, value: Decimal) -> str:
        """With the unit; a value worked out between two others may have two places more than the KPI."""
        places = max(0, -int(value.normalize().as_tuple().exponent))
        decimals = max(self.kpi.decimals, min(places, self.kpi.decimals + 2))
        return with_unit(print_number(value, decimals), self.kpi.local_unit)

    @property
    def words(self) -> list[str]:
        """Short tags for what keeps the judgement from being a plain number."""
        return [str(wording.WORDS[word]) for word in self.judgement.words]


@dataclass(frozen=True)
class JudgedKpi:
    """A KPI with its facts, every year's values and judgements."""

    kpi: Kpi
    facts: KpiFacts
    values: Mapping[int, YearValues]
    years: Mapping[int, JudgedYear]
    targets: Sequence[KpiTarget]
    today: date = field(repr=False)

    @property
    def latest(self) -> JudgedYear | None:
        """The newest judged year that has a value."""
        with_value = [year for year, judged in self.years.items() if judged.judgement.actual is not None]
        return self.years[max(with_value)] if with_value else None

    def forecast(self, through: int | None = None) -> Forecast:
        """To the final year, from what was reported up to `through` (everything where None)."""
        newest = max((point.reported_in for point in self.facts.actuals), default=0)
        return forecast(self.facts, through=newest if through is None else through)


@dataclass(frozen=True)
class JudgedStrategy:
    """The KPIs of a strategy, judged."""

    strategy: Strategy
    rule: RuleDefinition
    years: tuple[int, ...]
    kpis: Mapping[int, JudgedKpi]

    @cached_property
    def tones(self) -> dict[int, dict[str, int]]:
        """Year -> tone -> how many KPIs."""
        found: dict[int, dict[str, int]] = {year: defaultdict(int) for year in self.years}
        for kpi in self.kpis.values():
            for year, judged in kpi.years.items():
                found[year][judged.tone] += 1
        return found


def rule_of(strategy: Strategy) -> RuleDefinition:
    """The rule that the strategy adopted; the plain one where none was.

    Raises:
        RuleError: what is stored isn't a rule.
    """
    return PLAIN if strategy.rule is None else rule_from_json(strategy.rule.definition)


def judge_strategy(
    strategy: Strategy,
    *,
    user: object,
    today: date,
    kpis: Iterable[Kpi] | None = None,
    years: Sequence[int] | None = None,
    rule: RuleDefinition | None = None,
    hide_small: bool = False,
) -> JudgedStrategy:
    """Judges KPIs of one strategy as `user` may see them.

    Args:
        kpis: those to judge, all of this strategy; None: all that `user` sees and that haven't ended.
        years: fiscal years; None: those of the term, for the public up to the last that was published.
        rule: another rule than the strategy's, to try it.
        hide_small: leaves out what the public may not see even where `user` may, for what is going to be published.
    """
    chosen = list(_kpis_of(strategy, user) if kpis is None else kpis)
    keys = [kpi.pk for kpi in chosen]
    rule = rule_of(strategy) if rule is None else rule
    last = _last_visible_year(strategy, user)
    years = tuple(
        year for year in (strategy.fiscal_years if years is None else years) if last is None or year <= last
    )
    targets = _by_kpi(KpiTarget.objects.visible_to(user).filter(kpi__in=keys).order_by("kpi", "fiscal_year"))
    values = values_of(strategy, chosen, user=user, hide_small=hide_small)
    overrules = overrules_of(strategy, keys, user=user)
    judged = {}
    for kpi in chosen:
        of_kpi = values[kpi.pk]
        facts = facts_of(kpi, targets[kpi.pk], of_kpi)
        judged[kpi.pk] = JudgedKpi(
            kpi,
            facts,
            of_kpi,
            {
                year: JudgedYear(
                    year,
                    judge(rule, facts, year, today=today),
                    kpi,
                    of_kpi.get(year, NO_VALUES),
                    overrules.get((kpi.pk, year)),
                )
                for year in years
            },
            targets[kpi.pk],
            today,
        )
    return JudgedStrategy(strategy, rule, years, judged)


def values_of(
    strategy: Strategy, kpis: Sequence[Kpi], *, user: object, hide_small: bool = False
) -> dict[int, dict[int, YearValues]]:
    """KPI -> year -> its values and which counts, as far as `user` may see them; `hide_small` as in `judge_strategy`."""
    keys = [kpi.pk for kpi in kpis]
    found: dict[int, dict[int, dict[str, Candidate]]] = {key: defaultdict(dict) for key in keys}
    rows = KpiActual.objects.visible_to(user).live().filter(strategy=strategy, kpi__in=keys)
    for row in rows.order_by("pk"):
        found[row.kpi_id][row.reported_in][row.origin] = _candidate(row)
    last = _last_visible_year(strategy, user)
    for key, by_year in fed_values(keys).items():
        for year, fed in by_year.items():
            # Those who work on the strategy (last is None) see all; the public none that could name somebody.
            hidden = fed.small and (hide_small or last is not None)
            if key in found and not hidden and (last is None or year <= last):
                found[key][year][Origin.FED] = _fed_candidate(year, fed)
    choices = _latest(
        ValueChoice.objects.visible_to(user)
        .filter(strategy=strategy, kpi__in=keys)
        .select_related("chosen_by")
    )
    return {
        key: {
            year: _year_values(candidates, choices.get((key, year)))
            for year, candidates in sorted(by_year.items())
        }
        for key, by_year in found.items()
    }


def overrules_of(strategy: Strategy, kpis: Sequence[int], *, user: object) -> dict[tuple[int, int], Overrule]:
    """(KPI, year) -> the person's judgement in force."""
    rows = Overrule.objects.visible_to(user).filter(strategy=strategy, kpi__in=kpis)
    latest = _latest(rows.select_related("decided_by"))
    return {place: row for place, row in latest.items() if not row.withdrawn}


def facts_of(kpi: Kpi, targets: Iterable[KpiTarget], values: Mapping[int, YearValues]) -> KpiFacts:
    """The KPI as the judgement takes it: only the chosen value of each year comes in."""
    return KpiFacts(
        direction=Direction(kpi.direction),
        kind=Kind(kpi.kind),
        base=kpi.base_value,
        base_year=kpi.base_year,
        targets={target.fiscal_year: target.value for target in targets},
        actuals=tuple(_point(year.chosen) for year in values.values() if year.chosen is not None),
        tolerance=None if kpi.tolerance is None else Tolerance(kpi.tolerance),
    )


def _kpis_of(strategy: Strategy, user: object) -> Any:
    return (
        Kpi.objects.visible_to(user)
        .filter(strategy=strategy, ended_on__isnull=True)
        .select_related("goal", "package__goal", "measure__package__goal")
        .order_by("position", "pk")
    )


def _last_visible_year(strategy: Strategy, user: object) -> int | None:
    """None: every year; before the first one where nothing was published."""
    if works_on_strategy_of(user, strategy.municipality_id):
        return None
    return (
        strategy.first_fiscal_year - 1 if strategy.published_through is None else strategy.published_through
    )


def _by_kpi(rows: Iterable[KpiTarget]) -> defaultdict[int, list[KpiTarget]]:
    found: defaultdict[int, list[KpiTarget]] = defaultdict(list)
    for row in rows:
        found[row.kpi_id].append(row)
    return found


def _latest(rows: Any) -> dict[tuple[int, int], Any]:
    return {(row.kpi_id, row.reported_in): row for row in rows.order_by("pk")}


def _candidate(row: KpiActual) -> Candidate:
    return Candidate(
        row.origin,
        row.reported_in,
        row.value,
        row.availability,
        row.period_ends_on,
        row.carried_forward,
        actual=row,
    )


def _fed_candidate(year: int, fed: FedValue) -> Candidate:
    return Candidate(
        Origin.FED, year, fed.value, KpiActual.Availability.VALUE, date(year + 1, 3, 31), fed=fed
    )


def _year_values(by_origin: Mapping[str, Candidate], choice: ValueChoice | None) -> YearValues:
    candidates = tuple(by_origin[origin] for origin in ORIGINS if origin in by_origin)
    valued = {each.origin: each.value is not None for each in candidates}
    counts = origin_that_counts(valued, choice.origin if choice is not None else None)
    return YearValues(candidates, None if counts is None else by_origin[counts], choice)


def _point(chosen: Candidate) -> Point:
    return Point(
        chosen.reported_in,
        chosen.value,
        chosen.period_end,
        chosen.carried_forward,
        Availability(chosen.availability),
    )
