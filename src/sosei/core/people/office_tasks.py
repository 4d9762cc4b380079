"""What staff find on the first page of their town's office: each room adds its tasks when Django starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, IntegerField, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from sosei.core.people.roles import Standing

if TYPE_CHECKING:
    from sosei.core.people.models import Municipality, Person

Counting = Callable[["Person", "Municipality"], "int | QuerySet[Any]"]


@dataclass(frozen=True)
class Task:
    """A way from the office page.

    Attributes:
        label: a lazy translation.
        text: one sentence on what is done there, a lazy translation.
        url_name: an address with the one argument `code`.
        roles: who has this task.
        count: how many things there are, or the things themselves, which are counted with those of all other tasks
            in one query; asked only of those roles; None where a number says nothing.
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


def counts_of(tasks: Iterable[Task], user: Person, town: Municipality) -> dict[str, int]:
    """How many things each task has, by its address; tasks without a number are left out."""
    found = {task.url_name: task.count(user, town) for task in tasks if task.count is not None}
    rows = {name: each for name, each in found.items() if isinstance(each, QuerySet)}
    if rows:
        parts = {f"n_{number}": counted(each) for number, each in enumerate(rows.values())}
        # Not `type(town)`: of a request it is a lazy object.
        told = town._meta.model.objects.filter(pk=town.pk).values_list(*parts.values()).get()
        found.update(zip(rows, told, strict=True))
    return {name: int(each) for name, each in found.items() if not isinstance(each, QuerySet)}


def counted(rows: QuerySet[Any]) -> Coalesce:
    """The number of rows as a part of a larger query, so that many things are counted in one."""
    counted = rows.order_by().annotate(one=Value(1)).values("one").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), Value(0), output_field=IntegerField())
