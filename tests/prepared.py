"""Small worlds that many tests start from: built once, in a transaction that stays open for the tests that follow.

A test that asks for such a world finds it there, changes what it likes and takes back only what it did. Before any other
test that uses the database the world is taken back too. A test of several transactions builds its own.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
from django.db import connection, transaction

from sosei.core.design import civil_day

T = TypeVar("T")
Build = Callable[[], Any]
IN_THE_DATABASE = {"db", "transactional_db", "live_server", "django_db_reset_sequences"}
SEVERAL_TRANSACTIONS = IN_THE_DATABASE - {"db"}
OF_ITS_OWN_TIME = {"clock"}
"""Fixtures after which a world is of another day than today."""


@dataclass
class _Standing:
    build: Build
    world: Any
    day: Any
    outer: transaction.Atomic


_standing: _Standing | None = None
_blocker: Any = None
"""pytest-django's, which keeps tests from a database that they did not ask for; None as long as there is none."""


def starts_from(build: Build) -> Callable[[T], T]:
    """Marks the function of a fixture that gives a world; it calls `world_of` with the same `build`."""

    def mark(fixture: T) -> T:
        fixture.starts_from = build  # type: ignore[attr-defined]
        return fixture

    return mark


def world_of(build: Callable[[], T]) -> T:
    """The world that stands, as rows that nobody has changed; one of the test's own where none stands."""
    if _standing is not None and _standing.build is build:
        return copy.deepcopy(_standing.world)  # type: ignore[no-any-return]
    return build()


@contextmanager
def database_is_ready(blocker: Any) -> Iterator[None]:
    """Worlds are built while the block lasts."""
    global _blocker
    _blocker = blocker
    try:
        yield
    finally:
        _blocker = None
        with blocker.unblock():
            _take_back()


def prepare(item: pytest.Item) -> None:
    """Before a test: builds the world it starts from, or takes back what another one stood on."""
    if _blocker is None:
        return
    fixtures = set(getattr(item, "fixturenames", ()))
    marker = item.get_closest_marker("django_db")
    if marker is None and not fixtures & IN_THE_DATABASE:
        return
    wanted = None
    if not (
        fixtures & (SEVERAL_TRANSACTIONS | OF_ITS_OWN_TIME)
        or (marker is not None and marker.kwargs.get("transaction"))
    ):
        wanted = _world_of(item)
    if _standing is not None and (_standing.build is not wanted or _standing.day != civil_day.today()):
        with _blocker.unblock():
            _take_back()
    if _standing is None and wanted is not None and not connection.in_atomic_block:
        with _blocker.unblock():
            _build(wanted)


def _world_of(item: pytest.Item) -> Build | None:
    defined = item._fixtureinfo.name2fixturedefs.values()  # type: ignore[attr-defined]
    found = [getattr(several[-1].func, "starts_from", None) for several in defined]
    return next((build for build in found if build is not None), None)


def _build(build: Build) -> None:
    global _standing
    outer = transaction.atomic()
    outer.__enter__()
    try:
        world = build()
        _standing = _Standing(build, world, civil_day.today(), outer)
    except BaseException:
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)
        raise


def _take_back() -> None:
    global _standing
    if _standing is not None:
        outer, _standing = _standing.outer, None
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)
