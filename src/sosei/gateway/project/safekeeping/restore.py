"""Brings a backup back: checked first, then the database in one transaction that also counts, then the files."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from sosei.gateway.project.safekeeping.archive import DUMP, FILES, SECRET, Manifest, unpack
from sosei.gateway.project.safekeeping.backup import TABLES
from sosei.gateway.project.safekeeping.faults import SafekeepingError
from sosei.gateway.project.safekeeping.tools import address, tool

OLD = "sosei_before_restoring_"
# What was there is put aside, not dropped: to drop hundreds of tables and make them anew in one transaction takes more
# locks than a server has.
PREPARE = f"""
BEGIN;
SET LOCAL lock_timeout = '60s';
DO $$
DECLARE name text;
BEGIN
    FOR name IN
        SELECT c.oid::regclass FROM pg_class c WHERE c.relkind IN ('r', 'p')
        AND c.relnamespace::regnamespace::text !~ '^(pg_|{OLD})' AND c.relnamespace <> 'information_schema'::regnamespace
    LOOP
        EXECUTE format('LOCK TABLE %s', name);
    END LOOP;
    FOR name IN
        SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|{OLD})' AND nspname <> 'information_schema'
    LOOP
        EXECUTE format('ALTER SCHEMA %I RENAME TO %I', name, '{OLD}' || name);
    END LOOP;
END $$;
CREATE SCHEMA public AUTHORIZATION pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
"""  # noqa: S608 - a name of our own
CLEAR = f"""
SET client_min_messages = warning;
SELECT format('DROP TABLE %s CASCADE', string_agg(name, ', ')) FROM (
    SELECT c.oid::regclass::text AS name, row_number() OVER (ORDER BY c.oid) / 25 AS batch
    FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace::regnamespace::text ~ '^{OLD}'
) AS old GROUP BY batch \\gexec
SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace WHERE nspname ~ '^{OLD}' \\gexec
"""  # noqa: S608 - a name of our own
ROLE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = {text}) THEN
        CREATE ROLE {name} NOLOGIN;
    END IF;
    IF NOT pg_has_role(current_user, {text}, 'USAGE') THEN
        GRANT {name} TO CURRENT_USER;
    END IF;
END $$;
"""
COUNT = """
DO $$
DECLARE found bigint;
BEGIN
    EXECUTE {question} INTO found;
    IF found <> {rows} THEN
        RAISE EXCEPTION 'table % holds % rows after restoring, the backup had %', {table}, found, {rows};
    END IF;
END $$;
"""
# Written by newer programs and unknown to older servers; it only says that no limit holds.
NEWER_SETTING = b"SET transaction_timeout = 0;\n"


def check_backup(archive: Path) -> Manifest:
    """Reads the whole backup and compares every checksum; changes nothing.

    Raises:
        SafekeepingError: it is not sound.
    """
    return unpack(archive, None)


def restore_backup(*, archive: Path, replace: bool = False, with_secret: bool = False) -> Manifest:
    """Replaces database and attached files by those of the backup.

    Until the database commits, everything is as it was: a failure leaves the old state.

    Args:
        archive: a file made by `sosei backup`.
        replace: whether a database that holds tables may be replaced.
        with_secret: whether the key in the backup replaces the one kept in SOSEI_HOME.

    Raises:
        SafekeepingError: the backup is not sound or newer than this program, the database is not empty, or
            PostgreSQL refuses a part of it.
    """
    # Beside the files, wherever a link may lead: they change places by a rename.
    files = settings.FILES_FOLDER.resolve()
    files.parent.mkdir(parents=True, exist_ok=True)
    _refuse_mounted(files)
    with tempfile.TemporaryDirectory(dir=files.parent, prefix="restoring-") as folder:
        manifest = unpack(archive, Path(folder))
        _refuse_newer(archive, manifest)
        if with_secret and not (Path(folder) / SECRET).exists():
            raise SafekeepingError(
                f"{archive} に鍵は入っていません。対処: --with-secret を付けずに復元してください。",
                f"{archive} holds no key. Remedy: restore without --with-secret.",
            )
        if not replace:
            _refuse_filled()
        _clear()
        _load(Path(folder) / DUMP, manifest)
        _swap_files(Path(folder), files)
        if with_secret:
            _keep_secret(Path(folder) / SECRET)
    _clear()
    # What this process read before belongs to the old database.
    connections.close_all()
    return manifest


def lacking_migrations(manifest: Manifest) -> list[tuple[str, str]]:
    """Migrations this program has and the backup has not: `sosei migrate` applies them."""
    return sorted(set(MigrationLoader(None).disk_migrations) - set(manifest.migrations))


def _refuse_newer(archive: Path, manifest: Manifest) -> None:
    loader = MigrationLoader(None)
    known = set(loader.disk_migrations)
    unknown = [
        f"{app}.{name}"
        for app, name in manifest.migrations
        if (app, name) not in known and app in loader.migrated_apps
    ]
    if unknown:
        raise SafekeepingError(
            f"{archive} は新しい版（{manifest.sosei}）のもので、この版の知らない移行 {', '.join(unknown)} を含みます。"
            "対処: その版の Sosei で復元してください。",
            f"{archive} was made by a newer version ({manifest.sosei}) and holds migrations unknown here: "
            f"{', '.join(unknown)}. Remedy: restore it with that version of Sosei.",
        )


