"""The keeper of the worker beside a site: it starts a worker and the web server forks, never both at once."""

from __future__ import annotations

import os
import threading

from sosei.gateway.project.keeper import WorkerKeeper


def test_no_web_process_is_forked_while_the_worker_is_being_started() -> None:
    keeper, forked = WorkerKeeper(), threading.Event()

    def fork_a_web_process() -> None:
        child = os.fork()
        if not child:
            os._exit(0)
        os.waitpid(child, 0)
        forked.set()

    thread = threading.Thread(target=fork_a_web_process)
    with keeper._changing:
        thread.start()
        assert not forked.wait(0.3)
    assert forked.wait(30)
    thread.join()
    assert not keeper._changing.locked()
