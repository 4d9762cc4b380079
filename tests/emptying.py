"""Puts the tests' database back as `sosei migrate` left it, by rows: emptying three hundred tables takes seconds a test."""

from __future__ import annotations

from typing import Any

from django.db import OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

KEPT = "as_migrated"
"""Schema with a copy of each row that migrating makes."""
PATIENCE = "10s"
"""A thread of the test that is over may be in its last write; longer than that it was left behind."""
LOCK_NOT_AVAILABLE = "55P03"


class LeftOpenError(Exception):
    """A test is over and one of its transactions is not."""


def keep_what_migrating_made(alias: str) -> None:
    """Copies the rows of a database that no test has used."""
    connection = connections[alias]
    with transaction.atomic(alias), connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {KEPT}")
        for table in _with_rows(cursor, _tables(connection)):
            cursor.execute(f'CREATE TABLE {KEPT}."{table}" AS TABLE public."{table}"')


def put_back(alias: str) -> None:
    """Takes out what a test stored, whatever forbids it, and puts back what migrating had made.

    Raises:
        LeftOpenError: the test left a transaction open. It was ended and the rows are put back all the same.
    """
    try:
        _put_back(connections[alias])
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        left = _end_what_was_left_open(connections[alias])
        _put_back(connections[alias])
        raise LeftOpenError(
            f"rows could not be taken out for {PATIENCE}: the test left a transaction open in another connection "
            f"(close it in a `finally` of its thread). What each asked last:\n{left}"
        ) from error


def _end_what_was_left_open(connection: BaseDatabaseWrapper) -> str:
    """Ends the other sessions' transactions in this database, and tells what they were at."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, state, EXTRACT(epoch FROM clock_timestamp() - xact_start)::int, query, "
            "pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_type = 'client backend'"
        )
        return "\n".join(
            f"session {pid}, {state}, in its transaction for {seconds} s: {query}"
            for pid, state, seconds, query, _ended in cursor.fetchall()
        )


def _put_back(connection: BaseDatabaseWrapper) -> None:
    tables = _tables(connection)
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        # No trigger acts and no reference is asked for: all goes, and what is put back was whole.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in _with_rows(cursor, tables):
            cursor.execute(f'DELETE FROM public."{table}"')
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [KEPT])
        for (table,) in cursor.fetchall():
            cursor.execute(f'INSERT INTO public."{table}" TABLE {KEPT}."{table}"')


def _tables(connection: BaseDatabaseWrapper) -> list[str]:
    """All of them, the queue's too, which belong to no model that Django manages."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return [table for (table,) in cursor.fetchall() if table != "django_migrations"]


def _with_rows(cursor: CursorWrapper, tables: list[str]) -> list[str]:
    one_each = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT FROM public.\"{table}\")" for table in sorted(tables)
    )
    cursor.execute(one_each)
    return [table for (table,) in cursor.fetchall()]


def put_back_after_a_test(test: Any) -> None:
    """In place of the flush that ends a test of several transactions."""
    for alias in test._databases_names(include_mirrors=False):
        put_back(alias)
