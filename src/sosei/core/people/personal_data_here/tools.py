"""What every kind of personal data needs: the laws that keep rows, histories, and how a value is written."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet

from sosei.core.people.personal_data import Kept, Outcome

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
