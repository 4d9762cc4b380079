"""Figures of the command line: `sosei project` as a whole process, embedded PostgreSQL starting and stopping with it.

The yardstick is a Python process that only imports what the command stands on (Django, the database driver, NumPy and
xarray), which takes about 0.55 s on the project's two-core machine: a ratio of 3.5 stays under the 2 s a planner may wait.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.harness import figure, time_ratio

IMPORTS = "import django.core.management, django.db.models, psycopg, numpy, xarray, yaml"


@figure("sosei project, whole process / importing what it stands on", at_most=3.5)
def whole_process_of_a_projection() -> float:
    """Both cities in turn, in a folder of their own with the demonstration loaded."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "SOSEI_HOME": str(Path(folder) / "home")}

        def python(*words: str) -> None:
            command = [sys.executable, *words]
            subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)  # noqa: S603

        for words in (["migrate"], ["load_demonstration"]):
            python("-m", "sosei", *words)
        codes = iter(("07204", "07201") * 20)
        return time_ratio(
            lambda: python("-m", "sosei", "project", next(codes), "--json"),
            lambda: python("-c", IMPORTS),
            rounds=5,
        )
