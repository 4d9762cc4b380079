"""Triggers that tell the search which postings and workers changed, and the indexed words of a posting."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, TextField

_ANY = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete
_TOLD = "(kind, key, transaction) SELECT '{kind}', {key}, pg_current_xact_id()::text::bigint"


def feeds(kind: str, column: str, name: str) -> pgtrigger.Trigger:
    """Tells of the posting or worker whose key stands in `column` of the row."""
    told = _TOLD.format(kind=kind, key=f"COALESCE(NEW.{column}, OLD.{column})")
    return _trigger(name, f"INSERT INTO jobs_matchingchange {told};")


def feeds_postings_of(column: str, name: str, key: str = "id") -> pgtrigger.Trigger:
    """Tells of all published postings whose `column` is the row's `key`."""
    told = _TOLD.format(kind="posting", key="p.id")
    rows = f"FROM jobs_posting p WHERE p.{column} = COALESCE(NEW.{key}, OLD.{key}) AND p.state = 'published'"
    return _trigger(name, f"INSERT INTO jobs_matchingchange {told} {rows};")


def _trigger(name: str, statement: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name, operation=_ANY, when=pgtrigger.After, func=f"{statement} RETURN NULL;"
    )


class Words(Func):
    """Texts put together as the search compares them: one width of letters, small ones alone."""

    template = "LOWER(NORMALIZE(%(expressions)s, NFKC))"
    arg_joiner = " || ' ' || "
    output_field = TextField()


class Bigrams(Func):
    """Every two letters that follow each other in the texts: those from even places and those from odd ones."""

    template = (
        "(STRING_TO_ARRAY(REGEXP_REPLACE(LOWER(NORMALIZE(%(expressions)s, NFKC)), '(..)', E'\\\\1\\x1f', 'g'), "
        "E'\\x1f') || STRING_TO_ARRAY(REGEXP_REPLACE(SUBSTR(LOWER(NORMALIZE(%(expressions)s, NFKC)), 2), '(..)', "
        "E'\\\\1\\x1f', 'g'), E'\\x1f'))"
    )
    arg_joiner = " || ' ' || "
    output_field: Any = ArrayField(TextField())


POSTING_TEXTS = ("title", "title_en", "duties", "duties_en", "meals", "transport", "belongings")
"""Columns of a posting in which words are looked for."""
