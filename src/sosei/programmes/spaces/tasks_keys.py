"""Background work of doors and calendars: codes made and sent, uses collected, letters with codes, calendars read."""

from __future__ import annotations

from django.utils import timezone
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from sosei.programmes.spaces import queue_keys
from sosei.programmes.spaces.services import ical, key_sync, keys

FIRST_WAIT, LONGEST_WAIT = 5, 160
TRIES = 6
"""After these, the round of the clock goes on."""


class LockSilentError(Exception):
    """A lock does not answer; the problem stands beside it."""


class AskAgain(BaseRetryStrategy):
    """After five seconds, then twice as long each time; a lock that is being spoken to is asked a little later."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to ask again; never for anything but a silent or busy lock."""
        if not isinstance(exception, LockSilentError | key_sync.LockBusyError) or job.attempts >= TRIES:
            return None
        return RetryDecision(retry_in={"seconds": min(FIRST_WAIT * 2 ** min(job.attempts, 10), LONGEST_WAIT)})


@app.task(name=queue_keys.SETTLE)
def settle_keys(booking_id: int) -> int:
    """Makes or ends the codes of a booking; the locks follow."""
    return _follow(keys.make_codes(booking_id=booking_id))


@app.task(name=queue_keys.FILL)
def fill_lock(lock_id: int) -> int:
    """Makes the codes of a new lock; it follows."""
    return _follow(keys.fill_lock(lock_id=lock_id))


def _follow(locks: set[int]) -> int:
    for key in sorted(locks):
        queue_keys.leave(queue_keys.SYNC, lock_id=key)
    return len(locks)


@app.task(name=queue_keys.SYNC, retry=AskAgain())
def sync_lock(lock_id: int) -> bool:
    """Brings a lock to what it should hold.

    Raises:
        LockSilentError: it does not answer.
    """
    if not key_sync.sync_lock(lock_id=lock_id):
        raise LockSilentError(lock_id)
    return True


@app.task(name=queue_keys.READ)
def read_calendar(feed_id: int) -> bool:
    """Reads one calendar."""
    return ical.read_feed(feed_id=feed_id)


@app.periodic(cron="*/3 * * * *")
@app.task(name="spaces.look_after_locks", queueing_lock="spaces.look_after_locks")
def look_after_locks(timestamp: int) -> int:
    """Compares each lock with what it should hold, and collects what it tells; one that is silent holds up no other."""
    silent = 0
    for key in key_sync.locks_to_look_after():
        try:
            silent += not key_sync.sync_lock(lock_id=key)
        except key_sync.LockBusyError:
            continue
    return silent


@app.periodic(cron="*/10 * * * *")
@app.task(name="spaces.tell_door_codes", queueing_lock="spaces.tell_door_codes")
def tell_door_codes(timestamp: int) -> int:
    """Sends guests the codes of tomorrow's bookings; run twice it tells nobody again."""
    return key_sync.tell_codes(timezone.now())


@app.periodic(cron="*/15 * * * *")
@app.task(name="spaces.read_calendars", queueing_lock="spaces.read_calendars")
def read_calendars(timestamp: int) -> int:
    """Has each calendar read by a task of its own: a slow server holds up no other."""
    found = ical.feeds_to_read()
    for key in found:
        queue_keys.leave(queue_keys.READ, feed_id=key)
    return len(found)
