"""The kinds of part a planner edits: their word in addresses, table, form, and the row above them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.planning.strategy import forms_measures
from sosei.planning.strategy import forms_structure as forms
from sosei.planning.strategy.models import (
    Action,
    BasicGoal,
    FormationStep,
    Lineage,
    Measure,
    MeasureBudget,
    MeasurePartner,
    PolicyPackage,
    PromotionModel,
)


@dataclass(frozen=True)
class PartKind:
    """A kind of part.

    Attributes:
        slug: its word in addresses.
        above: the table of the row it is added to; None for the strategy itself.
        label, adding: lazily translated.
    """

    slug: str
    model: Any
    form: type[forms.PartForm]
    label: Any
    adding: Any
    above: Any = None


KINDS = (
    PartKind("goals", BasicGoal, forms.GoalForm, _("基本目標"), _("基本目標を加える")),
    PartKind(
        "packages",
        PolicyPackage,
        forms.PackageForm,
        _("政策パッケージ"),
        _("政策パッケージを加える"),
        BasicGoal,
    ),
    PartKind("measures", Measure, forms_measures.MeasureForm, _("施策"), _("施策を加える"), PolicyPackage),
    PartKind(
        "models", PromotionModel, forms.PromotionModelForm, _("重点推進モデル"), _("重点推進モデルを加える")
    ),
    PartKind(
        "partners",
        MeasurePartner,
        forms_measures.PartnerForm,
        _("協力する団体"),
        _("協力する団体を加える"),
        Measure,
    ),
    PartKind("budgets", MeasureBudget, forms_measures.BudgetForm, _("予算"), _("予算を加える"), Measure),
    PartKind("actions", Action, forms_measures.ActionForm, _("取組"), _("取組を加える"), Measure),
    PartKind("steps", FormationStep, forms.StepForm, _("策定の経過"), _("策定の経過を加える")),
    PartKind(
        "lineage", Lineage, forms.LineageForm, _("前の期からのつながり"), _("前の期からのつながりを加える")
    ),
)
BY_SLUG = {kind.slug: kind for kind in KINDS}
BY_MODEL = {kind.model: kind for kind in KINDS}
