"""Names of the database's triggers, found at once: pgtrigger walks all triggers twice for each one it registers."""

from __future__ import annotations

from collections.abc import KeysView
from typing import Any

from pgtrigger import registry


class Triggers(registry._Registry):  # type: ignore[misc]
    """pgtrigger's own registry, which keeps what it asks itself instead of gathering it anew."""

    def __init__(self) -> None:
        self._by_table: dict[tuple[str, str], Any] = {}
        self._functions: dict[str, None] = {}
        super().__init__()

    @property
    def pg_function_names(self) -> KeysView[str]:
        """Names of the functions of all triggers in PostgreSQL."""
        return self._functions.keys()

    @property
    def by_db_table(self) -> dict[tuple[str, str], Any]:
        """Triggers by their table and name."""
        return self._by_table

    def __setitem__(self, key: str, value: tuple[Any, Any]) -> None:
        super().__setitem__(key, value)
        model, trigger = value
        self._by_table[model._meta.db_table, trigger.name] = trigger
        self._functions[trigger.get_pgid(model)] = None

    def __delitem__(self, key: str) -> None:
        model, trigger = self[key]
        super().__delitem__(key)
        del self._by_table[model._meta.db_table, trigger.name]
        del self._functions[trigger.get_pgid(model)]


def install() -> None:
    """Puts it in the place of pgtrigger's own, before the first model is loaded."""
    if not isinstance(registry._registry, Triggers):
        registry._registry = Triggers()
