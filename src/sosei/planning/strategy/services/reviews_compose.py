"""Composes the report of a review from what stands in the tables now; closing writes exactly these rows down for ever."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from sosei.planning.strategy.fed_values import FedValue, fed_values
from sosei.planning.strategy.judgement import wording
from sosei.planning.strategy.judgement.progress import target_of
from sosei.planning.strategy.judgement.rules import Given, RuleDefinition
from sosei.planning.strategy.judging import JudgedKpi, JudgedYear, judge_strategy
from sosei.planning.strategy.models import (
    BasicGoal,
    Evaluation,
    ExpertComment,
    FrozenComment,
    FrozenLine,
    FrozenPart,
    FrozenReport,
    Kpi,
    KpiActual,
    Measure,
    PolicyPackage,
    Review,
)
from sosei.planning.strategy.numbers import print_value, print_year
from sosei.planning.strategy.services.reviews_state import Ground, ground_of, target_key

RATING_TONES = {"steady": "good", "mostly": "good", "needs_work": "fair", "rethink": "poor"}


@dataclass(frozen=True)
class Missing:
    """Something that a review cannot be closed without, unless a reason is given.

    Attributes:
        key: names it in the form: "evaluation:measure:12", "value:kpi:5".
        field: the name of its box in the form.
        text: in the reader's language.
    """

    key: str
    text: str

    @property
    def field(self) -> str:
        """The name of the box for the reason."""
        return self.key.replace(":", "-")


@dataclass
class Composed:
    """A report as rows that are not kept yet, and what is missing from it."""

    report: FrozenReport
    parts: list[FrozenPart] = field(default_factory=list)
    lines: list[FrozenLine] = field(default_factory=list)
    comments: list[FrozenComment] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)


def compose(
    review: Review,
    *,
    user: object,
    today: datetime.date,
    waivers: Mapping[str, str] | None = None,
    ground: Ground | None = None,
) -> Composed:
    """The report as it stands now.

    Args:
        user: who asks; somebody who works on the town's strategies.
        waivers: key of something missing -> why it may be missing.
        ground: where it was read already.

    Raises:
        RuleError: the strategy's stored rule isn't one.
    """
    return _Composer(review, user, today, waivers or {}, ground or ground_of(review)).composed()


def both(words: Callable[[], object]) -> tuple[str, str]:
    """What a function says in Japanese and in English."""
    with override("ja"):
        japanese = str(words())
    with override("en"):
        return japanese, str(words())


class _Composer:
    def __init__(
        self,
        review: Review,
        user: object,
        today: datetime.date,
        waivers: Mapping[str, str],
        ground: Ground,
    ) -> None:
        self.review, self.strategy, self.waivers = review, review.strategy, waivers
        self.today = today
        self.kpis, self.targets, self.evaluations = ground.kpis, ground.targets, ground.evaluations
        self.judged = judge_strategy(
            self.strategy,
            user=user,
            today=today,
            kpis=self.kpis,
            years=[review.fiscal_year],
            # Who composes sees them; the report is for everybody.
            hide_small=True,
        )
        self.comments = ground.comments
        self.out = Composed(self._report())

    def composed(self) -> Composed:
        """Goal by goal, package by package, measure by measure."""
        for goal in self._goals():
            self._part(goal, "goal", str(goal.number))
            for package in self._packages_of(goal):
                self._part(package, "package", package.number)
                for target in self.targets:
                    if target.kind == "measure" and target.row.package_id == package.pk:
                        self._part(target.row, "measure", target.row.number)
        return self.out

    def _goals(self) -> list[BasicGoal]:
        """Those that have a package or a KPI."""
        found = {target.package.goal_id: target.package.goal for target in self.targets}
        found |= {kpi.goal_id: kpi.goal for kpi in self.kpis if kpi.goal is not None}
        return sorted(found.values(), key=lambda goal: goal.number)

    def _packages_of(self, goal: BasicGoal) -> list[PolicyPackage]:
        return [
            package
            for package in dict.fromkeys(target.package for target in self.targets)
            if package.goal_id == goal.pk
        ]

    def _report(self) -> FrozenReport:
        strategy, review = self.strategy, self.review
        town, rule = strategy.municipality, self.judged.rule
        names = (strategy.rule.name, strategy.rule.name_en) if strategy.rule else (rule.name.ja, rule.name.en)
        words = both(lambda: rule_words(rule))
        return FrozenReport(
            strategy=strategy,
            review=review,
            town=town.name,
            town_en=town.name_en,
            title=strategy.title,
            title_en=strategy.title_en,
            first_fiscal_year=strategy.first_fiscal_year,
            last_fiscal_year=strategy.last_fiscal_year,
            fiscal_year=review.fiscal_year,
            number=review.number,
            reason=review.reason,
            rule=names[0],
            rule_en=names[1],
            rule_words=words[0],
            rule_words_en=words[1],
            rule_definition=rule.to_json(),
            summary=review.summary,
            summary_en=review.summary_en,
            source=strategy.source,
            source_en=strategy.source_en,
            is_sample=strategy.is_sample or any(kpi.is_sample for kpi in self.kpis),
            experts=len({comment.author_id for comment in self.comments}),
            closed_on=self.today,
        )

    def _part(self, row: Any, level: str, number: str) -> None:
        part = FrozenPart(
            strategy=self.strategy,
            review=self.review,
            position=len(self.out.parts) + 1,
            level=level,
            number=number,
            title=row.title,
            title_en=row.title_en,
            **{level: row},
        )
        key = (level, row.pk)
        if any(target.key == key for target in self.targets):
            self._add_evaluation(part, row, key)
        self.out.parts.append(part)
        for kpi in self.kpis:
            if getattr(kpi, f"{level}_id") == row.pk:
                self._line(part, kpi)
        for comment in self.comments:
            if target_key(comment) == key:
                self._comment(part, comment)

    def _add_evaluation(self, part: FrozenPart, row: Measure | PolicyPackage, key: tuple[str, int]) -> None:
        department = getattr(row, "department", None)
        if department is not None:
            part.department, part.department_en = department.name, department.name_en
        held = self.evaluations.get(key)
        if held is None or held.submitted_at is None:
            missing = Missing(
                f"evaluation:{key[0]}:{key[1]}", _("「%(title)s」の評価が出ていません。") % {"title": row}
            )
            part.waiver = self.waivers.get(missing.key, "").strip()
            if not part.waiver:
                self.out.missing.append(missing)
        if held is not None:
            _copy_evaluation(part, held)

    def _comment(self, part: FrozenPart, comment: ExpertComment) -> None:
        opinion = both(lambda: ExpertComment.Opinion(comment.opinion).label)
        self.out.comments.append(
            FrozenComment(
                strategy=self.strategy,
                review=self.review,
                part=part,
                position=len(self.out.comments) + 1,
                name_shown=comment.name_shown or "",
                opinion=opinion[0],
                opinion_en=opinion[1],
                text=comment.text,
                answer=comment.answer,
            )
        )

    def _line(self, part: FrozenPart, kpi: Kpi) -> None:
        judged = self.judged.kpis[kpi.pk]
        year = judged.years[self.review.fiscal_year]
        line = FrozenLine(
            strategy=self.strategy,
            review=self.review,
            part=part,
            position=len(self.out.lines) + 1,
            kpi=kpi,
            title=kpi.title,
            title_en=kpi.title_en,
            definition=kpi.text,
            definition_en=kpi.text_en,
            unit=kpi.unit,
            unit_en=kpi.unit_en,
            base_value=kpi.base_value,
            is_sample=kpi.is_sample,
        )
        line.direction, line.direction_en = both(lambda: Kpi.Direction(kpi.direction).label)
        line.base, line.base_en = both(lambda: _printed(kpi.base_printed) or print_value(kpi.base_value, kpi))
        self._add_target(line, judged)
        self._add_actual(line, kpi, year)
        _add_judgement(line, year)
        if year.values.chosen is None:
            missing = Missing(
                f"value:kpi:{kpi.pk}",
                self._why_no_value(kpi) % {"kpi": kpi, "year": print_year(self.review.fiscal_year)},
            )
            line.waiver = self.waivers.get(missing.key, "").strip()
            if not line.waiver:
                self.out.missing.append(missing)
        self.out.lines.append(line)

    @cached_property
    def _fed(self) -> Mapping[int, Mapping[int, FedValue]]:
        return fed_values([kpi.pk for kpi in self.kpis])

    def _why_no_value(self, kpi: Kpi) -> str:
        if self.review.fiscal_year in self._fed.get(kpi.pk, {}):
            return _(
                "KPI「%(kpi)s」の%(year)sの値は、少ない実績からの値なので、公表する報告に出せません。値がない理由を書いてください。"
            )
        return _("KPI「%(kpi)s」の%(year)sの値がありません。")

    def _add_target(self, line: FrozenLine, judged: JudgedKpi) -> None:
        """The target set for this year, else the final one with its year beside it."""
        targets = judged.facts.targets
        line.target_value = target_of(targets, self.review.fiscal_year)
        line.target_year = self.review.fiscal_year
        if line.target_value is None:
            line.target_value, line.target_year = judged.facts.target, judged.facts.final_year
        elif self.review.fiscal_year not in targets:
            line.target_year = judged.facts.final_year
        if line.target_value is None:
            line.target_year = None
            return
        row = next(each for each in judged.targets if each.fiscal_year == line.target_year)
        line.target, line.target_en = both(
            lambda: _printed(row.printed) or print_value(row.value, judged.kpi)
        )
        line.is_sample = line.is_sample or row.is_sample

    def _add_actual(self, line: FrozenLine, kpi: Kpi, year: JudgedYear) -> None:
        chosen = year.values.chosen
        if chosen is None:
            line.source, line.source_en = kpi.source, kpi.source_en
            return
        row = chosen.actual
        line.actual_value = chosen.value
        line.actual, line.actual_en = both(lambda: _actual_text(kpi, chosen.value, row))
        line.origin, line.origin_en = both(lambda: chosen.origin_label)
        line.source, line.source_en = kpi.source, kpi.source_en
        if row is not None:
            line.period, line.explanation = row.period, row.explanation
            line.is_sample = line.is_sample or row.is_sample
            if row.source:
                line.source, line.source_en = row.source, ""
        if chosen.fed is not None:
            line.source, line.source_en = both(lambda: chosen.fed.label)  # type: ignore[union-attr]


def _copy_evaluation(part: FrozenPart, held: Evaluation) -> None:
    part.office_text = held.office_text
    if held.submitted_at is None:
        # A draft is its department's own until it is submitted.
        return
    for name in ("done", "result", "problems", "next_steps"):
        setattr(part, name, getattr(held, name))
    if held.rating:
        part.rating, part.rating_en = both(lambda: Evaluation.Rating(held.rating).label)
        part.rating_tone = RATING_TONES[held.rating]


def _printed(text: str) -> str:
    """What was printed is Japanese; in English the value itself is written."""
    return text if wording.language() == "ja" else ""


def _actual_text(kpi: Kpi, value: Decimal | None, row: KpiActual | None) -> str:
    if value is None:
        return str(KpiActual.Availability(row.availability).label) if row is not None else ""
    if row is not None and _printed(row.printed):
        return row.printed
    text = print_value(value, kpi)
    if row is not None and row.yearly_value is not None:
        return _("%(value)s（この年度は%(yearly)s）") % {
            "value": text,
            "yearly": print_value(row.yearly_value, kpi),
        }
    return text


def _add_judgement(line: FrozenLine, year: JudgedYear) -> None:
    judgement = year.judgement
    line.progress = judgement.progress
    line.judgement_key = judgement.band or (judgement.word.value if judgement.word else "")
    line.tone = year.tone
    line.judgement_words, line.judgement_words_en = both(lambda: "\n".join(year.why))
    if year.overrule is None or not year.overruled:
        line.judgement, line.judgement_en = both(lambda: _shown(year))
        return
    line.judgement_key = ""
    line.judgement, line.judgement_en = year.overrule.label, year.overrule.label_en
    line.rule_judgement, line.rule_judgement_en = both(lambda: wording.label(judgement))
    line.overrule_reason = year.overrule.reason


def _shown(year: JudgedYear) -> str:
    label = year.label
    return _("%(label)s（仮）") % {"label": label} if year.provisional else label


def rule_words(rule: RuleDefinition) -> str:
    """A rule in words: what it measures, and from where each stage begins."""
    bands = []
    for band in rule.bands:
        label = wording.text(band.label)
        if band.lower is not None:
            how = _("%(bound)s以上") % {"bound": wording.percent(band.lower)}
        elif band.given is Given.BASIS:
            how = _("それより下")
        else:
            how = str(wording.GIVEN[band.given])
        bands.append(_("%(label)s（%(how)s）") % {"label": label, "how": how})
    lines = [
        _("もとにする値：%(basis)s") % {"basis": wording.BASES[rule.basis]},
        _("段階：%(bands)s") % {"bands": _("、").join(bands)},
    ]
    for name, words in ((_("読みかた：%(text)s"), rule.note), (_("出典：%(text)s"), rule.source)):
        if words.ja:
            lines.append(name % {"text": wording.text(words)})
    return "\n".join(lines)
