"""This room's part of the list of personal data: that somebody decided how the loop counts."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Person
from sosei.core.people.personal_data import Outcome, PersonalData, Rows, register
from sosei.core.people.personal_data_here.tools import DOCUMENTS_LAW, kept
from sosei.planning.outcomes.models import GapShare, GapTarget, Lever


def _decided_by(person: Person) -> tuple[tuple[str, QuerySet[Any]], ...]:
    return (
        ("lever", Lever.objects.filter(set_by=person)),
        ("gap_target", GapTarget.objects.filter(set_by=person)),
        ("gap_share", GapShare.objects.filter(set_by=person)),
    )


def export_decided(person: Person) -> Rows:
    """What the person decided as a planner, when, and why."""
    return [
        {"what": what, "at": row.set_at.isoformat(), "reason": row.reason}
        for what, rows in _decided_by(person)
        for row in rows.order_by("pk")
    ]


def erase_decided(person: Person) -> Outcome:
    """Nothing: on what a published projection rests stays, without the person's row it names nobody."""
    count = sum(rows.count() for _what, rows in _decided_by(person))
    return kept(
        "職員として決めた推計への反映と分担（名前なし）",
        "Levers, targets and shares decided as staff (without a name)",
        DOCUMENTS_LAW,
        count,
    )


register(
    PersonalData(
        "loop_decided",
        _("職員として決めた推計への反映と分担"),
        frozenset(
            {
                Lever._meta.label_lower,
                GapTarget._meta.label_lower,
                GapShare._meta.label_lower,
                "outcomes.leverevent",
                "outcomes.gaptargetevent",
                "outcomes.gapshareevent",
            }
        ),
        export_decided,
        erase_decided,
    )
)
