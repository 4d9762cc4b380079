"""What every kind of personal data needs: laws that keep rows, histories, rows as the file writes them, words taken out."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal
from typing import Any
from uuid import UUID

import pgtrigger
from django.db.models import BinaryField, Model, QuerySet

from sosei.core.people.models import Person
from sosei.core.people.personal_data import Kept, Outcome, Rows

SECURITY_LAW = (
    "個人情報の保護に関する法律 第66条（安全管理措置）",
    "Act on the Protection of Personal Information, art. 66",
)
CONSENT_LAW = (
    "個人情報の保護に関する法律 第69条（本人の同意による利用と提供）",
    "Act on the Protection of Personal Information, art. 69",
)
DOCUMENTS_LAW = (
    "公文書等の管理に関する法律 第34条にもとづく、自治体の文書管理の規則",
    "the municipality's rules on documents under art. 34 of the Public Records and Archives Management Act",
)


def kept(what: str, what_en: str, law: tuple[str, str], rows: int, *, erased: int = 0) -> Outcome:
    """`erased` rows gone, `rows` kept by a law that sets no date; nothing to say of the latter where there are none."""
    if not rows:
        return Outcome(erased)
    return Outcome(erased, (Kept(what, what_en, law[0], law[1], until="", rows=rows),))


def forget(rows: QuerySet[Any]) -> int:
    """Deletes rows together with every version of them in their history; returns how many rows."""
    keys = list(rows.values_list("pk", flat=True))
    rows.model._base_manager.filter(pk__in=keys).delete()
    history_of(rows.model).filter(pgh_obj_id__in=keys).delete()
    return len(keys)


def history_of(model: type[Model]) -> QuerySet[Any]:
    """All versions of a model's rows."""
    events = next(
        relation.related_model for relation in model._meta.related_objects if relation.field.name == "pgh_obj"
    )
    return events._base_manager.all()  # type: ignore[union-attr,no-any-return]


def moment(value: Any) -> str | None:
    """A date or time as the file writes it."""
    return value.isoformat() if value is not None else None


def town_of(row: Any) -> str | None:
    """The name of the row's municipality."""
    return row.municipality.name if row.municipality_id else None


def columns(row: Any, columns: tuple[str, ...]) -> dict[str, Any]:
    """The named columns of a row."""
    return {column: getattr(row, column) for column in columns}


SECRETS = frozenset({"token", "look_up_hash"})
"""Columns that open something: the file does not hold them."""
_named = {"municipality"}


def name_keys(*columns: str) -> None:
    """The file writes what these keys lead to by its name; said by the room that has them, at start."""
    _named.update(columns)


def told(row: Model) -> dict[str, Any]:
    """Every column of a row but keys of persons, files and secrets; town and the like by name."""
    found: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.related_model is Person or isinstance(field, BinaryField) or field.name in SECRETS:
            continue
        if field.name in _named:
            found[field.name] = str(getattr(row, field.name) or "")
        else:
            found[field.attname] = _plain(getattr(row, field.attname))
    return found


def _plain(value: Any) -> Any:
    if hasattr(value, "lower") and hasattr(value, "upper") and not isinstance(value, str):
        return [_plain(value.lower), _plain(value.upper)]
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | UUID) else value


def told_all(*found: QuerySet[Any]) -> Rows:
    """The rows of several tables, each with the name of its table."""
    return [
        {"what": str(queryset.model._meta.model_name), **told(row)}
        for queryset in found
        for row in _joined(queryset.order_by("pk")).iterator(chunk_size=500)
    ]


def _joined(rows: QuerySet[Any]) -> QuerySet[Any]:
    named = sorted({field.name for field in rows.model._meta.concrete_fields} & _named)
    return rows.select_related(*named) if named else rows


def told_with_history(person: Person, *models: Any) -> Rows:
    """A person's rows, and what they were before."""
    rows = told_all(*(model._base_manager.filter(person=person) for model in models))
    for model in models:
        earlier = _joined(history_of(model).filter(person=person).order_by("pgh_id"))
        table = str(model._meta.model_name)
        rows += [{"what": table, "version": _plain(one.pgh_created_at), **_version(one)} for one in earlier]
    return rows


def _version(row: Any) -> dict[str, Any]:
    return {name: value for name, value in told(row).items() if not name.startswith("pgh_")}


def without_protection(*models: type[Model]) -> AbstractContextManager[None]:
    """Lets rows of append-only tables be emptied or deleted: for erasure alone."""
    uris = [
        f"{model._meta.label}:{trigger.name}"
        for model in models
        for trigger in getattr(model._meta, "triggers", ())
        if isinstance(trigger, pgtrigger.Protect)
    ]
    # Without a name, the library would let every trigger of every table sleep, those of the histories too.
    return pgtrigger.ignore(*uris) if uris else nullcontext()


def empty(rows: QuerySet[Any], words: Mapping[str, Any], *, has_history: bool = True) -> int:
    """Writes `words` over the rows, append-only or not, and over every version of them; returns how many rows."""
    keys = list(rows.values_list("pk", flat=True))
    with without_protection(rows.model):
        changed: int = rows.model._base_manager.filter(pk__in=keys).update(**words)
    if has_history:
        history_of(rows.model).filter(pgh_obj_id__in=keys).update(**words)
    return changed


def take_out(rows: QuerySet[Any]) -> int:
    """Deletes rows of a table without a history, append-only or not; returns how many."""
    with without_protection(rows.model):
        deleted, _each = rows.delete()
    return int(deleted)


def all_of(*outcomes: Outcome) -> Outcome:
    """Several outcomes as one."""
    return Outcome(sum(one.erased for one in outcomes), tuple(kept for one in outcomes for kept in one.kept))
