"""The one error of the assignment engine: a code, the data it is about, and a technical sentence for a log.

What a citizen or an officer reads is made from `code` and `data` by the room that shows it, in the reader's language.
"""

from __future__ import annotations

from enum import StrEnum


class ErrorCode(StrEnum):
    """What is wrong with the arrays given."""

    SHAPE = "shape"
    OFFSETS = "offsets"
    POSTING_RANGE = "posting_range"
    DUPLICATE_WISH = "duplicate_wish"
    NEGATIVE_CAPACITY = "negative_capacity"
    TOO_LARGE = "too_large"
    SCORE = "score"
    DRAW = "draw"
    DUPLICATE_ID = "duplicate_id"
    WORKER_RANGE = "worker_range"
    REGION_TREE = "region_tree"
    REGION_RANGE = "region_range"
    NEGATIVE_CAP = "negative_cap"
    TARGET = "target"
    TARGETS_ABOVE_CAP = "targets_above_cap"
    PRIORITY = "priority"
    GROUP = "group"
    GROUP_LISTS = "group_lists"
    WEIGHT = "weight"
    PRECISION = "precision"
    BROKEN_RESULT = "broken_result"


_SENTENCES = {
    ErrorCode.SHAPE: "{name} has length {got}, expected {expected}; give one value for each",
    ErrorCode.OFFSETS: "offsets must begin with 0, never fall and end with the number of wishes; see index {index}",
    ErrorCode.POSTING_RANGE: "worker {worker} wishes posting {posting}, but postings are 0 to {last}; correct the wish",
    ErrorCode.DUPLICATE_WISH: "worker {worker} lists posting {posting} twice; remove one of the two",
    ErrorCode.NEGATIVE_CAPACITY: "posting {posting} has capacity {value}; give 0 or more",
    ErrorCode.TOO_LARGE: "{name} is {value}, the most is {most}; divide the market",
    ErrorCode.SCORE: "the score {value} of worker {worker} at posting {posting} cannot be ranked; give a finite number "
    "above -2147483648",
    ErrorCode.DRAW: "the draw must hold each place 0 to {last} once; place {value} of worker {worker} is not so",
    ErrorCode.DUPLICATE_ID: "the id {value} at index {worker} stands earlier too; each worker draws once",
    ErrorCode.WORKER_RANGE: "worker {worker} does not exist; workers are 0 to {last}",
    ErrorCode.REGION_TREE: "region {region} does not hang on a tree: its parent is {value}",
    ErrorCode.REGION_RANGE: "posting {posting} stands in region {value}, but regions are 0 to {last}, or -1 for none",
    ErrorCode.NEGATIVE_CAP: "region {region} has cap {value}; give 0 or more",
    ErrorCode.TARGET: "posting {posting} has target {value}; give 0 to its capacity {capacity}",
    ErrorCode.TARGETS_ABOVE_CAP: "the targets in region {region} add up to {value}, its cap is {cap}; lower the targets",
    ErrorCode.PRIORITY: "the priority must hold each place 0 to {last} once; place {value} of posting {posting} is not so",
    ErrorCode.GROUP: "group {group} cannot be formed: worker {worker} is in it twice, or in another group too",
    ErrorCode.GROUP_LISTS: "group {group}: workers {first} and {second} must wish the same postings in the same order",
    ErrorCode.WEIGHT: "the weight {value} of worker {worker} at posting {posting} must be a whole number 0 to {most}",
    ErrorCode.PRECISION: "precision is {value}; give a number above 0 and below 1",
    ErrorCode.BROKEN_RESULT: "the result breaks the rule {rule} at index {index}",
}


class MarketError(ValueError):
    """Arrays that are no market, no tree of regions, no groups; `data` names the place and the value."""

    def __init__(self, code: ErrorCode, **data: object) -> None:
        self.code = code
        self.data = data
        super().__init__(_SENTENCES[code].format(**data))