def _refuse_filled() -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = len(cursor.fetchall())
    files = sum(1 for path in settings.FILES_FOLDER.rglob("*") if path.is_file())
    if tables or files:
        raise SafekeepingError(
            f"復元先に、もうデータがあります（表 {tables}、添付ファイル {files}）。"
            "対処: 消してよいことを確かめてから --replace を付けてください。",
            f"There is data already (tables: {tables}, attached files: {files}). "
            "Remedy: make sure that it may go, then add --replace.",
        )


def _refuse_mounted(files: Path) -> None:
    if files.is_mount():
        raise SafekeepingError(
            f"{files} は独立したディスクで、入れ替えられません。対処: その上のフォルダーをディスクにしてください。",
            f"{files} is a mounted disk and cannot be exchanged. Remedy: mount the folder above it instead.",
        )


def _clear() -> None:
    """Drops what a restored backup took the place of, some tables at a time."""
    where, environment = address()
    connections.close_all()
    done = subprocess.run(  # noqa: S603
        [
            tool("psql"),
            "--no-psqlrc",
            "--quiet",
            "--no-password",
            "--set=ON_ERROR_STOP=1",
            "--file=-",
            f"--dbname={where}",
        ],
        env=environment,
        input=CLEAR,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        told = done.stderr.strip()
        raise SafekeepingError(
            f"前の表（{OLD} で始まるスキーマ）を消せませんでした: {told}。"
            "対処: ほかの接続を止めて、もう一度実行してください。",
            f"The former tables (schemas that begin with {OLD}) could not be dropped: {told}. Remedy: end other "
            "connections and run it again.",
        )


def _load(dump: Path, manifest: Manifest) -> None:
    """One transaction: all of the old out, all of the new in, every table counted; psql commits at the very end."""
    where, environment = address()
    psql, reader = tool("psql"), tool("pg_restore")
    old_server = connection.connection.info.server_version < 170_000
    connections.close_all()
    with tempfile.TemporaryFile() as faults:
        writing = subprocess.Popen(  # noqa: S603
            [
                psql,
                "--no-psqlrc",
                "--quiet",
                "--no-password",
                "--set=ON_ERROR_STOP=1",
                "--file=-",
                f"--dbname={where}",
            ],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=faults,
        )
        reading = subprocess.Popen(  # noqa: S603
            [reader, "--no-owner", "--file=-", str(dump)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=faults,
        )
        assert writing.stdin and reading.stdout
        try:
            writing.stdin.write(PREPARE.encode() + _roles(manifest).encode())
            _pass_on(reading.stdout, writing.stdin, leave_out=NEWER_SETTING if old_server else None)
            if reading.wait() == 0:
                # Without this last word psql leaves and PostgreSQL undoes everything.
                writing.stdin.write(_counts(manifest).encode() + b"COMMIT;\n")
            writing.stdin.close()
        except BrokenPipeError:
            pass  # psql has stopped at an error, which is among the faults
        finally:
            reading.stdout.close()
        ended = (reading.wait(), writing.wait())
        faults.seek(0)
        told = faults.read().decode(errors="replace").strip()
    if any(ended):
        raise SafekeepingError(
            f"データベースに戻せませんでした。元のままです: {told}。"
            "対処: データベースの利用者が持ち主か、ほかの接続が表を止めていないかを確かめてください"
            "（役割を作れないときは、管理者が docs/operations.md のとおりに作ります）。",
            f"The database could not be restored and is as it was: {told}. Remedy: check that the database user owns "
            "the database and that no other connection holds its tables (a role it may not create is made by an "
            "administrator, see docs/operations.md).",
        )


def _pass_on(source: IO[bytes], target: IO[bytes], *, leave_out: bytes | None) -> None:
    while leave_out and (line := source.readline()):
        if line == leave_out:
            break
        target.write(line)
        if line.startswith(b"COPY "):
            break
    shutil.copyfileobj(source, target)


def _roles(manifest: Manifest) -> str:
    return "".join(
        sql.SQL(ROLE).format(text=sql.Literal(name), name=sql.Identifier(name)).as_string()
        for name in manifest.roles
    )


def _counts(manifest: Manifest) -> str:
    return "".join(
        sql.SQL(COUNT)
        .format(
            question=sql.Literal(f"SELECT count(*) FROM {table}"),  # noqa: S608
            rows=sql.Literal(rows),
            table=sql.Literal(table),
        )
        .as_string()
        for table, rows in manifest.tables.items()
    )


def _swap_files(unpacked: Path, files: Path) -> None:
    fresh, old = unpacked / FILES, unpacked / "files-before"
    fresh.mkdir(exist_ok=True)
    fresh.chmod(0o700)
    if files.exists():
        files.rename(old)
    try:
        fresh.rename(files)
    except OSError:
        if old.exists():
            old.rename(files)
        raise


def _keep_secret(given: Path) -> None:
    kept = settings.SOSEI_HOME / "secret-key"
    os.chmod(given, 0o600)  # noqa: PTH101
    given.replace(kept)
