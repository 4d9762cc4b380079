"""The one error of backup and restore: what is wrong, where, and what to do, in two languages."""

from __future__ import annotations


class SafekeepingError(RuntimeError):
    """The work cannot be done and nothing was changed, unless the text says otherwise."""

    def __init__(self, japanese: str, english: str) -> None:
        super().__init__(f"{japanese}\n{english}")
