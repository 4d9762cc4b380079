"""The web server: gunicorn started from Python, with a few threads, over an application loaded once."""

from __future__ import annotations

import gc
import signal
import socket
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from sosei.programmes.jobs.matching_arrays import ARRAYS

THREADS = 4


class Server(BaseApplication):  # type: ignore[misc]
    """Serves the site until it is told to stop; requests under way are finished first."""

    def __init__(
        self, application: WSGIHandler, *, address: str, workers: int, announce: Callable[[], None]
    ) -> None:
        self._application = application
        self._options = {
            "bind": [address],
            "workers": workers,
            "threads": THREADS,
            "worker_class": "gthread",
            "preload_app": True,
            "graceful_timeout": 20,
            "loglevel": "warning",
            "logger_class": _Logger,
            "control_socket_disable": True,
            "pre_fork": _close_connections,
            "post_worker_init": _begin,
            "when_ready": lambda arbiter: announce(),
        }
        super().__init__()

    def load_config(self) -> None:
        """Hands the options to gunicorn."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIHandler:
        """The application gunicorn serves."""
        return self._application


class _Logger(Logger):  # type: ignore[misc]
    """gunicorn's lines through the one handler of the program, which masks and numbers them."""

    def setup(self, cfg: Any) -> None:
        """Sets levels as gunicorn does, then takes its handlers away."""
        super().setup(cfg)
        for handler in list(self.error_log.handlers):
            self.error_log.removeHandler(handler)
        self.error_log.propagate = True


def _close_connections(arbiter: Any, worker: Any) -> None:
    """A database connection may not be shared by a process and its child."""
    from django.db import connections

    connections.close_all()


def _begin(worker: Any) -> None:
    """A process of the server begins: Ctrl-C is its parent's, modules leave the garbage's count, the search loads."""
    # A terminal sends Ctrl-C to every process; the parent tells its own when to end, and twice is once too often.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Modules and models stay as long as the process: to walk them all again would halt a request for 150 ms.
    gc.collect()
    gc.freeze()
    # SQL answers the few postings of a demonstration as fast, without seconds of compiling.
    if not settings.DEMONSTRATION:
        ARRAYS.start()


def free_port(host: str, wanted: int) -> int:
    """`wanted` if nothing listens there, else a port the system names free.

    Raises:
        OSError: `host` is no address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in (wanted, 0):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As gunicorn does: a port that was closed a moment ago counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except (OSError, OverflowError):
                if port == 0:
                    raise
                continue
            return int(probe.getsockname()[1])
    raise AssertionError("the system always names a port or raises")


def site_address(host: str, port: int) -> str:
    """The address to type into a browser."""
    shown = "localhost" if host in {"0.0.0.0", "::", "127.0.0.1"} else host  # noqa: S104
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"
