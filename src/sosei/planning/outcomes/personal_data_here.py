"""This room's part of the list of personal data: that somebody entered a fact, imported a file or set up a feed.

Facts themselves hold nothing about a person.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Person
from sosei.core.people.personal_data import Outcome, PersonalData, Rows, register
from sosei.core.people.personal_data_here.tools import DOCUMENTS_LAW, kept
from sosei.planning.outcomes.models import Fact, FactImport, Feed


def _entered_by(person: Person) -> tuple[QuerySet[Any], ...]:
    return (
        Fact.objects.filter(entered_by=person),
        FactImport.objects.filter(imported_by=person),
        Feed.objects.filter(made_by=person),
    )


def export_entered(person: Person) -> Rows:
    """What the person entered as staff: what, and when."""
    facts, imports, feeds = _entered_by(person)
    rows: Rows = []
    for what, found, moment in (
        ("fact", facts, "recorded_at"),
        ("import", imports, "imported_at"),
        ("feed", feeds, "made_at"),
    ):
        for row in found.select_related("municipality").order_by("pk").iterator(chunk_size=500):
            told = {"municipality": row.municipality.code, "kind": row.kind}
            rows.append({"what": what, "at": getattr(row, moment).isoformat(), **told})
    return rows


def erase_entered(person: Person) -> Outcome:
    """Nothing: a fact is never changed, and without the person's row it names nobody."""
    count = sum(found.count() for found in _entered_by(person))
    return kept(
        "職員として入れた実績の記録（名前は入っていません）",
        "Facts entered as staff (they hold no name)",
        DOCUMENTS_LAW,
        count,
    )


register(
    PersonalData(
        "facts_entered",
        _("職員として入れた実績"),
        frozenset(
            {
                Fact._meta.label_lower,
                FactImport._meta.label_lower,
                Feed._meta.label_lower,
                "outcomes.feedevent",
            }
        ),
        export_entered,
        erase_entered,
    )
)
