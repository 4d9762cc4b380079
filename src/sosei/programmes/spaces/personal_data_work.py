"""What one did for a host, a partner or as staff with spaces: listings made, answers given, times blocked."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Person
from sosei.core.people.personal_data import Outcome, PersonalData, Rows, register
from sosei.core.people.personal_data_here.tools import DOCUMENTS_LAW, kept, moment

WHO = "person"
"""The column that says about whom a row is; all other keys to a person say who did something."""
WHEN = (
    "made_at",
    "asked_at",
    "admitted_at",
    "measured_at",
    "written_at",
    "told_at",
    "sent_at",
    "at",
    "decided_at",
    "planned_on",
    "valid_from",
)
"""Columns that say when, whichever a table has first."""


def _doers(model: Any) -> list[str]:
    return [f.name for f in model._meta.concrete_fields if f.related_model is Person and f.name != WHO]


_MODELS = [model for model in apps.get_app_config("spaces").get_models() if _doers(model)]
_TABLES = [model for model in _MODELS if not hasattr(model, "pgh_obj")]


def _done_by(person: Person) -> list[QuerySet[Any]]:
    """Rows about others that the person wrote or decided."""
    found = []
    for model in _TABLES:
        rows = model._base_manager.filter(reduce(or_, (Q(**{name: person}) for name in _doers(model))))
        is_about_somebody = any(field.name == WHO for field in model._meta.concrete_fields)
        # Without the second half, SQL would leave out what is about nobody.
        found.append(rows.filter(~Q(person=person) | Q(person=None)) if is_about_somebody else rows)
    return found


def export_work(person: Person) -> Rows:
    """What was done, in which town and when; not about whom, for that is theirs."""
    rows: Rows = []
    for queryset in _done_by(person):
        when = next(name for name in WHEN if hasattr(queryset.model, name))
        rows += [
            {
                "what": str(row._meta.model_name),
                "municipality": row.municipality.name if row.municipality_id else "",
                "at": moment(getattr(row, when)),
            }
            for row in queryset.select_related("municipality").order_by("pk").iterator(chunk_size=500)
        ]
    return rows


def erase_work(person: Person) -> Outcome:
    """Nothing: without the person's row it names nobody."""
    return kept(
        "場所を貸す事務をした記録（名前は入っていません）",
        "That work for the hosting of spaces was done (without a name)",
        DOCUMENTS_LAW,
        sum(rows.count() for rows in _done_by(person)),
    )


register(
    PersonalData(
        key="space_work",
        title=_("場所を貸すためにしたこと"),
        models=frozenset(model._meta.label_lower for model in _MODELS),
        export=export_work,
        erase=erase_work,
        order=36,
    )
)
