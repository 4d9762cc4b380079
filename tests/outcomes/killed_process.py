"""A programme that is killed around its fact: `python -m tests.outcomes.killed_process <database> <town> <moment>`."""

from __future__ import annotations

import os
import signal
import sys


def main(database: str, code: str, moment: str) -> None:
    """Writes the programme's row and its fact in one transaction, dying at the moment named."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "sosei.gateway.project.settings_test"
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from django.db import transaction

    from sosei.core.people.models import Municipality, Organisation
    from tests.outcomes.conftest import settle

    town = Municipality.objects.get(code=code)
    with transaction.atomic():
        Organisation.objects.create(municipality=town, kind="npo", name="事業の行（架空）")
        if moment == "before the fact":
            os.kill(os.getpid(), signal.SIGKILL)
        settle(town, "1")
        if moment == "after the fact":
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:4])
