"""Puts the tests' database back as `sosei migrate` left it, by rows: emptying three hundred tables takes seconds a test."""

from __future__ import annotations

from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

KEPT = "as_migrated"
"""Schema with a copy of each row that migrating makes."""


def keep_what_migrating_made(alias: str) -> None:
    """Copies the rows of a database that no test has used."""
    connection = connections[alias]
    with transaction.atomic(alias), connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {KEPT}")
        for table in _with_rows(cursor, _tables(connection)):
            cursor.execute(f'CREATE TABLE {KEPT}."{table}" AS TABLE public."{table}"')


def put_back(alias: str) -> None:
    """Takes out what a test stored, whatever forbids it, and puts back what migrating had made."""
    connection = connections[alias]
    tables = _tables(connection)
    with transaction.atomic(alias), connection.cursor() as cursor:
        # No trigger acts and no reference is asked for: all goes, and what is put back was whole.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in _with_rows(cursor, tables):
            cursor.execute(f'DELETE FROM public."{table}"')
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [KEPT])
        for (table,) in cursor.fetchall():
            cursor.execute(f'INSERT INTO public."{table}" TABLE {KEPT}."{table}"')


def _tables(connection: BaseDatabaseWrapper) -> list[str]:
    return connection.introspection.django_table_names(only_existing=True, include_views=False)


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
