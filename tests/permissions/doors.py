"""Every named address, and browsers of every kind of user that open them and leave nothing behind."""

from __future__ import annotations

import copy
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.messages.storage import default_storage
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied
from django.core.handlers.base import BaseHandler
from django.db import connection, transaction
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from sosei.core.design import civil_day
from sosei.core.people import addresses, consents_gate, tenancy
from sosei.core.people.addresses import Answer
from sosei.core.people.models import Person
from sosei.core.people.standing import standing_of
from tests.permissions.world import HERE, World, again

SAMPLES = {"uid": uuid.UUID(int=7), "pk": 0, "key": "none", "kind": "csv", "slug": "none", "name": "none"}
"""Values of the parts of an address that name no row: a welcome visitor is told that there is none."""
NUMBERS = {
    "IntConverter": 0,
    "UUIDConverter": uuid.UUID(int=7),
    "StringConverter": "none",
    "SlugConverter": "none",
}


def named_patterns(
    resolver: URLResolver | None = None, namespace: str = ""
) -> Iterator[tuple[str, dict[str, object]]]:
    """Every named address with a value for each of its parts."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = ":".join(filter(None, [namespace, pattern.namespace]))
            for name, parts in named_patterns(pattern, inner):
                given = {k: _sample(k, c) for k, c in pattern.pattern.converters.items()}
                yield name, {**given, **parts}
        else:
            yield _name(pattern, namespace), _parts(pattern)


def _name(pattern: URLPattern, namespace: str) -> str:
    assert pattern.name, f"an address without a name: {pattern.pattern}"
    return f"{namespace}:{pattern.name}" if namespace else pattern.name


GROUP = re.compile(r"\(\?P<(\w+)>([^()]*)\)")


def _parts(pattern: URLPattern) -> dict[str, object]:
    converters = pattern.pattern.converters
    if converters or not hasattr(pattern.pattern, "regex"):
        return {name: _sample(name, converter) for name, converter in converters.items()}
    return {name: _fitting(name, body) for name, body in GROUP.findall(pattern.pattern.regex.pattern)}


def _sample(name: str, converter: object) -> object:
    if name != "code" and name not in SAMPLES and type(converter).__name__ in NUMBERS:
        return NUMBERS[type(converter).__name__]
    return _fitting(name, getattr(converter, "regex", ".*"))


def _fitting(name: str, body: str) -> object:
    """A value that the address takes, and that names no row."""
    if name == "code":
        return HERE
    offered = [SAMPLES.get(name, "none"), "0", *body.split("|")]
    return next(value for value in offered if re.fullmatch(body, str(value)))


ALL = sorted(dict(named_patterns()).items())
DOOR_THAT_ASKS_ITSELF = {
    name for name, _parts in ALL if name.startswith(("account_", "mfa_", "socialaccount_", "openid_connect_"))
}
"""Pages of the sign-in library: it asks for an account or a fresh password itself, where one is needed."""


def address(name: str, parts: dict[str, object]) -> str:
    return reverse(name, kwargs=parts)


class Doors:
    """Opens addresses as each kind of user; nothing that a page does, as to sign somebody out, is left for the next one."""

    def __init__(self) -> None:
        self._clients: dict[int | None, Client] = {}
        self._cookies: dict[int | None, SimpleCookie] = {}
        self._asking: dict[int | None, Any] = {}
        self._handler = BaseHandler()
        self._handler.load_middleware()

    def client(self, user: object) -> Client:
        """A browser in which the user is signed in; a visitor's is empty."""
        key = user.pk if isinstance(user, Person) else None
        if key not in self._clients:
            self._clients[key] = client = Client(raise_request_exception=True)
            if isinstance(user, Person):
                client.force_login(user)
                # As after the first page of the day, which asks whether a text is to be agreed to.
                session = client.session
                session[consents_gate.SESSION_KEY] = civil_day.today().isoformat()
                session.save()
            self._cookies[key] = client.cookies
        client = self._clients[key]
        client.cookies = copy.deepcopy(self._cookies[key])
        return client

    def answer(self, user: object, url: str, method: str = "get") -> Answer:
        """What the address answers to the whole request."""
        client = self.client(user)
        with nothing_kept():
            return answer_of(client, url, method)

    def told(self, user: object, url: str, method: str = "get") -> Answer:
        """What `answer` says; of a refusal the page is not drawn, all others are opened whole. Quick where one expects
        a refusal."""
        return self.refused(user, url, method) or self.answer(user, url, method)

    def refused(self, user: object, url: str, method: str = "get") -> Answer | None:
        """What the middleware tells this user instead of calling the view; None where it calls the view."""
        request = self._request(user, url, method)
        match = request.resolver_match
        with nothing_kept():
            try:
                for ask in self._handler._view_middleware:  # type: ignore[attr-defined]
                    response = ask(request, match.func, match.args, match.kwargs)
                    if response is not None:
                        return refusal_in(response)
            except PermissionDenied:
                return Answer.NOT_FOR_YOU
            except Http404:
                return None
            finally:
                tenancy.release()
        return None

    def _request(self, user: object, url: str, method: str) -> Any:
        """As it comes to the view: with its session, its user as the session names it, its messages."""
        request: Any = getattr(RequestFactory(), method)(url)
        request.resolver_match = resolve(request.path_info)
        request._dont_enforce_csrf_checks = True
        key = user.pk if isinstance(user, Person) else None
        cookie = self.client(user).cookies.get(settings.SESSION_COOKIE_NAME)
        request.session = SessionStore(cookie.value if cookie else None)
        if key not in self._asking:
            self._asking[key] = get_user(request), dict(request.session.items())
        request.user, kept = self._asking[key]
        request.session._session_cache = copy.deepcopy(kept)
        request._messages = default_storage(request)
        return request


