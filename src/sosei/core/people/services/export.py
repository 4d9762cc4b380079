"""Everything that is kept about a person, in one piece: for the person to read and to take away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import override

from sosei.core.people import journal, personal_data, tenancy
from sosei.core.people.models import Person
from sosei.core.people.personal_data import PersonalData, Rows

SCHEMA = "sosei.personal-data/1"
"""Name and version of the file's form; a change that breaks a reader raises the number."""


@dataclass(frozen=True)
class Part:
    """One kind of data and its rows."""

    kind: PersonalData
    rows: Rows


def collect(person: Person, kinds: Iterable[PersonalData] | None = None) -> list[Part]:
    """What is kept about the person: every kind unless some are named, those with nothing in them too."""
    # Rows name staff, towns and texts that the person may not look up alone; every kind keeps to the person's own.
    with tenancy.unguarded():
        return [Part(kind, kind.export(person)) for kind in kinds or personal_data.registered()]


def as_file(person: Person, parts: list[Part]) -> dict[str, Any]:
    """The file: JSON-ready, with titles in both languages."""
    return {
        "schema": SCHEMA,
        "person": str(person.uid),
        "made_at": timezone.now().isoformat(),
        "kinds": [
            {
                "key": part.kind.key,
                "title": in_language("ja", part.kind.title),
                "title_en": in_language("en", part.kind.title),
                "count": len(part.rows),
                "rows": part.rows,
            }
            for part in parts
        ],
    }


def in_language(language: str, words: Any) -> str:
    """A lazy translation in one language."""
    with override(language):
        return str(words)


def export_data(*, person: Person) -> dict[str, Any]:
    """The file for the person, who asked for it; leaves an entry."""
    file = as_file(person, collect(person))
    journal.write_entry(actor=person, verb="person.data_exported", subject=person, person=person)
    return file
