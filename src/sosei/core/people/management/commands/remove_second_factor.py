"""`sosei remove_second_factor EMAIL`: for somebody who lost telephone and spare codes, and is known to be who they say."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import F

from sosei.core.people import journal
from sosei.core.people.accounts.mail import tell_of_change
from sosei.core.people.models import Person


class Command(BaseCommand):
    """Removes every second factor and ends every session; staff roles wait until a new one is set up."""

    help = "Removes somebody's second factors and signs them out everywhere. Make sure who is asking first."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, and why."""
        parser.add_argument("email")
        parser.add_argument("--reason", required=True, help="kept in the records")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Removes them."""
        person = Person.objects.filter(email=options["email"].strip().lower()).first()
        if person is None:
            raise CommandError(
                f"nobody has the e-mail address {options['email']!r}; give the one of the account"
            )
        removed, _kinds = Authenticator.objects.filter(user=person).delete()
        Person.objects.filter(pk=person.pk).update(session_stamp=F("session_stamp") + 1)
        journal.write_entry(
            actor=None,
            verb="account.second_factor_removed",
            subject=person,
            person=person,
            reason=options["reason"],
        )
        tell_of_change(person, "totp_deactivated")
        self.stdout.write(f"{removed}\n")
