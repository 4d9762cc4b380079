"""Makes a backup: one snapshot of the database, counted and dumped, the attached files, everything checksummed."""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

import sosei
from sosei.gateway.project.safekeeping.archive import DUMP, FILES, SECRET, Manifest, Writer
from sosei.gateway.project.safekeeping.faults import SafekeepingError
from sosei.gateway.project.safekeeping.tools import address, tool

NAME = "sosei-%Y%m%dT%H%M%SZ.tar"
PATTERN = "sosei-????????T??????Z.tar"

TABLES = """
SELECT format('%I.%I', n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1
"""

ROLES = """
WITH granted AS (
    SELECT (aclexplode(relacl)).grantee, relowner AS owner FROM pg_class WHERE relacl IS NOT NULL
    UNION SELECT (aclexplode(nspacl)).grantee, nspowner FROM pg_namespace WHERE nspacl IS NOT NULL
    UNION SELECT (aclexplode(proacl)).grantee, proowner FROM pg_proc WHERE proacl IS NOT NULL
    UNION SELECT (aclexplode(defaclacl)).grantee, defaclrole FROM pg_default_acl
    UNION SELECT unnest(polroles), 0 FROM pg_policy
)
SELECT DISTINCT r.rolname::text FROM granted g JOIN pg_roles r ON r.oid = g.grantee
WHERE g.grantee <> g.owner AND r.rolname !~ '^pg_' AND r.rolname <> current_user
ORDER BY 1
"""


def make_backup(*, target: Path, with_secret: bool = False) -> Manifest:
    """Writes the whole site into the file `target`, readable by its owner only; there whole or not at all.

    Raises:
        SafekeepingError: `target` exists or cannot be written, or PostgreSQL's own program fails.
    """
    if target.exists():
        raise SafekeepingError(
            f"{target} はもうあります。対処: 別の名前かフォルダーを指定してください。",
            f"{target} exists already. Remedy: name another file, or a folder.",
        )
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".sosei-backup-") as folder:
            dump, whole = Path(folder) / DUMP, Path(folder) / "whole.tar"
            manifest = _dump(dump)
            with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                writer = Writer(stream, manifest)
                writer.add(DUMP, dump)
                _add_files(writer, settings.FILES_FOLDER)
                if with_secret:
                    writer.add(SECRET, _secret(Path(folder)))
                writer.close()
                stream.flush()
                os.fsync(stream.fileno())
            # A link, unlike a rename, never replaces a file that appeared meanwhile.
            target.hardlink_to(whole)
    except OSError as error:
        raise SafekeepingError(
            f"{target} に書けません（{error}）。対処: 空きと書き込みの許可を確かめてください。",
            f"{target} cannot be written ({error}). Remedy: check the room left and the permissions.",
        ) from error
    return manifest


def name_now() -> str:
    """The file name of a backup made now; names sort by age."""
    return timezone.now().strftime(NAME)


def forget_older(folder: Path, keep: int) -> list[Path]:
    """Deletes all but the newest `keep` backups that were named by `name_now`; returns those deleted."""
    old = sorted(folder.glob(PATTERN), reverse=True)[keep:]
    for path in old:
        path.unlink()
    return old


def _dump(target: Path) -> Manifest:
    program = tool("pg_dump")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # A count that a row policy makes smaller must fail rather than be believed.
        cursor.execute("SET LOCAL row_security = off")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        cursor.execute(TABLES)
        tables = {}
        for (name,) in cursor.fetchall():
            cursor.execute(f"SELECT count(*) FROM {name}")  # noqa: S608
            tables[name] = cursor.fetchone()[0]
        cursor.execute(ROLES)
        roles = [name for (name,) in cursor.fetchall()]
        migrations = []
        if "public.django_migrations" in tables:
            cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
            migrations = list(cursor.fetchall())
        version = connection.connection.info.server_version
        where, environment = address()
        done = subprocess.run(  # noqa: S603
            [
                program,
                "--format=custom",
                "--no-owner",
                "--no-blobs",
                "--lock-wait-timeout=60s",
                f"--snapshot={snapshot}",
                f"--file={target}",
                f"--dbname={where}",
                "--no-password",
            ],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise SafekeepingError(
            f"pg_dump が失敗しました: {done.stderr.strip()}。対処: 空きと、データベースの利用者の権限を確かめてください。",
            f"pg_dump failed: {done.stderr.strip()}. Remedy: check the room left and the database user's rights.",
        )
    return Manifest(
        sosei=sosei.__version__,
        made=timezone.now().isoformat(timespec="seconds"),
        postgresql=version,
        migrations=migrations,
        tables=tables,
        roles=roles,
    )


def _add_files(writer: Writer, folder: Path) -> None:
    if not folder.is_dir():
        return
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        # Erased since the folder was listed: its row is gone, or will be when the restored site looks.
        with suppress(FileNotFoundError):
            writer.add(f"{FILES}/{path.relative_to(folder).as_posix()}", path)


def _secret(folder: Path) -> Path:
    path = folder / SECRET
    path.touch(mode=0o600)
    path.write_text(settings.SECRET_KEY, encoding="utf-8")
    return path