READING = ("SELECT", "SHOW", "SET")


@contextmanager
def nothing_kept() -> Iterator[None]:
    """Undoes what is written within; most pages refuse and write nothing, and then nothing is asked of the database."""
    before: list[str | None] = []

    def note(execute: Callable[..., Any], sql: str, *given: Any) -> Any:
        # The queue of tasks is written to by a function.
        reads = sql.lstrip().upper().startswith(READING) and "procrastinate" not in sql
        if not before and not reads:
            # Noted first: the savepoint is such a statement itself.
            before.append(None)
            before[0] = transaction.savepoint()
        return execute(sql, *given)

    with connection.execute_wrapper(note):
        yield
    if before and before[0]:
        transaction.savepoint_rollback(before[0])
        transaction.savepoint_commit(before[0])


def answer_of(client: Client, url: str, method: str) -> Answer:
    response = getattr(client, method)(url)
    assert response.status_code < 500 or response.status_code == 503, (url, response.status_code)
    return refusal_in(response) or Answer.WELCOME


def refusal_in(response: HttpResponse) -> Answer | None:
    """Which refusal the response is, if it is one."""
    if response.status_code == 403:
        return Answer.NOT_FOR_YOU
    if response.status_code == 302 and response["Location"].startswith(f"{reverse('account_login')}?next="):
        return Answer.SIGN_IN
    if response.status_code == 302 and response["Location"] == reverse("mfa_index"):
        return Answer.SECOND_FACTOR
    return None


OPENED_WHOLE = {"visitor", "newcomer"}
"""Kinds whose every refusal is drawn."""


def answered_otherwise(world: World, kinds: Iterable[str]) -> list[tuple[str, str, str, str]]:
    """What each address tells those kinds of user other than its row says: (name, kind, row, answer)."""
    wrong, doors = [], Doors()
    for kind in kinds:
        user = world.kinds[kind]
        standing = standing_of(again(user))
        for name, parts in ALL:
            audience = addresses.audience_of(name)
            if not audience.signed_in and kind != "visitor":
                continue
            town = world.towns[HERE].pk if "code" in parts else None
            expected = audience.answer(standing, town)
            if not getattr(user, "is_active", True) and audience.signed_in:
                expected = Answer.SIGN_IN
            ask = doors.answer if expected is Answer.WELCOME or kind in OPENED_WHOLE else doors.told
            told = ask(user, address(name, parts))
            if name in DOOR_THAT_ASKS_ITSELF:
                continue
            if told is not expected:
                wrong.append((name, kind, expected.value, told.value))
    return wrong
