"""How locks are spoken to: a protocol, the practice lock behind HTTP, and the paper voucher that needs no lock at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote

from sosei.programmes.spaces import outgoing
from sosei.programmes.spaces import words_problems as problems
from sosei.programmes.spaces.models import Lock
from sosei.programmes.spaces.rules_periods import Period

SECONDS = 5.0
MOST_BYTES = 1_000_000
PREFIX = "sosei-"
"""Codes in a lock under other names were put there by hand, and are left alone."""


class LockError(Exception):
    """A lock did not do what it was told; the text is for the host, in his language, and names no code."""


@dataclass(frozen=True)
class Held:
    """A code in a lock: `ref` is our name for it, which says nothing to others."""

    ref: str
    code: str
    valid: Period


@dataclass(frozen=True)
class Use:
    """What a lock tells: somebody typed a code.

    Attributes:
        event: unlike every other of this lock.
        ref: whose code it was; "" where it was nobody's.
        why: a `rules_keys.Code` where it did not open.
    """

    event: str
    ref: str
    at: datetime
    opened: bool
    why: str = ""


class LockDriver(Protocol):
    """One lock."""

    keeps_codes: bool
    """Codes are sent to it; else a person at the counter checks them."""

    def add_code(self, held: Held) -> None:
        """The code opens in its time, whatever stood under its name before.

        Raises:
            LockError: the lock did not take it.
        """

    def remove_code(self, ref: str) -> None:
        """The code of that name opens no more; one that is not there is removed already.

        Raises:
            LockError: the lock did not do it.
        """

    def list_codes(self) -> Mapping[str, Period]:
        """Our codes in it: name -> when it opens. The codes themselves stay there.

        Raises:
            LockError: no answer.
        """

    def read_uses(self, after: str) -> Sequence[Use]:
        """What happened since that event, in order; everything it remembers where it does not know the event.

        Raises:
            LockError: no answer.
        """


class Simulated:
    """The practice lock (`simulated_lock`)."""

    keeps_codes = True

    def __init__(self, lock: Lock) -> None:
        self._address = lock.address.rstrip("/")
        self._key = lock.secret

    def add_code(self, held: Held) -> None:
        """See the protocol."""
        told = {"code": held.code, "from": held.valid.start.isoformat(), "until": held.valid.end.isoformat()}
        self._ask("PUT", f"/codes/{quote(held.ref, safe='')}", told)

    def remove_code(self, ref: str) -> None:
        """See the protocol."""
        self._ask("DELETE", f"/codes/{quote(ref, safe='')}")

    def list_codes(self) -> Mapping[str, Period]:
        """See the protocol."""
        rows = self._read("/codes", "codes")
        return {str(row["ref"]): Period(_moment(row["from"]), _moment(row["until"])) for row in rows}

    def read_uses(self, after: str) -> Sequence[Use]:
        """See the protocol."""
        rows = self._read(f"/uses?after={quote(after, safe='')}", "uses")
        return [
            Use(
                str(row["event"])[:64],
                str(row["ref"]),
                _moment(row["at"]),
                bool(row["opened"]),
                str(row["why"])[:24],
            )
            for row in rows
        ]

    def _read(self, path: str, name: str) -> Sequence[Mapping[str, Any]]:
        answer = self._ask("GET", path)
        try:
            return list(json.loads(answer)[name])
        except (ValueError, KeyError, TypeError) as error:
            raise LockError(_unreadable()) from error

    def _ask(self, method: str, path: str, told: Mapping[str, str] | None = None) -> bytes:
        try:
            answer = outgoing.fetch(
                f"{self._address}{path}",
                method=method,
                headers={"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"},
                body=json.dumps(told).encode() if told is not None else None,
                seconds=SECONDS,
                most_bytes=MOST_BYTES,
                redirects=0,
            )
        except outgoing.OutgoingError as error:
            raise LockError(str(error)) from error
        if answer.status in (401, 403):
            raise LockError(str(problems.LOCK_DENIES))
        if answer.status == 404 and method == "DELETE":
            return b""
        if answer.status not in (200, 204):
            raise LockError(problems.LOCK_REFUSES % {"status": answer.status})
        return answer.body


def _moment(text: Any) -> datetime:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError as error:
        raise LockError(_unreadable()) from error


def _unreadable() -> str:
    return str(problems.LOCK_UNREADABLE)


class Paper:
    """A voucher that is exchanged for a key at a counter: who stands there checks it on the site."""

    keeps_codes = False

    def __init__(self, lock: Lock) -> None:
        self._lock = lock

    def add_code(self, held: Held) -> None:
        """Nothing: the counter asks the site."""

    def remove_code(self, ref: str) -> None:
        """Nothing: the counter asks the site."""

    def list_codes(self) -> Mapping[str, Period]:
        """None."""
        return {}

    def read_uses(self, after: str) -> Sequence[Use]:
        """None: the counter writes them on the site."""
        return []


def driver_of(lock: Lock) -> LockDriver:
    """The driver of a lock."""
    return Simulated(lock) if lock.driver == Lock.Driver.SIMULATED else Paper(lock)
