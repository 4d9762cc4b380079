"""Which postings a worker may take and which workers a posting may have, how well each fits, and why not."""

from sosei.engines.matching.retrieval.columns import Postings, Put, Remove, Snapshot, Workers
from sosei.engines.matching.retrieval.errors import ErrorCode, RetrievalError
from sosei.engines.matching.retrieval.filters import Reason, Refusal
from sosei.engines.matching.retrieval.lists import Lists, lists_for_all
from sosei.engines.matching.retrieval.rows import Lodging, Posting, Worker
from sosei.engines.matching.retrieval.score import COSINE, Components, Weights
from sosei.engines.matching.retrieval.search import (
    Answer,
    Found,
    Narrowing,
    explain,
    postings_for,
    why_not,
    workers_for,
)
from sosei.engines.matching.retrieval.warming import compiled, warm_up

__all__ = [
    "COSINE",
    "Answer",
    "Components",
    "ErrorCode",
    "Found",
    "Lists",
    "Lodging",
    "Narrowing",
    "Posting",
    "Postings",
    "Put",
    "Reason",
    "Refusal",
    "Remove",
    "RetrievalError",
    "Snapshot",
    "Weights",
    "Worker",
    "Workers",
    "compiled",
    "explain",
    "lists_for_all",
    "postings_for",
    "warm_up",
    "why_not",
    "workers_for",
]
