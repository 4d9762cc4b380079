"""The list of everything that is kept about a person: each room says how its part is exported and erased.

A test fails for a table with a foreign key to a person that no kind on this list claims.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sosei.core.people.models import Person

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Kept:
    """What could not be erased, and why.

    Attributes:
        what: name of the data, Japanese and English.
        law: the law or rule that obliges to keep it, with its article, Japanese and English.
        until: ISO date until which it is kept; empty where no term is set.
        rows: how many rows.
    """

    what: str
    what_en: str
    law: str
    law_en: str
    until: str
    rows: int


@dataclass(frozen=True)
class Outcome:
    """What erasing a kind did: rows erased, and what was kept."""

    erased: int
    kept: tuple[Kept, ...] = ()


@dataclass(frozen=True)
class PersonalData:
    """One kind of data about a person.

    Attributes:
        key: name in the exported JSON.
        title: name on the page, a lazy translation.
        models: labels ("app.model", lower case) of the tables it covers.
        export: the person's rows, JSON-ready, column names in English.
        erase: erases within the transaction under way, called after everything that may still refuse.
        order: kinds with a higher number are erased later (accounts last).
    """

    key: str
    title: Any
    models: frozenset[str]
    export: Callable[[Person], Rows]
    erase: Callable[[Person], Outcome]
    order: int = 0


_registered: dict[str, PersonalData] = {}


def register(kind: PersonalData) -> None:
    """Puts a kind on the list; called in `AppConfig.ready()`.

    Raises:
        ValueError: another kind has that key.
    """
    held = _registered.setdefault(kind.key, kind)
    if held is not kind:
        raise ValueError(f"two kinds of personal data are called {kind.key!r}")


def registered() -> Iterable[PersonalData]:
    """All kinds, in the order in which they are erased."""
    return sorted(_registered.values(), key=lambda kind: (kind.order, kind.key))


Blocker = Callable[["Person"], Iterable[str]]
_blockers: list[Blocker] = []


def register_blocker(blocker: Blocker) -> None:
    """Adds a question asked before anything is erased: reasons why it cannot be yet, in the reader's language."""
    if blocker not in _blockers:
        _blockers.append(blocker)


def blocks(person: Person) -> list[str]:
    """Why the person's data cannot be erased yet; empty when they can."""
    return [reason for blocker in _blockers for reason in blocker(person)]
