"""Rules of entries and messages in plain Python: who reads what, when a message is tried again, what an answer means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from sosei.core.people import roles


class Scope(StrEnum):
    """What an entry or a message is about; decides which staff of the town read it."""

    PLANNING = "planning"
    ADMINISTRATION = "administration"
    PEOPLE = "people"
    ORGANISATIONS = "organisations"


READERS: Final[Mapping[str, frozenset[str]]] = {
    Scope.PLANNING: roles.READS_WHOLE_TOWN | {roles.PLANNER},
    Scope.ADMINISTRATION: roles.READS_WHOLE_TOWN | {roles.PLANNER},
    Scope.PEOPLE: roles.READS_WHOLE_TOWN | roles.SERVES_PEOPLE,
    Scope.ORGANISATIONS: roles.READS_WHOLE_TOWN | roles.SERVES_PEOPLE | {roles.PLANNER},
}
"""Roles that read the entries of a scope in their own town. Planners never read what is about citizens."""

MENDERS: Final[Mapping[str, frozenset[str]]] = {
    scope: readers - roles.READS_WHOLE_TOWN for scope, readers in READERS.items()
}
"""Roles that send an undelivered message again. Who audits does not act."""

OPERATOR_SCOPE: Final = Scope.ADMINISTRATION
"""What an operator reads of every town."""
NEVER_OPERATORS: Final = Scope.PEOPLE
"""What an operator reads of no town and not where there is none: what a citizen does alone belongs to no town."""


def is_operators(*, scope: str, municipality: int | None) -> bool:
    """Whether a row belongs to those who run the installation."""
    return scope == OPERATOR_SCOPE or (municipality is None and scope != NEVER_OPERATORS)


def may_read(standing: roles.Standing, *, scope: str, municipality: int | None) -> bool:
    """Whether staff read a row of this scope; one's own rows are read besides."""
    if standing.is_operator and is_operators(scope=scope, municipality=municipality):
        return True
    return municipality is not None and municipality in standing.towns_as(READERS[scope])


def may_mend(standing: roles.Standing, *, scope: str, municipality: int | None) -> bool:
    """Whether staff may send an undelivered message of this scope again."""
    if standing.is_operator and is_operators(scope=scope, municipality=municipality):
        return True
    return municipality is not None and municipality in standing.towns_as(MENDERS[scope])


PERSONAL_KEYS: Final = frozenset(
    {
        "name",
        "family_name",
        "given_name",
        "family_kana",
        "given_kana",
        "kana",
        "email",
        "phone",
        "address",
        "street",
        "building",
        "postcode",
        "birth_date",
        "date_of_birth",
    }
)
"""Keys that an entry's data may not carry: an entry is never changed, so a name in it could never be erased."""


def personal_keys(data: Mapping[str, object]) -> list[str]:
    """The keys of `data` that name personal data, sorted; an entry with any is refused."""
    return sorted(PERSONAL_KEYS.intersection(data))


class Outcome(StrEnum):
    """What came of one attempt to send."""

    ACCEPTED = "accepted"
    """The server took the message over."""
    REFUSED = "refused"
    """The server said that it will never take it."""
    TRY_LATER = "try_later"
    """The server said that it will not take it now."""
    UNREACHABLE = "unreachable"
    """No server, or one that serves nobody at the moment (sign-in refused, no encryption)."""
    BROKEN_OFF = "broken_off"
    """The worker was gone before it handed the message over: provably not sent."""
    UNKNOWN = "unknown"
    """Handed over, and no answer: it may have been sent, so it is not sent again by itself."""
    NO_ADDRESS = "no_address"
    """The recipient has no address for this channel or any other."""
    EXPIRED = "expired"
    """Its time was over before it could be sent."""


TRIED_AGAIN: Final = frozenset({Outcome.TRY_LATER, Outcome.UNREACHABLE, Outcome.BROKEN_OFF})
"""Outcomes after which it is certain that nothing was sent and another attempt may help."""

WORTH_A_CALL: Final = timedelta(days=1)


def worth_telling(*, created: datetime, expires: datetime | None) -> bool:
    """Whether staff are told when it cannot be delivered: not of a code that nobody waits for the next day."""
    return expires is None or expires - created > WORTH_A_CALL


FIRST_WAITS: Final = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60))
LATER_WAIT: Final = timedelta(hours=3)
GIVE_UP_AFTER: Final = timedelta(days=5)
JITTER: Final = 0.2
"""At most this share is added to a wait, so that what failed together does not come back together."""


def next_try(
    *, key: str, attempts: int, now: datetime, since: datetime, expires: datetime | None = None
) -> datetime | None:
    """When a message is tried again after `attempts` failed attempts; None when it is given up.

    After 1, 5, 15 and 60 minutes, then every three hours, up to five days or up to its own end. The last attempt
    stands exactly at that end, if the waiting passes over it.

    Args:
        key: the message's key; the same key and attempt give the same jitter.
        since: when it was written, or when staff last had it sent again.

    Raises:
        ValueError: `attempts` below one.
    """
    if attempts < 1:
        raise ValueError(f"attempts is {attempts}; a message is tried again only after at least one attempt")
    end = since + GIVE_UP_AFTER
    if expires is not None:
        end = min(end, expires)
    if now >= end:
        return None
    wait = FIRST_WAITS[attempts - 1] if attempts <= len(FIRST_WAITS) else LATER_WAIT
    return min(now + wait * (1 + JITTER * _share(f"{key}/{attempts}")), end)


def _share(text: str) -> float:
    """A number from 0 to below 1 that depends on the text alone."""
    return int.from_bytes(sha256(text.encode()).digest()[:6], "big") / 2**48


class Stage(StrEnum):
    """How far the conversation with a mail server had come when it answered."""

    OPENING = "opening"
    SENDER = "sender"
    RECIPIENT = "recipient"
    CONTENT = "content"


def verdict(stage: Stage, code: int) -> Outcome:
    """What a mail server's answer means (RFC 5321 section 4.2.1: 2 done, 4 later, 5 never).

    A lasting refusal counts against the message only where the server judged its recipient or content. A refusal at
    the opening or of the sender is about this installation (a wrong password, an address it may not use): it is the
    same for every message, and giving all of them up would lose the mail of a whole day.
    """
    if 200 <= code < 300:
        return Outcome.ACCEPTED
    if stage in {Stage.OPENING, Stage.SENDER}:
        return Outcome.UNREACHABLE
    # 421, at any stage: the server closes; 552 for a recipient: mailbox full, to be treated as 452 (4.5.3.1.10).
    if 500 <= code < 600 and not (stage is Stage.RECIPIENT and code == 552):
        return Outcome.REFUSED
    return Outcome.UNREACHABLE if code == 421 else Outcome.TRY_LATER


_ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"]+@[^\s<>()\[\]:;,\"]+|\+?[0-9][0-9-]{6,}[0-9]")


def without_addresses(text: str, limit: int = 300) -> str:
    """A server's answer on one line, without the addresses and numbers servers like to repeat."""
    return _ADDRESS.sub("…", " ".join(text.split()))[:limit]


@dataclass(frozen=True)
class Result:
    """What came of an attempt, with the server's answer.

    Attributes:
        code: the server's reply code, or 0 where it gave none.
        detail: its words, without addresses.
    """

    outcome: Outcome
    code: int = 0
    detail: str = ""
