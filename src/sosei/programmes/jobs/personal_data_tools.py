"""What this room's kinds of personal data need: rows as the file writes them, words taken out, terms of the law."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal
from typing import Any

import pgtrigger
from django.db.models import BinaryField, Max, Model, QuerySet
from django.utils import timezone

from sosei.core.design.templatetags.design import screen_time
from sosei.core.people.models import Person
from sosei.core.people.personal_data import Kept, Outcome, Rows
from sosei.core.people.personal_data_here.tools import history_of
from sosei.programmes.jobs.models import Contract

LABOUR_LAW = (
    "労働基準法 第109条と第143条（労働関係の書類と賃金台帳は5年、当分の間は3年）",
    "Labour Standards Act, arts. 109 and 143 (records of employment and wages: five years, for now three)",
)
YEARS_KEPT = 3
"""What article 143 says for now, in place of the five years of article 109."""


NAMED = frozenset({"municipality", "employer", "posting"})
"""Keys that the file writes as names."""


def told(row: Model) -> dict[str, Any]:
    """Every column of a row but keys of persons and files; town and employer by name."""
    found: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.related_model is Person or isinstance(field, BinaryField) or field.name == "token":
            continue
        if field.name in NAMED:
            found[field.name] = str(getattr(row, field.name) or "")
        else:
            found[field.attname] = _plain(getattr(row, field.attname))
    return found


def _plain(value: Any) -> Any:
    if hasattr(value, "lower") and hasattr(value, "upper") and not isinstance(value, str):
        return [_plain(value.lower), _plain(value.upper)]
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def told_all(*found: QuerySet[Any]) -> Rows:
    """The rows of several tables, each with the name of its table."""
    return [
        {"what": str(queryset.model._meta.model_name), **told(row)}
        for queryset in found
        for row in _joined(queryset.order_by("pk")).iterator(chunk_size=500)
    ]


def _joined(rows: QuerySet[Any]) -> QuerySet[Any]:
    named = sorted({field.name for field in rows.model._meta.concrete_fields} & NAMED)
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


def today() -> datetime.date:
    """The civil day at the place."""
    return screen_time(timezone.now()).date()  # type: ignore[no-any-return]


def terms_of(person: Person) -> dict[int, datetime.date]:
    """Contract -> the day until which the law keeps its papers: three years after it ended and was paid."""
    found = Contract.objects.filter(person=person).annotate(paid=Max("payslips__pay_on"))
    return {
        contract.pk: _later(max(screen_time(contract.ended_at).date(), contract.paid or datetime.date.min))
        if contract.ended_at
        else _later(today())
        for contract in found
    }


def _later(day: datetime.date) -> datetime.date:
    year = day.year + YEARS_KEPT
    return day.replace(year=year) if (day.month, day.day) != (2, 29) else datetime.date(year, 3, 1)


def kept_until(what: str, what_en: str, rows: Iterable[tuple[datetime.date, int]]) -> tuple[Kept, ...]:
    """What the law on employment keeps, a line for every day until which it does."""
    until: Counter[datetime.date] = Counter()
    for day, count in rows:
        until[day] += count
    return tuple(
        Kept(what, what_en, LABOUR_LAW[0], LABOUR_LAW[1], day.isoformat(), count)
        for day, count in sorted(until.items())
        if count
    )


def all_of(*outcomes: Outcome) -> Outcome:
    """Several outcomes as one."""
    return Outcome(sum(one.erased for one in outcomes), tuple(kept for one in outcomes for kept in one.kept))
