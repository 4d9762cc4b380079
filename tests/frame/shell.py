"""Runs commands of one site, each in a child of this process, which has loaded all that commands load.

Reads the words of a command as a line of JSON; answers with a line of its exit status, its output and its errors.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from importlib import import_module

from sosei.gateway.project import cli


def load() -> None:
    """What every command loads first: settings, apps, and the addresses, which checks read."""
    import django
    from django.conf import settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sosei.gateway.project.settings")
    django.setup()
    import_module(settings.ROOT_URLCONF)


def serve() -> None:
    """Answers until nobody asks any more."""
    for line in sys.stdin:
        arguments = json.loads(line)
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            child = os.fork()
            if not child:
                os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
                os.dup2(output.fileno(), 1)
                os.dup2(errors.fileno(), 2)
                # Whatever ends a command ends the child, with its own status and last words.
                cli.main(arguments)
                sys.exit()
            _, ended = os.waitpid(child, 0)
            told = []
            for file in (output, errors):
                file.seek(0)
                told.append(file.read().decode())
        print(json.dumps([os.waitstatus_to_exitcode(ended), *told]), flush=True)


if __name__ == "__main__":
    load()
    serve()
