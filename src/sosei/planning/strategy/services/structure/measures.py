"""Measures with their logic model, partners, budgets and dated actions; which promotion models they stand under."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sosei.core.people.models import Organisation, Person
from sosei.planning.strategy.errors import StrategyError
from sosei.planning.strategy.models import (
    Action,
    GrantProgramme,
    Measure,
    MeasureBudget,
    MeasurePartner,
    PolicyPackage,
    PromotionModel,
    PromotionTag,
)
from sosei.planning.strategy.services.structure.common import (
    check_department,
    check_fiscal_year,
    check_leave,
    check_reason,
    note,
)
from sosei.planning.strategy.services.structure.parts import PartText, check_dates, keep, next_number

LOGIC = ("input", "activity", "output", "outcome")


@dataclass(frozen=True, kw_only=True)
class MeasureText(PartText):
    """A measure: title, text, number as printed, department, logic model down to the component of population change."""

    number: str = ""
    department: Organisation | None = None
    input: str = ""
    input_en: str = ""
    activity: str = ""
    activity_en: str = ""
    output: str = ""
    output_en: str = ""
    outcome: str = ""
    outcome_en: str = ""
    component: str = ""

    def columns(self) -> dict[str, Any]:
        """As the table keeps them.

        Raises:
            StrategyError: no title, or no such component.
        """
        if self.component and self.component not in Measure.Component.values:
            raise StrategyError(_("人口のどこに効くかを、選択肢から選んでください。"), "component")
        texts = [*LOGIC, *(f"{name}_en" for name in LOGIC)]
        return {
            **super().columns(),
            **{name: getattr(self, name).strip() for name in texts},
            "number": self.number.strip(),
            "department": self.department,
            "component": self.component,
        }


@transaction.atomic
def add_measure(*, package: PolicyPackage, text: MeasureText, added_by: Person, reason: str = "") -> Measure:
    """Adds a measure to a package, the last.

    Raises:
        NotAllowedError: `added_by` is no planner of the town.
        StrategyError: no title, a department that cannot be in charge, published and no reason.
    """
    position = next_number(Measure.objects.filter(package=package), "position")
    measure = Measure(strategy=package.strategy, package=package, position=position)
    return _keep(measure, {**text.columns(), "package": package}, added_by, reason)


@transaction.atomic
def change_measure(
    *, measure: Measure, package: PolicyPackage, text: MeasureText, changed_by: Person, reason: str = ""
) -> Measure:
    """Changes a measure, also the package it belongs to. Raises as `add_measure`."""
    if package.strategy_id != measure.strategy_id:
        raise StrategyError(_("同じ戦略の政策パッケージを選んでください。"), "package")
    return _keep(measure, {**text.columns(), "package": package}, changed_by, reason)


def _keep(measure: Measure, columns: dict[str, Any], person: Person, reason: str) -> Measure:
    if columns["department"] != measure.department:
        # One that was closed since stays named until somebody chooses another.
        check_department(measure.strategy, columns["department"])
    kept: Measure = keep(measure, columns, person, reason, {})
    return kept


@transaction.atomic
def end_measure(*, measure: Measure, ended_on: date, ended_by: Person, reason: str) -> Measure:
    """The measure is over; it stays in the strategy with the day and, in the records, the reason.

    Raises:
        NotAllowedError: `ended_by` is no planner of the town.
        StrategyError: no reason.
    """
    check_leave(ended_by, measure.strategy)
    if not reason.strip():
        raise StrategyError(_("施策を終える理由を書いてください。"), "reason")
    measure.ended_on = ended_on
    measure.save(update_fields=["ended_on"])
    note(
        "strategy.measure_ended",
        measure.strategy,
        ended_by,
        part=measure,
        reason=reason.strip(),
        on=ended_on.isoformat(),
    )
    return measure


@transaction.atomic
def resume_measure(*, measure: Measure, resumed_by: Person, reason: str) -> Measure:
    """An ended measure goes on. Raises as `end_measure`."""
    check_leave(resumed_by, measure.strategy)
    if not reason.strip():
        raise StrategyError(_("施策を再開する理由を書いてください。"), "reason")
    if measure.ended_on is None:
        return measure
    measure.ended_on = None
    measure.save(update_fields=["ended_on"])
    note("strategy.measure_resumed", measure.strategy, resumed_by, part=measure, reason=reason.strip())
    return measure


@dataclass(frozen=True, kw_only=True)
class PartnerText:
    """Who carries a measure together with the department, and in which part."""

    name: str
    part: str
    name_en: str = ""
    part_en: str = ""

    def columns(self) -> dict[str, Any]:
        """As the table keeps them.

        Raises:
            StrategyError: no name or no part.
        """
        columns = {name: getattr(self, name).strip() for name in ("name", "name_en", "part", "part_en")}
        if not columns["name"]:
            raise StrategyError(_("団体の名称を書いてください。"), "name")
        if not columns["part"]:
            raise StrategyError(_("この施策での役割を書いてください。例：相談を受ける"), "part")
        return columns


@transaction.atomic
def add_partner(*, measure: Measure, text: PartnerText, added_by: Person, reason: str = "") -> MeasurePartner:
    """Names a partner of a measure. Raises as `keep`; no name or no part."""
    partner = MeasurePartner(strategy=measure.strategy, measure=measure)
    made: MeasurePartner = keep(partner, text.columns(), added_by, reason, {})
    return made


@transaction.atomic
def change_partner(
    *, partner: MeasurePartner, text: PartnerText, changed_by: Person, reason: str = ""
) -> MeasurePartner:
    """Changes a partner. Raises as `add_partner`."""
    changed: MeasurePartner = keep(partner, text.columns(), changed_by, reason, {})
    return changed


@dataclass(frozen=True, kw_only=True)
class BudgetText:
    """The budget of a measure in a fiscal year, in whole yen."""

    fiscal_year: int
    amount_yen: int
    grant: GrantProgramme | None = None
    grant_yen: int = 0
    spent_yen: int | None = None
    note: str = ""

    def columns(self) -> dict[str, Any]:
        """As the table keeps them.

        Raises:
            StrategyError: an amount below zero, a grant above the budget, an amount of no named grant.
        """
        check_fiscal_year(self.fiscal_year, "fiscal_year")
        for field in ("amount_yen", "grant_yen", "spent_yen"):
            value = getattr(self, field)
            if value is not None and value < 0:
                raise StrategyError(
                    _("金額「%(yen)s円」は、0円以上で書いてください。") % {"yen": value}, field
                )
        if self.grant is None and self.grant_yen:
            raise StrategyError(_("どの交付金かを選んでください。"), "grant")
        if self.grant_yen > self.amount_yen:
            raise StrategyError(
                _("交付金（%(grant)s円）が、予算（%(amount)s円）より多くなっています。")
                % {"grant": f"{self.grant_yen:,}", "amount": f"{self.amount_yen:,}"},
                "grant_yen",
            )
        return {
            "fiscal_year": self.fiscal_year,
            "amount_yen": self.amount_yen,
            "grant": self.grant,
            "grant_yen": self.grant_yen,
            "spent_yen": self.spent_yen,
            "note": self.note.strip(),
        }


@transaction.atomic
def add_budget(*, measure: Measure, text: BudgetText, added_by: Person, reason: str = "") -> MeasureBudget:
    """Notes the budget of a year. Raises as `keep`; as `BudgetText.columns`; that year and grant are there already."""
    budget = MeasureBudget(strategy=measure.strategy, measure=measure)
    made: MeasureBudget = keep(budget, text.columns(), added_by, reason, {"budget_once": _budget_twice()})
    return made


@transaction.atomic
def change_budget(
    *, budget: MeasureBudget, text: BudgetText, changed_by: Person, reason: str = ""
) -> MeasureBudget:
    """Changes the budget of a year. Raises as `add_budget`."""
    changed: MeasureBudget = keep(
        budget, text.columns(), changed_by, reason, {"budget_once": _budget_twice()}
    )
    return changed


def _budget_twice() -> tuple[str, str]:
    return _("この年度と交付金の予算は、もうあります。その行を直してください。"), "fiscal_year"


@dataclass(frozen=True, kw_only=True)
class ActionText(PartText):
    """A dated action of a measure."""

    starts_on: date | None = None
    ends_on: date | None = None
    done_on: date | None = None

    def columns(self) -> dict[str, Any]:
        """As the table keeps them.

        Raises:
            StrategyError: no title, or it ends before it begins.
        """
        check_dates(self.starts_on, self.ends_on)
        dates = {"starts_on": self.starts_on, "ends_on": self.ends_on, "done_on": self.done_on}
        return {**super().columns(), **dates}


@transaction.atomic
def add_action(*, measure: Measure, text: ActionText, added_by: Person, reason: str = "") -> Action:
    """Adds an action to a measure. Raises as `keep`; no title; ends before it begins."""
    made: Action = keep(
        Action(strategy=measure.strategy, measure=measure), text.columns(), added_by, reason, {}
    )
    return made


@transaction.atomic
def change_action(*, action: Action, text: ActionText, changed_by: Person, reason: str = "") -> Action:
    """Changes an action. Raises as `add_action`."""
    changed: Action = keep(action, text.columns(), changed_by, reason, {})
    return changed


@transaction.atomic
def set_promotion_models(
    *,
    of: PolicyPackage | Measure,
    models: Collection[PromotionModel],
    set_by: Person,
    reason: str = "",
) -> bool:
    """A package or a measure stands under exactly these promotion models from now on; whether that was otherwise.

    Raises:
        NotAllowedError: `set_by` is no planner of the town.
        StrategyError: a model of another strategy; published and no reason.
    """
    check_leave(set_by, of.strategy)
    if any(model.strategy_id != of.strategy_id for model in models):
        raise StrategyError(_("同じ戦略の重点推進モデルを選んでください。"), "models")
    place = {"package": of} if isinstance(of, PolicyPackage) else {"measure": of}
    held = PromotionTag.objects.filter(**place)
    before = set(held.values_list("model_id", flat=True))
    wanted = {model.pk for model in models}
    if before == wanted:
        return False
    given = check_reason(of.strategy, reason)
    held.exclude(model__in=wanted).delete()
    PromotionTag.objects.bulk_create(
        PromotionTag(strategy=of.strategy, model=model, **place) for model in models if model.pk not in before
    )
    names = [str(model.number) for model in sorted(models, key=lambda model: model.number)]
    note("strategy.promotion_models_set", of.strategy, set_by, part=of, reason=given, models=names)
    return True
