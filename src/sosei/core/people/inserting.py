"""Rows that two may want to write at the same moment: the first does, and the other learns of it without an error."""

from __future__ import annotations

from django.db import connection, models


def inserted(row: models.Model) -> bool:
    """Inserts a row unless an equal one is there, by whichever unique key; whether it did. Gives the row its key.

    Waits for another transaction that is inserting the same. One round trip, and no savepoint.
    """
    model = type(row)
    fields = [field for field in model._meta.concrete_fields if not field.primary_key and not field.generated]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]
    places = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({places}) '  # noqa: S608 - names of our own table
            "ON CONFLICT DO NOTHING RETURNING id",
            values,
        )
        found = cursor.fetchone()
    if found is None:
        return False
    row.pk, row._state.adding, row._state.db = found[0], False, connection.alias
    return True
