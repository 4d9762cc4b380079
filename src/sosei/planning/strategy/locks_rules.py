"""The only row lock of rules: who changes the rule of a strategy does so alone."""

from __future__ import annotations

from sosei.planning.strategy.models import Strategy


def lock_strategy(key: int) -> Strategy:
    """One strategy.

    Raises:
        Strategy.DoesNotExist: no such strategy.
    """
    found: Strategy = Strategy.objects.select_for_update().get(pk=key)
    return found
