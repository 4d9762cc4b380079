"""Backup and restore: the database is really destroyed, and every row of every table comes back."""

from __future__ import annotations

import io
import json
import os
import re
import resource
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sosei.gateway.project.database import ensure_running
from tests.demonstration_home import copy_demonstration
from tests.frame.processes import Shell, clean_environment, sosei

ROLE = "sosei_test_town"
EXTRA = f"""
DROP TABLE IF EXISTS extra_note;
CREATE TABLE extra_note (id bigserial PRIMARY KEY, town text NOT NULL, words text);
INSERT INTO extra_note (town, words) SELECT 'town ' || n % 7, repeat('言葉', n % 50) FROM generate_series(1, 500) n;
DO $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}') THEN CREATE ROLE {ROLE} NOLOGIN; END IF;
END $$;
GRANT SELECT ON extra_note TO {ROLE};
ALTER TABLE extra_note ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON extra_note TO {ROLE} USING (town = 'town 1');
"""
ALL_TABLES = """
SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""
STRUCTURE = """
SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger
    WHERE NOT tgisinternal
UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'policy', tablename, policyname, coalesce(qual, '') || roles::text FROM pg_policies
UNION ALL SELECT 'table', relname, relrowsecurity::text, coalesce(relacl::text, '') FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
UNION ALL SELECT 'sequence', sequencename, '', coalesce(last_value::text, '') FROM pg_sequences
    WHERE schemaname = 'public'
UNION ALL SELECT 'function', p.oid::regprocedure::text, '', md5(pg_get_functiondef(p.oid)) FROM pg_proc p
    WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
