"""What staff find on the first page of their town's office: each room adds its tasks when Django starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sosei.core.people.roles import Standing

if TYPE_CHECKING:
    from sosei.core.people.models import Municipality, Person

Counting = Callable[["Person", "Municipality"], int]


@dataclass(frozen=True)
class Task:
    """A way from the office page.

    Attributes:
        label: a lazy translation.
        text: one sentence on what is done there, a lazy translation.
        url_name: an address with the one argument `code`.
        roles: who has this task.
        count: how many things there are, asked only of those roles; None where a number says nothing.
        count_text: lazy, with %(count)s.
        order: tasks stand in this order.
    """

    label: Any
    text: Any
    url_name: str
    roles: frozenset[str]
    count: Counting | None = None
    count_text: Any = ""
    order: int = 50


_tasks: dict[str, Task] = {}


def register(task: Task) -> None:
    """Puts a task on the office page; called in `AppConfig.ready()`.

    Raises:
        ValueError: another task leads to that address.
    """
    if _tasks.setdefault(task.url_name, task) is not task:
        raise ValueError(f"two office tasks lead to {task.url_name!r}")


def tasks_of(standing: Standing, municipality: int) -> Iterable[Task]:
    """The tasks of somebody in a town."""
    held = {one.role for one in standing.held if one.municipality == municipality}
    return sorted((task for task in _tasks.values() if task.roles & held), key=lambda task: task.order)
