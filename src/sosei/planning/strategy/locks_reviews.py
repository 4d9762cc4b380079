"""The only row locks of reviews: whoever changes anything of a review holds it, so all of that is one after another."""

from __future__ import annotations

from sosei.planning.strategy.models import Review, Strategy


def lock_strategy(key: int) -> Strategy:
    """One strategy: who opens, publishes or reopens a review of it does so alone.

    Raises:
        Strategy.DoesNotExist: no such strategy.
    """
    found: Strategy = Strategy.objects.select_for_update(of=("self",)).get(pk=key)
    return found


def lock_review(key: int) -> Review:
    """One review with its strategy.

    Raises:
        Review.DoesNotExist: no such review.
    """
    found: Review = (
        Review.objects.select_for_update(of=("self",))
        .select_related("strategy__municipality", "strategy__rule")
        .get(pk=key)
    )
    return found
