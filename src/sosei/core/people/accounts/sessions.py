"""How long a signed-in session lasts, and how the others of a person are ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import logout, update_session_auth_hash
from django.db.models import F
from django.utils import timezone

from sosei.core.people import roles
from sosei.core.people.models import Person

BEGAN, SEEN = "began_at", "seen_at"
STEP = timedelta(minutes=5)
"""A session's last use is written down at most this often."""


def begin(request: Any) -> None:
    """Right after signing in; the session has its new key."""
    now = timezone.now().timestamp()
    request.session[BEGAN] = request.session[SEEN] = now


def is_over(request: Any, now: datetime) -> bool:
    """Whether a session of staff was idle for too long or is too old; that of others lasts as its cookie.

    A session that never noted its beginning begins now.
    """
    standing = request.user.standing
    if not any(held.role in roles.STAFF for held in (*standing.held, *standing.waiting)):
        return False
    began, seen = request.session.get(BEGAN), request.session.get(SEEN)
    if began is None or seen is None:
        begin(request)
        return False
    if now.timestamp() - began > settings.STAFF_SESSION_HOURS * 3600:
        return True
    if now.timestamp() - seen > settings.STAFF_IDLE_MINUTES * 60:
        return True
    if now.timestamp() - seen > STEP.total_seconds():
        request.session[SEEN] = now.timestamp()
    return False


def end(request: Any) -> None:
    """Signs out and forgets all the session knew."""
    logout(request)


def end_others(request: Any, person: Person) -> None:
    """Ends every session of the person but this one, which goes on under a new key."""
    Person.objects.filter(pk=person.pk).update(session_stamp=F("session_stamp") + 1)
    person.refresh_from_db(fields=["session_stamp"])
    update_session_auth_hash(request, person)
