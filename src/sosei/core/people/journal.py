"""The port through which this room leaves entries and sends messages; `core.records`, a floor higher, fills it.

Records know people by foreign key, so people may not import records; what people need of records comes in here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from sosei.core.people.models import Municipality, Person


class WriteEntry(Protocol):
    """Leaves an append-only entry in the transaction under way."""

    def __call__(
        self,
        *,
        actor: Person | None,
        verb: str,
        subject: Any = None,
        person: Person | None = None,
        municipality: Municipality | None = None,
        on_behalf_of: Person | None = None,
        reason: str = "",
        data: dict[str, Any] | None = None,
    ) -> Any: ...


class SendMessage(Protocol):
    """Puts a message into the outbox in the transaction under way; the same key twice is one message."""

    def __call__(
        self,
        *,
        key: str,
        kind: str,
        subject: str,
        body: str,
        subject_en: str,
        body_en: str,
        recipient: Person | None = None,
        to_address: str = "",
        language: str = "",
        municipality: Municipality | None = None,
        about: Any = None,
        channel: str = "mail",
    ) -> Any: ...


class UnreadCount(Protocol):
    """How many notifications a person has not read."""

    def __call__(self, person: Person) -> int: ...


class _Port:
    write_entry: WriteEntry | None = None
    send_message: SendMessage | None = None
    unread_count: UnreadCount | None = None
    can_send_sms: Callable[[], bool] | None = None


_port = _Port()


def install(
    *,
    write_entry: WriteEntry,
    send_message: SendMessage,
    unread_count: UnreadCount,
    can_send_sms: Callable[[], bool],
) -> None:
    """Called once by `core.records` when Django starts."""
    _port.write_entry = write_entry
    _port.send_message = send_message
    _port.unread_count = unread_count
    _port.can_send_sms = can_send_sms


def write_entry(**arguments: Any) -> Any:
    """As `WriteEntry`.

    Raises:
        RuntimeError: `core.records` is not installed.
    """
    return _filled(_port.write_entry)(**arguments)


def send_message(**arguments: Any) -> Any:
    """As `SendMessage`.

    Raises:
        RuntimeError: `core.records` is not installed.
    """
    return _filled(_port.send_message)(**arguments)


def unread_count(person: Person) -> int:
    """As `UnreadCount`.

    Raises:
        RuntimeError: `core.records` is not installed.
    """
    return int(_filled(_port.unread_count)(person))


def can_send_sms() -> bool:
    """Whether the site can send short messages; where it cannot, nobody signs up by telephone.

    Raises:
        RuntimeError: `core.records` is not installed.
    """
    return bool(_filled(_port.can_send_sms)())


def _filled(function: Any) -> Any:
    if function is None:
        raise RuntimeError("sosei.core.records is not in INSTALLED_APPS: no entry could be written")
    return function
