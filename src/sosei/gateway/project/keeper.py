"""Keeps a worker running beside the web server: starts it again when it ends, stops it with the site."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time

logger = logging.getLogger(__name__)
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60.0
STOP_SECONDS = 25.0
ASKED_TO_STOP = {0, 128 + signal.SIGINT, 128 + signal.SIGTERM}


class WorkerKeeper:
    """One `sosei worker` as a child process of the one that made this object."""

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._changing = threading.Lock()
        # A web process forked while the worker is being started would inherit the pipe by which the start is told, and
        # keep it open: the start would wait for that process's end, and nobody would watch the worker.
        os.register_at_fork(
            before=self._changing.acquire,
            after_in_parent=self._changing.release,
            after_in_child=self._changing.release,
        )
        self._thread = threading.Thread(target=self._keep, name="worker-keeper", daemon=True)

    def start(self) -> None:
        """Starts the worker and the thread that watches it."""
        self._thread.start()

    def stop(self) -> None:
        """Lets the worker finish its task; one that takes too long is killed, and its task is taken up later."""
        # A forked web process leaves through the same code, and the worker is not its child.
        if os.getpid() != self._owner:
            return
        self._stopping.set()
        with self._changing:
            process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            logger.warning(
                "the worker did not stop in %s s and is killed; its task will be taken up", STOP_SECONDS
            )
            process.kill()
            process.wait()

    def _keep(self) -> None:
        pause = 1.0
        while not self._stopping.is_set():
            started = time.monotonic()
            with self._changing:
                if self._stopping.is_set():
                    return
                self._process = subprocess.Popen(  # noqa: S603
                    [sys.executable, "-m", "sosei", "worker", "--while-process", str(self._owner)]
                )
            ended = self._process.wait()
            # Stopped from a terminal, the worker ends a moment before the site says that it stops.
            if self._stopping.wait(2.0):
                return
            pause = 1.0 if time.monotonic() - started > STEADY_SECONDS else min(pause * 2, LONGEST_PAUSE)
            level = logging.INFO if ended in ASKED_TO_STOP else logging.WARNING
            logger.log(level, "the worker has ended (%s); it is started again in %s s", ended, pause)
            self._stopping.wait(pause)
