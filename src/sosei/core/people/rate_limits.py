"""How often something may be tried in a time: counted in the database, so that every process counts the same.

The table is emptied by a crash of the server and by nothing else; names and addresses stand in it only as keyed hashes.
A room with a public form puts `@limited("its.name", Limit(5, minutes=60))` on the view.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import wraps
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

TABLE_SQL = """
CREATE UNLOGGED TABLE people_rate_limit (
    key bytea PRIMARY KEY,
    hits integer NOT NULL,
    ends_at timestamptz NOT NULL
);
CREATE INDEX people_rate_limit_ends_at ON people_rate_limit (ends_at);
"""

_COUNT = """
INSERT INTO people_rate_limit AS held (key, hits, ends_at) VALUES (%(key)s, 1, %(end)s)
ON CONFLICT (key) DO UPDATE SET
    hits = CASE WHEN held.ends_at <= %(now)s THEN 1 ELSE least(held.hits + 1, 1000000000) END,
    ends_at = CASE WHEN held.ends_at <= %(now)s THEN excluded.ends_at ELSE held.ends_at END
RETURNING hits, ends_at
"""
_GIVE_BACK = "UPDATE people_rate_limit SET hits = hits - 1 WHERE key = %s AND ends_at = %s AND hits > 0"
_FORGET = "DELETE FROM people_rate_limit WHERE ends_at <= %s"


class Per(Enum):
    """Whose attempts are counted together."""

    ADDRESS = "address"
    """All from one network address (for IPv6 one /64, which is one household or office)."""
    NAME = "name"
    """All about one account, number or whatever the caller names."""
    BOTH = "both"
    """All about one account from one network address."""


@dataclass(frozen=True)
class Limit:
    """At most `times` in `minutes`, counted from the first."""

    times: int
    minutes: float
    per: Per = Per.ADDRESS


@dataclass(frozen=True)
class Counted:
    """One attempt as it was counted; can be given back."""

    key: bytes
    ends_at: datetime


class TooManyError(Exception):
    """The limit is reached; the page with status 429 is answered by the middleware.

    Attributes:
        until: when the next attempt is taken.
    """

    def __init__(self, action: str, until: datetime) -> None:
        super().__init__(f"too many attempts at {action}")
        self.until = until


LIMITS: dict[str, tuple[Limit, ...]] = {
    # Tight for who tries one account from one place; wide for an account, so that a stranger who tries from many
    # places keeps its owner out for a quarter of an hour at most, and never from a browser the owner used before.
    "sign_in": (Limit(5, 5, Per.BOTH), Limit(30, 5), Limit(50, 15, Per.NAME)),
    "sign_in_known": (Limit(10, 5, Per.NAME), Limit(30, 5)),
    "sign_up": (Limit(10, 60),),
    "reset": (Limit(10, 60), Limit(5, 60, Per.NAME)),
    # A letter or short message with a code: nobody's mailbox is to be filled, no bill run up.
    "send_code": (Limit(6, 60, Per.NAME), Limit(30, 60)),
    "enter_code": (Limit(30, 10),),
    "invitation": (Limit(30, 10),),
    "invite": (Limit(100, 60, Per.NAME),),
}
"""The limits of this room's own actions."""


def count(action: str, limit: Limit, *, who: str, now: datetime) -> Counted:
    """Counts one attempt, in one statement that many processes may run at once.

    Args:
        who: whose attempts are counted together.

    Raises:
        TooManyError: it is one more than allowed.
    """
    key = salted_hmac("sosei.rate_limits", f"{action}|{limit.per.value}|{who}", algorithm="sha256").digest()[
        :16
    ]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": key, "now": now, "end": now + timedelta(minutes=limit.minutes)})
        hits, ends_at = cursor.fetchone()
    if hits > limit.times:
        raise TooManyError(action, ends_at)
    return Counted(key, ends_at)


def attempt(
    action: str, request: HttpRequest, *, name: str = "", limits: tuple[Limit, ...] = ()
) -> list[Counted]:
    """Counts an attempt against every limit of an action.

    Args:
        name: the account, number or e-mail address it is about, where a limit is per name.
        limits: those of another room; else those in `LIMITS`.

    Raises:
        TooManyError: one of the limits is reached; those before it have counted.
        KeyError: no limits are given, and none are known for the action.
    """
    now = timezone.now()
    place = network_of(request)
    who = {Per.ADDRESS: place, Per.NAME: name.casefold(), Per.BOTH: f"{place}|{name.casefold()}"}
    return [count(action, limit, who=who[limit.per], now=now) for limit in limits or LIMITS[action]]


def give_back(counted: list[Counted]) -> None:
    """Takes attempts out of the count again: what succeeded was no attack."""
    with connection.cursor() as cursor:
        for one in counted:
            cursor.execute(_GIVE_BACK, [one.key, one.ends_at])


def forget_past(now: datetime) -> int:
    """Deletes counts whose time is over; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [now])
        return int(cursor.rowcount)


def network_of(request: HttpRequest) -> str:
    """The network address somebody comes from: REMOTE_ADDR, which our own proxies' word was put into before."""
    given = str(request.META.get("REMOTE_ADDR", ""))
    try:
        address = ipaddress.ip_address(given)
    except ValueError:
        return given
    if address.version == 6:
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network(f"{address}/64", strict=False))
    return str(address)


View = Callable[..., Any]


def limited(
    action: str, *limits: Limit, name: Callable[[HttpRequest], str] | None = None
) -> Callable[[View], View]:
    """Decorator for views: every form sent counts; who sends too many is answered with 429.

    Args:
        limits: for example `Limit(5, minutes=60)`; of this room's own actions none are named.
        name: what the attempt is about, read from the request, where a limit is per name.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def counting(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.method == "POST":
                try:
                    attempt(action, request, name=name(request) if name else "", limits=limits)
                except TooManyError as error:
                    return too_many(request, error)
            return view(request, *args, **kwargs)

        return counting

    return decorate


def too_many(request: HttpRequest, error: TooManyError) -> HttpResponse:
    """The page with status 429, which says when to try again."""
    seconds = max(1, round((error.until - timezone.now()).total_seconds()))
    response = render(request, "people/too_many.html", {"wait": wait_text(seconds)}, status=429)
    response.headers["Retry-After"] = str(seconds)
    response.headers["Cache-Control"] = "no-store"
    return response


def wait_text(seconds: int) -> str:
    """How long to wait, in words, rounded up."""
    if seconds <= 90:
        return _("%(count)s秒") % {"count": seconds}
    minutes = -(-seconds // 60)
    if minutes <= 90:
        return _("%(count)s分") % {"count": minutes}
    return _("%(count)s時間") % {"count": -(-minutes // 60)}
