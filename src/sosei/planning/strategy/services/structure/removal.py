"""Takes parts of a strategy away with everything under them, and puts back what was taken away, from the history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext as _

from sosei.core.people.models import Person
from sosei.core.records.models import Entry
from sosei.planning.strategy.errors import StrategyError
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
from sosei.planning.strategy.services.structure.common import check_leave, check_reason, note, title_of

IN_ORDER = (
    BasicGoal,
    PromotionModel,
    PolicyPackage,
    Measure,
    MeasurePartner,
    MeasureBudget,
    Action,
    Kpi,
    KpiTarget,
)
"""Tables with a history, each after those it points to."""
WITHOUT_HISTORY = (PromotionTag, Lineage, FormationStep)
"""Their rows go into the entry itself: none holds anything about a person."""
FROM_DRAFTS_ONLY = (BasicGoal, PolicyPackage, PromotionModel, Measure)


@dataclass
class Going:
    """What goes when a part is taken away: rows by table."""

    rows: dict[Any, list[Any]] = field(default_factory=dict)

    def add(self, rows: Any) -> list[Any]:
        """Adds the rows of a query."""
        found = list(rows)
        if found:
            self.rows.setdefault(type(found[0]), []).extend(found)
        return found

    def of(self, model: Any) -> Sequence[Any]:
        """The rows of one table."""
        return self.rows.get(model, [])


def what_goes(part: Any) -> Going:
    """Everything that goes with a part, the part included."""
    going = Going()
    going.add([part])
    goals = [part] if isinstance(part, BasicGoal) else []
    packages = [part] if isinstance(part, PolicyPackage) else []
    measures = [part] if isinstance(part, Measure) else []
    packages += going.add(PolicyPackage.objects.filter(goal__in=goals)) if goals else []
    measures += going.add(Measure.objects.filter(package__in=packages)) if packages else []
    for model in (MeasurePartner, MeasureBudget, Action):
        going.add(model.objects.filter(measure__in=measures) if measures else ())
    for place, rows in (("goal", goals), ("package", packages), ("measure", measures)):
        kpis = going.add(Kpi.objects.filter(**{f"{place}__in": rows})) if rows else []
        going.add(KpiTarget.objects.filter(kpi__in=kpis) if kpis else ())
    if isinstance(part, PromotionModel):
        going.add(PromotionTag.objects.filter(model=part))
    if packages:
        going.add(PromotionTag.objects.filter(package__in=packages))
        going.add(Lineage.objects.filter(later__in=packages) | Lineage.objects.filter(earlier__in=packages))
    if measures:
        going.add(PromotionTag.objects.filter(measure__in=measures))
    return going


def stays_text(part: Any) -> str:
    """Why a part of a published strategy stays, and what to do instead."""
    text = _(
        "公表した戦略の「%(title)s」は消せません。施策は「終える」ことができます。ほかは次の期で見直します。"
    )
    return text % {"title": title_of(part)}


@transaction.atomic
def remove_part(*, part: Any, removed_by: Person, reason: str = "") -> Entry:
    """Takes a part away with everything under it; the entry knows how to put it back.

    Goals, packages, promotion models and measures of a published strategy stay: measures are ended instead.

    Raises:
        NotAllowedError: `removed_by` is no planner of the town.
        StrategyError: published (and then no reason, or one of the kinds that stay), or reported values hang on it.
    """
    strategy = part.strategy
    check_leave(removed_by, strategy)
    if strategy.published_at is not None and isinstance(part, FROM_DRAFTS_ONLY):
        raise StrategyError(stays_text(part))
    given = check_reason(strategy, reason)
    title, going = title_of(part), what_goes(part)
    rows = {model._meta.model_name: [row.pk for row in going.of(model)] for model in IN_ORDER}
    loose = [_as_data(row) for model in WITHOUT_HISTORY for row in going.of(model)]
    entry: Entry = note(
        "strategy.part_removed",
        strategy,
        removed_by,
        part=part,
        reason=given,
        title=title,
        rows={name: keys for name, keys in rows.items() if keys},
        loose=loose,
    )
    try:
        with transaction.atomic():
            for model in (*reversed(WITHOUT_HISTORY), *reversed(IN_ORDER)):
                keys = [row.pk for row in going.of(model)]
                if keys:
                    model.objects.filter(pk__in=keys).delete()
    except (ProtectedError, RestrictedError) as error:
        raise StrategyError(
            _("「%(title)s」には、報告された実績値や照会がつながっているため、消せません。")
            % {"title": title}
        ) from error
    return entry


def _as_data(row: Any) -> dict[str, Any]:
    values = {column.attname: getattr(row, column.attname) for column in row._meta.concrete_fields}
    plain = {name: v.isoformat() if hasattr(v, "isoformat") else v for name, v in values.items()}
    return {"table": row._meta.model_name, "columns": plain}


def removed_entries(strategy: Strategy, at_most: int = 20) -> list[Entry]:
    """What was taken away from a strategy and not put back since, the latest first."""
    entries = Entry.objects.about(strategy).filter(
        verb__in=("strategy.part_removed", "strategy.part_put_back")
    )
    back = {entry.data.get("entry") for entry in entries if entry.verb == "strategy.part_put_back"}
    gone = [entry for entry in entries if entry.verb == "strategy.part_removed" and entry.pk not in back]
    return gone[:at_most]


@transaction.atomic
def put_back_part(*, strategy: Strategy, entry: Entry, put_back_by: Person, reason: str = "") -> str:
    """Puts back what an entry says was taken away, as it was; its title.

    Raises:
        NotAllowedError: `put_back_by` is no planner of the town.
        StrategyError: put back already, published and no reason, or its place or number is taken by now.
    """
    check_leave(put_back_by, strategy)
    if entry.pk not in {held.pk for held in removed_entries(strategy, at_most=10_000)}:
        raise StrategyError(_("これは、もう元に戻されています。画面を読み直してください。"))
    given = check_reason(strategy, reason)
    title = str(entry.data["title"])
    try:
        with transaction.atomic():
            for row in _rows_of(entry):
                row.save(force_insert=True)
    except IntegrityError as error:
        raise StrategyError(
            _(
                "「%(title)s」は戻せません。同じ番号がもう使われているか、上にあったものが消えています。先にそれを戻すか、番号を変えてください。"
            )
            % {"title": title}
        ) from error
    note(
        "strategy.part_put_back",
        strategy,
        put_back_by,
        reason=given,
        title=title,
        kind=entry.data["kind"],
        entry=entry.pk,
    )
    return title


def _rows_of(entry: Entry) -> Iterator[Any]:
    rows = entry.data["rows"]
    for model in IN_ORDER:
        keys = rows.get(model._meta.model_name, [])
        events = apps.get_model("strategy", f"{model.__name__}Event").objects.filter(
            pgh_obj_id__in=keys, pgh_label="delete"
        )
        latest = {event.pgh_obj_id: event for event in events.order_by("pgh_id")}
        for key in keys:
            event = latest[key]
            yield model(
                **{column.attname: getattr(event, column.attname) for column in model._meta.concrete_fields}
            )
    for row in entry.data["loose"]:
        yield apps.get_model("strategy", row["table"])(**row["columns"])
