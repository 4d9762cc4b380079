"""By which rule a strategy is judged, and where a person judges otherwise."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.planning.strategy.errors import StrategyError
from sosei.planning.strategy.judgement import wording
from sosei.planning.strategy.judgement.presets import PRESETS
from sosei.planning.strategy.judgement.rules import Band, RuleDefinition
from sosei.planning.strategy.judging import rule_of
from sosei.planning.strategy.locks_kpis import lock_kpi
from sosei.planning.strategy.locks_rules import lock_strategy
from sosei.planning.strategy.models import JudgementRule, Kpi, Overrule, Strategy
from sosei.planning.strategy.numbers import fiscal_year_today, print_year
from sosei.planning.strategy.permissions import can_plan_part, can_plan_strategy

LONGEST_REASON = 300


@transaction.atomic
def adopt_rule(
    *, strategy: Strategy, definition: RuleDefinition, adopted_by: Person, reason: str
) -> JudgementRule:
    """From now on the strategy is judged by this rule; reviews that were closed stay as they are.

    Raises:
        NotAllowedError: no planner of the town.
        StrategyError: no reason, or the strategy is judged by this very rule already.
    """
    locked = lock_strategy(strategy.pk)
    if not can_plan_strategy(adopted_by, locked):
        raise NotAllowedError(_("評価の基準は、この自治体の企画担当が決めます。"))
    reason = _checked_reason(reason)
    before = rule_of(locked)
    if locked.rule is not None and before == definition:
        raise StrategyError(
            _("「%(rule)s」は、いま使っている基準と同じ内容です。変えてから決めてください。")
            % {"rule": wording.text(definition.name)}
        )
    made: JudgementRule = JudgementRule.objects.create(
        municipality=locked.municipality,
        name=definition.name.ja,
        name_en=definition.name.en,
        preset=next((key for key, preset in PRESETS.items() if preset == definition), ""),
        definition=definition.to_json(),
        created_by=adopted_by,
    )
    locked.rule = made
    locked.save(update_fields=["rule"])
    strategy.rule = made
    write_entry(
        actor=adopted_by,
        verb="strategy.rule_adopted",
        subject=locked,
        municipality=locked.municipality,
        reason=reason,
        data={"strategy_title": locked.title, "rule": made.name, "before": before.name.ja},
    )
    return made


@transaction.atomic
def overrule_status(*, kpi: Kpi, reported_in: int, band: str, decided_by: Person, reason: str) -> Overrule:
    """A person gives the KPI another stage of the strategy's rule for that year, or confirms the one proposed.

    Args:
        band: key of a stage of the rule by which the strategy is judged.

    Raises:
        NotAllowedError: no planner of the town.
        StrategyError: no reason, no such stage, a year outside the term or still ahead, or the same stage again.
    """
    locked = _locked(kpi, decided_by)
    reason = _checked_reason(reason)
    _check_year(locked, reported_in)
    stage = _stage(locked, band)
    held = overrule_in_force(locked, reported_in)
    if held is not None and (held.label, held.tone) == (stage.label.ja, stage.tone.value):
        raise StrategyError(
            _("%(year)sの評価は、もう「%(label)s」に決めてあります。別の段階を選んでください。")
            % {"year": print_year(reported_in), "label": wording.text(stage.label)},
            "band",
        )
    made: Overrule = Overrule.objects.create(
        strategy=locked.strategy,
        kpi=locked,
        reported_in=reported_in,
        label=stage.label.ja,
        label_en=stage.label.en,
        tone=stage.tone.value,
        reason=reason,
        decided_at=timezone.now(),
        decided_by=decided_by,
    )
    _record(made, "kpi.status_overruled", decided_by)
    return made


@transaction.atomic
def withdraw_overrule(*, kpi: Kpi, reported_in: int, withdrawn_by: Person, reason: str) -> Overrule:
    """What the rule says of the data holds again; what the person said stays in the history.

    Raises:
        NotAllowedError: no planner of the town.
        StrategyError: no reason, or nobody judged otherwise.
    """
    locked = _locked(kpi, withdrawn_by)
    reason = _checked_reason(reason)
    held = overrule_in_force(locked, reported_in)
    if held is None:
        raise StrategyError(
            _("%(year)sの「%(kpi)s」には、人が決めた評価がありません。画面を読み直してください。")
            % {"year": print_year(reported_in), "kpi": locked}
        )
    made: Overrule = Overrule.objects.create(
        strategy=locked.strategy,
        kpi=locked,
        reported_in=reported_in,
        withdrawn=True,
        label=held.label,
        label_en=held.label_en,
        tone=held.tone,
        reason=reason,
        decided_at=timezone.now(),
        decided_by=withdrawn_by,
    )
    _record(made, "kpi.overrule_withdrawn", withdrawn_by)
    return made


def overrule_in_force(kpi: Kpi, reported_in: int) -> Overrule | None:
    """The person's judgement that holds for a year."""
    last = Overrule.objects.filter(kpi=kpi, reported_in=reported_in).order_by("pk").last()
    return None if last is None or last.withdrawn else last


def _locked(kpi: Kpi, person: Person) -> Kpi:
    locked = lock_kpi(kpi.pk)
    if not can_plan_part(person, locked):
        raise NotAllowedError(_("人による評価は、この自治体の企画担当が決めます。"))
    return locked


def _checked_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise StrategyError(_("理由を書いてください。あとで見る人が分かるように、記録に残ります。"), "reason")
    if len(reason) > LONGEST_REASON:
        raise StrategyError(
            _("理由が%(count)s文字あります。%(longest)s文字までにしてください。")
            % {"count": len(reason), "longest": LONGEST_REASON},
            "reason",
        )
    return reason


def _check_year(kpi: Kpi, year: int) -> None:
    years = kpi.strategy.fiscal_years
    if year not in years:
        raise StrategyError(
            _(
                "%(year)sは、この戦略の期間（%(first)sから%(last)sまで）の外です。期間の中の年度を選んでください。"
            )
            % {"year": print_year(year), "first": print_year(years[0]), "last": print_year(years[-1])}
        )
    if year > fiscal_year_today(kpi.strategy.municipality):
        raise StrategyError(
            _("%(year)sはまだ始まっていません。始まってから評価してください。") % {"year": print_year(year)}
        )


def _stage(kpi: Kpi, key: str) -> Band:
    try:
        return rule_of(kpi.strategy).band(key)
    except KeyError as error:
        raise StrategyError(
            _("「%(key)s」という段階は、いまの評価の基準にありません。あるものから選んでください。")
            % {"key": key},
            "band",
        ) from error


def _record(row: Overrule, verb: str, actor: Person) -> None:
    write_entry(
        actor=actor,
        verb=verb,
        subject=row.kpi,
        municipality=row.strategy.municipality,
        reason=row.reason,
        data={"kpi": row.kpi.title, "year": row.reported_in, "label": row.label},
    )
