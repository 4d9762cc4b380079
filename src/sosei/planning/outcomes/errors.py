"""What the services of this room refuse; each text is in the reader's language, with the remedy."""

from __future__ import annotations

from sosei.core.people.errors import RefusedError


class FactError(RefusedError):
    """A fact that cannot be kept so, or not be withdrawn."""


class FactDiffersError(FactError):
    """The object has a fact of that kind already, and it says something else."""


class FeedError(RefusedError):
    """A feed that cannot be set up so."""


class TableError(RefusedError):
    """A table that cannot be read or not be taken in as it is."""


class OutsideTransactionError(RuntimeError):
    """A fact without a transaction around it: a mistake of the program, not of its user."""

    def __init__(self) -> None:
        super().__init__(
            "record_fact and withdraw_fact run in the transaction of the programme whose row the fact is about: "
            "call them inside transaction.atomic()"
        )
