"""What a process of the web server does before it serves its first request."""

from __future__ import annotations

import os
import subprocess
import sys

BEGINS = """
import gc, signal, django
django.setup()
from sosei.gateway.project.server import _begin
_begin(None)
print(gc.get_freeze_count() > 10_000, signal.getsignal(signal.SIGINT) is signal.SIG_IGN)
"""


def test_a_process_keeps_what_it_loaded_out_of_the_garbage_count_and_leaves_ctrl_c_to_its_parent() -> None:
    # A demonstration loads no arrays, and so asks no database.
    settings = {**os.environ, "SOSEI_DEMONSTRATION": "1"}
    done = subprocess.run(
        [sys.executable, "-c", BEGINS], env=settings, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.split() == ["True", "True"], done.stderr
