"""The vocabulary of facts: every kind with its unit and attributes, declared by whoever records it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SMALLEST_SHOWN = 5
"""Fewer than this many are not told to the public, unless a kind says more.

Five is what many offices take: under three is hidden in Japanese economic statistics (秘匿, the sign X), five and ten
are usual where a place is small (Handbook on Statistical Disclosure Control, Hundepool et al. 2012, section 4.2).
"""


class UndeclaredKindError(ValueError):
    """A fact of a kind that no room declared."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the kind of fact {name!r} is not declared; declare it with sosei.planning.outcomes.kinds.declare_kind(…) "
            f"in AppConfig.ready() of the room that records it"
        )


@dataclass(frozen=True)
class Attribute:
    """A property by which facts are grouped; its values are a closed list, so that nobody's name gets in.

    Attributes:
        name: key in the fact's attributes.
        title: lazily translated.
        values: value -> lazily translated label.
        aliases: other spellings that files use -> value.
        required: every fact of the kind has it.
        identifying: values that so few people share that a figure about them alone is never told to the public.
    """

    name: str
    title: Any
    values: Mapping[str, Any]
    aliases: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    identifying: frozenset[str] = frozenset()

    def label(self, value: str) -> str:
        """A value in words; the bare value where it is no longer declared."""
        return str(self.values.get(value, value))


@dataclass(frozen=True)
class Kind:
    """One kind of fact.

    Attributes:
        name: "household_settled".
        title: what happened, in a few words, lazily translated.
        unit: what is counted, lazily translated.
        amount_title: what the amount is, lazily translated; empty where a fact has none.
        amount_unit: its unit.
        whole_amount: the amount is a whole number.
        attributes: by which facts of this kind are grouped.
        from_count: lazy, with %(facts)s: "from 94 settlements".
        smallest_shown: fewer units than this are not told to the public.
    """

    name: str
    title: Any
    unit: Any
    amount_title: Any = ""
    amount_unit: Any = ""
    whole_amount: bool = False
    attributes: tuple[Attribute, ...] = ()
    from_count: Any = ""
    smallest_shown: int = SMALLEST_SHOWN

    @property
    def has_amount(self) -> bool:
        """Whether its facts carry an amount."""
        return bool(self.amount_title)

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name."""
        return next((each for each in self.attributes if each.name == name), None)

    def described(self, attributes: Mapping[str, str]) -> list[tuple[str, str]]:
        """(title, label) of each attribute that is given, in the kind's own order."""
        return [
            (str(each.title), each.label(attributes[each.name]))
            for each in self.attributes
            if each.name in attributes
        ]


_declared: dict[str, Kind] = {}


def declare_kind(
    name: str,
    title: Any,
    *,
    unit: Any,
    from_count: Any,
    amount_title: Any = "",
    amount_unit: Any = "",
    whole_amount: bool = False,
    attributes: tuple[Attribute, ...] = (),
    smallest_shown: int = SMALLEST_SHOWN,
) -> Kind:
    """Makes a kind known.

    Raises:
        ValueError: the name is taken, or two attributes have one name.
    """
    if name in _declared:
        raise ValueError(f"the kind of fact {name!r} is declared twice")
    if len({each.name for each in attributes}) != len(attributes):
        raise ValueError(f"the kind of fact {name!r} has two attributes of one name")
    _declared[name] = Kind(
        name, title, unit, amount_title, amount_unit, whole_amount, attributes, from_count, smallest_shown
    )
    return _declared[name]


def kind_named(name: str) -> Kind:
    """The kind of that name.

    Raises:
        UndeclaredKindError: nobody declared it.
    """
    try:
        return _declared[name]
    except KeyError:
        raise UndeclaredKindError(name) from None


def is_declared(name: str) -> bool:
    """Whether a room declared it."""
    return name in _declared


def kind_title(name: str) -> str:
    """What a kind is called on the screen; its bare name where it is no longer declared."""
    return str(_declared[name].title) if name in _declared else name


def all_kinds() -> list[Kind]:
    """Every declared kind, in the order of declaration."""
    return list(_declared.values())


def kind_choices() -> list[tuple[str, Any]]:
    """For a form."""
    return [(kind.name, kind.title) for kind in all_kinds()]
