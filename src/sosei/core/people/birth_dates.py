"""For which purposes a date of birth is asked, each with its law; the rooms that need one say so at start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sosei.core.people.models import Person


@dataclass(frozen=True)
class Purpose:
    """Something that a law allows to people of a certain age alone, or demands of them.

    Attributes:
        key: names the purpose.
        law: the law with its article, a lazy translation; kept beside the date.
        explanation: why it is asked, in plain words.
        concerns: whether the person is asked.
    """

    key: str
    law: Any
    explanation: Any
    concerns: Callable[[Person], bool]


_purposes: dict[str, Purpose] = {}


def register(purpose: Purpose) -> None:
    """Adds a purpose; called in `AppConfig.ready()`.

    Raises:
        ValueError: another has that key.
    """
    if _purposes.setdefault(purpose.key, purpose) is not purpose:
        raise ValueError(f"two purposes of a date of birth are called {purpose.key!r}")


def asked_of(person: Person) -> list[Purpose]:
    """The purposes for which this person's date of birth is needed; none for most."""
    return [purpose for purpose in _purposes.values() if purpose.concerns(person)]
