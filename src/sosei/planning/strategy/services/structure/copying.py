"""Copies the structure of a strategy into its next term, and takes a draft's structure away whole."""

from __future__ import annotations

from typing import Any

from django.db import models

from sosei.planning.strategy.models import (
    Action,
    BasicGoal,
    FormationStep,
    Kpi,
    KpiTarget,
    Lineage,
    Measure,
    MeasureBudget,
    MeasurePartner,
    PolicyPackage,
    PromotionModel,
    PromotionTag,
    Strategy,
)

TEXTS = ("title", "title_en", "text", "text_en")
LOGIC = ("input", "activity", "output", "outcome")
MEASURE = (
    *TEXTS,
    "number",
    "position",
    "department",
    *LOGIC,
    *(f"{column}_en" for column in LOGIC),
    "component",
)
KPI = (
    *TEXTS,
    "position",
    "unit",
    "unit_en",
    "decimals",
    "direction",
    "kind",
    "year_kind",
    "tolerance",
    "department",
    "source",
    "source_en",
)
Copies = dict[int, Any]


def copy_structure(earlier: Strategy, later: Strategy, *, with_measures: bool, with_kpis: bool) -> None:
    """Copies goals, packages, models and tags, and notes each package as kept; measures and KPIs where wanted."""
    goals = _copied(BasicGoal, earlier, later, (*TEXTS, "number"))
    packages = _copied(PolicyPackage, earlier, later, (*TEXTS, "number", "position"), goal=goals)
    promotion = _copied(PromotionModel, earlier, later, (*TEXTS, "number"))
    measures: Copies = {}
    if with_measures:
        running = Measure.objects.filter(ended_on__isnull=True)
        measures = _copied(Measure, earlier, later, MEASURE, rows=running, package=packages)
        _copied(MeasurePartner, earlier, later, PARTNER, measure=measures)
    _copy_tags(earlier, later, promotion, packages, measures)
    Lineage.objects.bulk_create(
        Lineage(strategy=later, earlier_id=old, later=new, kind=Lineage.Kind.KEPT)
        for old, new in packages.items()
    )
    if with_kpis:
        _copy_kpis(earlier, later, {"goal": goals, "package": packages, "measure": measures})


PARTNER = ("organisation", "name", "name_en", "part", "part_en")


def _copied(
    model: Any,
    earlier: Strategy,
    later: Strategy,
    columns: tuple[str, ...],
    *,
    rows: models.QuerySet[Any] | None = None,
    **above: Copies,
) -> Copies:
    """Copies the rows whose row above was copied; old key -> new row."""
    found = (model.objects.all() if rows is None else rows).filter(strategy=earlier)
    names = [model._meta.get_field(column).attname for column in columns]
    made: Copies = {}
    for row in found:
        places = {name: copies.get(getattr(row, f"{name}_id")) for name, copies in above.items()}
        if all(places.values()):
            made[row.pk] = model(strategy=later, **places, **{name: getattr(row, name) for name in names})
    model.objects.bulk_create(made.values())
    return made


def _copy_tags(
    earlier: Strategy, later: Strategy, promotion: Copies, packages: Copies, measures: Copies
) -> None:
    tags = [
        PromotionTag(
            strategy=later,
            model=promotion[tag.model_id],
            package=packages.get(tag.package_id),
            measure=measures.get(tag.measure_id),
        )
        for tag in PromotionTag.objects.filter(strategy=earlier)
        if tag.package_id in packages or tag.measure_id in measures
    ]
    PromotionTag.objects.bulk_create(tags)


def _copy_kpis(earlier: Strategy, later: Strategy, above: dict[str, Copies]) -> None:
    made = []
    for row in Kpi.objects.filter(strategy=earlier, ended_on__isnull=True):
        place = next(name for name in above if getattr(row, f"{name}_id") is not None)
        target = above[place].get(getattr(row, f"{place}_id"))
        if target is not None:
            columns = {Kpi._meta.get_field(name).attname for name in KPI}
            values = {name: getattr(row, name) for name in columns}
            made.append(Kpi(strategy=later, continues=row, **{place: target}, **values))
    Kpi.objects.bulk_create(made)


def delete_structure(strategy: Strategy) -> None:
    """Deletes every part of a strategy.

    Raises:
        ProtectedError: something hangs on a part that is no part itself, such as a reported value.
    """
    for model in (
        KpiTarget,
        Kpi,
        PromotionTag,
        Lineage,
        FormationStep,
        Action,
        MeasureBudget,
        MeasurePartner,
        Measure,
        PromotionModel,
        PolicyPackage,
        BasicGoal,
    ):
        model.objects.filter(strategy=strategy).delete()