ORDER BY 1, 2, 3, 4
"""
CASTS = re.compile(r"::[a-z ]+(?:\[\])?|[()]")
Rows = dict[str, list[tuple[Any, ...]]]


class House:
    """A site of its own: its folder, its database, its backups."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.socket = ensure_running(home / "postgres", "sosei", {})
        self.shell = Shell(home)

    def ask(self, *statements: str, database: str = "sosei") -> list[tuple[Any, ...]]:
        """Runs statements; returns the rows of the last."""
        with psycopg.connect(
            host=self.socket, user="postgres", dbname=database, autocommit=True
        ) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def everything(self) -> Rows:
        """Every row of every table, as text, and the structure around them."""
        with psycopg.connect(
            host=self.socket, user="postgres", dbname="sosei", autocommit=True
        ) as connection:
            found = {
                table: connection.execute(f"SELECT t::text FROM {table} t ORDER BY 1").fetchall()
                for (table,) in connection.execute(ALL_TABLES).fetchall()
            }
        # A list of values is written with other casts and brackets once PostgreSQL has read it again.
        structure = [tuple(CASTS.sub("", str(part)) for part in row) for row in self.ask(STRUCTURE)]
        return {**found, "structure": sorted(structure)}

    def files(self) -> dict[str, bytes]:
        """Every attached file."""
        folder = self.home / "files"
        return {
            str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()
        }

    def destroy(self) -> None:
        """Drops the database, the role, the files."""
        self.ask(
            "DROP DATABASE sosei WITH (FORCE)",
            f"DROP ROLE {ROLE}",
            "CREATE DATABASE sosei",
            database="postgres",
        )
        for path in sorted((self.home / "files").rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One command of this site."""
        return self.shell.sosei(*arguments)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A site with its demonstration, a table with a row policy for a role, and attached files."""
    home = tmp_path_factory.mktemp("home")
    copy_demonstration(home)
    built = House(home)
    (home / "files" / "07204" / "二段目").mkdir(parents=True)
    (home / "files" / "07204" / "二段目" / "住民票 写し.pdf").write_bytes(os.urandom(300_000))
    (home / "files" / "empty").write_bytes(b"")
    built.ask(EXTRA)
    yield built
    built.shell.close()


@pytest.fixture(scope="module")
def backup(house: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the site."""
    path = tmp_path_factory.mktemp("backups") / "site.tar"
    done = house.run("backup", str(path))
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture
def unchanged(house: House) -> Iterator[None]:
    """Holds that the test changes nothing."""
    before = house.everything(), house.files()
    yield
    assert house.everything() == before[0]
    assert house.files() == before[1]
    assert [path.name for path in house.home.iterdir() if path.name.startswith("restoring-")] == []


def test_a_destroyed_database_comes_back_with_every_row_rule_and_file(
    house: House, backup: Path, measured: Callable[[str], None]
) -> None:
    before, files = house.everything(), house.files()
    assert sum(len(rows) for rows in before.values()) > 5000
    assert {"07204/二段目/住民票 写し.pdf", "empty"} < files.keys()
    house.destroy()
    assert house.ask(ALL_TABLES) == []
    started = time.monotonic()
    # A start of its own, as whoever lost everything has nothing running.
    done = sosei("restore", str(backup), home=house.home)
    assert done.returncode == 0, done.stderr
    after = house.everything()
    assert after.keys() == before.keys()
    for table, rows in before.items():
        assert after[table] == rows, table
    assert house.files() == files
    rows = sum(len(rows) for rows in before.values())
    measured(f"restore of {rows} rows in {len(before) - 1} tables: {time.monotonic() - started:.1f} s")
    # The very rules still hold: what was recorded cannot be changed, the role sees its rows only.
    with pytest.raises(psycopg.Error):
        house.ask("DELETE FROM population_area")
    seen = house.ask(f"SET ROLE {ROLE}", "SELECT DISTINCT town FROM extra_note")
    assert seen == [("town 1",)]
    assert house.run("migrate", "--check").returncode == 0


def test_data_that_is_there_is_not_replaced_unless_told_to(
    house: House, backup: Path, unchanged: None
) -> None:
    done = house.run("restore", str(backup))
    assert done.returncode == 1
    assert "--replace" in done.stderr
    assert "Remedy" in done.stderr


def test_replacing_brings_back_the_state_of_the_backup_and_nothing_of_later(
    house: House, backup: Path
) -> None:
    before, files = house.everything(), house.files()
    house.ask(
        "INSERT INTO extra_note (town) VALUES ('later')",
        "UPDATE extra_note SET words = 'changed' WHERE id < 100",
        "CREATE TABLE later_table (id int REFERENCES extra_note (id) DEFAULT 0)",
        "DROP TABLE procrastinate_events CASCADE",
    )
    (house.home / "files" / "later").write_text("later", encoding="utf-8")
    done = house.run("restore", str(backup), "--replace")
    assert done.returncode == 0, done.stderr
    assert house.everything() == before
    assert house.files() == files


def test_a_backup_taken_while_people_write_is_of_one_moment(house: House, tmp_path: Path) -> None:
    house.ask("CREATE TABLE pair_a (id int)", "CREATE TABLE pair_b (id int)")
    ended = threading.Event()

    def write() -> None:
        with psycopg.connect(host=house.socket, user="postgres", dbname="sosei") as connection:
            number = 0
            while not ended.is_set():
                number += 1
                connection.execute("INSERT INTO pair_a VALUES (%s)", [number])
                connection.execute("INSERT INTO pair_b VALUES (%s)", [number])
                connection.commit()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        done = house.run("backup", str(tmp_path / "busy.tar"))
    finally:
        ended.set()
        writer.join()
    assert done.returncode == 0, done.stderr
    written = house.ask("SELECT count(*) FROM pair_a")[0][0]
    # Counting is part of restoring: a dump of another moment than the count would be refused.
    assert house.run("restore", str(tmp_path / "busy.tar"), "--replace").returncode == 0
    kept = house.ask("SELECT (SELECT count(*) FROM pair_a), (SELECT count(*) FROM pair_b)")[0]
    house.ask("DROP TABLE pair_a, pair_b")
    assert 0 < kept[0] < written
    assert kept[0] == kept[1]


def rebuilt(backup: Path, target: Path, change: Callable[[dict[str, bytes]], None], *, sealed: bool) -> Path:
    """The backup with changed members; `sealed` writes the checksums anew, as only a fault of our own would."""
    with tarfile.open(backup) as tar:
        members = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]
    change(members)
    if sealed:
        manifest = json.loads(members["manifest.json"])
        manifest["members"] = {
            name: (len(content), sha256(content).hexdigest())
            for name, content in members.items()
            if not name.startswith("manifest")
        }
        members["manifest.json"] = json.dumps(manifest).encode()
        members["manifest.sha256"] = sha256(members["manifest.json"]).hexdigest().encode()
    with tarfile.open(target, "w") as tar:
        for name, content in members.items():
            information = tarfile.TarInfo(name)
            information.size = len(content)
            tar.addfile(information, io.BytesIO(content))
    return target


def edit_manifest(members: dict[str, bytes], **changes: Any) -> None:
    members["manifest.json"] = json.dumps({**json.loads(members["manifest.json"]), **changes}).encode()


def flip(members: dict[str, bytes]) -> None:
    content = bytearray(members["database.dump"])
    content[len(content) // 2] ^= 1
    members["database.dump"] = bytes(content)


def cut_dump(members: dict[str, bytes]) -> None:
    members["database.dump"] = members["database.dump"][: len(members["database.dump"]) * 2 // 3]


def miscount(members: dict[str, bytes]) -> None:
    tables = json.loads(members["manifest.json"])["tables"]
    edit_manifest(members, tables={**tables, "public.extra_note": tables["public.extra_note"] + 1})


@pytest.mark.parametrize(
    ("change", "sealed", "told"),
    [
        (flip, False, "database.dump"),
        (lambda members: members.pop("files/empty"), False, "files/empty"),
        (lambda members: members.update({"files/more": b"x"}), False, "files/more"),
        (lambda members: members.update({"files/../../outside": b"x"}), True, "outside"),
        (lambda members: members.update({"/etc/outside": b"x"}), True, "outside"),
        (lambda members: members.pop("manifest.sha256"), False, "cut short"),
        (lambda members: edit_manifest(members, sosei="9"), False, "cut short"),
        (lambda members: edit_manifest(members, format=2), True, "newer version"),
        (
            lambda members: edit_manifest(members, migrations=[["population", "0999_later"]]),
            True,
            "population.0999_later",
        ),
        (cut_dump, True, "as it was"),
        (miscount, True, "extra_note holds 500 rows"),
    ],
    ids=[
        "flipped",
        "lost",
        "added",
        "climbing",
        "absolute",
        "unsealed",
        "edited",
        "form",
        "newer",
        "cut",
        "miscounted",
    ],
)
def test_a_backup_that_is_not_sound_changes_nothing(
    house: House,
    backup: Path,
    tmp_path: Path,
    unchanged: None,
    change: Callable[[dict[str, bytes]], None],
    sealed: bool,
    told: str,
) -> None:
    damaged = rebuilt(backup, tmp_path / "damaged.tar", change, sealed=sealed)
    done = house.run("restore", str(damaged), "--replace")
    assert done.returncode == 1
    assert told in done.stderr
    assert "対処" in done.stderr and "Remedy" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_cut_short_by_a_full_disk_is_not_taken_for_a_backup(
    house: House, backup: Path, tmp_path: Path
) -> None:
    short = tmp_path / "short.tar"
    short.write_bytes(backup.read_bytes()[:-20_000])
    assert house.run("restore", str(short), "--check").returncode == 1
    assert house.run("restore", str(backup), "--check").returncode == 0
    assert house.run("restore", str(tmp_path / "none.tar")).returncode == 1


def test_a_backup_is_its_owners_alone_and_never_replaces_a_file(house: House, backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600
    content = backup.read_bytes()
    again = house.run("backup", str(backup))
    assert again.returncode == 1
    assert backup.read_bytes() == content


def test_a_disk_that_fills_up_leaves_no_half_backup(house: House, tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    done = subprocess.run(
        [sys.executable, "-m", "sosei", "backup", str(tmp_path / "site.tar")],
        env=clean_environment(house.home),
        capture_output=True,
        text=True,
        preexec_fn=limit,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert "Remedy" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_key_goes_along_only_when_asked_and_comes_back_only_when_asked(
    house: House, backup: Path, tmp_path: Path
) -> None:
    with tarfile.open(backup) as tar:
        assert "secret-key" not in tar.getnames()
    refused = house.run("restore", str(backup), "--replace", "--with-secret")
    assert refused.returncode == 1
    key = house.home / "secret-key"
    first = key.read_bytes()
    assert house.run("backup", str(tmp_path / "key.tar"), "--with-secret").returncode == 0
    key.write_text("another key " * 6, encoding="ascii")
    assert house.run("restore", str(tmp_path / "key.tar"), "--replace").returncode == 0
    assert key.read_bytes() != first
    assert house.run("restore", str(tmp_path / "key.tar"), "--replace", "--with-secret").returncode == 0
    assert key.read_bytes() == first
    assert key.stat().st_mode & 0o077 == 0


def test_a_folder_gets_a_named_file_and_keeps_the_newest(house: House, tmp_path: Path) -> None:
    for name in ("sosei-20200101T000000Z.tar", "sosei-20210101T000000Z.tar", "other.tar"):
        (tmp_path / name).write_text("old", encoding="ascii")
    done = house.run("backup", str(tmp_path), "--keep", "2")
    assert done.returncode == 0, done.stderr
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left[:2] == ["other.tar", "sosei-20210101T000000Z.tar"]
    assert len(left) == 3
    assert house.run("backup", str(tmp_path), "--keep", "0").returncode == 1


def test_the_password_is_not_among_the_arguments_of_any_program(settings) -> None:
    from unittest import mock

    from django.db import connection

    from sosei.gateway.project.safekeeping.tools import address

    parameters = {
        "host": "db",
        "user": "planner",
        "dbname": "sosei",
        "password": "open-sesame",
        "sslmode": "require",
        "cursor_factory": object,
    }
    with mock.patch.object(connection, "get_connection_params", return_value=parameters):
        where, environment = address()
    assert "open-sesame" not in where
    assert environment["PGPASSWORD"] == "open-sesame"
    assert "sslmode=require" in where
