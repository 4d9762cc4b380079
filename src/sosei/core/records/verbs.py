"""The vocabulary of entries: every verb with its sentence, declared by the room that uses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sosei.core.records.rules import Scope

PERSONS = ("actor", "person", "on_behalf_of")
"""Placeholders that are filled from the person's row when an entry is read, and so never stored."""


class UndeclaredVerbError(ValueError):
    """An entry with a verb that no room declared."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the verb {name!r} is not declared; declare it with sosei.core.records.verbs.declare_verb(…) "
            f"in AppConfig.ready() of the room that uses it"
        )


@dataclass(frozen=True)
class Verb:
    """One thing that can happen, in words.

    Attributes:
        name: "room.what_happened", in the past tense: "membership.granted".
        title: lazily translated, in a few words, for a list to choose from.
        sentence: lazily translated, with %(actor)s, %(person)s and the keys of the entry's data.
        scope: which staff read it; or a function of the entry's data where the same verb may be of two kinds.
        labels: for a key of the data, how its value is called on the screen.
        staff_as_administration: where it happened to somebody who holds a staff role, its scope is administration.
    """

    name: str
    title: Any
    sentence: Any
    scope: Scope | Callable[[Mapping[str, Any]], Scope]
    labels: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    staff_as_administration: bool = False

    def scope_of(self, data: Mapping[str, Any]) -> Scope:
        """The scope of an entry with these data."""
        return self.scope if isinstance(self.scope, Scope) else self.scope(data)


_declared: dict[str, Verb] = {}


def declare_verb(
    name: str,
    title: Any,
    sentence: Any,
    *,
    scope: Scope | Callable[[Mapping[str, Any]], Scope],
    labels: Mapping[str, Callable[[Any], str]] | None = None,
    staff_as_administration: bool = False,
) -> Verb:
    """Makes a verb known.

    Raises:
        ValueError: the name is taken.
    """
    if name in _declared:
        raise ValueError(f"the verb {name!r} is declared twice")
    _declared[name] = Verb(name, title, sentence, scope, labels or {}, staff_as_administration)
    return _declared[name]


def verb_named(name: str) -> Verb:
    """The verb of that name.

    Raises:
        UndeclaredVerbError: nobody declared it.
    """
    try:
        return _declared[name]
    except KeyError:
        raise UndeclaredVerbError(name) from None


def labelled(name: str, data: Mapping[str, Any]) -> dict[str, str]:
    """The data of an entry as words of the screen; as they stand where the verb is no longer declared."""
    verb = _declared.get(name)
    labels = verb.labels if verb else {}
    return {key: labels[key](value) if key in labels else str(value) for key, value in data.items()}


def verb_title(name: str) -> str:
    """What a verb is called on the screen; its bare name where it is no longer declared."""
    return str(_declared[name].title) if name in _declared else name


def all_verbs() -> list[Verb]:
    """Every declared verb, by name."""
    return [_declared[name] for name in sorted(_declared)]
