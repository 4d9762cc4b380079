"""Assignment for rounds: wishes, places and a published lottery in; who takes which place, and why, out.

The names below are what a notebook needs; every module may be imported by itself as well.
"""

from sosei.engines.matching.assignment.errors import ErrorCode, MarketError
from sosei.engines.matching.assignment.groups import Blocking, GroupAssignment, assign_with_groups
from sosei.engines.matching.assignment.market import Market, lottery
from sosei.engines.matching.assignment.outcome import Assignment
from sosei.engines.matching.assignment.reasons import (
    PostingOutcome,
    PostingReason,
    Reason,
    WishReason,
    posting_reason,
    worker_reasons,
)
from sosei.engines.matching.assignment.regional import stable_assignment
from sosei.engines.matching.assignment.regions import UNLIMITED, Regions
from sosei.engines.matching.assignment.rematch import Move, Rematch, rematch
from sosei.engines.matching.assignment.stability import BlockingPairs, blocking_pairs
from sosei.engines.matching.assignment.total_value import ValueAssignment, total_value_assignment

__all__ = [
    "UNLIMITED",
    "Assignment",
    "Blocking",
    "BlockingPairs",
    "ErrorCode",
    "GroupAssignment",
    "Market",
    "MarketError",
    "Move",
    "PostingOutcome",
    "PostingReason",
    "Reason",
    "Regions",
    "Rematch",
    "ValueAssignment",
    "WishReason",
    "assign_with_groups",
    "blocking_pairs",
    "lottery",
    "posting_reason",
    "rematch",
    "stable_assignment",
    "total_value_assignment",
    "worker_reasons",
]
