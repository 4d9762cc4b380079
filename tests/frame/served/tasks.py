"""Tasks as the rooms write them: what they store, they store once, however often they are run."""

from __future__ import annotations

import time

from django.db import connection, transaction
from procrastinate.contrib.django import app

TABLES = """
CREATE TABLE IF NOT EXISTS served_note (key text PRIMARY KEY);
CREATE TABLE IF NOT EXISTS served_copy (id bigserial PRIMARY KEY, key text NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS served_begun (id bigserial PRIMARY KEY, key text NOT NULL);
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'sosei_web') THEN
        GRANT SELECT, INSERT ON served_note TO sosei_web;
    END IF;
END $$;
"""


@app.task(name="served.copy_note")
def copy_note(key: str, before: float = 0, after: float = 0) -> None:
    """Copies a note; waits `before` the commit and `after` it, so that a test can strike there."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO served_begun (key) VALUES (%s)", [key])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO served_copy (key) VALUES (%s) ON CONFLICT DO NOTHING", [key])
        time.sleep(before)
    time.sleep(after)


@app.task(name="served.leave_work")
def leave_work(key: str) -> None:
    """Leaves a task and then fails: the task must not stay."""
    with transaction.atomic():
        copy_note.defer(key=key)
        raise RuntimeError("on purpose")
