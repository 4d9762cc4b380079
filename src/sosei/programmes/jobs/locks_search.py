"""Rows of the search that are changed by one at a time."""

from __future__ import annotations

from django.db.models import QuerySet

from sosei.core.people.models import Municipality
from sosei.programmes.jobs.models import FitWeights, SavedSearch


def lock_weights(municipality: Municipality) -> FitWeights | None:
    """A town's weights, None while it set none; within a transaction."""
    found: FitWeights | None = (
        FitWeights.objects.select_for_update().filter(municipality=municipality).first()
    )
    return found


def lock_searches(person_id: int) -> QuerySet[SavedSearch]:
    """Somebody's searches with notice, but those that another worker holds; within a transaction."""
    rows: QuerySet[SavedSearch] = SavedSearch.objects.select_for_update(
        skip_locked=True, of=("self",)
    ).filter(person=person_id, is_told=True)
    return rows.select_related("municipality", "person").order_by("name", "pk")
