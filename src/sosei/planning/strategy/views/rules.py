"""By which rule a strategy is judged: presets and one's own tried on past values, a status overruled, and how well
each KPI can be followed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.people.errors import RefusedError
from sosei.core.people.views.members import office_crumbs
from sosei.planning.strategy.forms_rules import OverruleForm, OwnRuleForm, ReasonForm
from sosei.planning.strategy.judgement import wording
from sosei.planning.strategy.judgement.judge import Judgement
from sosei.planning.strategy.judgement.monitoring import Grade
from sosei.planning.strategy.judgement.presets import PLAIN, PRESETS
from sosei.planning.strategy.judgement.rules import RuleDefinition
from sosei.planning.strategy.judgement.trial import Shift, Trial, try_on_past
from sosei.planning.strategy.judging import JudgedStrategy, judge_strategy, rule_of
from sosei.planning.strategy.models import Kpi, Overrule, Strategy
from sosei.planning.strategy.models.common import in_language
from sosei.planning.strategy.numbers import print_year, short_year, today_in
from sosei.planning.strategy.permissions import can_plan_strategy
from sosei.planning.strategy.qualities import qualities_of
from sosei.planning.strategy.querysets import towns_of
from sosei.planning.strategy.services import rules as services


@dataclass(frozen=True)
class Shown:
    """A label with its tone, ready for the page."""

    label: str
    tone: str
    provisional: bool = False


@dataclass(frozen=True)
class ShownTrialCell:
    """One year of a KPI under both rules, ready for the page."""

    year: str
    before: Shown
    after: Shown
    changed: bool
    shift: str


@require_safe
def rules(request: Any, code: str, strategy_id: int | None = None) -> HttpResponse:
    """The rule in force, the presets, and how every KPI stands by it; of the latest strategy where none is named."""
    if strategy_id is None:
        latest = Strategy.objects.visible_to(request.user).of(request.town).first()
        if latest is None:
            return redirect("strategy:strategies-office", code=code)
        return redirect("strategy:rules", code=code, strategy_id=latest.pk)
    strategy = _strategy(request, strategy_id)
    judged = _judged(strategy, request)
    years = _years_with_values(judged)
    context = {
        "crumbs": _crumbs(request, strategy, (_("評価の基準"), "")),
        "town": request.town,
        "strategy": strategy,
        "rule": _shown_rule(judged.rule),
        "adopted": strategy.rule,
        "presets": [
            (key, _shown_rule(preset), preset == judged.rule and strategy.rule is not None)
            for key, preset in PRESETS.items()
        ],
        "may_plan": can_plan_strategy(request.user, strategy),
        "years": [(year, short_year(year)) for year in years],
        "rows": [
            (kpi.kpi, [(kpi.years[year], short_year(year)) for year in years]) for kpi in judged.kpis.values()
        ],
    }
    return render(request, "strategy/rules/rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def preset(request: Any, code: str, strategy_id: int, preset: str) -> HttpResponse:
    """A city's rule tried on past values; adopted with a reason."""
    strategy = _planned(request, strategy_id)
    definition = PRESETS.get(preset)
    if definition is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _adopt(request, strategy, definition, form):
        return redirect("strategy:rules", code=code, strategy_id=strategy.pk)
    name = wording.text(definition.name)
    context = {
        **_trial(request, strategy, definition),
        "crumbs": _crumbs(request, strategy, (_("評価の基準"), _rules_url(strategy)), (name, "")),
        "strategy": strategy,
        "rule": _shown_rule(definition),
        "form": form,
        "cancel_url": _rules_url(strategy),
    }
    return render(request, "strategy/rules/preset.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def own(request: Any, code: str, strategy_id: int) -> HttpResponse:
    """One's own rule: written in a small form, tried on past values, and only then adopted with a reason."""
    strategy = _planned(request, strategy_id)
    current = rule_of(strategy)
    start = PRESETS.get(request.GET.get("from", ""), current if strategy.rule else PLAIN)
    posted = request.POST or None
    form = OwnRuleForm(posted, start)
    reason = ReasonForm(posted if posted and "adopt" in posted else None)
    context: dict[str, Any] = {}
    if form.is_valid() and form.definition is not None:
        definition = form.definition
        tried = _fingerprint(definition)
        same = request.POST.get("tried") == tried
        if "adopt" in request.POST:
            if not same:
                messages.warning(
                    request,
                    _("ためしたあとで内容が変わっています。下の結果を見てから、もう一度決めてください。"),
                )
            elif reason.is_valid() and _adopt(request, strategy, definition, reason):
                return redirect("strategy:rules", code=code, strategy_id=strategy.pk)
        context = {**_trial(request, strategy, definition), "tried": tried, "rule": _shown_rule(definition)}
    context |= {
        "crumbs": _crumbs(
            request, strategy, (_("評価の基準"), _rules_url(strategy)), (_("自分たちの基準を作る"), "")
        ),
        "strategy": strategy,
        "form": form,
        "reason": reason,
        "starts": [(key, wording.text(each.name)) for key, each in PRESETS.items()],
        "cancel_url": _rules_url(strategy),
    }
    return render(request, "strategy/rules/own.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def status(request: Any, code: str, kpi_id: int, year: int) -> HttpResponse:
    """What the rule says of a KPI in a year and why, and what a person says instead."""
    kpi = get_object_or_404(
        Kpi.objects.visible_to(request.user)
        .filter(strategy__municipality=request.town, strategy__municipality__in=towns_of(request.user))
        .select_related("strategy__municipality", "strategy__rule"),
        pk=kpi_id,
    )
    strategy = kpi.strategy
    if year not in strategy.fiscal_years:
        raise Http404
    judged = judge_strategy(
        strategy, user=request.user, today=today_in(request.town), kpis=[kpi], years=[year]
    )
    found = judged.kpis[kpi.pk].years[year]
    may_plan = can_plan_strategy(request.user, strategy)
    withdrawing = request.POST.get("act") == "withdraw"
    posted = request.POST or None
    form = OverruleForm(judged.rule, None if withdrawing else posted, found.judgement.band)
    withdrawal = ReasonForm(posted if withdrawing else None, auto_id="id_withdrawal_%s")
    if request.method == "POST":
        if not may_plan:
            raise Http404
        if _decide(request, kpi, year, withdrawal if withdrawing else form, withdrawing):
            return redirect("strategy:status", code=code, kpi_id=kpi.pk, year=year)
    decisions = list(
        Overrule.objects.visible_to(request.user)
        .filter(kpi=kpi, reported_in=year)
        .select_related("decided_by")
        .order_by("-pk")
    )
    for row in decisions:
        row.local_label = in_language(row, "label")
    context = {
        "crumbs": _crumbs(
            request,
            strategy,
            (_("評価の基準"), _rules_url(strategy)),
            (_("%(kpi)s（%(year)s）") % {"kpi": kpi, "year": print_year(year)}, ""),
        ),
        "strategy": strategy,
        "kpi": kpi,
        "year": print_year(year),
        "judged": found,
        "computed": _shown(found.judgement),
        "rule": _shown_rule(judged.rule),
        "decisions": decisions,
        "form": form if may_plan else None,
        "withdrawal": withdrawal if may_plan and found.overrule is not None else None,
    }
    return render(request, "strategy/rules/status.html", context)


@require_safe
def monitoring(request: Any, code: str, strategy_id: int) -> HttpResponse:
    """How well each KPI can be followed, and what to do about it."""
    strategy = _strategy(request, strategy_id)
    # Who may open this page sees the departments of the town.
    kept = Kpi.objects.visible_to(request.user).filter(strategy=strategy, ended_on__isnull=True)
    judged = judge_strategy(
        strategy, user=request.user, today=today_in(request.town), kpis=kept.select_related("department")
    )
    qualities = qualities_of(judged, today=today_in(request.town))
    kpis = [each.kpi for each in judged.kpis.values()]
    rows = [
        (
            kpi,
            [
                (
                    str(wording.ASPECTS[mark.aspect]),
                    Shown(str(wording.GRADES[mark.grade]), mark.grade.value),
                    wording.reason(mark),
                    wording.remedy(mark),
                )
                for mark in qualities[kpi.pk].marks
            ],
        )
        for kpi in sorted(kpis, key=lambda kpi: _worst_first(qualities[kpi.pk].grade))
    ]
    grades = [each.grade for each in qualities.values()]
    context = {
        "crumbs": _crumbs(request, strategy, (_("KPIの追いかけやすさ"), "")),
        "strategy": strategy,
        "aspects": list(wording.ASPECTS.values()),
        "rows": rows,
        "grades": [
            (Shown(str(label), grade.value), grades.count(grade)) for grade, label in wording.GRADES.items()
        ],
    }
    return render(request, "strategy/rules/monitoring.html", context)


def _worst_first(grade: Grade) -> int:
    return [Grade.POOR, Grade.FAIR, Grade.GOOD].index(grade)


def _strategy(request: Any, key: int) -> Strategy:
    """A strategy of the town, for those who work on it."""
    seen = Strategy.objects.visible_to(request.user).filter(
        municipality=request.town, municipality__in=towns_of(request.user)
    )
    found: Strategy = get_object_or_404(seen.select_related("municipality", "rule"), pk=key)
    return found


def _planned(request: Any, key: int) -> Strategy:
    """A strategy that the person plans."""
    found = _strategy(request, key)
    if not can_plan_strategy(request.user, found):
        raise Http404
    return found


def _judged(strategy: Strategy, request: Any) -> JudgedStrategy:
    return judge_strategy(strategy, user=request.user, today=today_in(request.town))


def _years_with_values(judged: JudgedStrategy) -> list[int]:
    return [year for year in judged.years if any(kpi.values.get(year) for kpi in judged.kpis.values())]


def _trial(request: Any, strategy: Strategy, definition: RuleDefinition) -> dict[str, Any]:
    """What every past year would have said by the new rule, beside what it says now."""
    judged = _judged(strategy, request)
    kpis = {key: each.kpi for key, each in judged.kpis.items()}
    facts = [(key, each.facts) for key, each in judged.kpis.items()]
    trial = try_on_past(
        definition, judged.rule, facts, _years_with_values(judged), today=today_in(request.town)
    )
    rows = [
        (
            kpis[row.key],  # type: ignore[index]
            [
                ShownTrialCell(
                    short_year(cell.year),
                    _shown(cell.before),
                    _shown(cell.after),
                    cell.changed,
                    str(wording.SHIFTS[cell.shift]),
                )
                for cell in row.cells
            ],
        )
        for row in trial.rows
    ]
    return {
        "trial": trial,
        "years": [short_year(year) for year in trial.years],
        "changed_rows": [row for row in rows if any(cell.changed for cell in row[1])],
        "same_rows": [row for row in rows if not any(cell.changed for cell in row[1])],
        "shifts": [
            (str(label), trial.shifts[shift])
            for shift, label in wording.SHIFTS.items()
            if shift is not Shift.SAME and trial.shifts[shift]
        ],
        "tallies": _tallies(trial, judged.rule, definition),
        "now": wording.text(judged.rule.name),
    }


def _tallies(trial: Trial, *both: RuleDefinition) -> list[list[tuple[Shown, int]]]:
    """For each of the two rules: how many years of KPIs bear which label."""
    return [
        [
            (Shown(wording.text(band.label), band.tone.value), counted[band.label.ja])
            for band in rule.bands
            if counted[band.label.ja]
        ]
        for rule, counted in zip(both, (trial.before, trial.after), strict=True)
    ]


def _shown(judgement: Judgement) -> Shown:
    return Shown(wording.label(judgement), judgement.tone.value, bool(judgement.confirm.ja))


def _shown_rule(rule: RuleDefinition) -> dict[str, Any]:
    return {
        "name": wording.text(rule.name),
        "basis": str(wording.BASES[rule.basis]),
        "bands": [
            (Shown(wording.text(band.label), band.tone.value), when)
            for band, when in wording.conditions(rule)
        ],
        "note": wording.text(rule.note),
        "source": wording.text(rule.source),
    }


def _adopt(request: Any, strategy: Strategy, definition: RuleDefinition, form: forms.Form) -> bool:
    try:
        made = services.adopt_rule(
            strategy=strategy,
            definition=definition,
            adopted_by=request.user,
            reason=form.cleaned_data["reason"],
        )
    except RefusedError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    messages.success(request, _("評価の基準を「%(rule)s」に決めました。") % {"rule": made})
    return True


def _decide(request: Any, kpi: Kpi, year: int, form: forms.Form, withdrawing: bool) -> bool:
    if not form.is_valid():
        return False
    try:
        if withdrawing:
            services.withdraw_overrule(
                kpi=kpi, reported_in=year, withdrawn_by=request.user, reason=form.cleaned_data["reason"]
            )
        else:
            services.overrule_status(
                kpi=kpi,
                reported_in=year,
                band=form.cleaned_data["band"],
                decided_by=request.user,
                reason=form.cleaned_data["reason"],
            )
    except RefusedError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    messages.success(request, _("人による評価を取り消しました。") if withdrawing else _("評価を決めました。"))
    return True


def _fingerprint(definition: RuleDefinition) -> str:
    """Tells whether what is adopted is what was tried."""
    plain = json.dumps(definition.to_json(), sort_keys=True, ensure_ascii=False)
    return sha256(plain.encode()).hexdigest()


def _rules_url(strategy: Strategy) -> str:
    return reverse("strategy:rules", kwargs={"code": strategy.municipality.code, "strategy_id": strategy.pk})


def _crumbs(request: Any, strategy: Strategy, *last: tuple[str, str]) -> Sequence[tuple[str, str]]:
    whole = reverse("strategy:strategy", kwargs={"code": request.town.code, "strategy_id": strategy.pk})
    found: Sequence[tuple[str, str]] = office_crumbs(request, (strategy.local_short_title, whole), *last)
    return found
