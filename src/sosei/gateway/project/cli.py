"""The console command `sosei`: Django's own command line under that name."""

from __future__ import annotations

import gc
import os
import signal
import sys
from types import FrameType

DEMO_PORT = 8000
FILE_COMMANDS = {"makemigrations"}
"""Commands that write files only, yet would ask the database first if it were there."""


def main(arguments: list[str] | None = None) -> None:
    """Runs `sosei COMMAND …`; ends the process with 1 where the database cannot be reached, and says why."""
    arguments = sys.argv[1:] if arguments is None else arguments
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sosei.gateway.project.settings")
    if arguments and arguments[0] == "demo":
        os.environ.setdefault("SOSEI_DEMONSTRATION", "1")
        os.environ.setdefault("SOSEI_ADDRESS", f"http://localhost:{_port_in(arguments)}")
    if arguments and arguments[0] in FILE_COMMANDS:
        os.environ.setdefault("SOSEI_NO_DATABASE", "1")
    # An exit instead of a sudden death lets the embedded PostgreSQL stop with its last user.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)

    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        _load()
        execute_from_command_line(["sosei", *arguments])
    except OperationalError as error:
        sys.exit(_database_message(error))
    except ImproperlyConfigured as error:
        sys.exit(f"設定に誤りがあります。There is a fault in the settings.\n{error}")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def _load() -> None:
    """Loads settings and apps; all of it stays, so that the garbage collector need walk it neither now nor later."""
    import django
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    gc.disable()
    try:
        settings.INSTALLED_APPS  # noqa: B018
    except (ImproperlyConfigured, ImportError):
        # Django tells it, of every command that needs settings.
        return
    else:
        django.setup()
        gc.freeze()
    finally:
        gc.enable()


def _port_in(arguments: list[str]) -> int:
    """The port that `demo` is asked to listen on: links in its mails lead there."""
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        given = word.removeprefix("--port=") if word.startswith("--port=") else following
        if word.startswith("--port") and given.isascii() and given.isdigit():
            return int(given)
    return DEMO_PORT


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def _database_message(error: Exception) -> str:
    from sosei.gateway.project.database import DatabaseStartError

    if isinstance(error, DatabaseStartError):
        return str(error)
    return (
        f"データベースに接続できないか、データベースが処理を断りました: {error}\n"
        "対処: DATABASE_URL と PostgreSQL の状態を確かめてください。\n"
        f"The database cannot be reached or refused the work: {error}\n"
        "Remedy: check DATABASE_URL and that PostgreSQL is running."
    )


if __name__ == "__main__":
    main()
