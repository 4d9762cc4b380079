"""What the services of this room refuse, each with a sentence for the screen."""

from __future__ import annotations


class RecordsError(Exception):
    """Base of all; the text is in the reader's language."""


class AddressError(RecordsError):
    """A message to an address that cannot be one."""


class ObligedError(RecordsError):
    """Switching off what law or security demands."""


class NotAgainError(RecordsError):
    """Sending again what was sent, waits, or has no words any more."""


class KeyTakenError(ValueError):
    """One key for two different messages: a mistake of the program, not of its user."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"a message with the key {key!r} goes to somebody else or is of another kind; a key names one message"
        )


class EntryError(ValueError):
    """An entry that could not be read later: a mistake of the program, not of its user."""
