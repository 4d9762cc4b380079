"""A worker of its own on a test's database and mail server: `python worker_process.py <database> <port>`, to be killed."""

from __future__ import annotations

import os
import sys


def main(database: str, port: int) -> None:
    """Empties the queue once."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "sosei.gateway.project.settings_test"
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    settings.EMAIL_BACKEND = "sosei.core.records.smtp.SmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 60
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    django.setup()
    from django.core.management import call_command

    import tests.records.conftest  # declares the tests' kinds of message

    assert tests.records.conftest.NEWS
    call_command("worker", "--once")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
