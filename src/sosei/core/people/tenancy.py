"""Row-level security under the permissions: while a request runs, the database itself holds back other towns' rows.

A request runs as the role `sosei_web`, which owns nothing and is bound by the policies of `row_security.py`. The
policies know who is asking from the settings `sosei.person` and `sosei.town`, and read the person's roles
themselves. Commands and the worker run as the owner of the tables, whom no policy binds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import Error, connection
from django.db.backends.signals import connection_created
from psycopg.pq import TransactionStatus

WEB_ROLE = "sosei_web"
Asking = tuple[str, str]
"""The person's key and the town's code, as the database is told."""
_asking: ContextVar[Asking | None] = ContextVar("asking", default=None)

_SET = "SELECT set_config('role', %s, false), set_config('sosei.person', %s, false), set_config('sosei.town', %s, false)"


def guard(*, person: int | None, town: str | None) -> None:
    """From here on this connection sees what `person` may see, in the town of the page alone where one is named.

    Args:
        person: the person's key; None for a visitor who is not signed in.
        town: code of the municipality whose page is shown.
    """
    asking = ("" if person is None else str(person), town or "")
    _asking.set(asking)
    with connection.cursor() as cursor:
        cursor.execute(_SET, [WEB_ROLE, *asking])


def release() -> None:
    """Back to the owner of the tables, at the end of a request."""
    if _asking.get() is None:
        return
    _asking.set(None)
    if _rolls_back_or_is_gone():
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute(_SET, ["none", "", ""])
    except Error:
        # Whatever state it is in, nobody else is to be served by it.
        connection.close()


def _rolls_back_or_is_gone() -> bool:
    """Whether the connection takes no statement; its rollback, or the next connection, has the right setting."""
    held = connection.connection
    if held is None or held.closed:
        return True
    if not connection.in_atomic_block:
        return False
    return bool(connection.needs_rollback or held.info.transaction_status == TransactionStatus.INERROR)


def _guard_again(connection: Any, **kwargs: Any) -> None:
    # A connection that broke within a request is opened anew, as the owner of the tables.
    asking = _asking.get()
    if asking is None:
        return
    try:
        connection.connection.execute(_SET, [WEB_ROLE, *asking])
    except Exception:
        connection.close()
        raise


connection_created.connect(_guard_again)


@contextmanager
def guarded(*, person: int | None, town: str | None = None) -> Iterator[None]:
    """For the time of a block, sees what `person` may see."""
    guard(person=person, town=town)
    try:
        yield
    finally:
        release()


@contextmanager
def unguarded() -> Iterator[None]:
    """For the time of a block, writes or reads as the owner of the tables: for services that must reach a row which
    the person who asks may not see, such as a message to somebody else. The service has asked the permissions before.
    """
    asking = _asking.get()
    if asking is None:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', 'none', false)")
    _asking.set(None)
    try:
        yield
    finally:
        _asking.set(asking)
        if not _rolls_back_or_is_gone():
            with connection.cursor() as cursor:
                cursor.execute(_SET, [WEB_ROLE, *asking])
