"""Judges one year of a KPI by a rule, and says by which steps it came to that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext

from sosei.engines.conventions.fiscal_years import fiscal_year_of
from sosei.planning.strategy.judgement import progress as way
from sosei.planning.strategy.judgement.progress import Ratio
from sosei.planning.strategy.judgement.records import Availability, Direction, Kind, KpiFacts, Point
from sosei.planning.strategy.judgement.rules import NO_TEXT, Band, Basis, RuleDefinition, Text, Tone
from sosei.planning.strategy.judgement.words import ORDER, WITHOUT_RATING, Word

DIGITS = 100
"""Enough for every product of three values to be exact: a bound is reached or not, never by rounding."""
NEAR_ZERO = Decimal("0.05")
"""A base up to this share of the target counts as near zero for actual ÷ target."""
ONE = Decimal(1)


@dataclass(frozen=True)
class Step:
    """One step of the reasoning: a code with the values that fill in its sentence (`wording.step`)."""

    code: str
    values: Mapping[str, object]


@dataclass(frozen=True)
class Judgement:
    """What a rule says of a KPI in a year.

    Attributes:
        band: key of the rule's band; "" where none holds.
        label: the band's words; empty where none holds, then the word is what is shown.
        rank: place of the band from the best; None where none holds.
        words: what keeps this from being a plain number, the weightiest first.
        met: whether the final target is met by this value; None where nobody can say.
        progress, pace, due: shares (1 is the whole), to six places; None where there is no such number.
        planned: what the KPI should stand at in the year.
        evidence_year: the year in which the value was first reported.
        confirm: what a person has to confirm before the label holds; empty where nothing.
        steps: the reasoning.
    """

    year: int
    band: str = ""
    label: Text = NO_TEXT
    tone: Tone = Tone.NEUTRAL
    rank: int | None = None
    words: tuple[Word, ...] = ()
    met: bool | None = None
    actual: Decimal | None = None
    base: Decimal | None = None
    base_year: int | None = None
    target: Decimal | None = None
    final_year: int | None = None
    progress: Decimal | None = None
    due: Decimal | None = None
    pace: Decimal | None = None
    planned: Decimal | None = None
    evidence_year: int | None = None
    confirm: Text = NO_TEXT
    steps: tuple[Step, ...] = ()

    @property
    def word(self) -> Word | None:
        """The weightiest word."""
        return self.words[0] if self.words else None

    @property
    def rated(self) -> bool:
        """Whether a band holds."""
        return bool(self.band)


def judge(rule: RuleDefinition, facts: KpiFacts, year: int, *, today: date | None = None) -> Judgement:
    """Judges `year`.

    Args:
        today: tells a year ahead or still running from one whose value is missing; None: the year is long over.
    """
    with localcontext() as context:
        context.prec = DIGITS
        return _Case(rule, facts, year, today).judged()


@dataclass
class _Case:
    """One judgement on its way."""

    rule: RuleDefinition
    facts: KpiFacts
    year: int
    today: date | None
    words: list[Word] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    numbers: dict[str, object] = field(default_factory=dict)
    done: Ratio | None = None
    owed: Ratio | None = None

    def judged(self) -> Judgement:
        facts = self.facts
        point = facts.points.get(self.year)
        self.numbers = {
            "base": facts.base,
            "base_year": facts.base_year,
            "target": facts.target,
            "final_year": facts.final_year,
            "actual": point.value if point else None,
        }
        if word := self._why_no_value(point):
            return self._only(word)
        assert point is not None and point.value is not None
        self._step("actual", actual=point.value, year=self.year)
        evidence = facts.evidence_year(point)
        self.numbers["evidence_year"] = evidence
        if point.carried_forward:
            self.words.append(Word.CARRIED_FORWARD)
            self._step("carried_forward", year=self.year, evidence_year=evidence)
        if facts.target is None:
            return self._only(Word.NO_TARGET)
        if self.today is not None and point.period_end is not None and point.period_end > self.today:
            return self._only(Word.PERIOD_RUNNING, **self._shares(point.value, evidence, facts.target))
        return self._rated(point.value, evidence, facts.target)

    def _why_no_value(self, point: Point | None) -> Word | None:
        running = self.today is not None and fiscal_year_of(self.today.year, self.today.month)
        if point is not None and point.value is not None:
            return None
        if point is not None and point.availability is Availability.NOT_AVAILABLE:
            return Word.NOT_AVAILABLE
        if running is not False and self.year > running:
            return Word.NOT_BEGUN
        if point is not None and point.availability is Availability.NOT_YET_PUBLISHED:
            return Word.CENSUS_NOT_OUT if self.facts.kind is Kind.CENSUS else Word.NOT_YET_PUBLISHED
        return Word.VALUE_DUE if running is not False and self.year == running else Word.VALUE_MISSING

    def _rated(self, actual: Decimal, evidence: int, target: Decimal) -> Judgement:
        facts, rule = self.facts, self.rule
        shares = self._shares(actual, evidence, target)
        if facts.base_year is not None and evidence <= facts.base_year:
            return self._only(Word.BASE_YEAR, **shares)
        if facts.direction is Direction.KEEP:
            return self._kept(actual, target)
        met = way.reaches(facts.direction, target, actual)
        self.numbers["met"] = met
        self._step("met" if met else "not_met", actual=actual, target=target, direction=facts.direction.value)
        if facts.base is not None and facts.base == target:
            self.words.append(Word.TARGET_EQUALS_BASE)
        elif facts.base is not None and way.gain(facts.direction, facts.base, target) < 0:
            self.words.append(Word.PASSED_AT_BASE)
        self.numbers |= shares
        if rule.basis is Basis.MANUAL:
            return self._only(Word.STAGE_BY_PERSON)
        if met and rule.met_wins:
            return self._banded(rule.band(rule.met))
        measure = self._measure(actual, evidence)
        if measure is None:
            return self._met_only(met, evidence)
        band = next(band for band in rule.computed if band.lower is None or measure.at_least(band.lower))
        return self._banded(band)

    def _measure(self, actual: Decimal, evidence: int) -> Ratio | None:
        """The value of the basis; None where there is none, with the word that says why."""
        facts, basis = self.facts, self.rule.basis
        if basis is Basis.POSITION:
            return self._change(actual)
        if Word.TARGET_EQUALS_BASE in self.words or Word.PASSED_AT_BASE in self.words:
            return None
        if basis is Basis.ACHIEVEMENT:
            return self._achievement(actual, evidence)
        if facts.base is None or (basis is Basis.PACE and facts.base_year is None):
            self.words.append(Word.NO_BASE)
            return None
        if self.done is None or basis is Basis.PROGRESS:
            return self.done
        if self.owed is None:
            return None
        if self.owed.over > 0:
            return self.done.divided_by(self.owed)
        self.words.append(Word.NOTHING_DUE)
        kept_to = self.done.over * self.owed.under >= self.owed.over * self.done.under
        self._step("path_kept" if kept_to else "path_lost", year=evidence)
        return Ratio(ONE if kept_to else -ONE, ONE)

    def _change(self, actual: Decimal) -> Ratio | None:
        base = self.facts.base
        if base is None or base == 0:
            self.words.append(Word.NO_BASE if base is None else Word.BASE_ZERO)
            return None
        change = Ratio(way.gain(self.facts.direction, base, actual), abs(base))
        self._step("change", actual=actual, base=base, result=change.value)
        return change

    def _achievement(self, actual: Decimal, evidence: int) -> Ratio | None:
        facts = self.facts
        target = way.target_of(facts.targets, evidence)
        target = facts.target if target is None else target
        if facts.base is None:
            self.words.append(Word.NO_BASE)
            return None
        refused = facts.direction is not Direction.UP or target is None or target <= 0
        if refused or target is None or abs(facts.base) > target * NEAR_ZERO:
            self.words.append(Word.RATIO_REFUSED)
            return None
        ratio = Ratio(actual, target)
        self._step("achievement", actual=actual, target=target, result=ratio.value)
        return ratio

    def _met_only(self, met: bool, evidence: int) -> Judgement:
        """Met, or not met: the latter holds against the KPI only once the target is due, or where there is no way to
        be on."""
        always = Word.TARGET_EQUALS_BASE in self.words or Word.PASSED_AT_BASE in self.words
        if met:
            return self._banded(self.rule.band(self.rule.met))
        final = self.facts.final_year
        if always or (final is not None and evidence >= final):
            return self._banded(self.rule.band(self.rule.not_met))
        return self._finish(None)

    def _kept(self, actual: Decimal, target: Decimal) -> Judgement:
        if self.facts.tolerance is None:
            return self._only(Word.NO_TOLERANCE)
        room = self.facts.tolerance.around(target)
        met = abs(actual - target) <= room
        self.numbers["met"] = met
        self._step(
            "kept" if met else "not_kept", actual=actual, target=target, low=target - room, high=target + room
        )
        if self.rule.basis is Basis.MANUAL:
            return self._only(Word.STAGE_BY_PERSON)
        self.words.append(Word.KEPT)
        return self._banded(self.rule.band(self.rule.met if met else self.rule.not_met))

    def _shares(self, actual: Decimal, evidence: int, target: Decimal) -> dict[str, object]:
        """Progress, due and pace as numbers, with their steps, as far as there are such numbers."""
        facts = self.facts
        planned = way.planned_value(facts, evidence)
        found: dict[str, object] = {"planned": planned.value if planned else None}
        if facts.base is None or facts.direction is Direction.KEEP:
            return found
        done = way.progress(facts.direction, facts.base, target, actual)
        if done is None:
            return found
        self.done, found["progress"] = done, done.value
        self._step("progress", actual=actual, base=facts.base, target=target, result=found["progress"])
        if planned is None or facts.base_year is None:
            return found
        self.owed = way.due(facts, planned)
        if self.owed is None:
            return found
        found["due"] = self.owed.value
        self._step(
            "due",
            planned=found["planned"],
            base=facts.base,
            target=target,
            year=evidence,
            result=found["due"],
        )
        if self.owed.over > 0:
            found["pace"] = done.divided_by(self.owed).value
            self._step("pace", progress=found["progress"], due=found["due"], result=found["pace"])
        return found

    def _only(self, word: Word, **numbers: object) -> Judgement:
        """A word without a rating, or with the label that the rule keeps for it."""
        self.words.append(word)
        self.numbers |= numbers
        key = self.rule.words.get(word)
        return self._finish(self.rule.band(key) if key else None)

    def _banded(self, band: Band) -> Judgement:
        lower = {"bound": band.lower} if band.lower is not None else {}
        code = "band" if band.lower is not None else "band_rest"
        self._step(code, label_ja=band.label.ja, label_en=band.label.in_language("en"), **lower)
        return self._finish(band)

    def _finish(self, band: Band | None) -> Judgement:
        words = tuple(sorted(set(self.words), key=ORDER.__getitem__))
        if band is None and words and words[0] not in WITHOUT_RATING:
            key = self.rule.words.get(words[0])
            band = self.rule.band(key) if key else None
        return Judgement(
            year=self.year,
            band=band.key if band else "",
            label=band.label if band else NO_TEXT,
            tone=band.tone if band else Tone.NEUTRAL,
            rank=self.rule.rank(band.key) if band else None,
            words=words,
            confirm=band.confirm if band else NO_TEXT,
            steps=tuple(self.steps),
            **self.numbers,  # type: ignore[arg-type]
        )

    def _step(self, code: str, **values: object) -> None:
        self.steps.append(Step(code, values))
