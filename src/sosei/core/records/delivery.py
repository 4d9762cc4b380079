"""Sends what waits in the outbox. Nothing is lost, and nothing is sent twice.

A message goes through three commits: it is **claimed** (one worker, for the time of a lease), **handed over** (the
moment before the byte that completes it leaves), and **finished** (with the server's answer).

- A worker that dies before the second commit provably sent nothing: the message is tried again when the lease ends.
- A worker that dies after it, or a server that never answers, leaves a message that may have been sent. No program
  can know. It is marked unknown and shown to staff; it is never sent again by itself.
- A worker whose lease ended and who wakes up later cannot hand over: the second commit asks whether the claim stands.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.utils import timezone

from sosei.core.records import locks, rules, sms, undelivered
from sosei.core.records.kinds import kind_named
from sosei.core.records.mail import footer, reference_of, send_mail
from sosei.core.records.models import Message, MessageAttempt
from sosei.core.records.preferences import wants
from sosei.core.records.rules import Outcome, Result
from sosei.core.records.sending import ClaimLostError, Outgoing

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
SWEEP_SIZE = 500
WAITS_FOR_DATABASE = (0.2, 0.5, 1, 2, 4, 8, 16, 30)
T = TypeVar("T")


def deliver(message_id: int) -> Outcome | None:
    """Sends one message, if it is due and nobody else is at it; what came of it, or None.

    Raises:
        RuntimeError: called within a transaction, where its commits would not be commits.
    """
    claimed = _claim(message_id)
    if not isinstance(claimed, Message):
        return claimed
    try:
        result = _send(claimed)
    except ClaimLostError:
        return None
    _insist(lambda: _finish(claimed.pk, claimed.claim, result))
    return result.outcome


def deliver_due() -> dict[str, int]:
    """Takes up abandoned messages and sends all that are due; counts by outcome.

    Where a channel's server cannot be reached, the rest of that channel waits for the next round, so that a queue of
    thousands does not wait for thousands of timeouts.
    """
    counts: dict[str, int] = {}
    for message_id in list(
        Message.objects.abandoned(timezone.now()).values_list("pk", flat=True)[:SWEEP_SIZE]
    ):
        _count(counts, _take_up(message_id))
    closed: set[str] = set()
    due = Message.objects.due(timezone.now()).values_list("pk", "channel")[:SWEEP_SIZE]
    for message_id, channel in list(due):
        if channel in closed:
            continue
        outcome = deliver(message_id)
        _count(counts, outcome)
        if outcome is Outcome.UNREACHABLE:
            closed.add(channel)
    return counts


def _count(counts: dict[str, int], outcome: Outcome | None) -> None:
    if outcome is not None:
        counts[outcome] = counts.get(outcome, 0) + 1


@transaction.atomic(durable=True)
def _claim(message_id: int) -> Message | Outcome | None:
    """The message, now this worker's alone; or an outcome, where it turns out that it cannot be sent at all."""
    now = timezone.now()
    message = locks.lock_due_message(message_id, now)
    if message is None:
        return None
    person = message.recipient
    if person is not None and person.erased_at is not None:
        _close(message, Message.State.WITHDRAWN)
        return None
    if message.expires_at is not None and message.expires_at <= now:
        return _settle(message, Result(Outcome.EXPIRED))
    channel = route(message)
    if channel is None:
        message.attempts += 1
        return _settle(message, Result(Outcome.NO_ADDRESS))
    if person is not None and not wants(person, message.kind, channel):
        _close(message, Message.State.NOT_WANTED)
        return None
    message.channel = channel
    message.language = person.language if person is not None else message.language
    message.state = Message.State.SENDING
    message.next_try_at = None
    message.attempts += 1
    message.round_attempts += 1
    message.claim, message.claimed_until = uuid4(), now + LEASE
    message.save()
    return message


def route(message: Message) -> str | None:
    """The channel a message goes by: the one asked for, else the other one that the person can be reached by."""
    person = message.recipient
    if person is None:
        return message.channel if message.to_address else None
    wanted = message.channel
    # A number that staff entered is nobody's proof: it is used only for who can be reached no other way.
    by_sms = person.phone and (person.phone_verified or not person.email) and sms.is_configured()
    if wanted == Message.Channel.SMS and by_sms:
        return wanted
    if wanted == Message.Channel.MAIL and person.email:
        return wanted
    if person.email:
        return Message.Channel.MAIL
    if person.phone and person.phone_verified and sms.is_configured():
        return Message.Channel.SMS
    return None


