"""What attachments may be about: each room says, for its own tables, who sees them and when files must stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models

from sosei.core.people import tenancy


@dataclass(frozen=True)
class KeptFor:
    """Why files may not be removed.

    Attributes:
        law: the law or rule with its article, Japanese and English.
        until: ISO date until which they are kept; empty where no term is set.
    """

    law: str
    law_en: str
    until: str = ""


def _nothing(thing: Any) -> KeptFor | None:
    return None


@dataclass(frozen=True)
class Subject:
    """A table whose rows may have attachments.

    Attributes:
        may_see: predicate(user, row); whoever sees the row sees its attachments.
        visible_to: the rows a user sees; must agree with `may_see`.
        kept_for: why the files of that row may not be removed now (something was decided by them); None if they may.
    """

    model: type[models.Model]
    may_see: Callable[[Any, Any], bool]
    visible_to: Callable[[Any], models.QuerySet[Any]]
    kept_for: Callable[[Any], KeptFor | None] = _nothing


_subjects: dict[type[models.Model], Subject] = {}


def register_subject(subject: Subject) -> None:
    """Lets attachments be bound to rows of `subject.model`; called in `AppConfig.ready()` of its room.

    Raises:
        ValueError: the table is registered already.
    """
    if subject.model in _subjects:
        raise ValueError(f"attachments of {subject.model._meta.label} are registered twice")
    _subjects[subject.model] = subject


def forget_subject(model: type[models.Model]) -> None:
    """Takes a table off the list again, for tests."""
    _subjects.pop(model, None)


def registered_subjects() -> list[Subject]:
    """Every table that may have attachments, in the order of registration."""
    return list(_subjects.values())


def subject_of(thing: Any) -> Subject | None:
    """The registration of the table that `thing` is a row of; None for no thing, or one nobody registered."""
    return _subjects.get(type(thing)) if thing is not None else None


def reason_to_keep(attachment: Any) -> KeptFor | None:
    """Why this attachment may not be removed; None if it may. What it is about need not be visible to who asks."""
    if attachment.about_id is None:
        return None
    thing = _about(attachment)
    subject = subject_of(thing)
    return subject.kept_for(thing) if subject is not None else None


def _about(attachment: Any) -> Any:
    # A list has fetched them all at once; turning the guard off and on again costs two questions a row.
    if attachment._meta.get_field("about").is_cached(attachment):
        return attachment.about
    with tenancy.unguarded():
        return attachment.about
