"""Row locks of rounds: the round before persons, postings and applications.

Whoever draws or publishes holds the round; whoever changes wishes only reads it, and waits for persons and postings.
"""

from __future__ import annotations

from collections.abc import Iterable

from sosei.programmes.jobs import locks
from sosei.programmes.jobs.models import Posting, Round


def lock_round(key: int) -> Round:
    """One round: two who draw or publish it do so one after the other.

    Raises:
        Round.DoesNotExist: no such round.
    """
    found: Round = (
        Round.objects.select_for_update(of=("self",), no_key=True).select_related("municipality").get(pk=key)
    )
    return found


def lock_all(persons: Iterable[int], postings: Iterable[int]) -> dict[int, Posting]:
    """All persons, then all postings, each in the order of keys: what follows takes them one by one again."""
    locks.lock_persons(persons)
    return {key: locks.lock_posting(key) for key in sorted(set(postings))}