def _send(message: Message) -> Result:
    handed_over = False

    def hand_over() -> None:
        nonlocal handed_over
        claimed = Message.objects.filter(pk=message.pk, claim=message.claim, state=Message.State.SENDING)
        if not claimed.update(handed_over_at=timezone.now()):
            raise ClaimLostError
        handed_over = True

    try:
        if message.channel == Message.Channel.SMS:
            return sms.gateway().send(_outgoing(message), hand_over)
        sender = str(message.municipality or "")
        return send_mail(_outgoing(message), sender, hand_over)
    except ClaimLostError:
        logger.warning("message %s: the lease ended before it could be handed over", message.pk)
        raise
    except Exception as error:
        logger.exception("message %s could not be sent", message.pk)
        return Result(Outcome.UNKNOWN if handed_over else Outcome.UNREACHABLE, 0, type(error).__name__)


def _outgoing(message: Message) -> Outgoing:
    english = message.language == "en"
    subject = message.subject_en if english and message.subject_en else message.subject
    body = message.body_en if english and message.body_en else message.body
    person = message.recipient
    if message.channel == Message.Channel.SMS:
        to = message.to_address if person is None else person.phone
    else:
        to = message.to_address if person is None else person.email
        body = f"{body}\n\n--\n{footer(message, message.language or 'ja')}\n"
    return Outgoing(str(to), subject, body, message.language or "ja", reference_of(message))


@transaction.atomic(durable=True)
def _finish(message_id: int, claim: Any, result: Result) -> None:
    """Writes down what came of it. A claim that a sweep has ended meanwhile is only believed if it succeeded."""
    message = locks.lock_claimed_message(message_id, claim)
    if message is None or message.state == Message.State.SENT:
        return
    if message.state == Message.State.SENDING or result.outcome is Outcome.ACCEPTED:
        _settle(message, result)


def _insist(write: Callable[[], T]) -> T:
    """Writes, and where the database is away for a moment, writes again: the answer of the server is known only here."""
    for wait in WAITS_FOR_DATABASE:
        try:
            return write()
        except DatabaseError:
            logger.warning("the database is away; the outcome of a message is written down in %s s", wait)
            connection.close()
            time.sleep(wait)
    return write()


@transaction.atomic(durable=True)
def _take_up(message_id: int) -> Outcome | None:
    message = locks.lock_abandoned_message(message_id, timezone.now())
    if message is None:
        return None
    handed_over = message.handed_over_at is not None
    return _settle(message, Result(Outcome.UNKNOWN if handed_over else Outcome.BROKEN_OFF))


def _settle(message: Message, result: Result) -> Outcome:
    """The next state after an outcome; in the transaction under way."""
    now = timezone.now()
    MessageAttempt.objects.create(
        message=message,
        number=message.attempts,
        ended_at=now,
        outcome=result.outcome,
        code=result.code,
        detail=result.detail,
    )
    if result.outcome is Outcome.ACCEPTED:
        message.sent_at = now
        _close(message, Message.State.SENT)
        return result.outcome
    again = _again_at(message, result.outcome, now)
    if again is not None:
        message.state, message.next_try_at = Message.State.WAITING, again
        message.claim = message.claimed_until = message.handed_over_at = None
        message.save()
        return result.outcome
    _close(message, Message.State.UNKNOWN if result.outcome is Outcome.UNKNOWN else Message.State.FAILED)
    if rules.worth_telling(created=message.created_at, expires=message.expires_at):
        undelivered.tell_staff(message)
    return result.outcome


def _again_at(message: Message, outcome: Outcome, now: datetime) -> datetime | None:
    if outcome not in rules.TRIED_AGAIN:
        return None
    return rules.next_try(
        key=message.key,
        attempts=message.round_attempts,
        now=now,
        since=message.round_started_at,
        expires=message.expires_at,
    )


def _close(message: Message, state: Message.State) -> None:
    """The message's last state; secret words go as soon as nobody needs them."""
    message.state, message.next_try_at = state, None
    kind = kind_named(message.kind)
    if kind.forget_address:
        message.to_address = ""
    if kind.secret or kind.forget_address:
        message.subject = message.body = message.subject_en = message.body_en = ""
        message.emptied_at = timezone.now()
    message.save()
