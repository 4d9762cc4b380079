"""Tables of this room: facts and the files they came from, feeds and their sums."""

from sosei.planning.outcomes.models.facts import Fact
from sosei.planning.outcomes.models.feeds import Feed, FeedKey, FeedPending, FeedPoint, FeedTotal
from sosei.planning.outcomes.models.imports import FactImport
from sosei.planning.outcomes.models.levers import GapShare, GapTarget, Lever

__all__ = [
    "Fact",
    "FactImport",
    "Feed",
    "FeedKey",
    "FeedPending",
    "FeedPoint",
    "FeedTotal",
    "GapShare",
    "GapTarget",
    "Lever",
]
