"""What runs by the clock comes before what merely waits: a heap of mails keeps no place held and no payment open."""

from __future__ import annotations

from procrastinate import App

BY_THE_CLOCK = 7
"""After urgent mails (10), before payments (5) and all other mails (0)."""


def put_first(app: App) -> None:
    """Gives every task that runs by the clock its place in the queue; procrastinate calls it once all tasks are known."""
    for one in app.periodic_registry.periodic_tasks.values():
        one.task.priority = max(one.task.priority, BY_THE_CLOCK)
