"""What every table of this room has in common: a history written by the database, and rows that never change."""

from __future__ import annotations

from typing import Any, TypeVar

import pghistory
import pgtrigger
from django.db import models
from pghistory.models import Event

from sosei.core.people.querysets.history import HistoryQuerySet

M = TypeVar("M", bound=type[models.Model])


def append_only(name: str) -> pgtrigger.Protect:
    """A trigger that refuses to change or delete rows of the table it stands on."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)


def never_deleted(name: str) -> pgtrigger.Protect:
    """A trigger that refuses to delete rows of the table it stands on."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Delete)


class HistoryEvent(Event):
    """A row as it was after an insert or update, or before a delete; written by the database itself."""

    objects = HistoryQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-pgh_id"]


def keep_history(*, exclude: tuple[str, ...] = ()) -> Any:
    """Class decorator: triggers copy every version of a row into the table `<Model>Event`.

    They also see bulk and raw writes. `exclude` names columns that no history may hold (a password).
    """

    def tracked(model: M) -> M:
        track = pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            exclude=list(exclude) or None,
            base_model=HistoryEvent,
            context_id_field=None,
            model_name=f"{model.__name__}Event",
        )
        return track(model)  # type: ignore[no-any-return]

    return tracked
